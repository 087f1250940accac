"""Which moments of a period are armed while it is suspended: those that come if nobody does anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files

import pytest
from figures import FIGURES

from engine.casework import clocks
from engine.casework.state import CaseState
from engine.periods import Calendar, Entry, Ledger, PeriodRule

START = date(2026, 4, 27)
MILLISECOND = 1000


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    found = files("processes").joinpath("calendars").iterdir()
    return Calendar.read({item.name: item.read_text(encoding="utf-8") for item in found})


def answer_period() -> Ledger:
    """Twenty working days, which a third party's answer stops for fifteen at most, a hearing without end."""
    kinds = ["听证", {"kind": "征求第三方意见", "max": "15W"}]
    data = {"id": "t", "basis": "test", "limit": "20W", "valid_from": "2019-05-15", "suspend": kinds}
    data["supervision"] = FIGURES
    return Ledger.open(PeriodRule.from_data(data), START)


def armed(ledger: Ledger, calendar: Calendar) -> dict[str, datetime]:
    row = {"ledger": ledger.as_data(), "stopped": False, "fired": {}, "scope": 1, "id": "t"}
    return dict(clocks.armed(replace(CaseState(case_id=1), periods={1: row}), 1, calendar))


def close_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, 0, 0, MILLISECOND, tzinfo=UTC)


def test_a_suspension_that_only_an_act_ends_arms_nothing(calendar: Calendar) -> None:
    assert armed(answer_period().suspend(date(2026, 5, 7), "听证"), calendar) == {}


def test_a_suspension_with_a_limit_of_its_own_arms_the_end_that_follows_from_it(calendar: Calendar) -> None:
    silent = armed(answer_period().suspend(date(2026, 5, 7), "征求第三方意见"), calendar)
    assert silent["period:1:statutory"] == close_of(date(2026, 6, 17))
    assert silent["period:1:warn"] == datetime(2026, 6, 11, 1, tzinfo=UTC)


def test_a_suspension_the_law_does_not_list_changes_nothing(calendar: Calendar) -> None:
    ledger = answer_period()
    wrong = ledger.record(Entry("suspended", date(2026, 5, 7), kind="现场核查"))
    assert armed(wrong, calendar) == armed(ledger, calendar)
    assert armed(wrong, calendar)["period:1:statutory"] == close_of(date(2026, 5, 27))
