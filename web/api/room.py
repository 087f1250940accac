"""The blueprint of the interface: proves who asks, checks what is sent, answers in JSON.

Reads the declarations of `endpoints`; the document at /api/openapi.json is made from the same ones.
"""

from __future__ import annotations

import re
from typing import Any, cast

from flask import Blueprint, Response, request
from jsonschema import Draft202012Validator

from engine import canonical
from engine.errors import Finding, Malformed, NotSignedIn
from engine.organisation.model import Actor
from web.api.endpoints import ENDPOINTS, Asked, Endpoint
from web.house import House
from web.services import services

room = Blueprint("api", __name__, url_prefix="/api")

_PLACE = re.compile(r"<int:(\w+)>")


def _house() -> House:
    return cast(House, services())


def _actor() -> Actor:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise NotSignedIn("Expected an access token (Authorization: Bearer …), but found none")
    return _house().directory.actor_of_token(secret.strip())


def _body(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.body is None:
        return {}
    text = request.get_data()
    data = canonical.loads(text) if text else {}
    schema = _schema(endpoint)
    faults = sorted(Draft202012Validator(schema).iter_errors(data), key=lambda fault: list(fault.path))
    if faults:
        findings = [
            Finding(
                "/" + "/".join(map(str, fault.path)),
                f"Expected a body as described, but {fault.message}",
                "api",
            )
            for fault in faults
        ]
        raise Malformed("Expected a body as /api/openapi.json describes it", findings)
    return dict(data)


def _schema(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(endpoint.body or {}),
        "required": list(endpoint.required),
        "additionalProperties": False,
    }


def _answer(data: Any) -> Response:
    return Response(canonical.dumps(data), content_type="application/json")


def _mount(endpoint: Endpoint) -> None:
    def view(**path: int) -> Response:
        actor = _actor()
        asked = Asked(
            house=_house(),
            actor=actor,
            path=path,
            body=_body(endpoint),
            query=request.args.to_dict(),
            data=request.get_data() if endpoint.raw else b"",
        )
        return _answer(endpoint.answer(asked))

    room.add_url_rule(endpoint.path, endpoint.answer.__name__, view, methods=[endpoint.method])


for _endpoint in ENDPOINTS:
    _mount(_endpoint)


@room.get("/openapi.json")
def openapi() -> Response:
    """The description of the interface (OpenAPI 3.1)."""
    return _answer(description())


def description() -> dict[str, Any]:
    """The OpenAPI document, made from the declarations."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        path = "/api" + _PLACE.sub(r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint)
    refusal = {
        "type": "object",
        "properties": {
            "error": {"type": "string"},
            "sentence": {"type": "string"},
            "findings": {"type": "array"},
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Banjie", "version": "1", "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": {"Refusal": refusal},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer"}}
        for name in _PLACE.findall(endpoint.path)
    ]
    parameters += [
        {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        for name, text in endpoint.query.items()
    ]
    refusal = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}}
    operation: dict[str, Any] = {
        "operationId": endpoint.answer.__name__,
        "summary": endpoint.summary,
        "description": (endpoint.answer.__doc__ or "").strip(),
        "parameters": parameters,
        "responses": {
            "200": {"description": "Done", "content": {"application/json": {"schema": {}}}},
            "4XX": {"description": "Refused, with a sentence", **refusal},
        },
    }
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": bool(endpoint.required),
            "content": {"application/json": {"schema": _schema(endpoint)}},
        }
    if endpoint.raw:
        operation["requestBody"] = {"required": True, "content": {"application/octet-stream": {"schema": {}}}}
    return operation
