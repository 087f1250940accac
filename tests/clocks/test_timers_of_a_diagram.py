"""Timers of a diagram where clocks are awkward: summer time, 29 February, weeks of outage, steps back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from diagrams import diagram
from founded import runtime_over

from engine import audit
from engine.bpmn.timing import due, following
from engine.casework import founding, patrol
from engine.definitions.bundles import Bundle
from engine.organisation.model import Actor
from engine.records import journal
from timers.laboratory import Laboratory

BERLIN = ZoneInfo("Europe/Berlin")
# Berlin's clocks: 29 March 2026 02:00 -> 03:00, 25 October 2026 03:00 -> 02:00.


def local(*numbers: int, fold: int = 0) -> datetime:
    return datetime(*numbers, tzinfo=BERLIN, fold=fold)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("text", "now", "at"),
    [
        ("2026-03-29T12:00:00", local(2026, 3, 28, 12), datetime(2026, 3, 29, 10, tzinfo=UTC)),
        ("2026-03-28T12:00:00", local(2026, 3, 27, 12), datetime(2026, 3, 28, 11, tzinfo=UTC)),
        ("2026-03-29", local(2026, 3, 1, 12), datetime(2026, 3, 28, 23, tzinfo=UTC)),
        ("2026-03-30", local(2026, 3, 1, 12), datetime(2026, 3, 29, 22, tzinfo=UTC)),
        ("2026-10-26", local(2026, 10, 1, 12), datetime(2026, 10, 25, 23, tzinfo=UTC)),
        # an hour that is left out, and one that comes twice: the moment it would have been, and the first
        ("2026-03-29T02:30:00", local(2026, 3, 1, 12), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        ("2026-10-25T02:30:00", local(2026, 10, 1, 12), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        # durations of hours and days are exact, those of months keep to the wall clock
        ("PT24H", local(2026, 3, 28, 12), local(2026, 3, 29, 13)),
        ("P1D", local(2026, 10, 24, 12), local(2026, 10, 25, 11)),
        ("P1M", local(2026, 3, 1, 12), local(2026, 4, 1, 12)),
        ("P1M", local(2026, 10, 1, 12), local(2026, 11, 1, 12)),
        ("P1M", local(2024, 1, 31, 12), local(2024, 2, 29, 12)),
        ("P1Y", local(2024, 2, 29, 12), local(2025, 2, 28, 12)),
        ("P4Y", local(2020, 2, 29, 12), local(2024, 2, 29, 12)),
        ("0 0 9 * * *", local(2026, 3, 28, 10), local(2026, 3, 29, 9)),
    ],
)
def test_a_moment_in_a_zone_with_summer_time(text: str, now: datetime, at: datetime) -> None:
    assert due(text, now.astimezone(UTC), BERLIN).at == at.astimezone(UTC)


def rounds(text: str, now: datetime, number: int) -> list[datetime]:
    found = [due(text, now.astimezone(UTC), BERLIN)]
    while len(found) < number and (later := following(found[-1], BERLIN)):
        found.append(later)
    return [one.at.astimezone(BERLIN).replace(tzinfo=None) for one in found]


def test_rounds_of_months_come_back_to_the_31st_and_those_of_years_to_29_february() -> None:
    start = local(2027, 12, 31, 9)
    days = [(one.month, one.day, one.hour) for one in rounds("R/P1M", start, 5)]
    assert days == [(1, 31, 9), (2, 29, 9), (3, 31, 9), (4, 30, 9), (5, 31, 9)]
    years = rounds("R/2024-02-29T09:00:00/P1Y", local(2024, 1, 1), 6)
    assert [(one.month, one.day) for one in years] == [(2, 29), (2, 28), (2, 28), (2, 28), (2, 29), (2, 28)]
    assert len(rounds("R3/2024-01-31/P1M", local(2024, 1, 1), 9)) == 3


def test_rounds_keep_to_the_wall_clock_by_cron_and_to_the_hours_by_duration() -> None:
    start = local(2026, 3, 28, 8)
    assert [one.hour for one in rounds("0 0 9 * * *", start, 4)] == [9, 9, 9, 9]
    assert [one.hour for one in rounds("R/P1D", start, 3)] == [9, 9, 9]  # twenty-four hours each, as in FEEL
    twice = [one.hour for one in rounds("0 0 2 * * *", local(2026, 10, 24, 8), 3)]
    assert twice == [2, 2, 2], "the hour that comes twice gives one round"


REMINDED = diagram(
    """
    <startEvent id="start"/><userTask id="work"/>
    <boundaryEvent id="remind" attachedToRef="work" cancelActivity="false"><timerEventDefinition>
      <timeCycle>R30/P1D</timeCycle></timerEventDefinition></boundaryEvent>
    <boundaryEvent id="once" attachedToRef="work" cancelActivity="false"><timerEventDefinition>
      <timeDuration>P2D</timeDuration></timerEventDefinition></boundaryEvent>
    <task id="tick"/><task id="rang"/><endEvent id="done"/>
    start -> work
    work -> done
    remind -> tick
    once -> rang
    """,
    process="reminded",
)
ITEM = (
    '[[item]]\ncode = "R-1"\nprocedure = "reminded"\nunits = ["shinan.cg"]\nstatus = "active"\n'
    '[item.name]\nzh = "件"\nen = "Item"\n'
)
FIRST = date(2026, 3, 2)


@pytest.fixture
def lab(founded_sqlite_url: str) -> Iterator[Laboratory]:
    made = Laboratory(*runtime_over(founded_sqlite_url, FIRST), 1)
    with made.runtime.store.reading() as connection:
        made.runtime.shelf.refresh(connection)
        shipped = made.runtime.shelf.bundle(connection, made.runtime.shelf.newest("catalogue", "catalogue"))
    files = {**shipped.files, "reminded.toml": ITEM.encode()}
    founding.deploy(made.runtime, Bundle("package", "reminded", {"reminded.bpmn": REMINDED}), Actor.system())
    founding.deploy(made.runtime, Bundle("catalogue", "catalogue", files), Actor.system())
    yield made
    made.runtime.store.close()


def fired(lab: Laboratory, case_id: int, element: str) -> list[dict[str, Any]]:
    with lab.runtime.store.reading() as connection:
        entries = list(journal.read(connection, journal.case_stream(case_id)))
        assert audit.replay(connection, lab.runtime.shelf, lab.runtime.settings, entries).conforms
    told = [dict(event.data) for one in entries for event in one.events if event.type == "TimerFired"]
    return [one for one in told if one["element"] == element]


def test_after_three_weeks_of_outage_each_moment_comes_once_in_order_and_says_how_late(
    lab: Laboratory,
) -> None:
    lab.at(FIRST, 9)
    case_id = lab.receive("R-1", "shinan.cg", {}, channel="window").case_id
    begun = lab.clock.now()
    lab.clock.set(begun + timedelta(days=21, hours=1))  # nobody beats meanwhile
    for _ in range(30):
        lab.heartbeat.beat()

    came = fired(lab, case_id, "remind")
    at = [datetime.fromisoformat(one["at"]) for one in came]
    assert at == [begun + timedelta(days=n) for n in range(1, 22)]
    late = [int((lab.clock.now() - one).total_seconds()) for one in at]
    assert [one["late_seconds"] for one in came] == late
    assert [one["late_seconds"] for one in fired(lab, case_id, "once")] == [19 * 86400 + 3600]
    assert patrol.patrol_case(lab.runtime, case_id, lab.clock.now()) == []


def test_a_clock_that_stepped_back_fires_nothing_twice_and_nothing_early(lab: Laboratory) -> None:
    lab.at(FIRST, 9)
    case_id = lab.receive("R-1", "shinan.cg", {}, channel="window").case_id
    begun = lab.clock.now()
    lab.clock.set(begun + timedelta(days=3, hours=1))
    lab.heartbeat.beat()
    assert len(fired(lab, case_id, "remind")) == 3
    lab.clock.set(begun + timedelta(days=1))
    lab.heartbeat.beat()
    lab.clock.set(begun + timedelta(days=4, hours=-1))
    lab.heartbeat.beat()
    assert len(fired(lab, case_id, "remind")) == 3
    lab.clock.set(begun + timedelta(days=4))
    lab.heartbeat.beat()
    assert len(fired(lab, case_id, "remind")) == 4
    assert len(fired(lab, case_id, "once")) == 1
