"""One period taken apart: the days it counted, and those left out of it by what they were left out for.

Called by casework for a project whose clock stands still while it is the applicant's turn, so that the time
of the authority and the time of the applicant are told apart. Counts nothing of its own: it reads one ledger
day by day, as `explain` does. Source: 《行政许可法》第四十五条、第八十二条.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from engine.errors import said
from engine.periods.calendar import Calendar
from engine.periods.counting import counted
from engine.periods.ledger import Ledger
from engine.periods.timeline import Timeline


@dataclass(frozen=True)
class Apart:
    """Days in the period's own unit: `total` = `used` + all of `left_out` (kind of suspension → days)."""

    total: int
    used: int
    left_out: Mapping[str, int]


def days_apart(ledger: Ledger, calendar: Calendar, as_of: date) -> Apart:
    """The days of a period up to and including `as_of`, by whom they belong to.

    A day on which several suspensions lie is left out once, for the one that began first. Hours are not
    supported: raises ValueError for a ledger that counts them.
    """
    clock = Timeline(ledger, calendar, as_of)
    if clock.hourly:
        raise ValueError(said("Expected periods of days, but one of them counts hours"))
    spans = sorted(
        ((*clock.interval(one), one.kind) for one in ledger.suspensions if one.listed),
        key=lambda span: span[0],
    )
    used, left_out = 0, dict[str, int]()
    for step in range(1, (clock.now - clock.start).days + 1):
        day = clock.start + timedelta(days=step)
        if not counted(clock.axis, day - timedelta(days=1), day, ()):
            continue
        kind = next((kind for since, until, kind in spans if since < day <= until), None)
        if kind is None:
            used += 1
        else:
            left_out[kind] = left_out.get(kind, 0) + 1
    return Apart(used + sum(left_out.values()), used, left_out)
