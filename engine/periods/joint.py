"""Joint approval: one clock of the case, one for each department, and whose days were used.

Called by casework for expressions and reports. Counts nothing of its own: it lays the ledgers
side by side.
Source: 《行政许可法》第二十六条、第四十二条第二款.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from engine.errors import said
from engine.periods.calendar import Calendar
from engine.periods.counting import counted
from engine.periods.ledger import Ledger
from engine.periods.timeline import Timeline


@dataclass(frozen=True)
class Share:
    """A department's part. `used`: days its own clock counted. `alone`: days of the case on which no other
    department's clock ran, so that the case waited for this one only."""

    used: int
    alone: int


@dataclass(frozen=True)
class Shares:
    """Whose days were used: the case's days, each department's, and those on which no department worked."""

    case: int
    departments: Mapping[str, Share]
    between: int  # days of the case's clock on which no department's clock ran: the lead's own


def whose_days(
    case: Ledger, departments: Mapping[str, Sequence[Ledger]], calendar: Calendar, as_of: date
) -> Shares:
    """The counted days of the case up to and including `as_of`, by department. A department may have several
    clocks (two licences of one package, a second look): a day on which any of them counts is its day, once.
    Hours are not supported: raises ValueError for a ledger that counts them."""
    clocks = {
        name: [Timeline(ledger, calendar, as_of) for ledger in ledgers]
        for name, ledgers in departments.items()
    }
    whole = Timeline(case, calendar, as_of)
    if any(clock.hourly for clock in [whole, *(one for each in clocks.values() for one in each)]):
        raise ValueError(said("Expected periods of days, but one of them counts hours"))
    used = dict.fromkeys(departments, 0)
    alone = dict.fromkeys(departments, 0)
    total = between = 0
    starts = [ledger.started_on for ledgers in departments.values() for ledger in ledgers]
    first = min([case.started_on, *starts])
    for step in range(1, (as_of - first).days + 1):
        day = first + timedelta(days=step)
        running = [name for name, each in clocks.items() if any(_counts(one, day) for one in each)]
        for name in running:
            used[name] += 1
        if _counts(whole, day):
            total += 1
            between += not running
            if len(running) == 1:
                alone[running[0]] += 1
    return Shares(total, {name: Share(used[name], alone[name]) for name in departments}, between)


def _counts(clock: Timeline, day: date) -> bool:
    """Whether the day is counted by the clock: after its start, not after its stop, not left out."""
    if day <= clock.start or (clock.now is not None and day > clock.now):
        return False
    return bool(counted(clock.axis, day - timedelta(days=1), day, clock.excluded))
