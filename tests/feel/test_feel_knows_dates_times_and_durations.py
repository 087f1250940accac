"""Temporal values: read, written, compared, moved; far years and zones included."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.feel import DateTime, DaysTime, FarDate, YearsMonths, evaluate, feel_string, to_json

NOW = dt.datetime(2026, 1, 26, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))


def text(expression: str) -> str | None:
    return feel_string(evaluate(expression, host={"now": NOW}).value)


def test_a_date_is_a_date_of_python_and_a_far_one_its_own() -> None:
    assert evaluate('@"2026-01-31"').value == dt.date(2026, 1, 31)
    assert evaluate('date("-0044-03-15")').value == FarDate(-44, 3, 15)
    assert text('date("999999999-12-31")') == "999999999-12-31"
    assert text('date("9999-12-31") + @"P1D"') == "10000-01-01"
    assert text('date("10000-01-01") - @"P1D"') == "9999-12-31"
    assert text('date("0001-01-01") - @"P1M"') == "0000-12-01"


@pytest.mark.parametrize(
    "literal",
    [
        "2026-02-30", "2026-1-1", "26-01-01", "02026-01-01", "2026-13-01", "T10:00:00", "24:00:01",
        "10:60:00", "7:00:00", "10:00", "10:00:00+19:00", "10:00:00+5", "10:00:00@Nowhere/Town",
        "10:00:00Z@Etc/UTC", "2026-01-01T", "P", "PT", "P1H", "P1Y1D", "1D", "P1.5D", "foo", "",
    ],
)  # fmt: skip
def test_a_text_that_is_no_temporal_value_is_null_with_its_reason(literal: str) -> None:
    outcome = evaluate(f'@"{literal}"')
    assert outcome.value is None
    assert outcome.reasons


@pytest.mark.parametrize(
    ("literal", "written"),
    [
        ("10:00:00.500", "10:00:00.5"),
        ("10:00:00-00:00", "10:00:00Z"),
        ("10:00:00+08:00", "10:00:00+08:00"),
        ("10:00:00@Asia/Shanghai", "10:00:00@Asia/Shanghai"),
        ("2026-01-01T10:00:00.123456789+02:45:55", "2026-01-01T10:00:00.123456789+02:45:55"),
        ("2026-01-31T24:00:00", "2026-02-01T00:00:00"),
        ("P26M", "P2Y2M"),
        ("P0Y", "P0M"),
        ("-P0D", "PT0S"),
        ("PT36H", "P1DT12H"),
        ("-PT90M", "-PT1H30M"),
        ("PT0.5S", "PT0.5S"),
    ],
)
def test_values_are_written_in_their_normal_form(literal: str, written: str) -> None:
    assert text(f'@"{literal}"') == written


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ('@"2026-01-31" + @"P1M"', "2026-02-28"),
        ('@"P1M" + @"2024-01-31"', "2024-02-29"),
        ('@"2026-03-31" - @"P1M"', "2026-02-28"),
        ('@"2026-01-01" + @"PT25H"', "2026-01-02"),
        ('@"2026-01-02" - @"PT1H"', "2026-01-01"),
        ('@"2026-01-10" - @"2026-01-01"', "P9D"),
        ('@"2026-01-01T23:00:00" + @"PT2H"', "2026-01-02T01:00:00"),
        ('@"2026-03-29T01:30:00@Europe/Paris" + @"PT1H"', "2026-03-29T03:30:00@Europe/Paris"),
        ('@"2026-10-25T01:30:00@Europe/Paris" + @"PT3H"', "2026-10-25T03:30:00@Europe/Paris"),
        ('@"2026-10-25T12:30:00@Europe/Paris" - @"P1D"', "2026-10-24T13:30:00@Europe/Paris"),
        ('@"12026-10-25T12:30:00@Asia/Shanghai" - @"P1D"', "12026-10-24T12:30:00@Asia/Shanghai"),
        ('@"2026-01-01T00:00:00+08:00" - @"2025-12-31T16:00:00Z"', "PT0S"),
        ('@"23:30:00" + @"PT1H"', "00:30:00"),
        ('@"10:00:00" - @"09:30:00"', "PT30M"),
        ('@"10:00:00" - @"PT11H"', "23:00:00"),
        ('@"P1Y" * 1.5', "P1Y6M"),
        ('2 * @"PT1H"', "PT2H"),
        ('@"P1D" / 2', "PT12H"),
        ('@"P1D" / @"PT6H"', "4"),
        ('@"P1Y" / @"P1M"', "12"),
        ('@"P1Y" + @"P3M"', "P1Y3M"),
        ('@"P1D" - @"PT1H"', "PT23H"),
        ('-@"P1D"', "-P1D"),
        ('@"2017-03-25T12:00:00@Europe/Paris" + @"P1D"', "2017-03-26T13:00:00@Europe/Paris"),
        ('@"2017-03-25T12:00:00@Europe/Paris" + @"P1M"', "2017-04-25T12:00:00@Europe/Paris"),
    ],
)
def test_durations_move_dates_and_times(expression: str, written: str) -> None:
    assert text(expression) == written


@pytest.mark.parametrize(
    "expression",
    [
        '@"P1Y" + @"P1D"',
        '@"2026-01-01" + 1',
        '@"10:00:00" + @"P1Y"',
        '@"2026-01-01T00:00:00" - @"2026-01-01T00:00:00Z"',
        '@"P1D" * @"P1D"',
        '@"P1D" / 0',
        '@"P1D" / @"PT0S"',
        '@"2026-01-01" + @"2026-01-01"',
        'date("999999999-12-31") + @"P1D"',
        '@"P999999999999999Y" * 1e20',
    ],
)
def test_what_cannot_be_added_is_null(expression: str) -> None:
    outcome = evaluate(expression)
    assert outcome.value is None
    assert outcome.reasons


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('@"2026-01-01" < @"2026-01-02"', True),
        ('@"2026-01-01" < @"10000-01-01"', True),
        ('@"2026-01-01T08:00:00+08:00" = @"2026-01-01T00:00:00Z"', True),
        ('@"2026-01-01T08:00:00@Asia/Shanghai" = @"2026-01-01T00:00:00Z"', True),
        ('@"10:30:00+01:00" = @"10:30:00@Europe/Paris"', True),
        ('@"10:00:00" = @"10:00:00Z"', False),
        ('@"10:00:00" < @"11:00:00Z"', True),  # what has no offset is read at the other's
        ('@"2026-01-01T10:00:00" > @"2026-01-01T09:00:00-11:00"', True),
        ('@"2026-01-01" = @"2026-01-01T00:00:00Z"', True),
        ('@"P12M" = @"P1Y"', True),
        ('@"P1D" = @"PT24H"', True),
        ('@"P1Y" = @"P365D"', None),
        ('@"P1Y" < @"P400D"', None),
        ('@"2026-01-05" in [@"2026-01-01"..@"2026-01-31"]', True),
        ('is(@"23:00:50z", @"23:00:50")', False),
        ('is(@"23:00:50z", @"23:00:50+00:00")', True),
        ('is(@"00:00:00Z", @"08:00:00+08:00")', False),
        ('is(@"2026-01-01", @"2026-01-01T00:00:00Z")', False),
        ("is([1, {a: 2}], [1.0, {a: 2}])", True),
        ("is(null, null)", True),
    ],
)
def test_moments_are_compared_by_their_instant(expression: str, expected: bool | None) -> None:
    assert evaluate(expression).value is expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('@"2026-01-26".weekday', 1),
        ('@"2026-01-26".year', 2026),
        ('@"2026-01-26T10:20:30.5".second', Decimal("30.5")),
        ('@"2026-01-26T10:20:30+08:00".time offset', DaysTime(8 * 3600 * 10**9)),
        ('@"2026-01-26T10:20:30@Asia/Shanghai".time offset', DaysTime(8 * 3600 * 10**9)),
        ('@"2026-01-26T10:20:30@Asia/Shanghai".timezone', "Asia/Shanghai"),
        ('@"2026-01-26T10:20:30".timezone', None),
        ('@"P1Y2M".months', 2),
        ('@"-P1Y2M".years', -1),
        ('@"P1DT2H3M4S".hours', 2),
        ('@"-PT90M".minutes', -30),
        ('@"P1D".years', None),
        ('@"1970-01-02T00:00:00Z".value', 86400),
        ('@"PT1M".value', 60),
    ],
)
def test_temporal_values_have_properties(expression: str, expected: Any) -> None:
    assert evaluate(expression).value == expected


@pytest.mark.parametrize(
    ("expression", "written"),
    [
        ("date(2026, 2, 28)", "2026-02-28"),
        ("date(2026, 2, 29)", None),
        ('date(@"2026-02-28T10:00:00")', "2026-02-28"),
        ("date(1e6000, 1, 1)", None),
        ('time(10, 30, 15.25, @"PT8H")', "10:30:15.25+08:00"),
        ("time(10, 30, 60)", None),
        ("time(10, 30, -1)", None),
        ('time(10, 30, 0, @"P2D")', None),
        ('time(@"2026-02-28")', "00:00:00Z"),
        ('date and time("2026-02-28")', "2026-02-28T00:00:00"),
        ('date and time(@"2026-02-28", @"10:00:00@Asia/Shanghai")', "2026-02-28T10:00:00@Asia/Shanghai"),
        ('date and time(2026, 2, 28, 1, 2, 3, @"-PT1H")', "2026-02-28T01:02:03-01:00"),
        ('date and time(2026, 2, 28, 1, 2, 3, "Asia/Shanghai")', "2026-02-28T01:02:03@Asia/Shanghai"),
        ('date and time(@"2026-01-01T00:00:00Z", "Asia/Shanghai")', "2026-01-01T08:00:00@Asia/Shanghai"),
        ('years and months duration(@"2013-08-24", @"2017-12-15")', "P4Y3M"),
        ('years and months duration(@"2017-12-15", @"2013-08-24")', "-P4Y3M"),
        ('day of week(@"2026-01-26")', "Monday"),
        ('month of year(@"2026-01-26")', "January"),
        ('day of year(@"2024-12-31")', "366"),
        ('week of year(@"2005-01-01")', "53"),
        ('last day of month(@"2024-02-10")', "2024-02-29"),
        ('abs(@"-P1Y2M")', "P1Y2M"),
    ],
)
def test_temporal_built_ins(expression: str, written: str | None) -> None:
    assert text(expression) == written


def test_the_present_moment_is_what_the_host_says() -> None:
    assert text("now()") == "2026-01-26T09:30:00@Asia/Shanghai"
    assert text("today()") == "2026-01-26"
    assert text('now() - @"PT1H"') == "2026-01-26T08:30:00@Asia/Shanghai"
    outcome = evaluate("now()")
    assert (outcome.value, len(outcome.reasons)) == (None, 1)
    assert evaluate("today(1)", host={"now": NOW}).value is None


def test_python_moments_go_in_and_come_out_unchanged() -> None:
    aware = dt.datetime(2026, 1, 1, 12, 30, 5, 250000, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    assert DateTime.from_python(aware).to_python() == aware
    assert DateTime.from_python(NOW).to_python() == NOW
    assert DateTime.from_python(aware.replace(tzinfo=None)).to_python() == aware.replace(tzinfo=None)
    assert DaysTime.from_python(dt.timedelta(hours=-30)).to_python() == dt.timedelta(hours=-30)
    assert to_json(evaluate("m", {"m": aware}).value) == "2026-01-01T12:30:05.25+08:00"
    assert evaluate("d.hours", {"d": dt.timedelta(hours=5)}).value == 5
    assert evaluate("t.hour", {"t": dt.time(7, 0)}).value == 7
    assert evaluate("m", {"m": YearsMonths(5)}).value == YearsMonths(5)
    with pytest.raises(ValueError, match="1 to 9999"):
        evaluate('@"10000-01-01T00:00:00"').value.to_python()
