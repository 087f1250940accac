"""Whose days a long period used: the authority's, and those left out of it by what they were left out for."""

from datetime import UTC, date, datetime

import pytest

from engine.periods import Entry, Ledger, RuleBook, days_apart
from engine.periods.entries import SUSPENDED

RULE = """
[[period]]
id = "xk.whole"
name = "全流程"
name_en = "The whole project"
basis = "示例"
limit = "{limit}"
valid_from = 2020-01-01
suspend = ["等待申请人", "听证"]
roll = "none"
ends = "close"
class = "step"
certainty = "P"
"""


def opened(limit: str = "120W") -> Ledger:
    rule = RuleBook.read({"x.toml": RULE.format(limit=limit)}).of("xk.whole", date(2026, 3, 2))
    return Ledger.open(rule, date(2026, 3, 2), at=datetime(2026, 3, 2, 1, tzinfo=UTC))


def test_the_days_of_authority_and_applicant_add_up_to_all_working_days(calendar):
    # To 12 March the authority's (8), to 20 March the applicant's (6), to 31 March the authority's (7).
    ledger = opened().suspend(date(2026, 3, 12), "等待申请人").resume(date(2026, 3, 20))
    apart = days_apart(ledger, calendar, date(2026, 3, 31))
    assert (apart.total, apart.used, apart.left_out) == (21, 15, {"等待申请人": 6})


def test_a_suspension_that_still_runs_counts_until_the_day_asked_about(calendar):
    apart = days_apart(opened().suspend(date(2026, 3, 12), "等待申请人"), calendar, date(2026, 3, 16))
    assert (apart.used, apart.left_out) == (8, {"等待申请人": 2})


def test_a_day_on_which_two_suspensions_lie_is_left_out_once_for_the_first(calendar):
    ledger = (
        opened().suspend(date(2026, 3, 4), "听证", key="a").suspend(date(2026, 3, 5), "等待申请人", key="b")
    )
    ledger = ledger.resume(date(2026, 3, 6), key="a").resume(date(2026, 3, 10), key="b")
    apart = days_apart(ledger, calendar, date(2026, 3, 10))
    assert (apart.total, apart.used, apart.left_out) == (6, 2, {"听证": 2, "等待申请人": 2})


def test_what_the_law_does_not_list_leaves_nothing_out(calendar):
    ledger = opened().record(Entry(SUSPENDED, date(2026, 3, 4), key="a", kind="领导出差"))
    apart = days_apart(ledger.resume(date(2026, 3, 10), key="a"), calendar, date(2026, 3, 10))
    assert (apart.used, apart.left_out) == (6, {})


def test_nothing_is_counted_after_the_period_has_stopped(calendar):
    assert days_apart(opened().stop(date(2026, 3, 6)), calendar, date(2026, 6, 1)).total == 4


def test_hours_cannot_be_told_apart(calendar):
    with pytest.raises(ValueError, match="hours"):
        days_apart(opened("4H"), calendar, date(2026, 3, 3))
