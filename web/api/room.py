"""The blueprint of the interface: proves who asks, checks what is sent, answers in JSON.

Reads the declarations; takes no decision. A request is proven by its access token alone: the interface
reads no cookie, so no page can be made to send one.
"""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, g, request
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from engine import canonical
from engine.errors import Finding, Malformed, NotFound, NotSignedIn, TooLarge, said
from engine.organisation.model import Actor
from web.api.declarations import ENDPOINTS, Endpoint
from web.api.document import MOST, description
from web.api.endpoints import Asked
from web.house import House
from web.services import services

ROOM = Blueprint("api", __name__, url_prefix="/api")

LARGEST_BODY = 2 * 1024 * 1024
MOST_FINDINGS = 50
_SHOWN = 200


def _house() -> House:
    return cast(House, services())


def _actor() -> Actor:
    """The owner of the token. Raises NotSignedIn."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise NotSignedIn(said("Expected an access token (Authorization: Bearer …), but found none"))
    actor = _house().directory.actor_of_token(secret.strip())
    g.actor = actor  # a refusal at the door is journalled with the person
    return actor


def _body(endpoint: Endpoint) -> dict[str, Any]:
    if endpoint.body is None:
        return {}
    if (request.content_length or 0) > LARGEST_BODY:
        raise TooLarge(
            said(
                "Expected a body of at most {largest_body} bytes, but it is larger", largest_body=LARGEST_BODY
            )
        )
    text = request.get_data()
    data = canonical.loads(text) if text else {}
    canonical.demand_storable(data)
    faults = sorted(
        Draft202012Validator(endpoint.schema).iter_errors(data), key=lambda fault: str(list(fault.path))
    )
    if faults:
        findings = [_finding(fault) for fault in faults[:MOST_FINDINGS]]
        raise Malformed(
            said("Expected a body as /api/openapi.json describes it, but found another"), findings
        )
    return dict(data)


def _finding(fault: ValidationError) -> Finding:
    message = fault.message if len(fault.message) <= _SHOWN else f"{fault.message[:_SHOWN]}…"
    where = "/" + "/".join(map(str, fault.path))
    return Finding(
        where, said("Expected a body as described, but {message}", message=message), f"api.{fault.validator}"
    )


def _path(numbers: dict[str, int]) -> dict[str, int]:
    for name, number in numbers.items():
        if number > MOST:
            raise NotFound(
                said(
                    "Expected a {name} of this installation, but there is no {number}",
                    name=name,
                    number=str(number)[:24],
                )
            )
    return numbers


def _query(endpoint: Endpoint) -> dict[str, str]:
    found = request.args.to_dict()
    canonical.demand_storable(found)
    unknown = sorted(found.keys() - endpoint.query.keys())
    if unknown:
        wanted = ", ".join(endpoint.query) or "nothing"
        raise Malformed(
            said(
                "Expected {wanted} in the query, but found {unknown!r}",
                wanted=wanted,
                unknown=unknown[0][:40],
            )
        )
    return found


def _answer(data: Any) -> Response:
    return Response(canonical.dumps(data), content_type="application/json")


def _mount(endpoint: Endpoint) -> None:
    def view(**path: int) -> Response:
        asked = Asked(
            house=_house(),
            actor=_actor(),
            path=_path(path),
            query=_query(endpoint),
            body=_body(endpoint),
            data=request.get_data() if endpoint.raw else b"",
        )
        return _answer(endpoint.function(asked))

    ROOM.add_url_rule(endpoint.path, endpoint.function.__name__, view, methods=[endpoint.method])


for _endpoint in ENDPOINTS:
    _mount(_endpoint)


@ROOM.get("/openapi.json")
def openapi() -> Response:
    """The description of the interface (OpenAPI 3.1)."""
    return _answer(description())
