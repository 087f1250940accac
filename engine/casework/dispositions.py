"""Disposing of a case: what was entered is erased when its retention has ended, and the proof stays.

Called by `banjie dispose`. ISO 15489-1, 9.9: records are disposed of by authority, never by an administrator
alone. An archivist of the case's unit asks, its head approves and gives the basis; both are written into the
journal (stream `dispositions`). Erased are the data of the case's entries, the rows that were drawn from them
and the bytes of its files. The heads stay (who acted, when, digests), so the chain and every seal still hold.
It decides nothing in a case; a register keeps its rows, which have a retention of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from engine.casework import case_row
from engine.casework import state as case_state
from engine.casework.runtime import Runtime
from engine.casework.state import CaseState
from engine.clock import moment_text, read_moment
from engine.definitions.deployment import MANIFEST_TYPE
from engine.errors import ActBlocked, Conflict, Malformed, NotAuthorised, said
from engine.organisation.model import Actor
from engine.organisation.roles import role_name
from engine.records import blobs, dispositions, journal, shared_tables, tables
from engine.records.entries import Entry, Event, fresh_salt
from engine.records.tables import blob, case, disposition, entry

ASKS, APPROVES = "archivist", "head-of-organ"
LONGEST_BASIS = 400
_YEARS = re.compile(r"([1-9][0-9]{0,2})Y", re.ASCII)
_DRAWN = (
    tables.work_item,
    tables.due,
    tables.job,
    tables.job_receipt,
    tables.subscription,
    shared_tables.publication,
)


@dataclass(frozen=True)
class Disposed:
    """What was disposed of: the case's number, how many entries and files, the last day of its retention."""

    number: str
    entries: int
    files: int
    kept_until: date


def kept_until(retention: str, closed_on: date) -> date | None:
    """The last day on which a case is kept; None where it is kept for ever.

    Records are filed by the year, so the years run from 1 January after the case was closed. Anything but a
    number of years (`30Y`) keeps a case: `permanent`, and what a package says that is only ever called.
    """
    years = _YEARS.fullmatch(retention)
    return date(closed_on.year + int(years[1]), 12, 31) if years else None


def dispose(runtime: Runtime, case_id: int, actor: Actor, approver: Actor, basis: str) -> Disposed:
    """Erase the data of a case. `actor` asks and `approver` approves, each proven by the caller.

    Raises NotFound, Conflict (the case is open, kept still, or disposed of already), NotAuthorised (a rank
    that is missing), ActBlocked (one person alone), Malformed (no basis).
    """
    basis = basis.strip()
    if not 1 <= len(basis) <= LONGEST_BASIS:
        raise Malformed(
            said(
                "Expected a basis of 1 to {longest} signs, but found {n}", longest=LONGEST_BASIS, n=len(basis)
            )
        )
    with runtime.store.writing() as connection:
        row = case_row.load(connection, case_id, lock=True)
        runtime.shelf.refresh(connection, row.generation)
        state = case_state.loads(row.state)
        _demand_approval(actor, approver, row.unit)
        last = _demand_ended(runtime, connection, row, state)
        entries = list(journal.read(connection, journal.case_stream(case_id)))
        files = _own_files(connection, case_id, entries)
        _approve(runtime, connection, row, actor, approver, basis, entries, files)
        _erase(connection, case_id, state, files)
    return Disposed(row.number, len(entries), len(files), last)


def _demand_approval(actor: Actor, approver: Actor, unit: str) -> None:
    for one, role in ((actor, ASKS), (approver, APPROVES)):
        if not one.holds(role, unit):
            raise NotAuthorised(
                said(
                    "Expected the {role} of {unit}, but {name} is not",
                    role=role_name(role, "en"),
                    unit=unit,
                    name=one.name or one.person,
                )
            )
    if actor.person == approver.person:
        raise ActBlocked(
            said("Expected a second person to approve a disposition, but {name} asks for it", name=actor.name)
        )


def _demand_ended(runtime: Runtime, connection: Connection, row: Any, state: CaseState) -> date:
    """The last day of the case's retention, which has passed. Raises Conflict."""
    if dispositions.of_stream(connection, journal.case_stream(row.case_id)):
        raise Conflict(
            said("Expected data to dispose of, but those of {number} have been", number=row.number)
        )
    if state.closed_at is None:
        raise Conflict(
            said(
                "Expected a case that has ended, but {number} is still open", number=row.number or row.case_id
            )
        )
    retention = str(runtime.shelf.package(connection, state.package).facts.get("retention", ""))
    zone = runtime.settings.zone
    last = kept_until(retention, read_moment(state.closed_at).astimezone(zone).date())
    if last is None:
        raise Conflict(
            said("Expected a case whose retention ends, but {number} is kept for ever", number=row.number)
        )
    today = runtime.clock.now().astimezone(zone).date()
    if today <= last:
        raise Conflict(
            said(
                "Expected the retention of {number} to have ended, but it is kept to {day}",
                number=row.number,
                day=last.isoformat(),
            )
        )
    return last


def _own_files(connection: Connection, case_id: int, entries: Sequence[Entry]) -> list[str]:
    """The files that this case names and nothing else in the record does."""
    named = {
        sha256
        for one in entries
        for part in (one.command, one.answers, *(event.data for event in one.events))
        for sha256 in blobs.named_in(part)
    }
    listed = connection.execute(select(blob.c.bytes).where(blob.c.media_type == MANIFEST_TYPE)).scalars()
    manifests = [bytes(one).decode() for one in listed] if named else []
    return [
        sha256
        for sha256 in sorted(named)
        if not any(sha256 in one for one in manifests) and not _named_elsewhere(connection, case_id, sha256)
    ]


def _named_elsewhere(connection: Connection, case_id: int, sha256: str) -> bool:
    """Whether an entry of another stream names the same bytes."""
    others = entry.c.payload.contains(sha256) & (entry.c.stream != journal.case_stream(case_id))
    return connection.execute(select(entry.c.seq).where(others).limit(1)).first() is not None


def _approve(
    runtime: Runtime,
    connection: Connection,
    row: Any,
    actor: Actor,
    approver: Actor,
    basis: str,
    entries: Sequence[Entry],
    files: Sequence[str],
) -> None:
    """Write down who approved what, in the journal and in the rows that let the database erase it."""
    moment, stream = moment_text(runtime.clock.now()), journal.case_stream(row.case_id)
    journal.record(
        connection,
        journal.DISPOSITIONS,
        moment,
        actor.as_data(),
        {
            "type": "Dispose",
            "case": row.case_id,
            "number": row.number,
            "basis": basis,
            "approver": approver.as_data(),
        },
        events=[
            Event("DataDisposed", {"stream": stream, "entries": len(entries), "head": entries[-1].hash}),
            *(Event("FileDisposed", {"hash": sha256}) for sha256 in files),
        ],
        salt=fresh_salt(),
    )
    places = [(stream, one.seq) for one in entries] + [(dispositions.file_stream(one), 0) for one in files]
    facts = {"approved_by": approver.person, "approved_at": moment, "basis": basis}
    connection.execute(insert(disposition), [{"stream": s, "seq": n, **facts} for s, n in places])


def _erase(connection: Connection, case_id: int, state: CaseState, files: Sequence[str]) -> None:
    connection.execute(
        update(entry).where(entry.c.stream == journal.case_stream(case_id)).values(payload=None)
    )
    if files:
        connection.execute(delete(blob).where(blob.c.sha256.in_(files)))
    for table in _DRAWN:
        connection.execute(delete(table).where(table.c.case_id == case_id))
    forms = tables.draft
    connection.execute(delete(forms).where(forms.c.place.startswith(f"item:{case_id}:", autoescape=True)))
    values = {
        "title": "",
        "applicant": "",
        "phone_tail": "",
        "query_hash": None,
        "state": _bare(state).dumps(),
    }
    connection.execute(update(case).where(case.c.case_id == case_id).values(values))


def _bare(state: CaseState) -> CaseState:
    """What is still told of the case: which procedure of which unit it was, from when to when."""
    names = ("case_id", "number", "procedure", "package", "item", "unit", "channel", "opened_at", "closed_at")
    return replace(CaseState(), **{name: getattr(state, name) for name in (*names, "outcome", "called")})
