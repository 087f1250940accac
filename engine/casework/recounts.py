"""The sweep after a new calendar: every open case is brought to its dates, a batch at a time.

Called by `founding` right after a calendar was deployed and by the heartbeat until nothing is left. It keeps
no mark of its own: whether a case is behind shows in the digest its last entry ran under, so whoever
comes after a crash finds exactly what is still to be done.
"""

from __future__ import annotations

from sqlalchemy import select

from engine import canonical
from engine.casework import commands
from engine.casework.case_row import LAST_HEAD
from engine.casework.runtime import Runtime
from engine.errors import BanjieError
from engine.organisation.model import Actor
from engine.records.tables import case as case_table

BATCH = 200


def newest(runtime: Runtime) -> str:
    """Digest of the newest calendar."""
    with runtime.store.reading() as connection:
        runtime.shelf.refresh(connection)
        return runtime.shelf.newest("calendar", "calendar")


def sweep(runtime: Runtime, calendar: str, after: int = 0, limit: int = BATCH) -> int | None:
    """Look at the next `limit` open cases with a number above `after` and recount those that are behind.

    Gives the last case looked at, None where there was none left. A case that cannot be recounted is
    passed over: the patrol reports it, and any later command of it is refused for the same reason.
    """
    t = case_table.c
    query = (
        select(t.case_id, LAST_HEAD.label("head"))
        .where(t.status == "open", t.case_id > after, t.version > 0)
        .order_by(t.case_id)
        .limit(limit)
    )
    with runtime.store.reading() as connection:
        rows = connection.execute(query).all()
    for row in rows:
        if canonical.loads(row.head)["digests"]["calendar"] != calendar:
            recount(runtime, row.case_id)
    return rows[-1].case_id if len(rows) == limit else None


def recount(runtime: Runtime, case_id: int) -> bool:
    """Recount one case; False where there was nothing to do or it cannot be done."""
    try:
        runtime.handle(commands.Recount(case_id=case_id), Actor.system())
    except BanjieError:
        return False
    return True
