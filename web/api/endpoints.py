"""The functions that answer the interface: one for each declaration of `declarations`.

A function turns a request into a command or a reading and nothing else. Bodies have been checked
against the declared schema before it is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any

from sqlalchemy import Connection
from werkzeug.datastructures import FileStorage

from engine import audit, periods
from engine.audit import counted
from engine.bpmn.marking import Marking
from engine.casework import commands, founding, job_leases, jobs, state, worklist
from engine.casework.state import CaseState
from engine.clock import moment_text
from engine.definitions import bundles
from engine.errors import Malformed, said
from engine.organisation import authorization
from engine.organisation.model import Actor, Organisation
from engine.records import journal
from web.casefile import uploads
from web.house import House


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
        _at_the_file(asked.actor, case, runtime.organisation(connection))
    founding.record_reading(runtime, asked.actor, case.case_id, "interface")
    return row, case


def _at_the_file(actor: Actor, case: CaseState, organisation: Organisation) -> None:
    """An officer of the case's unit, of a unit that has work in it now, or who watches over it."""
    known = {unit.code for unit in organisation.units}
    units = {str(item["unit"]) for item in case.items.values()} & known
    if not any(authorization.may(actor, "read", unit, organisation) for unit in units):
        authorization.at_the_door(actor, "read", case.unit, organisation)


def list_cases(asked: Asked) -> Any:
    """Cases that the owner of the token may read, newest first; at most 50."""
    runtime = asked.house.runtime
    with asked.house.store.reading() as connection:
        runtime.shelf.refresh(connection)
        organisation = runtime.organisation(connection)
        units = [
            unit.code
            for unit in organisation.units
            if authorization.may(asked.actor, "read", unit.code, organisation)
        ]
        rows = worklist.find_cases(
            connection, units, search=asked.query.get("search", ""), status=asked.query.get("status", "")
        )
    shown = ("case_id", "number", "title", "applicant", "unit", "status", "outcome", "level", "opened_at")
    return [{name: row[name] for name in (*shown, "due_at")} for row in rows]


def keep_file(asked: Asked) -> Any:
    """Keep a file; the answer is the value of a form's file field."""
    upload = FileStorage(BytesIO(asked.data), filename=asked.query.get("name", ""))
    return uploads.keep(asked.house.store, upload)


def show_case(asked: Asked) -> Any:
    """A case: its facts, case file, open work items, periods and cards."""
    row, case = _read_case(asked)
    with asked.house.store.reading() as connection:
        file = _file(connection, row, case)
    return {
        "case": case.case_id,
        "number": case.number,
        "title": case.title,
        "procedure": case.procedure,
        "unit": case.unit,
        "status": row.status,
        "outcome": case.outcome,
        "version": row.version,
        "file": file,
        "items": [{"key": key, **item} for key, item in sorted(case.items.items())],
        "acts": [{"key": key, **row} for key, row in sorted(case.subscriptions.items())],
        "incidents": [{"key": key, **row} for key, row in sorted(case.incidents.items())],
        "cards": list(case.cards),
        "documents": list(case.documents),
    }


def _file(connection: Connection, row: Any, case: CaseState) -> Mapping[str, Any]:
    """The case file: of a running case from its marking, of a closed one from its journal."""
    marking = Marking.load(row.marking.encode())
    if case.root is not None and not marking.ended:
        return marking.variables(case.root)
    return audit.case_file(journal.read(connection, journal.case_stream(case.case_id)))


def show_periods(asked: Asked) -> Any:
    """Every period of a case with its due date as it stands now, explained day by day."""
    found = []
    case, counts = _counted(asked)
    for each in counts:
        ledger, due = each.explanation.ledger, each.explanation.due
        found.append(
            {
                "period": each.number,
                "id": ledger.rule.id,
                "state": each.standing.value,
                "due_on": due.day.isoformat(),
                "due_at": moment_text(due.moment),
                "promised_on": due.promised_day.isoformat() if due.promised_day else None,
                "suspended": due.suspended,
                "stopped": case.periods[each.number]["stopped"],
                "provisional": due.provisional,
                "ledger": ledger.as_data(),
                "explanation": each.explanation.as_data(),
            }
        )
    return found


def explain_period(asked: Asked) -> Any:
    """One period of a case day by day: as rows, as text and as a picture (SVG), with the calendar it was
    counted on, so that it can be counted again from the answer alone."""
    language = asked.query.get("language", "zh")
    if language not in ("zh", "en"):
        raise Malformed(said("Expected the language zh or en, but found {language!r}", language=language[:8]))
    _, counts = _counted(asked)
    (each,) = counted.one(counts, str(asked.path["key"]))
    text, drawn = each.explanation.text(language), periods.picture(each.explanation, language)
    return {**each.as_data(), "text": text, "picture": drawn}


def _counted(asked: Asked) -> tuple[CaseState, list[counted.Counted]]:
    _, case = _read_case(asked)
    with asked.house.store.reading() as connection:
        calendar = asked.house.runtime.calendar(connection)
    return case, list(counted.counted(case, calendar, asked.house.runtime.clock.now()))


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
    held = "mine" if asked.query.get("mine") == "true" else ""
    with asked.house.store.reading() as connection:
        rows = worklist.worklist(connection, asked.actor, held=held)
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
    job_leases.demand_external(asked.house.runtime, asked.actor, **_key(asked))
    return asked.handle(commands.CompleteJob(**_key(asked), result=asked.body.get("result", {})))


def fail_job(asked: Asked) -> Any:
    """Report that a job could not be done; with no retries left it becomes an incident."""
    job_leases.demand_external(asked.house.runtime, asked.actor, **_key(asked))
    return asked.handle(commands.FailJob(**_key(asked), sentence=asked.body["sentence"]))


def throw_error(asked: Asked) -> Any:
    """Report an error that the diagram is prepared for."""
    job_leases.demand_external(asked.house.runtime, asked.actor, **_key(asked))
    body = asked.body
    return asked.handle(
        commands.ThrowError(
            **_key(asked),
            code=body["code"],
            sentence=body.get("sentence", ""),
            variables=body.get("variables", {}),
        )
    )


def retry(asked: Asked) -> Any:
    """Try the element of an incident again, with corrected variables."""
    return asked.handle(commands.Retry(**_key(asked), variables=asked.body.get("variables", {})))


# --- definitions -----------------------------------------------------------------------------------


def deploy(asked: Asked) -> Any:
    """Deploy a package: a ZIP file, or a bare BPMN file, as the body; `name` in the query.

    Once the installation has received a case this is refused: a second person sees a draft first.
    """
    bundle = bundles.from_upload(asked.query.get("kind", "package"), asked.query.get("name", ""), asked.data)
    made = founding.deploy_as(
        asked.house.runtime, bundle, asked.actor, _day(asked.query.get("effective_from"))
    )
    return {"kind": made.kind, "package": made.name, "digest": made.digest}


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Malformed(
            said("Expected a day such as 2026-01-31, but found {text!r}", text=str(text)[:40])
        ) from error


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
