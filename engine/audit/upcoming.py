"""What the heartbeat has before it: the next due moments of all cases, who holds what, what is late.

Called by the operator's pages. Reads the table of due moments and the state of the cases it names; it
fires nothing and decides nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from engine.casework import clocks, idleness, state
from engine.casework.state import CaseState
from engine.clock import moment_text
from engine.periods import PeriodRule
from engine.records.tables import case as case_table
from engine.records.tables import due as due_table
from engine.records.tables import job as job_table


@dataclass(frozen=True)
class Coming:
    """A moment that is armed.

    `kind` is "timer" (of the diagram), or what of a period comes: "prompt" at half of it, "warn" before its
    end, "promised" and "statutory" at its ends, "again" where an overrun stays idle; "idle" of a case.
    `element` is the timer's, "" for a period; `rule` the period's. `packages` are the digests in which the
    element is found: the case's own and those it has called. `held_by` is the node that has claimed it.
    """

    case_id: int
    number: str
    procedure: str
    unit: str
    at: str
    kind: str
    element: str
    rule: PeriodRule | None
    packages: tuple[str, ...]
    late: bool
    held_by: str


def coming(connection: Connection, now: datetime, limit: int = 20) -> list[Coming]:
    """The moments that fire next, the earliest first; those that are late already come before them."""
    t, c, moment = due_table.c, case_table.c, moment_text(now)
    query = (
        select(due_table, c.number, c.procedure, c.unit, c.state)
        .join(case_table, c.case_id == t.case_id)
        .where(t.status == "armed")
        .order_by(t.at, t.case_id, t.key)
        .limit(limit)
    )
    return [_coming(row, moment) for row in connection.execute(query)]


def _coming(row: Any, moment: str) -> Coming:
    case = state.loads(row.state)
    kind, element, rule = _meaning(case, row.key)
    held = row.claimed_until is not None and row.claimed_until >= moment
    return Coming(
        case_id=row.case_id,
        number=row.number or "",
        procedure=row.procedure,
        unit=row.unit,
        at=row.at,
        kind=kind,
        element=element,
        rule=rule,
        packages=(case.package, *case.called.values()),
        late=row.at <= moment,
        held_by=row.claimed_by or "" if held else "",
    )


def _meaning(case: CaseState, key: str) -> tuple[str, str, PeriodRule | None]:
    """Kind, element and rule of a due row; a row that its case no longer knows tells its key alone."""
    sort, _, rest = key.partition(":")
    if sort == "timer":
        timer = case.timers.get(int(rest))
        return "timer", str(timer["element"]) if timer else rest, None
    if sort == idleness.KEY:
        return sort, "", None
    number, _, limit = rest.partition(":")
    known = int(number) in case.periods
    return limit, "", clocks.ledger_of(case, int(number)).rule if known else None


def oldest_late(connection: Connection, now: datetime) -> str | None:
    """Since when the moment that waits longest has been due (None: nothing is late)."""
    t = due_table.c
    query = select(func.min(t.at)).where(t.status == "armed", t.at <= moment_text(now))
    return connection.execute(query).scalar()


def held(connection: Connection, now: datetime) -> Counter[str]:
    """Node → how many moments and jobs it has claimed and not yet done."""
    found: Counter[str] = Counter()
    for table, status in ((due_table, "armed"), (job_table, "waiting")):
        t = table.c
        query = (
            select(t.claimed_by, func.count())
            .where(t.status == status, t.claimed_by.is_not(None), t.claimed_until >= moment_text(now))
            .group_by(t.claimed_by)
        )
        found.update({str(node): int(number) for node, number in connection.execute(query)})
    return found
