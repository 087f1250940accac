"""Where the days of a procedure are lost: how long its cases stayed at each element of its diagram.

Called by the supervisor's heat map. Drawn from the journals of cases alone; runs no diagram. A stay counts
the working days after the day a token came up to the day it went, as periods are counted (C1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import Connection, select

from engine.clock import read_moment
from engine.periods import Calendar
from engine.records import journal
from engine.records.entries import Entry
from engine.records.tables import case as case_table

MOST_CASES = 200
"""Cases looked at, the newest first: what was lost long ago says little about today."""


@dataclass(frozen=True)
class Stay:
    """One token at one element: of which case, how many working days, and whether it is still there."""

    case_id: int
    number: str
    element: str
    days: int
    ongoing: bool


@dataclass(frozen=True)
class Delay:
    """All stays at one element: `days` together, the middle one, the longest with its case."""

    element: str
    stays: int
    ongoing: int
    days: int
    median: int
    longest: Stay


def delays(
    connection: Connection,
    units: Sequence[str],
    procedure: str,
    digest: str,
    calendar: Calendar,
    now: datetime,
    waits: frozenset[str],
) -> tuple[list[Delay], int]:
    """The elements at which most days were lost first, and how many cases were looked at.

    digest: of the diagram whose elements are asked for. waits: the elements that count, so that what only
    holds others (a sub-process) is not counted twice.
    """
    cases = _cases(connection, units, procedure)
    found: dict[str, list[Stay]] = {}
    for case_id, number in cases:
        entries = journal.read(connection, journal.case_stream(case_id))
        for stay in stays(case_id, number, entries, digest, calendar, now):
            if stay.element in waits:
                found.setdefault(stay.element, []).append(stay)
    told = [_delay(element, listed) for element, listed in found.items()]
    return sorted(told, key=lambda one: (-one.days, -one.stays, one.element)), len(cases)


def _cases(connection: Connection, units: Sequence[str], procedure: str) -> list[tuple[int, str]]:
    t = case_table.c
    query = (
        select(t.case_id, t.number)
        .where(t.procedure == procedure, t.unit.in_(units), t.number.is_not(None))
        .order_by(t.case_id.desc())
        .limit(MOST_CASES)
    )
    return [(row.case_id, row.number) for row in connection.execute(query)]


def stays(
    case_id: int, number: str, entries: Iterable[Entry], digest: str, calendar: Calendar, now: datetime
) -> Iterator[Stay]:
    """Every stay of a case at an element of the diagram with that digest, those that last included."""
    here: dict[int, tuple[str, datetime]] = {}
    diagrams: dict[int, str] = {}
    for entry in entries:
        moment = read_moment(entry.moment)
        for event in entry.events:
            data = event.data
            if event.type == "ScopeOpened":
                around = diagrams.get(data.get("parent") or 0, "")
                diagrams[data["scope"]] = str(data.get("digest") or around)
            elif event.type == "ElementEntered" and diagrams.get(data["scope"]) == digest:
                here.setdefault(data["instance"], (data["element"], moment))
            elif event.type == "ElementLeft" and data["instance"] in here:
                element, since = here.pop(data["instance"])
                yield Stay(case_id, number, element, _days(calendar, since, moment), False)
    for element, since in here.values():
        yield Stay(case_id, number, element, _days(calendar, since, now), True)


def _days(calendar: Calendar, since: datetime, until: datetime) -> int:
    return calendar.working_days_between(calendar.local_date(since), calendar.local_date(until))


def _delay(element: str, found: Sequence[Stay]) -> Delay:
    days = [stay.days for stay in found]
    return Delay(
        element=element,
        stays=len(found),
        ongoing=sum(stay.ongoing for stay in found),
        days=sum(days),
        median=int(median(days)),
        longest=max(found, key=lambda stay: (stay.days, stay.case_id)),
    )
