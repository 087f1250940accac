"""Dates that must come out to the day: starts, lengths and ends over two years of holidays."""

from datetime import date

import pytest

from engine.periods import Ledger, Limit, PeriodRule, due, earliest_event, recomputed


def rule(limit, **facts):
    base = {"id": "t", "basis": "test", "limit": limit, "valid_from": "2000-01-01"}
    return PeriodRule.from_data({**base, **({} if "direction" in facts else {"suspend": ["听证"]}), **facts})


def end(calendar, limit, start, **facts):
    return due(Ledger.open(rule(limit, **facts), date.fromisoformat(start)), calendar).day.isoformat()


def rows(text, width):
    words = text.split()
    return list(zip(*(words[column::width] for column in range(width)), strict=True))


TWENTY = """
2025-01-02 2025-02-06    2025-01-15 2025-02-18    2025-01-26 2025-02-28    2025-01-27 2025-03-03
2025-02-07 2025-03-06    2025-03-31 2025-04-28    2025-05-30 2025-06-30    2025-09-12 2025-10-16
2025-09-30 2025-11-04    2025-10-01 2025-11-04    2025-12-31 2026-01-29    2026-01-01 2026-01-29
2026-01-30 2026-03-05    2026-02-02 2026-03-06    2026-02-14 2026-03-20    2026-02-15 2026-03-20
2026-04-30 2026-06-01    2026-06-18 2026-07-17    2026-09-18 2026-10-22    2026-09-24 2026-10-29
2026-10-01 2026-11-03    2026-11-23 2026-12-21
"""


@pytest.mark.parametrize(("start", "expected"), rows(TWENTY, 2))
def test_twenty_working_days(calendar, start, expected):
    assert end(calendar, "20W", start) == expected


LENGTHS = {
    "2025-01-22": """3W 2025-01-26  5W 2025-02-05  7W 2025-02-07  10W 2025-02-11  30W 2025-03-11
        45W 2025-04-01  60W 2025-04-23""",
    "2025-09-24": """3W 2025-09-28  5W 2025-09-30  7W 2025-10-10  10W 2025-10-14  30W 2025-11-11
        45W 2025-12-02  60W 2025-12-23""",
    "2026-09-22": """3W 2026-09-28  5W 2026-09-30  7W 2026-10-09  10W 2026-10-13  30W 2026-11-10
        45W 2026-12-01  60W 2026-12-22""",
}


@pytest.mark.parametrize("start", LENGTHS)
def test_working_days_of_other_lengths(calendar, start):
    for limit, expected in rows(LENGTHS[start], 2):
        assert end(calendar, limit, start) == expected, limit


@pytest.mark.parametrize(
    ("limit", "start", "expected"),
    [
        ("90N", "2025-11-05", "2026-02-03"),
        ("90N", "2025-11-18", "2026-02-24"),
        ("15N", "2026-09-16", "2026-10-08"),
        ("15N", "2026-01-30", "2026-02-14"),
        ("15N", "2026-04-20", "2026-05-06"),
        ("60N", "2025-12-20", "2026-02-24"),
        ("60N", "2025-08-02", "2025-10-09"),
        ("3M", "2025-11-30", "2026-02-28"),
        ("3M", "2026-03-20", "2026-06-22"),
        ("6M", "2026-03-20", "2026-09-20"),
        ("1M", "2026-01-17", "2026-02-24"),
        ("1Y", "2024-02-29", "2025-02-28"),
    ],
)
def test_natural_days_months_and_years(calendar, limit, start, expected):
    assert end(calendar, limit, start) == expected


def suspended(calendar, start, *pauses):
    ledger = Ledger.open(rule("20W"), date.fromisoformat(start))
    for index, (since, until) in enumerate(pauses):
        ledger = ledger.suspend(date.fromisoformat(since), "听证", key=str(index))
        ledger = ledger.resume(date.fromisoformat(until), key=str(index))
    return due(ledger, calendar).day.isoformat()


def test_one_and_two_suspensions(calendar):
    assert suspended(calendar, "2026-02-02") == "2026-03-06"
    assert suspended(calendar, "2026-02-02", ("2026-02-05", "2026-02-26")) == "2026-03-20"
    pauses = ("2026-03-05", "2026-03-12"), ("2026-03-20", "2026-04-03")
    assert suspended(calendar, "2026-03-02", *pauses) == "2026-04-21"


def test_a_suspended_and_extended_decision(calendar, rules):
    ledger = Ledger.open(rules.of("xk.decision", date(2026, 2, 2)), date(2026, 2, 2))
    ledger = ledger.suspend(date(2026, 2, 5), "听证").resume(date(2026, 2, 26))
    limit = due(ledger, calendar).day
    ledger = ledger.extend(date(2026, 3, 10), Limit.read("10W"), "机关负责人", due_on=limit)
    assert due(ledger, calendar).day == date(2026, 4, 3)


@pytest.mark.parametrize(
    ("event", "lenient", "strict"),
    [("2026-03-02", "2026-02-13", "2026-02-12"), ("2025-10-14", "2025-09-28", "2025-09-26")],
)
def test_seven_working_days_before_a_hearing(calendar, event, lenient, strict):
    assert end(calendar, "7W", event, direction="backward", reading="lenient") == lenient
    assert end(calendar, "7W", event, direction="backward", reading="strict") == strict


def test_the_earliest_hearing_after_a_notice(calendar):
    for reading, expected in (("strict", date(2026, 4, 30)), ("lenient", date(2026, 4, 29))):
        seven = rule("7W", direction="backward", reading=reading)
        assert earliest_event(seven, date(2026, 4, 20), calendar) == expected


@pytest.mark.parametrize(
    ("limit", "start", "seen", "before", "after"),
    [
        ("5W", "2019-04-24", "2019-03-21", "2019-05-02", "2019-04-30"),
        ("30W", "2019-03-20", "2019-03-21", "2019-05-03", "2019-05-05"),
        ("5W", "2020-01-20", "2020-01-20", "2020-02-01", "2020-02-04"),
        ("20W", "2020-01-10", "2020-01-20", "2020-02-12", "2020-02-14"),
    ],
)
def test_a_notice_in_mid_year_moves_open_periods_later_or_earlier(
    calendar, limit, start, seen, before, after
):
    old = calendar.as_of(date.fromisoformat(seen))
    assert end(old, limit, start) == before
    assert end(calendar, limit, start) == after
    change = recomputed(Ledger.open(rule(limit), date.fromisoformat(start)), old, calendar)
    assert (change.old_day.isoformat(), change.new_day.isoformat()) == (before, after)
    assert {"国办发明电〔2019〕3号", "国办发明电〔2020〕1号"} & set(change.notices)


CASES = """
xk.decision     2026-09-10 2026-10-14     xk.accept       2026-09-22 2026-09-30
xk.decision     2026-09-22 2026-10-27     xk.issue        2026-10-12 2026-10-26
gs.publish      2026-10-12 2026-10-21     xk.hearing.ask  2026-03-02 2026-03-09
xk.hearing.organise 2026-03-06 2026-04-03 xk.joint        2026-02-11 2026-04-22
xk.lower        2026-03-02 2026-03-30     hj.decide       2026-01-26 2026-02-28
hj.notice       2026-02-28 2026-03-03     hj.decide       2026-08-31 2026-09-28
hj.notice       2026-09-28 2026-10-08     hj.refuse       2026-09-28 2026-10-08
cf.decision     2026-03-10 2026-06-08     cf.hearing.ask  2026-04-13 2026-04-20
cf.serve        2026-05-20 2026-05-29     cf.publish      2026-05-20 2026-05-29
cf.pay          2026-05-22 2026-06-08     cf.review       2026-05-22 2026-07-21
cf.sue          2026-05-22 2026-11-23     gk.answer       2026-04-27 2026-05-27
xf.tell         2026-04-20 2026-05-06     xf.handle       2026-05-06 2026-07-06
jy.answer       2026-02-06 2026-05-06     jy.assist       2026-02-06 2026-03-06
jy.object       2026-02-06 2026-02-13     jy.again        2026-05-20 2026-06-22
rx.sign         2026-04-29 2026-04-30     rx.complaint    2026-04-29 2026-05-09
"""


@pytest.mark.parametrize(("rule_id", "start", "expected"), rows(CASES, 3))
def test_the_dates_of_the_example_cases(calendar, rules, rule_id, start, expected):
    began = date.fromisoformat(start)
    assert due(Ledger.open(rules.of(rule_id, began), began), calendar).day == date.fromisoformat(expected)


def test_follow_ups_read_as_working_days_come_out_otherwise(calendar):
    assert end(calendar, "3W", "2026-02-28") == "2026-03-04"
    assert end(calendar, "3W", "2026-09-28") == "2026-10-08"
    assert end(calendar, "7W", "2026-09-28") == "2026-10-13"


@pytest.mark.parametrize(
    ("rule_id", "start", "by", "approver", "expected"),
    [
        ("gk.answer", "2026-04-27", "20W", "公开机构负责人", "2026-06-25"),
        ("xf.handle", "2026-05-06", "30N", "机关负责人", "2026-08-04"),
        ("jy.answer", "2026-02-06", "3M", "代表工作机构", "2026-08-06"),
    ],
)
def test_the_extended_dates_of_the_example_cases(calendar, rules, rule_id, start, by, approver, expected):
    began = date.fromisoformat(start)
    ledger = Ledger.open(rules.of(rule_id, began), began)
    limit = due(ledger, calendar).day
    ledger = ledger.extend(limit, Limit.read(by), approver, due_on=limit)
    assert due(ledger, calendar).day == date.fromisoformat(expected)


def test_a_silent_third_party_stops_the_answer_for_fifteen_working_days(calendar, rules):
    ledger = Ledger.open(rules.of("gk.answer", date(2026, 4, 27)), date(2026, 4, 27))
    ledger = ledger.suspend(date(2026, 5, 7), "征求第三方意见").resume(date(2026, 5, 27))
    assert due(ledger, calendar).day == date(2026, 6, 17)


def test_an_expert_review_stops_the_joint_clock_for_nine_working_days(calendar, rules):
    ledger = Ledger.open(rules.of("xk.joint", date(2026, 2, 11)), date(2026, 2, 11))
    ledger = ledger.suspend(date(2026, 3, 9), "专家评审").resume(date(2026, 3, 20))
    assert due(ledger, calendar).day == date(2026, 5, 8)
