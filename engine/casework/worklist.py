"""The worklist: what waits for whom, most urgent first; and the other lists officers work from.

Called by `web` and the command line. Read-only; every list is narrowed in the database to the units and
roles of the actor's posts, and each row is then asked of the one authority function.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from engine import canonical
from engine.organisation import authorization
from engine.organisation.model import Actor
from engine.records.tables import case as case_table
from engine.records.tables import work_item

OPEN = ("offered", "claimed")
BATCH = 200


@dataclass(frozen=True)
class Row:
    """One work item of a worklist; the names are those of the table, `mine` says who holds it."""

    facts: Mapping[str, Any]
    mine: bool

    def __getattr__(self, name: str) -> Any:
        try:
            return self.facts[name]
        except KeyError as error:
            raise AttributeError(name) from error


def worklist(
    connection: Connection,
    actor: Actor,
    *,
    held: str = "",
    search: str = "",
    procedure: str = "",
    due_before: str = "",
    limit: int = 100,
    offset: int = 0,
) -> list[Row]:
    """Open work items that the actor may take or has taken, by due moment, then priority, then age.

    `held` narrows to `mine` (taken) or `offered` (free to take), `due_before` (a moment as text) to what is
    due by then. Whether he may take a row is asked before
    the rows are counted off, so every page but the last has `limit` rows.
    """
    t = work_item.c
    taken = and_(t.status == "claimed", t.person == actor.person)
    condition = {"mine": taken, "offered": _offered_to(actor)}.get(held, or_(taken, _offered_to(actor)))
    if search:
        condition = and_(condition, _mentions(search, t.number, t.applicant, t.title, t.name))
    if procedure:
        condition = and_(condition, t.procedure == procedure)
    if due_before:
        condition = and_(condition, t.due_at < due_before)
    query = (
        select(work_item)
        .where(condition)
        .order_by(func.coalesce(t.due_at, "9"), t.priority.desc(), t.offered_at, t.case_id, t.key)
    )
    rows = (Row(dict(row._mapping), row.person == actor.person) for row in _in_batches(connection, query))
    open_to = (row for row in rows if row.mine or authorization.qualifies(actor, as_item(row.facts)))
    return list(islice(open_to, offset, offset + limit))


def _in_batches(connection: Connection, query: Select[Any]) -> Iterator[Any]:
    """The rows of a query, fetched no further than they are asked for."""
    for start in count(step=BATCH):
        rows = connection.execute(query.limit(BATCH).offset(start)).all()
        yield from rows
        if len(rows) < BATCH:
            return


def as_item(facts: Mapping[str, Any]) -> dict[str, Any]:
    """A row of work_item as `authorization` reads it."""
    return {
        "role": facts["role"],
        "unit": facts["unit"],
        "candidates": canonical.loads(facts["candidates"]),
    }


def _offered_to(actor: Actor) -> ColumnElement[bool]:
    t = work_item.c
    pairs = [
        and_(t.unit == held.unit, or_(t.role.is_(None), t.role.in_([*held.roles, "applicant"])))
        for held in actor.posts
    ]
    named = t.candidates.contains(f'"{actor.person}"', autoescape=True)
    posts = [t.candidates.contains(f'"{held.post}"', autoescape=True) for held in actor.posts]
    return and_(t.status == "offered", or_(named, *pairs, *posts))


def _mentions(text: str, *columns: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(*(column.contains(text, autoescape=True) for column in columns))


def find_cases(
    connection: Connection,
    units: Sequence[str] | None,
    *,
    search: str = "",
    procedure: str = "",
    status: str = "",
    level: str = "",
    opened_from: str = "",
    opened_to: str = "",
    limit: int = 50,
    offset: int = 0,
) -> list[Mapping[str, Any]]:
    """Cases of some units (None: of all), newest first; state and marking are left out."""
    t = case_table.c
    columns = [column for column in t if column.name not in ("state", "marking", "query_hash")]
    query = select(*columns).where(t.number.is_not(None))
    if units is not None:
        query = query.where(t.unit.in_(units))
    if search:
        query = query.where(_mentions(search, t.number, t.applicant, t.title))
    for column, value in ((t.procedure, procedure), (t.status, status), (t.level, level)):
        if value:
            query = query.where(column == value)
    if opened_from:
        query = query.where(t.opened_at >= opened_from)
    if opened_to:
        query = query.where(t.opened_at < opened_to)
    query = query.order_by(t.case_id.desc()).limit(limit).offset(offset)
    return [dict(row._mapping) for row in connection.execute(query)]


def open_items_of(connection: Connection, case_id: int) -> list[Mapping[str, Any]]:
    """The open work items of one case."""
    t = work_item.c
    query = select(work_item).where(t.case_id == case_id, t.status.in_(OPEN)).order_by(t.key)
    return [dict(row._mapping) for row in connection.execute(query)]
