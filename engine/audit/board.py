"""What a supervisor watches: open cases counted, cards listed, cards week by week, limits used up.

Called by the supervisor's pages. Reads the derived rows of cases and cards, never the journal, so that a
board may ask every few seconds. Every reading is narrowed to the units it is given.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Select, func, select
from sqlalchemy import case as when

from engine import periods
from engine.casework import clocks, state
from engine.clock import moment_text
from engine.periods import Calendar
from engine.records.tables import card as card_table
from engine.records.tables import case as case_table
from engine.records.tables import person as person_table

LEVELS = ("T", "Y", "R", "R+")
RED = ("R", "R+")
STATES = ("open", "today", "yellow", "red", "overdue")
MOST_USED = 2000
"""Cases `usage` looks at, nearest end first; a board is for what is near its end."""


@dataclass(frozen=True)
class Count:
    """Open cases under one heading (a unit or a procedure; "" for all), by how they stand."""

    key: str
    open: int
    today: int
    yellow: int
    red: int
    overdue: int


@dataclass(frozen=True)
class Asked:
    """Which cards: every field that is not empty narrows. Moments are texts as the tables hold them."""

    units: Sequence[str]
    procedure: str = ""
    rule: str = ""
    level: str = ""
    status: str = ""
    person: str = ""
    issued_from: str = ""
    issued_to: str = ""


@dataclass(frozen=True)
class Used:
    """How much of a running limit is used up: `used` and `left` are of the limit's own unit."""

    case_id: int
    number: str
    title: str
    unit: str
    procedure: str
    ledger: periods.Ledger
    used: Any
    left: Any
    suspended: bool

    @property
    def percent(self) -> int:
        """Whole per cent of the limit, extensions included; over 100 once it has passed."""
        whole = self.used + self.left
        return int(self.used * 100 / whole) if whole else 0


def day_of(now: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """Begin and end of the local day as texts of moments."""
    midnight = datetime.combine(now.astimezone(zone).date(), datetime.min.time(), zone)
    return moment_text(midnight), moment_text(midnight + timedelta(days=1))


def standing_as(name: str, now: datetime, zone: ZoneInfo) -> ColumnElement[bool]:
    """The condition under which an open case is counted as one of STATES. Raises KeyError for another."""
    t = case_table.c
    begin, end = day_of(now, zone)
    conditions: dict[str, ColumnElement[bool]] = {
        "open": t.status == "open",
        "today": (t.due_at >= begin) & (t.due_at < end),
        "yellow": t.level == "Y",
        "red": t.level.in_(RED),
        "overdue": t.due_at < moment_text(now),
    }
    return (t.status == "open") & conditions[name]


def counts(
    connection: Connection, units: Sequence[str], now: datetime, zone: ZoneInfo, by: str, procedure: str = ""
) -> list[Count]:
    """Open cases of the units under each heading; `by` is "unit" or "procedure", most first."""
    heading = case_table.c[by]
    sums = [func.sum(when((standing_as(name, now, zone), 1), else_=0)) for name in STATES]
    query = select(heading, *sums).where(case_table.c.status == "open", case_table.c.unit.in_(units))
    if procedure:
        query = query.where(case_table.c.procedure == procedure)
    query = query.where(case_table.c.number.is_not(None)).group_by(heading)
    found = [Count(row[0], *(int(one) for one in row[1:])) for row in connection.execute(query)]
    return sorted(found, key=lambda count: (-count.overdue, -count.red, -count.open, count.key))


def together(found: Iterable[Count]) -> Count:
    """The sum of counts."""
    rows = list(found)
    return Count("", *(sum(getattr(row, name) for row in rows) for name in STATES))


def cases(
    connection: Connection,
    units: Sequence[str],
    now: datetime,
    zone: ZoneInfo,
    *,
    standing: str = "open",
    procedure: str = "",
    limit: int = 50,
    offset: int = 0,
) -> list[Mapping[str, Any]]:
    """Open cases of some units that stand as one of STATES, nearest end first; without state and marking."""
    t = case_table.c
    columns = [column for column in t if column.name not in ("state", "marking", "query_hash")]
    query = select(*columns).where(t.unit.in_(units), standing_as(standing, now, zone), t.number.is_not(None))
    if procedure:
        query = query.where(t.procedure == procedure)
    query = query.order_by(func.coalesce(t.due_at, "9"), t.case_id).limit(limit).offset(offset)
    return [dict(row._mapping) for row in connection.execute(query)]


def cards(connection: Connection, asked: Asked, *, limit: int = 50, offset: int = 0) -> list[dict[str, Any]]:
    """Cards, newest first, each with its case's title and applicant and the person's name."""
    query = joined(select(card_table, case_table.c.title, case_table.c.applicant, person_table.c.name), asked)
    t = card_table.c
    query = query.order_by(t.issued_at.desc(), t.case_id.desc(), t.key.desc()).limit(limit).offset(offset)
    return [dict(row._mapping) for row in connection.execute(query)]


def count_cards(connection: Connection, asked: Asked) -> int:
    """How many cards there are."""
    return int(connection.execute(joined(select(func.count()), asked)).scalar_one())


def rules(connection: Connection, units: Sequence[str]) -> list[str]:
    """The rules that have issued a card in these units, for a filter."""
    query = select(card_table.c.rule).distinct().where(card_table.c.unit.in_(units))
    return sorted(connection.execute(query).scalars(), key=lambda rule: (rule[:1], len(rule), rule))


def weeks(
    connection: Connection, asked: Asked, until: date, zone: ZoneInfo, number: int = 12
) -> list[tuple[date, Counter[str]]]:
    """Cards by level for each of so many weeks up to the one of a day; each week by its Monday."""
    monday = until - timedelta(days=until.weekday())
    first = monday - timedelta(weeks=number - 1)
    begin = moment_text(datetime.combine(first, datetime.min.time(), zone))
    t = card_table.c
    hour = func.substr(t.issued_at, 1, 13)
    query = joined(select(hour, t.level, func.count()), asked).where(t.issued_at >= begin)
    found = {first + timedelta(weeks=place): Counter[str]() for place in range(number)}
    for text, level, how_many in connection.execute(query.group_by(hour, t.level)):
        day = datetime.fromisoformat(f"{text}:00:00+00:00").astimezone(zone).date()
        week = day - timedelta(days=day.weekday())
        if week in found:
            found[week][level] += how_many
    return sorted(found.items())


def usage(
    connection: Connection, units: Sequence[str], calendar: Calendar, now: datetime, procedure: str = ""
) -> list[Used]:
    """Every running limit of an authority in the open cases, most used up first."""
    t = case_table.c
    query = select(t.case_id, t.number, t.title, t.unit, t.procedure, t.state)
    query = query.where(t.status == "open", t.unit.in_(units), t.number.is_not(None))
    if procedure:
        query = query.where(t.procedure == procedure)
    query = query.order_by(func.coalesce(t.due_at, "9"), t.case_id).limit(MOST_USED)
    found = [used for row in connection.execute(query) for used in _used(row, calendar, now)]
    return sorted(found, key=lambda used: (-used.percent, used.number))


def _used(row: Any, calendar: Calendar, now: datetime) -> Iterable[Used]:
    case = state.loads(row.state)
    for number, period in case.periods.items():
        ledger, own = clocks.ledger_of(case, number), clocks.calendar_of(case, number, calendar)
        if period["stopped"] or ledger.rule.klass == "party":
            continue
        used, left = periods.used(ledger, own, now), periods.remaining(ledger, own, now)
        suspended = periods.due(ledger, own, now).suspended
        yield Used(row.case_id, row.number, row.title, row.unit, row.procedure, ledger, used, left, suspended)


def joined(query: Select[Any], asked: Asked) -> Select[Any]:
    """A query of cards with their cases and the persons they name, narrowed to what is asked."""
    t = card_table.c
    query = query.select_from(
        card_table.join(case_table, case_table.c.case_id == t.case_id).outerjoin(
            person_table, person_table.c.login == t.person
        )
    ).where(t.unit.in_(asked.units))
    exact = (
        (t.procedure, asked.procedure),
        (t.rule, asked.rule),
        (t.status, asked.status),
        (t.person, asked.person),
    )
    for column, value in exact:
        if value:
            query = query.where(column == value)
    if asked.level:
        query = query.where(t.level.in_(RED if asked.level == "red" else (asked.level,)))
    if asked.issued_from:
        query = query.where(t.issued_at >= asked.issued_from)
    if asked.issued_to:
        query = query.where(t.issued_at < asked.issued_to)
    return query
