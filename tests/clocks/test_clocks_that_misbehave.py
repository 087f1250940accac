"""Clocks that step back, zones that change their clocks, and the day that most years do not have."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from floods import accepted_case
from founded import runtime_over
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import audit, clock
from engine.casework import clocks, patrol
from engine.casework.runtime import Runtime, Settings
from engine.clock import SystemClock, VirtualClock, moment_text
from engine.definitions import deployment
from engine.organisation.directory import Directory
from engine.periods import Calendar, Ledger, PeriodRule, due
from engine.records import journal
from engine.records.store import Store
from timers.laboratory import Laboratory

BERLIN = ZoneInfo("Europe/Berlin")
FIRST = date(2026, 1, 26)


def shipped_calendar(zone: str) -> Calendar:
    bundle = next(one for one in deployment.shipped() if one.kind == "calendar")
    return Calendar.read(bundle.texts(".toml"), zone=zone)


def opened(limit: str, day: date, **facts: str) -> Ledger:
    data = {"id": "t", "basis": "test", "limit": limit, "valid_from": "2000-01-01", **facts}
    return Ledger.open(PeriodRule.from_data(data), day)


def entries(lab: Any, case_id: int) -> list[Any]:
    with lab.runtime.store.reading() as connection:
        return list(journal.read(connection, journal.case_stream(case_id)))


def demand_in_order(lab: Any, case_id: int) -> None:
    """No entry is dated before the one it follows, and the case replays."""
    read = entries(lab, case_id)
    moments = [entry.moment for entry in read]
    assert moments == sorted(moments)
    with lab.runtime.store.reading() as connection:
        lab.runtime.shelf.refresh(connection)
        verdict = audit.replay(connection, lab.runtime.shelf, lab.runtime.settings, read)
    assert verdict.conforms, verdict.sentence()


# --- a clock that steps back -----------------------------------------------------------------------


def test_the_machine_s_clock_stepping_back_repeats_the_last_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    shown = iter([noon, noon - timedelta(hours=3), noon + timedelta(seconds=1)])

    class Stepping(datetime):
        @classmethod
        def now(cls, _zone: Any = None) -> datetime:
            return next(shown)

    monkeypatch.setattr(clock, "datetime", Stepping)
    one = SystemClock()

    assert [one.now() for _ in range(3)] == [noon, noon, noon + timedelta(seconds=1)]


def test_no_entry_of_a_case_is_dated_before_its_predecessor(laboratory: Any) -> None:
    lab = laboratory(FIRST)
    case_id = lab.receive("HJ-LH-0004", "shinan.ga.zs", {}, channel="window").case_id
    received = entries(lab, case_id)[0].moment
    for element, found in (("review", {"review_outcome": "complete"}), ("sign_statement", {})):
        lab.clock.advance(timedelta(hours=-3))
        lab.complete(case_id, element, **found)
    assert {entry.moment for entry in entries(lab, case_id)} == {received}

    # Jobs wait until the clock has caught up with the moment they were made at.
    lab.clock.advance(timedelta(hours=7))
    lab.heartbeat.beat()
    lab.clock.advance(timedelta(hours=-2))
    lab.complete(case_id, "investigate")

    assert entries(lab, case_id)[-1].moment > moment_text(lab.clock.now())
    demand_in_order(lab, case_id)


def test_a_moment_that_fired_does_not_fire_again_after_the_clock_stepped_back(laboratory: Any) -> None:
    lab = laboratory(FIRST)
    case_id = accepted_case(lab)
    lab.at(date(2026, 3, 2))
    cards = lab.case(case_id).cards
    lab.clock.set(datetime(2026, 2, 20, tzinfo=UTC))
    lab.heartbeat.beat()
    lab.at(date(2026, 3, 4))

    assert cards
    assert lab.case(case_id).cards == cards
    demand_in_order(lab, case_id)


# --- a zone that changes its clocks ----------------------------------------------------------------


@settings(max_examples=60)
@given(
    day=st.dates(date(2026, 3, 20), date(2026, 3, 31)) | st.dates(date(2026, 10, 15), date(2026, 10, 28)),
    days=st.integers(1, 12),
    kind=st.sampled_from("WN"),
)
def test_the_wall_clock_at_the_end_of_a_period_is_the_same_before_and_after_the_change(
    day: date, days: int, kind: str
) -> None:
    berlin, shanghai = shipped_calendar("Europe/Berlin"), shipped_calendar("Asia/Shanghai")
    ledger = opened(f"{days}{kind}", day)

    here, there = due(ledger, berlin), due(ledger, shanghai)
    local = here.moment.astimezone(BERLIN)

    assert here.day == there.day
    assert local.replace(tzinfo=None) == there.moment.astimezone(ZoneInfo("Asia/Shanghai")).replace(
        tzinfo=None
    )


@pytest.mark.parametrize(
    ("first", "before", "after"),
    [(date(2026, 3, 16), 1, 2), (date(2026, 10, 12), 2, 1)],  # hours from UTC before and after the change
)
def test_a_case_in_a_zone_with_summer_time_is_warned_and_overdue_at_the_hours_of_its_own_wall_clock(
    founded_url: str, first: date, before: int, after: int
) -> None:
    store, zone = Store(founded_url), Settings(zone=BERLIN)
    virtual = VirtualClock(datetime.combine(first, time(9), BERLIN).astimezone(UTC))
    runtime = Runtime(store, virtual, zone, Directory(store, virtual, zone=BERLIN))
    lab = Laboratory(runtime, virtual, 1)
    case_id = accepted_case(lab)
    opened_at = virtual.now().astimezone(BERLIN)

    lab.at(first + timedelta(days=45))

    told = [e.data for one in entries(lab, case_id) for e in one.events if e.type.startswith("Period")]
    moments = [datetime.fromisoformat(one["due_at"]) for one in told if "late_seconds" in one]
    assert moments
    for moment in moments:
        local = (moment - timedelta(milliseconds=moment.microsecond // 1000)).astimezone(BERLIN)
        assert (local.hour, local.minute) in {(9, 0), (17, 0), (0, 0)}
        assert local.utcoffset() == timedelta(hours=after)
    assert opened_at.utcoffset() == timedelta(hours=before)
    assert {one["late_seconds"] for one in told if "late_seconds" in one} == {0}
    assert patrol.patrol(runtime) == []
    demand_in_order(lab, case_id)
    store.close()


# --- 29 February -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "start", "end"),
    [
        ("1M", date(2024, 1, 31), date(2024, 2, 29)),  # no 31 February: the month's last day
        ("1M", date(2023, 1, 31), date(2023, 2, 28)),
        ("1Y", date(2024, 2, 29), date(2025, 2, 28)),
        ("1M", date(2024, 2, 29), date(2024, 3, 29)),
        ("2N", date(2024, 2, 27), date(2024, 2, 29)),
        ("3N", date(2024, 2, 27), date(2024, 3, 1)),
        ("2W", date(2024, 2, 28), date(2024, 3, 1)),
    ],
)
def test_periods_know_the_day_that_most_years_do_not_have(limit: str, start: date, end: date) -> None:
    assert due(opened(limit, start), shipped_calendar("Asia/Shanghai")).day == end


def test_a_case_accepted_before_a_leap_day_counts_it(founded_sqlite_url: str) -> None:
    lab = Laboratory(*runtime_over(founded_sqlite_url, date(2024, 2, 28)), 1)
    case_id = accepted_case(lab)
    number = max(lab.case(case_id).periods)
    with lab.runtime.store.reading() as connection:
        lab.runtime.shelf.refresh(connection)
        calendar = lab.runtime.calendar(connection)
        end = due(clocks.ledger_of(lab.case(case_id), number), calendar)

    # Twenty working days after 28 February 2024; the first of them is the 29th.
    assert end.day == date(2024, 3, 27)
    lab.at(date(2024, 3, 28))
    over = [e.data for one in entries(lab, case_id) for e in one.events if e.type == "PeriodOverdue"]
    assert moment_text(end.moment + timedelta(milliseconds=1)) in {one["due_at"] for one in over}
    lab.runtime.store.close()
