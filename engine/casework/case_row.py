"""The row of a case: made, loaded under its lock, and written with the journal entry of a decision.

Called by `runtime`; `recounts` reads which calendar a row was last counted under. The row and the rows
derived from it (`rows`) are a working copy: the journal entry written with them is the evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, String, cast, func, insert, literal, select, update

from engine import canonical
from engine.casework import clocks, commands, rows
from engine.casework.decide import Decision
from engine.casework.ground import Ground
from engine.casework.state import CaseState
from engine.clock import moment_text
from engine.errors import Conflict, NotFound, said
from engine.records import journal
from engine.records.entries import GENESIS, Entry, fresh_salt
from engine.records.store import Store
from engine.records.tables import case as case_table
from engine.records.tables import definition_version
from engine.records.tables import entry as entry_table

LAST_HEAD = (
    select(entry_table.c.head)
    .where(entry_table.c.case_id == case_table.c.case_id, entry_table.c.seq == case_table.c.version)
    .where(entry_table.c.stream == literal("case:") + cast(case_table.c.case_id, String))
    .scalar_subquery()
)


@dataclass(frozen=True)
class Outcome:
    """What came of a command: the case, its new version, the events; the query code where one was drawn."""

    case_id: int
    number: str
    version: int
    events: tuple[Any, ...]
    query_code: str | None = None

    def of(self, type_: str) -> list[Any]:
        """The events of a type."""
        return [event for event in self.events if event.type == type_]


def load(connection: Connection, case_id: int, *, lock: bool = False) -> Any:
    """The case row, with the number of deployed versions and the last entry's head. Raises NotFound."""
    generation = select(func.count()).select_from(definition_version).scalar_subquery()
    query = select(case_table, generation.label("generation"), LAST_HEAD.label("last_head"))
    query = query.where(case_table.c.case_id == case_id)
    if lock and connection.dialect.name == "postgresql":
        query = query.with_for_update(of=case_table)
    row = connection.execute(query).first()
    if row is None:
        raise NotFound(said("没有案件{case_id}", case_id=case_id))
    return row


def new(connection: Connection, command: commands.Receive, moment: datetime) -> int:
    """A row of a case that nothing has happened to yet; its id."""
    row = {
        "version": 0,
        "head_hash": GENESIS,
        "status": "open",
        "procedure": "",
        "package": "",
        "item_code": command.item,
        "unit": command.unit,
        "title": "",
        "applicant": "",
        "opened_at": moment_text(moment),
        "updated_at": moment_text(moment),
        "state": "",
        "marking": "",
        "marking_digest": "",
    }
    made = connection.execute(insert(case_table).values(row).returning(case_table.c.case_id))
    return int(made.scalar_one())


def write(
    store: Store,
    connection: Connection,
    before: CaseState,
    version: int,
    previous: str,
    command: commands.Command,
    ground: Ground,
    decision: Decision,
) -> Outcome:
    """Append the entry of a decision and write the row and what is derived from it. Raises Conflict."""
    after = decision.state
    marking = decision.marking.dump().decode() if decision.marking else ""
    marking_digest = decision.marking.digest if decision.marking else ""
    entry = Entry(
        stream=journal.case_stream(before.case_id),
        seq=version + 1,
        case_id=before.case_id,
        moment=moment_text(ground.moment),
        actor=ground.actor.as_data(),
        command=command.as_data(),
        answers=ground.answers,
        events=decision.events,
        digests=ground.digests,
        marking=marking_digest,
        previous=previous,
        salt=fresh_salt(),
    )
    journal.append(connection, entry)
    end = clocks.ends(after, ground.calendar) if after.open else None
    values = {
        "number": after.number or None,
        "version": entry.seq,
        "head_hash": entry.hash,
        "status": "open" if after.open else "closed",
        "procedure": after.procedure,
        "package": after.package,
        "title": after.title,
        "applicant": after.applicant,
        "phone_tail": after.phone_tail,
        "query_hash": after.query_hash,
        "updated_at": entry.moment,
        "closed_at": after.closed_at,
        "outcome": after.outcome,
        "level": rows.level(after),
        "due_at": moment_text(end) if end else None,
        "state": after.dumps(),
        "marking": marking,
        "marking_digest": marking_digest,
    }
    changed = connection.execute(
        update(case_table)
        .where(case_table.c.case_id == before.case_id, case_table.c.version == version)
        .values(values)
    )
    if changed.rowcount != 1:
        raise Conflict(said("案件刚刚被他人更新，请刷新后重试"))
    rows.write(store, connection, before, after, decision.events, ground)
    return Outcome(before.case_id, after.number, entry.seq, decision.events)


def told_under(connection: Connection, row: Any) -> str:
    """Digest of the calendar the case's dates were last counted under: that of its last entry."""
    head = row.last_head
    if head is None:
        # The row was waited for: the entry written meanwhile is newer than the statement's view.
        one = (entry_table.c.stream == journal.case_stream(row.case_id)) & (entry_table.c.seq == row.version)
        head = connection.execute(select(entry_table.c.head).where(one)).scalar_one()
    return str(canonical.loads(head)["digests"]["calendar"])
