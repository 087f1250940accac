"""What the interface offers: one declaration an endpoint, and the function that answers it.

A function turns a request into a command or a reading and nothing else. Bodies have been checked
against the declared schema before it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine import audit, periods
from engine.bpmn.marking import Marking
from engine.casework import clocks, commands, founding, job_leases, jobs, state, worklist
from engine.casework.state import CaseState
from engine.definitions import bundles
from engine.organisation import authorization
from engine.organisation.model import Actor
from engine.records import journal
from web.house import House

Schema = Mapping[str, Any]
_VARIABLES: Schema = {"type": "object", "description": "Plain JSON data, checked by the form"}
_TEXT: Schema = {"type": "string", "minLength": 1}


@dataclass(frozen=True)
class Asked:
    """One request: the house, who asks, the numbers in the path, the body and the query."""

    house: House
    actor: Actor
    path: Mapping[str, int]
    body: Mapping[str, Any]
    query: Mapping[str, str]
    data: bytes = b""

    def handle(self, command: commands.Command) -> dict[str, Any]:
        """Send a command and tell what came of it."""
        outcome = self.house.runtime.handle(command, self.actor)
        jobs.run_waiting(self.house.runtime, outcome.case_id)
        answer: dict[str, Any] = {
            "case": outcome.case_id,
            "number": outcome.number,
            "version": outcome.version,
            "events": [event.as_data() for event in outcome.events],
        }
        return {**answer, "query_code": outcome.query_code} if outcome.query_code else answer


@dataclass(frozen=True)
class Endpoint:
    """Method, path (Flask's form), a summary, the function, and the schema of the body if it has one."""

    method: str
    path: str
    summary: str
    answer: Callable[[Asked], Any]
    body: Schema | None = None
    required: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    raw: bool = False


def _key(asked: Asked) -> dict[str, int]:
    return {"case_id": asked.path["case"], "key": asked.path["key"]}


# --- cases -----------------------------------------------------------------------------------------


def open_case(asked: Asked) -> Any:
    """Receive an application at the window of a unit."""
    body = asked.body
    return asked.handle(
        commands.Receive(
            item=body["item"],
            unit=body["unit"],
            channel=body.get("channel", "window"),
            variables=body["variables"],
        )
    )


def _read_case(asked: Asked) -> tuple[Any, CaseState]:
    runtime = asked.house.runtime
    with asked.house.store.reading() as connection:
        row = runtime.load(connection, asked.path["case"])
        runtime.shelf.refresh(connection, row.generation)
        case = state.loads(row.state)
        authorization.at_the_door(asked.actor, "read", case.unit, runtime.organisation(connection))
    founding.record_reading(runtime, asked.actor, case.case_id, "interface")
    return row, case


def show_case(asked: Asked) -> Any:
    """A case: its facts, case file, open work items, periods and cards."""
    row, case = _read_case(asked)
    marking = Marking.load(row.marking.encode()) if row.marking else None
    return {
        "case": case.case_id,
        "number": case.number,
        "title": case.title,
        "procedure": case.procedure,
        "unit": case.unit,
        "status": row.status,
        "outcome": case.outcome,
        "version": row.version,
        "file": marking.variables(case.root) if marking and case.root is not None else {},
        "items": [{"key": key, **item} for key, item in sorted(case.items.items())],
        "acts": [{"key": key, **row} for key, row in sorted(case.subscriptions.items())],
        "incidents": [{"key": key, **row} for key, row in sorted(case.incidents.items())],
        "cards": list(case.cards),
        "documents": list(case.documents),
    }


def show_periods(asked: Asked) -> Any:
    """Every period of a case with its due date, explained day by day."""
    _, case = _read_case(asked)
    with asked.house.store.reading() as connection:
        calendar = asked.house.runtime.calendar(connection)
    found = []
    for number, row in sorted(case.periods.items()):
        ledger = clocks.ledger_of(case, number)
        due = periods.due(ledger, calendar)
        found.append(
            {
                "period": number,
                "id": row["id"],
                "due_on": due.day.isoformat(),
                "provisional": due.provisional,
                "ledger": ledger.as_data(),
                "explanation": periods.explain(ledger, calendar).as_data(),
            }
        )
    return found


def show_history(asked: Asked) -> Any:
    """The journal of a case, entry by entry."""
    _, case = _read_case(asked)
    with asked.house.store.reading() as connection:
        return [
            {
                "seq": entry.seq,
                "moment": entry.moment,
                "actor": entry.actor,
                "command": entry.command,
                "events": [event.as_data() for event in entry.events],
                "hash": entry.hash,
            }
            for entry in journal.read(connection, journal.case_stream(case.case_id))
        ]


def verify_case(asked: Asked) -> Any:
    """The numbered checks on a case."""
    row, case = _read_case(asked)
    with asked.house.store.reading() as connection:
        return [check.as_data() for check in audit.verify_case(connection, case.case_id, row._mapping)]


def replay_case(asked: Asked) -> Any:
    """The verdict of a replay."""
    _, case = _read_case(asked)
    runtime = asked.house.runtime
    with asked.house.store.reading() as connection:
        entries = journal.read(connection, journal.case_stream(case.case_id))
        return audit.replay(connection, runtime.shelf, runtime.settings, entries).as_data()


# --- work items and messages -----------------------------------------------------------------------


def list_work(asked: Asked) -> Any:
    """Work items waiting for the owner of the token, most urgent first."""
    with asked.house.store.reading() as connection:
        rows = worklist.worklist(connection, asked.actor, mine=asked.query.get("mine") == "true")
    return [dict(row.facts) for row in rows]


def claim(asked: Asked) -> Any:
    """Take an offered work item."""
    return asked.handle(commands.Claim(**_key(asked)))


def release(asked: Asked) -> Any:
    """Give a claimed work item back."""
    return asked.handle(commands.Release(**_key(asked)))


def forward(asked: Asked) -> Any:
    """Hand a work item to another potential owner."""
    return asked.handle(commands.Forward(**_key(asked), to=asked.body["to"]))


def complete(asked: Asked) -> Any:
    """Finish a work item with what its form holds."""
    return asked.handle(commands.Complete(**_key(asked), variables=asked.body["variables"]))


def send(asked: Asked) -> Any:
    """Do what an open subscription of a case waits for."""
    return asked.handle(commands.Send(**_key(asked), variables=asked.body["variables"]))


# --- jobs ------------------------------------------------------------------------------------------


def activate_jobs(asked: Asked) -> Any:
    """Lease waiting jobs of a type to a worker."""
    body = asked.body
    return job_leases.activate(
        asked.house.runtime,
        asked.actor,
        body["type"],
        worker=body["worker"],
        limit=int(body.get("limit", 10)),
    )


def complete_job(asked: Asked) -> Any:
    """Report a job as done."""
    job_leases.demand(asked.house.runtime, asked.actor)
    return asked.handle(commands.CompleteJob(**_key(asked), result=asked.body.get("result", {})))


def fail_job(asked: Asked) -> Any:
    """Report that a job could not be done; with no retries left it becomes an incident."""
    job_leases.demand(asked.house.runtime, asked.actor)
    return asked.handle(commands.FailJob(**_key(asked), sentence=asked.body["sentence"]))


def throw_error(asked: Asked) -> Any:
    """Report an error that the diagram is prepared for."""
    job_leases.demand(asked.house.runtime, asked.actor)
    body = asked.body
    return asked.handle(
        commands.ThrowError(**_key(asked), code=body["code"], sentence=body.get("sentence", ""))
    )


def retry(asked: Asked) -> Any:
    """Try the element of an incident again, with corrected variables."""
    return asked.handle(commands.Retry(**_key(asked), variables=asked.body.get("variables", {})))


# --- definitions -----------------------------------------------------------------------------------


def deploy(asked: Asked) -> Any:
    """Deploy a package: a ZIP file, or a bare BPMN file, as the body; `name` in the query."""
    name = asked.query.get("name") or "package"
    if asked.data[:2] == b"PK":
        bundle = bundles.from_zip("package", name, asked.data)
    else:
        bundle = bundles.Bundle("package", name, {f"{name}.bpmn": asked.data})
    made = founding.deploy_as(asked.house.runtime, bundle, asked.actor)
    return {"package": made.name, "digest": made.digest}


def list_definitions(asked: Asked) -> Any:
    """Every deployed version."""
    shelf = asked.house.runtime.shelf
    with asked.house.store.reading() as connection:
        shelf.refresh(connection)
    return [
        {
            "kind": version.kind,
            "name": version.name,
            "version": version.version,
            "digest": version.digest,
            "effective_from": version.effective_from.isoformat(),
            "deployed_at": version.deployed_at,
        }
        for version in shelf.versions()
    ]


_AT = "/<int:case>/<int:key>"
_WITH_VARIABLES: Schema = {"variables": _VARIABLES}

ENDPOINTS = (
    Endpoint(
        "POST",
        "/cases",
        "Open a case",
        open_case,
        {"item": _TEXT, "unit": _TEXT, "channel": {"enum": ["window", "online"]}, **_WITH_VARIABLES},
        ("item", "unit", "variables"),
    ),
    Endpoint("GET", "/cases/<int:case>", "Show a case", show_case),
    Endpoint("GET", "/cases/<int:case>/periods", "Explain the periods of a case", show_periods),
    Endpoint("GET", "/cases/<int:case>/history", "Show the journal of a case", show_history),
    Endpoint("GET", "/cases/<int:case>/verify", "Verify a case", verify_case),
    Endpoint("GET", "/cases/<int:case>/replay", "Replay a case", replay_case),
    Endpoint(
        "GET", "/worklist", "List waiting work items", list_work, query={"mine": "true: only claimed ones"}
    ),
    Endpoint("POST", f"/items{_AT}/claim", "Claim a work item", claim),
    Endpoint("POST", f"/items{_AT}/release", "Release a work item", release),
    Endpoint("POST", f"/items{_AT}/forward", "Forward a work item", forward, {"to": _TEXT}, ("to",)),
    Endpoint(
        "POST", f"/items{_AT}/complete", "Complete a work item", complete, _WITH_VARIABLES, ("variables",)
    ),
    Endpoint("POST", f"/acts{_AT}", "Answer an open subscription", send, _WITH_VARIABLES, ("variables",)),
    Endpoint(
        "POST",
        "/jobs/activate",
        "Lease waiting jobs",
        activate_jobs,
        {"type": _TEXT, "worker": _TEXT, "limit": {"type": "integer", "minimum": 1, "maximum": 100}},
        ("type", "worker"),
    ),
    Endpoint("POST", f"/jobs{_AT}/complete", "Complete a job", complete_job, {"result": {"type": "object"}}),
    Endpoint("POST", f"/jobs{_AT}/fail", "Fail a job", fail_job, {"sentence": _TEXT}, ("sentence",)),
    Endpoint(
        "POST",
        f"/jobs{_AT}/error",
        "Throw an error from a job",
        throw_error,
        {"code": _TEXT, "sentence": {"type": "string"}},
        ("code",),
    ),
    Endpoint("POST", f"/incidents{_AT}/retry", "Retry an incident", retry, _WITH_VARIABLES),
    Endpoint("GET", "/definitions", "List deployed definitions", list_definitions),
    Endpoint(
        "POST", "/definitions", "Deploy a package", deploy, query={"name": "the package's id"}, raw=True
    ),
)
