"""Ends counted a second time, by a clerk with a wall calendar: day by day, from days two packages name.

Nothing of the product's counting is used here: the working days come from `chinesecalendar` (with the one
day it has wrong, see `test_calendar_years`), the walking is naive, and what is compared is the end alone.
"""

import random
from bisect import bisect_left, bisect_right
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest

from engine.periods import Calendar, Entry, Ledger, Limit, PeriodRule, Roster, due, used

FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
ONE = timedelta(days=1)
BEIJING = ZoneInfo("Asia/Shanghai")


@cache
def works(day):
    """Whether the day is worked; the notice for 2006 made Saturday 31 December 2005 a working day."""
    return day == date(2005, 12, 31) or chinese_calendar.is_workday(day)


WORKED = [FIRST + n * ONE for n in range((LAST - FIRST).days + 1) if works(FIRST + n * ONE)]


def after(day, number):
    return WORKED[bisect_right(WORKED, day) + number - 1]


def before(day, number):
    return WORKED[bisect_left(WORKED, day) - number]


def rolled(day):
    while not works(day):
        day += ONE
    return day


def months_on(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def rule(limit, **facts):
    base = {"id": "t", "basis": "test", "limit": limit, "valid_from": "2000-01-01"}
    return PeriodRule.from_data({**base, **facts})


def end(calendar, start, limit, **facts):
    return due(Ledger.open(rule(limit, **facts), start), calendar).day


def starts(step, until=date(2026, 6, 30)):
    return [FIRST + n * ONE for n in range(0, (until - FIRST).days, step)]


@pytest.mark.parametrize("number", [1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 120])
def test_working_days_of_all_years_end_where_the_wall_calendar_says(calendar, number):
    for start in starts(23):
        assert end(calendar, start, f"{number}W") == after(start, number), start


@pytest.mark.parametrize("number", [1, 5, 7, 10, 20])
def test_working_days_counted_back_from_an_event(calendar, number):
    for event in starts(29)[10:]:
        lenient = end(calendar, event, f"{number}W", direction="backward", reading="lenient")
        strict = end(calendar, event, f"{number}W", direction="backward", reading="strict")
        assert (lenient, strict) == (before(event, number), before(event, number + 1)), event


@pytest.mark.parametrize("number", [3, 7, 10, 15, 30, 60, 90])
def test_natural_days_of_all_years_roll_past_rest_days_and_stop_at_make_up_days(calendar, number):
    for start in starts(17):
        assert end(calendar, start, f"{number}N") == rolled(start + number * ONE), start


@pytest.mark.parametrize(("limit", "months"), [("1M", 1), ("3M", 3), ("6M", 6), ("1Y", 12), ("2Y", 24)])
def test_months_and_years_end_on_the_same_number_or_the_months_last_day(calendar, limit, months):
    for start in starts(13, date(2024, 12, 20)):
        assert end(calendar, start, limit) == rolled(months_on(start, months)), start


HAND = """
20W 2004-01-18 2004-02-20   5W 2005-12-30 2006-01-09   3W 2007-12-28 2008-01-03   5W 2008-04-30 2008-05-08
1W 2008-05-01 2008-05-04    5W 2012-12-31 2013-01-08   5W 2015-09-01 2015-09-09   10W 2020-01-23 2020-02-14
1W 2020-01-23 2020-02-03    15N 2024-02-01 2024-02-18  1M 2024-01-31 2024-02-29   1M 2023-01-31 2023-02-28
1Y 2024-02-29 2025-02-28    2Y 2024-02-29 2026-02-28   4Y 2020-02-29 2024-02-29   1M 2026-08-31 2026-09-30
6M 2025-08-31 2026-02-28    3M 2025-06-30 2025-09-30   1N 2026-02-14 2026-02-24   1N 2026-05-08 2026-05-09
7N 2026-09-13 2026-09-20    30N 2026-03-16 2026-04-15  30N 2026-04-10 2026-05-11  20W 2026-09-11 2026-10-15
20N 2026-09-01 2026-09-21   3N 2026-09-22 2026-09-28   30N 2026-09-30 2026-10-30  15N 2026-09-30 2026-10-15
5N 2026-10-20 2026-10-26    5N 2026-09-01 2026-09-07   45W 2026-02-11 2026-04-22  10W 2025-09-19 2025-10-10
"""


def rows(text):
    words = text.split()
    return list(zip(words[::3], words[1::3], words[2::3], strict=True))


@pytest.mark.parametrize(("limit", "start", "expected"), rows(HAND))
def test_ends_taken_from_the_notices_by_hand(calendar, limit, start, expected):
    assert end(calendar, date.fromisoformat(start), limit).isoformat() == expected


@pytest.mark.parametrize(
    ("limit", "reading", "event", "expected"),
    [
        ("15N", "lenient", "2026-09-21", "2026-09-06"),
        ("15N", "strict", "2026-09-21", "2026-09-05"),
        ("10N", "lenient", "2026-09-21", "2026-09-11"),
        ("30N", "lenient", "2024-03-30", "2024-02-29"),
        ("7W", "strict", "2026-10-12", "2026-09-23"),
        ("7W", "lenient", "2026-10-12", "2026-09-24"),
        ("5W", "strict", "2026-02-24", "2026-02-09"),
        ("7W", "lenient", "2026-05-11", "2026-04-28"),
        ("1M", "lenient", "2024-03-31", "2024-02-29"),
        ("1M", "strict", "2024-03-31", "2024-02-28"),
    ],
)
def test_backward_ends_taken_from_the_notices_by_hand(calendar, limit, reading, event, expected):
    found = end(calendar, date.fromisoformat(event), limit, direction="backward", reading=reading)
    assert found.isoformat() == expected


def lived(rng):
    """A ledger and the facts it was made of: suspensions (one kind cut at 15 working days, one not listed),
    sometimes a reset, sometimes an extension.
    """
    limit = rng.choice(["5W", "20W", "45W", "15N", "60N", "90N", "1M", "3M"])
    start = FIRST + rng.randrange(0, 7900) * ONE
    kinds = ["听证", {"kind": "征求第三方意见", "max": "15W"}, {"kind": "公告", "max": "10N"}]
    ledger = Ledger.open(rule(limit, suspend=kinds, extension={"max": limit}), start)
    pauses = []
    for key in range(rng.randrange(0, 5)):
        since = start + rng.randrange(0, 60) * ONE
        until = since + rng.randrange(0, 45) * ONE
        kind = rng.choice(["听证", "征求第三方意见", "公告", "现场核查"])
        ledger = ledger.record(Entry("suspended", since, kind=kind, key=str(key)))
        ledger = ledger.resume(until, key=str(key))
        if kind == "现场核查":
            continue  # recorded, but the law does not list it: the clock runs on
        cut = {"征求第三方意见": after(since, 15), "公告": since + 10 * ONE}.get(kind, until)
        pauses.append((since, min(until, cut)))
    if rng.random() < 0.3:
        start += rng.randrange(1, 30) * ONE
        ledger = ledger.reset(start)
    times = 1
    if rng.random() < 0.4:
        ledger = ledger.extend(start, Limit.read(limit), "", due_on=LAST)
        times = 2
    return ledger, start, Limit.read(limit), times, pauses


def walked(start, limit, times, pauses):
    """The end, one day at a time."""
    working = limit.kind.value == "W"
    number = times * limit.number
    if limit.kind.value == "M":
        number = (months_on(start, number) - start).days
    day = start
    while number:
        day += ONE
        paused = any(p < day <= r for p, r in pauses)
        number -= not paused and (not working or works(day))
    return day if working else rolled(day)


@pytest.mark.parametrize("seed", range(8))
def test_lives_of_a_ledger_end_where_the_wall_calendar_says(calendar, seed):
    rng = random.Random(seed)
    for _ in range(150):
        ledger, *facts = lived(rng)
        assert due(ledger, calendar).day == walked(*facts), ledger.as_data()


def test_what_is_used_is_what_the_clerk_ticked_off(calendar):
    rng = random.Random(99)
    for _ in range(150):
        ledger, start, limit, _, pauses = lived(rng)
        day = start + rng.randrange(0, 90) * ONE
        ticked = sum(
            not any(p < d <= r for p, r in pauses) and (limit.kind.value != "W" or works(d))
            for d in (start + n * ONE for n in range(1, (day - start).days + 1))
        )
        assert used(ledger, calendar, day) == ticked


ROSTERS = (
    (("08:30-12:00", "13:30-17:30"), False),
    (("09:00-11:30", "13:30-17:00", "18:00-20:00"), False),
    (("07:00-23:00",), True),
)
QUARTER = timedelta(minutes=15)


def served(moment, spans, every_day):
    local = moment.astimezone(BEIJING)
    clock = local.strftime("%H:%M")
    return (every_day or works(local.date())) and any(a <= clock < b for a, b in spans)


@pytest.mark.parametrize(("hours", "every_day"), ROSTERS)
def test_service_hours_run_quarter_by_quarter_across_lunch_night_and_holidays(calendar, hours, every_day):
    office = Calendar(calendar.notices, hours=Roster.of(*hours, every_day=every_day))
    spans = [tuple(text.split("-")) for text in hours]
    rng = random.Random(4)
    for _ in range(60):
        day = FIRST + rng.randrange(0, 8300) * ONE
        start = datetime.combine(day, time(rng.randrange(24), rng.choice((0, 15, 30, 45))), BEIJING)
        start = start.astimezone(UTC)
        number = rng.choice((1, 2, 4, 8, 12, 24, 40))
        pause = start + rng.randrange(0, 40) * QUARTER, start + rng.randrange(41, 200) * QUARTER
        ledger = Ledger.open(rule(f"{number}H", hours="service", suspend=["听证"]), day, at=start)
        ledger = ledger.suspend(day, "听证", at=pause[0]).resume(day + 9 * ONE, at=pause[1])
        left, moment = number * 4, start
        while left:
            left -= served(moment, spans, every_day) and not pause[0] <= moment < pause[1]
            moment += QUARTER
        assert due(ledger, office).moment == moment, (start, number, pause)


def test_hours_by_the_clock_pass_month_ends_leap_days_and_the_year():
    bare = Calendar([])
    for start, number, expected in (
        (datetime(2024, 2, 28, 20, tzinfo=UTC), 36, datetime(2024, 3, 1, 8, tzinfo=UTC)),
        (datetime(2025, 2, 28, 20, tzinfo=UTC), 36, datetime(2025, 3, 2, 8, tzinfo=UTC)),
        (datetime(2025, 12, 31, 15, 59, tzinfo=UTC), 48, datetime(2026, 1, 2, 15, 59, tzinfo=UTC)),
    ):
        ledger = Ledger.open(rule(f"{number}H"), start.date(), at=start)
        assert due(ledger, bare).moment == expected
