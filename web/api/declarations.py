"""What the interface offers: one declaration an endpoint, from which routes, checks and document are made.

Read by `room` (routes, checks of what is sent) and by `document` (the OpenAPI description), so that the
three cannot differ. It answers nothing itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from web.api import drafting, endpoints
from web.api.endpoints import Asked

Schema = Mapping[str, Any]

_OBJECT: Schema = {"type": "object"}
_OBJECTS: Schema = {"type": "array", "items": {"type": "object"}}
_TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": 200}
_SENTENCE: Schema = {"type": "string", "minLength": 1, "maxLength": 2000}
_VARIABLES: Schema = {
    "variables": {"type": "object", "description": "Plain JSON data, checked by the form where there is one"}
}
_DONE: Schema = {
    "type": "object",
    "properties": {
        "case": {"type": "integer"},
        "number": {"type": "string"},
        "version": {"type": "integer"},
        "events": _OBJECTS,
        "query_code": {"type": "string", "description": "Given once, when a case is opened"},
    },
    "required": ["case", "number", "version", "events"],
}
_DEPLOYED: Schema = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("kind", "package", "digest")},
    "required": ["kind", "package", "digest"],
}
_DRAFT: Schema = {
    "type": "object",
    "properties": {
        "draft": {"type": "integer"},
        "kind": {"type": "string"},
        "name": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "string", "description": "open, submitted, approved, deployed or dropped"},
        "version": {"type": "integer", "description": "grows with each change; sent back with the next"},
        "authors": {"type": "array", "items": {"type": "string"}},
        "approved_by": {"type": ["string", "null"]},
        "effective_from": {"type": ["string", "null"]},
    },
    "required": ["draft", "kind", "name", "status", "version"],
}
_SEEN: Schema = {"version": {"type": "integer"}}
_FILE: Schema = {
    "type": "object",
    "properties": {
        "sha256": {"type": "string"},
        "name": {"type": "string"},
        "size": {"type": "integer"},
        "media_type": {"type": "string"},
    },
    "required": ["sha256", "name", "size", "media_type"],
}


@dataclass(frozen=True)
class Endpoint:
    """Method, path (Flask's form), a summary and the function that answers.

    `body` are the properties of the JSON body (None: none is read), `required` those that must be there,
    `query` the names of the query with their descriptions, `raw` says that the body is bytes, `answer` is
    the JSON Schema of the answer.
    """

    method: str
    path: str
    summary: str
    function: Callable[[Asked], Any]
    body: Schema | None = None
    required: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    raw: bool = False
    answer: Schema = field(default_factory=lambda: _OBJECT)

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the body; unknown names are refused, so that a slip is not lost in silence."""
        return {
            "type": "object",
            "properties": dict(self.body or {}),
            "required": list(self.required),
            "additionalProperties": False,
        }


_CASE = "/cases/<int:case>"
_AT = "/<int:case>/<int:key>"

_CASES = (
    Endpoint(
        "POST",
        "/cases",
        "Open a case",
        endpoints.open_case,
        {"item": _TEXT, "unit": _TEXT, "channel": {"enum": ["window", "online"]}, **_VARIABLES},
        ("item", "unit", "variables"),
        answer=_DONE,
    ),
    Endpoint(
        "GET",
        "/cases",
        "List cases",
        endpoints.list_cases,
        query={"search": "number, applicant or title", "status": "open or closed"},
        answer=_OBJECTS,
    ),
    Endpoint("GET", _CASE, "Show a case", endpoints.show_case),
    Endpoint(
        "GET",
        f"{_CASE}/periods",
        "Explain the periods of a case",
        endpoints.show_periods,
        answer=_OBJECTS,
    ),
    Endpoint(
        "GET",
        f"{_CASE}/periods/<int:key>",
        "Explain a period day by day: rows, text, picture, and the calendar it was counted on",
        endpoints.explain_period,
        query={"language": "zh or en, of the text and the picture"},
    ),
    Endpoint(
        "GET", f"{_CASE}/history", "Show the journal of a case", endpoints.show_history, answer=_OBJECTS
    ),
    Endpoint("GET", f"{_CASE}/verify", "Verify a case", endpoints.verify_case, answer=_OBJECTS),
    Endpoint("GET", f"{_CASE}/replay", "Replay a case", endpoints.replay_case),
    Endpoint(
        "POST",
        "/files",
        "Keep a file for a form",
        endpoints.keep_file,
        query={"name": "the file's name"},
        raw=True,
        answer=_FILE,
    ),
)

_WORK = (
    Endpoint(
        "GET",
        "/worklist",
        "List waiting work items",
        endpoints.list_work,
        query={"mine": "true: only claimed ones"},
        answer=_OBJECTS,
    ),
    Endpoint("POST", f"/items{_AT}/claim", "Claim a work item", endpoints.claim, answer=_DONE),
    Endpoint("POST", f"/items{_AT}/release", "Release a work item", endpoints.release, answer=_DONE),
    Endpoint(
        "POST",
        f"/items{_AT}/forward",
        "Forward a work item",
        endpoints.forward,
        {"to": _TEXT},
        ("to",),
        answer=_DONE,
    ),
    Endpoint(
        "POST",
        f"/items{_AT}/complete",
        "Complete a work item",
        endpoints.complete,
        _VARIABLES,
        ("variables",),
        answer=_DONE,
    ),
    Endpoint(
        "POST",
        f"/acts{_AT}",
        "Answer an open subscription",
        endpoints.send,
        _VARIABLES,
        ("variables",),
        answer=_DONE,
    ),
)

_JOBS = (
    Endpoint(
        "POST",
        "/jobs/activate",
        "Lease waiting jobs",
        endpoints.activate_jobs,
        {
            "type": {**_TEXT, "maxLength": 120},
            "worker": {**_TEXT, "maxLength": 80},
            "limit": {"type": "integer", "minimum": 1, "maximum": 100},
        },
        ("type", "worker"),
        answer=_OBJECTS,
    ),
    Endpoint(
        "POST",
        f"/jobs{_AT}/complete",
        "Complete a job",
        endpoints.complete_job,
        {"result": _OBJECT},
        answer=_DONE,
    ),
    Endpoint(
        "POST",
        f"/jobs{_AT}/fail",
        "Fail a job",
        endpoints.fail_job,
        {"sentence": _SENTENCE},
        ("sentence",),
        answer=_DONE,
    ),
    Endpoint(
        "POST",
        f"/jobs{_AT}/error",
        "Throw an error from a job",
        endpoints.throw_error,
        {"code": _TEXT, "sentence": {"type": "string", "maxLength": 2000}, **_VARIABLES},
        ("code",),
        answer=_DONE,
    ),
    Endpoint(
        "POST", f"/incidents{_AT}/retry", "Retry an incident", endpoints.retry, _VARIABLES, answer=_DONE
    ),
)

_DEFINITIONS = (
    Endpoint(
        "GET",
        "/definitions",
        "List deployed definitions",
        endpoints.list_definitions,
        answer=_OBJECTS,
    ),
    Endpoint(
        "POST",
        "/definitions",
        "Deploy a definition",
        endpoints.deploy,
        query={
            "name": "the package's id; else the id in its procedure.toml",
            "kind": "package (default), catalogue, law, calendar or supervision",
            "effective_from": "day from which cases begin under it",
        },
        raw=True,
        answer=_DEPLOYED,
    ),
)

_AT_DRAFT = "/drafts/<int:draft>"

_DRAFTS = (
    Endpoint(
        "GET",
        "/drafts",
        "List drafts",
        drafting.list_drafts,
        answer={"type": "array", "items": _DRAFT},
    ),
    Endpoint(
        "POST",
        "/drafts",
        "Hand in a definition for review",
        drafting.hand_in,
        query={
            "name": "the package's id; else the id in its procedure.toml",
            "kind": "package (default), catalogue, law, calendar, supervision, penalties or registers",
            "title": "what the draft is called",
            "note": "what the reviewer is told",
            "effective_from": "day from which cases begin under it; today where none is given",
        },
        raw=True,
        answer=_DRAFT,
    ),
    Endpoint(
        "POST",
        f"{_AT_DRAFT}/approve",
        "Approve a draft as the second person",
        drafting.approve_draft,
        {**_SEEN, "note": {"type": "string", "maxLength": 2000}},
        ("version",),
        answer=_DRAFT,
    ),
    Endpoint(
        "POST",
        f"{_AT_DRAFT}/back",
        "Send a draft back to its authors",
        drafting.send_back_draft,
        {**_SEEN, "note": _SENTENCE},
        ("version", "note"),
        answer=_DRAFT,
    ),
    Endpoint(
        "POST",
        f"{_AT_DRAFT}/deploy",
        "Deploy an approved draft",
        drafting.deploy_draft,
        _SEEN,
        ("version",),
        answer=_DRAFT,
    ),
)

ENDPOINTS = (*_CASES, *_WORK, *_JOBS, *_DEFINITIONS, *_DRAFTS)
