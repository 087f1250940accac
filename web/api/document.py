"""The OpenAPI 3.1 document of the interface, made from the same declarations as its routes.

Called by `room` for /api/openapi.json. It describes; it checks nothing.
"""

from __future__ import annotations

import re
from typing import Any

from web.api.declarations import ENDPOINTS, Endpoint

_PLACE = re.compile(r"<int:(\w+)>")
MOST = 2**31 - 1  # the largest key of a row
REFUSALS = {
    "400": "Not readable as asked for",
    "401": "No access token, or one that is unknown or expired",
    "403": "The post of the token's owner lacks the right, or the case is of another unit",
    "404": "No such case, work item or definition",
    "409": "Somebody was faster, or the law forbids the act",
    "413": "Too large",
    "422": "Not what was expected; `findings` says where",
}


def description() -> dict[str, Any]:
    """The document as plain data."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in ENDPOINTS:
        path = "/api" + _PLACE.sub(r"{\1}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Banjie",
            "version": "1",
            "description": "The commands and readings of the pages, for machines.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": {"Finding": _FINDING, "Refusal": _REFUSAL},
            "responses": {f"Refused{status}": _refusal(text) for status, text in REFUSALS.items()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


_FINDING = {
    "type": "object",
    "properties": {
        "where": {"type": "string"},
        "sentence": {"type": "string"},
        "rule": {"type": "string"},
        "line": {"type": ["integer", "null"]},
        "severity": {"enum": ["error", "note"]},
    },
    "required": ["where", "sentence"],
}
_REFUSAL = {
    "type": "object",
    "properties": {
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "sentence": {"type": "string"},
        "findings": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}},
    },
    "required": ["status", "code", "sentence", "findings"],
}


def _refusal(text: str) -> dict[str, Any]:
    return {
        "description": text,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}},
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.function.__name__,
        "summary": endpoint.summary,
        "description": (endpoint.function.__doc__ or "").strip(),
        "parameters": [*_path_parameters(endpoint), *_query_parameters(endpoint)],
        "responses": {
            "200": {"description": "Done", "content": {"application/json": {"schema": endpoint.answer}}},
            **{status: {"$ref": f"#/components/responses/Refused{status}"} for status in REFUSALS},
        },
    }
    if endpoint.body is not None:
        content: dict[str, Any] = {"application/json": {"schema": endpoint.schema}}
        operation["requestBody"] = {"required": bool(endpoint.required), "content": content}
    if endpoint.raw:
        operation["requestBody"] = {"required": True, "content": {"application/octet-stream": {}}}
    return operation


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    schema = {"type": "integer", "minimum": 0, "maximum": MOST}
    names = _PLACE.findall(endpoint.path)
    return [{"name": name, "in": "path", "required": True, "schema": schema} for name in names]


def _query_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    schema = {"type": "string"}
    return [
        {"name": name, "in": "query", "description": text, "schema": schema}
        for name, text in endpoint.query.items()
    ]
