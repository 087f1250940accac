"""Due moments: rows are claimed in the database, fired in their case's transaction, once each.

Called by `timers` on every beat, from any number of nodes. A claim is a lease, not a promise: a node
that dies lets it run out and another fires the moment late, which the event says.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from engine.casework import clocks, commands, state
from engine.casework.runtime import Runtime
from engine.clock import moment_text
from engine.errors import BanjieError, Conflict
from engine.organisation.model import Actor
from engine.records.tables import case as case_table
from engine.records.tables import due as due_table

LEASE = timedelta(minutes=2)


def fire_due(runtime: Runtime, worker: str, limit: int = 100) -> int:
    """Claim and fire up to `limit` due moments; gives how many came."""
    claimed = _claim(runtime, worker, limit)
    for case_id, key in claimed:
        _fire(runtime, case_id, key)
    return len(claimed)


def _claim(runtime: Runtime, worker: str, limit: int) -> list[tuple[int, str]]:
    now = runtime.clock.now()
    t = due_table.c
    query = (
        select(t.case_id, t.key)
        .where(t.status == "armed", t.at <= moment_text(now))
        .where(or_(t.claimed_until.is_(None), t.claimed_until < moment_text(now)))
        .order_by(t.at, t.case_id, t.key)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    with runtime.store.reading() as connection:
        # Most beats find nothing: look before taking the write lock.
        if (
            connection.execute(
                select(t.case_id).where(t.status == "armed", t.at <= moment_text(now)).limit(1)
            ).first()
            is None
        ):
            return []
    with runtime.store.writing() as connection:
        rows = [(row.case_id, row.key) for row in connection.execute(query)]
        for case_id, key in rows:
            connection.execute(
                update(due_table)
                .where(t.case_id == case_id, t.key == key)
                .values(claimed_until=moment_text(now + LEASE), claimed_by=worker)
            )
    return rows


def _fire(runtime: Runtime, case_id: int, key: str) -> None:
    try:
        runtime.handle(commands.FireDue(case_id=case_id, key=key), Actor.system())
    except Conflict:
        settle(runtime, case_id)
    except BanjieError:
        # The lease runs out and the moment is tried again; the operator's page shows it as late.
        return


def settle(runtime: Runtime, case_id: int) -> None:
    """Bring the due rows of a case to what its state says: after a new calendar, or a stale row."""
    with runtime.store.writing() as connection:
        row = runtime.load(connection, case_id, lock=True)
        runtime.shelf.refresh(connection, row.generation)
        case = state.loads(row.state)
        wanted = clocks.dues(case, runtime.calendar(connection)) if case.open else {}
        runtime.store.upsert(connection, due_table, _settled(connection, case_id, wanted))


def _settled(connection: Connection, case_id: int, wanted: dict[str, Any]) -> list[dict[str, Any]]:
    stored = connection.execute(select(due_table).where(due_table.c.case_id == case_id)).all()
    rows = [
        {
            "case_id": case_id,
            "key": row.key,
            "status": "armed" if row.key in wanted else "done",
            "at": moment_text(wanted[row.key]) if row.key in wanted else row.at,
            "claimed_until": None,
            "claimed_by": None,
        }
        for row in stored
    ]
    known = {row.key for row in stored}
    fresh = [
        {
            "case_id": case_id,
            "key": key,
            "status": "armed",
            "at": moment_text(at),
            "claimed_until": None,
            "claimed_by": None,
        }
        for key, at in sorted(wanted.items())
        if key not in known
    ]
    return rows + fresh


def next_due(connection: Connection) -> str | None:
    """The next armed moment of all cases, for the operator's page."""
    query = select(func.min(due_table.c.at)).where(due_table.c.status == "armed")
    return connection.execute(query).scalar()


def lag(connection: Connection, now: str) -> int:
    """How many moments are due and not yet fired."""
    query = (
        select(func.count())
        .select_from(due_table)
        .join(case_table, case_table.c.case_id == due_table.c.case_id)
    )
    return int(
        connection.execute(query.where(due_table.c.status == "armed", due_table.c.at <= now)).scalar_one()
    )
