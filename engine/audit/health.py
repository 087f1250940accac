"""How the installation itself is: nodes, what is late, what has failed, what no seal covers yet.

Called by the operator's pages. Reads derived rows and heads of streams; opens no case file beyond what an
incident says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import Connection, func, or_, select

from engine.casework import state
from engine.clock import moment_text, read_moment
from engine.periods import Calendar
from engine.records import journal, seals
from engine.records.tables import case as case_table
from engine.records.tables import entry as entry_table
from engine.records.tables import job as job_table
from engine.records.tables import node as node_table

MOST_LISTED = 200
SEALED_WITHIN = timedelta(hours=25)
NOTICE_COMES_BY = (11, 1)
"""Month and day from which next year's holiday notice is waited for; it seldom comes later than that."""


@dataclass(frozen=True)
class Incident:
    """An element of an open case that cannot go on; `job` is its type where it is one."""

    case_id: int
    number: str
    title: str
    unit: str
    key: int
    element: str
    kind: str
    sentence: str
    job: str


@dataclass(frozen=True)
class Unsealed:
    """What no seal covers: how many entries, the moment of the first of them (None: nothing), and the local
    days on which they were made."""

    entries: int
    since: str | None
    days: tuple[date, ...] = ()

    def ended(self, today: date) -> tuple[date, ...]:
        """Days that are over and still unsealed: their seal was due at the night after them."""
        return tuple(day for day in self.days if day < today)


def nodes(connection: Connection) -> list[Mapping[str, Any]]:
    """Every node that ever beat, the latest beat first."""
    query = select(node_table).order_by(node_table.c.beat_at.desc())
    return [dict(row._mapping) for row in connection.execute(query)]


def incidents(connection: Connection) -> list[Incident]:
    """The incidents of all open cases, by case."""
    t = case_table.c
    query = (
        select(t.case_id, t.number, t.title, t.unit, t.state)
        .where(t.status == "open", t.number.is_not(None))
        # Canonical JSON: a state without incidents holds exactly this.
        .where(~t.state.contains('"incidents":{}', autoescape=True))
        .order_by(t.case_id)
        .limit(MOST_LISTED)
    )
    return [incident for row in connection.execute(query) for incident in _incidents(row)]


def _incidents(row: Any) -> Iterator[Incident]:
    case = state.loads(row.state)
    for key, found in sorted(case.incidents.items()):
        job = case.jobs.get(key, {})
        yield Incident(
            row.case_id,
            row.number,
            row.title,
            row.unit,
            key,
            str(found["element"]),
            str(found["kind"]),
            str(found["sentence"]),
            str(job.get("type", "")),
        )


def troubled_jobs(connection: Connection) -> list[Mapping[str, Any]]:
    """Jobs that have failed at least once and are not done, with their case's number, oldest first."""
    t = job_table.c
    query = (
        select(job_table, case_table.c.number)
        .join(case_table, case_table.c.case_id == t.case_id)
        .where(or_(t.status == "failed", (t.status == "waiting") & t.problem.is_not(None)))
        .order_by(t.available_at, t.case_id, t.key)
        .limit(MOST_LISTED)
    )
    return [dict(row._mapping) for row in connection.execute(query)]


def waiting_jobs(connection: Connection) -> list[tuple[str, int]]:
    """How many jobs of each type wait to be done."""
    t = job_table.c
    query = select(t.type, func.count()).where(t.status == "waiting").group_by(t.type).order_by(t.type)
    return [(row[0], int(row[1])) for row in connection.execute(query)]


def unsealed(connection: Connection, zone: tzinfo) -> Unsealed:
    """What has been recorded since the newest seal, the days told in a zone."""
    newest = seals.latest(connection)
    covered = {stream: seq for stream, seq, _hash in seals.leaves(connection)}
    behind = [(stream, covered.get(stream, 0), seq) for stream, seq, _hash in journal.heads(connection)]
    number = sum(seq - known for _stream, known, seq in behind if seq > known)
    if not number:
        return Unsealed(0, None)
    # Offsets of zones are whole minutes: the minutes in which anything was recorded tell the days.
    minute = func.substr(entry_table.c.moment, 1, 16)
    query = select(minute, func.min(entry_table.c.moment)).group_by(minute).order_by(minute)
    if newest:
        query = query.where(entry_table.c.moment >= newest.moment)
    firsts = [first for _minute, first in connection.execute(query)]
    days = sorted({read_moment(first).astimezone(zone).date() for first in firsts})
    return Unsealed(number, firsts[0] if firsts else None, tuple(days))


def seal_overdue(connection: Connection, now: datetime) -> bool:
    """Whether something has been recorded for more than a day and no seal is younger than a day.

    The heartbeat seals every night; an hour is given for a night whose clocks change.
    """
    newest, limit = seals.latest(connection), moment_text(now - SEALED_WITHIN)
    if newest is not None:
        return newest.moment < limit
    first = connection.execute(select(func.min(entry_table.c.moment))).scalar()
    return first is not None and first < limit


def years_without_notice(calendar: Calendar, today: date) -> Sequence[int]:
    """This year and, once its notice is due, the next, where the calendar has none for them."""
    years = [today.year]
    if (today.month, today.day) >= NOTICE_COMES_BY:
        years.append(today.year + 1)
    return [year for year in years if not calendar.knows(date(year, 1, 1) + timedelta(days=180))]
