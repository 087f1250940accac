"""What a calendar that is not deployed yet would move: the dates of running periods, before anybody decides.

Called by the designer's page of a calendar. It reads and computes, records nothing, and looks at no more
cases than it is told to: the recount itself follows the deployment (`recounts`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from engine.casework.recounting import shifted
from engine.casework.state import CaseState, loads
from engine.periods import Calendar, Due
from engine.records.tables import case as case_table


@dataclass(frozen=True)
class Move:
    """A running period that would end at another moment, or whose promise would. `case` is the number of the
    case; the ends are counted with the hours of the authority the period binds."""

    case: str
    period: str
    before: Due
    after: Due


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
        ends = shifted(state, key, old, new)
        if ends is not None:
            yield Move(number, str(row["id"]), *ends)
