"""What a calendar that is not deployed yet would move: the dates of running periods, before anybody decides.

Called by the designer's page of a calendar. It reads and computes, records nothing, and looks at no more
cases than it is told to: the recount itself follows the deployment (`recounts`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, func, select

from engine import periods
from engine.casework import clocks
from engine.casework.state import CaseState, loads
from engine.periods import Calendar
from engine.records.tables import case as case_table


@dataclass(frozen=True)
class Move:
    """A running period whose last day would be another. `case` is the number of the case."""

    case: str
    period: str
    before: date
    after: date


@dataclass(frozen=True)
class Foreseen:
    """The moves found among the `looked` newest of `running` open cases."""

    moves: tuple[Move, ...]
    looked: int
    running: int


def foresee(connection: Connection, old: Calendar, new: Calendar, most: int) -> Foreseen:
    """What the newer calendar would move among at most `most` open cases, the newest first."""
    t = case_table.c
    open_cases = (t.status == "open", t.version > 0)
    running = connection.execute(select(func.count()).where(*open_cases)).scalar_one()
    query = select(t.number, t.state).where(*open_cases).order_by(t.case_id.desc()).limit(most)
    rows = connection.execute(query).all()
    moves = [move for row in rows for move in _moves(str(row.number), loads(row.state), old, new)]
    return Foreseen(tuple(moves), len(rows), int(running))


def _moves(number: str, state: CaseState, old: Calendar, new: Calendar) -> Iterator[Move]:
    for key, row in sorted(state.periods.items()):
        if row["stopped"]:
            continue
        ledger = clocks.ledger_of(state, key)
        before, after = (periods.due(ledger, calendar).day for calendar in (old, new))
        if before != after:
            yield Move(number, str(row["id"]), before, after)
