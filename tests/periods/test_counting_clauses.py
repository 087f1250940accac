"""The counting rules C1 to C12, each clause by its name."""

from datetime import UTC, date, datetime

import pytest

from engine.errors import Conflict, Malformed
from engine.periods import (
    Ledger,
    Limit,
    Notice,
    PeriodRefused,
    PeriodRule,
    State,
    due,
    explain,
    recomputed,
    remaining,
    state,
    used,
)


def rule(limit="5W", **facts):
    base = {"id": "t", "basis": "test", "limit": limit, "valid_from": "2000-01-01"}
    return PeriodRule.from_data({**base, **facts})


def opened(limit="5W", start="2026-03-02", promise=None, **facts):
    return Ledger.open(rule(limit, **facts), date.fromisoformat(start), promise and Limit.read(promise))


def utc(*numbers):
    return datetime(*numbers, tzinfo=UTC)


def test_c1_the_first_day_is_not_counted(calendar):
    assert due(opened("1W", "2026-03-02"), calendar).day == date(2026, 3, 3)
    assert due(opened("1N", "2026-03-02"), calendar).day == date(2026, 3, 3)


def test_c2_a_last_day_on_a_rest_day_moves_to_the_next_working_day(calendar):
    found = due(opened("15N", "2026-09-16"), calendar)
    assert (found.raw_day, found.day) == (date(2026, 10, 1), date(2026, 10, 8))


def test_c2_a_make_up_week_end_day_is_no_rest_day(calendar):
    assert due(opened("15N", "2026-01-30"), calendar).day == date(2026, 2, 14)


def test_c2_does_not_apply_where_the_rule_does_not_roll(calendar):
    assert due(opened("15N", "2026-09-16", roll="none"), calendar).day == date(2026, 10, 1)


def test_c2_cannot_be_asked_for_working_days():
    with pytest.raises(Malformed, match="C2"):
        rule("5W", roll="next-working-day")


@pytest.mark.parametrize(
    ("limit", "start", "raw"),
    [
        ("1M", "2026-01-31", "2026-02-28"),
        ("1M", "2024-01-31", "2024-02-29"),
        ("12M", "2026-03-05", "2027-03-05"),
    ],
)
def test_c3_months_end_on_the_day_of_the_same_number_or_the_months_last(calendar, limit, start, raw):
    assert due(opened(limit, start), calendar).raw_day == date.fromisoformat(raw)


def test_c4_an_authoritys_period_ends_at_close_of_business_and_a_citizens_at_midnight(calendar):
    assert due(opened(start="2026-03-02"), calendar).moment == utc(2026, 3, 9, 9)
    assert due(opened(start="2026-03-02", **{"class": "party"}), calendar).moment == utc(2026, 3, 9, 16)
    assert due(opened(start="2026-03-02", ends="24:00"), calendar).moment == utc(2026, 3, 9, 16)


def test_c4_the_first_moment_after_the_end_is_overdue(calendar):
    ledger = opened(start="2026-03-02")
    assert state(ledger, calendar, utc(2026, 3, 9, 9)) is State.RUNNING
    assert state(ledger, calendar, utc(2026, 3, 9, 9, 0, 0, 1000)) is State.OVERDUE


def test_c5_strict_leaves_the_full_days_between_and_lenient_counts_the_day_of_notice(calendar):
    facts = {"direction": "backward", "reading": "strict"}
    assert due(opened("7N", "2026-03-20", **facts), calendar).day == date(2026, 3, 12)
    assert due(opened("7N", "2026-03-20", **facts | {"reading": "lenient"}), calendar).day == date(
        2026, 3, 13
    )
    assert due(opened("1M", "2026-03-31", **facts), calendar).day == date(2026, 2, 27)


def test_c5_a_backward_period_cannot_be_suspended_or_extended():
    ledger = opened("7W", direction="backward", reading="strict")
    assert (
        ledger.check_extend(ledger.started_on, Limit.read("1W"), "", due_on=ledger.started_on).rule == "A15"
    )
    with pytest.raises(Exception, match="'听证'"):
        ledger.suspend(date(2026, 3, 1), "听证")


def test_c6_the_days_after_the_start_of_a_suspension_up_to_its_end_are_not_counted(calendar):
    ledger = opened(suspend=["听证"]).suspend(date(2026, 3, 3), "听证").resume(date(2026, 3, 4))
    assert due(ledger, calendar).day == date(2026, 3, 10)
    same_day = opened(suspend=["听证"]).suspend(date(2026, 3, 3), "听证").resume(date(2026, 3, 3))
    assert due(same_day, calendar).day == date(2026, 3, 9)


def test_c6_overlapping_suspensions_are_counted_once(calendar):
    ledger = opened(suspend=["听证", "鉴定"])
    ledger = ledger.suspend(date(2026, 3, 3), "听证", key="a").suspend(date(2026, 3, 4), "鉴定", key="b")
    ledger = ledger.resume(date(2026, 3, 5), key="a").resume(date(2026, 3, 6), key="b")
    assert due(ledger, calendar).day == date(2026, 3, 12)


def test_c6_natural_days_and_months_are_suspended_day_for_day(calendar):
    ledger = opened("10N", suspend=["听证"]).suspend(date(2026, 3, 4), "听证").resume(date(2026, 3, 9))
    assert due(ledger, calendar).day == date(2026, 3, 17)
    ledger = opened("1M", suspend=["听证"]).suspend(date(2026, 3, 4), "听证").resume(date(2026, 3, 5))
    assert due(ledger, calendar).raw_day == date(2026, 4, 3)


def test_c7_a_reset_starts_the_clock_anew(calendar):
    ledger = opened().reset(date(2026, 3, 6), reason="补正材料收到")
    assert ledger.started_on == date(2026, 3, 6)
    assert due(ledger, calendar).day == date(2026, 3, 13)
    assert used(ledger, calendar, date(2026, 3, 6)) == 0


def test_c8_a_deemed_acceptance_runs_from_the_day_of_receipt(calendar, rules):
    received = date(2026, 9, 22)
    lapse = due(Ledger.open(rules.of("xk.accept", received), received), calendar).day
    assert lapse == date(2026, 9, 30)
    decision = Ledger.open(rules.of("xk.decision", received), received, reason="视为受理")
    assert due(decision, calendar, lapse).day == date(2026, 10, 27)
    assert used(decision, calendar, lapse) == 5


def test_c9_an_extension_once_within_its_maximum_by_the_rank_before_the_limit(calendar):
    facts = {"extension": {"max": "3W", "times": 1, "approver": "机关负责人"}}
    ledger = opened(**facts)
    limit = due(ledger, calendar).day
    good = ledger.extend(limit, Limit.read("3W"), "机关负责人", due_on=limit)
    assert due(good, calendar).day == date(2026, 3, 12)
    refusals = {
        "C9": [(limit, "4W", "机关负责人"), (limit, "3W", "科长"), (limit, "3N", "机关负责人")],
        "A15": [(date(2026, 3, 10), "3W", "机关负责人")],
    }
    for code, tries in refusals.items():
        for on, by, approver in tries:
            with pytest.raises(PeriodRefused) as refusal:
                ledger.extend(on, Limit.read(by), approver, due_on=limit)
            assert refusal.value.breach.rule == code
    assert good.check_extend(limit, Limit.read("1W"), "机关负责人", due_on=limit).rule == "A15"


def test_c9_two_stages_where_the_rule_has_two(calendar):
    stages = [{"max": "30N", "approver": "机关负责人"}, {"max": "60N", "approver": "负责人集体"}]
    ledger = opened("90N", extension=stages)
    limit = due(ledger, calendar).day
    first = ledger.extend(limit, Limit.read("30N"), "机关负责人", due_on=limit)
    assert first.check_extend(limit, Limit.read("60N"), "机关负责人", due_on=limit).rule == "C9"
    second = first.extend(limit, Limit.read("60N"), "负责人集体", due_on=limit)
    assert second.check_extend(limit, Limit.read("1N"), "负责人集体", due_on=limit).rule == "A15"
    assert due(second, calendar).raw_day == date(2026, 8, 29)


def test_c9_the_citizen_is_told_before_the_original_limit_ends():
    facts = {"extension": {"max": "3W", "times": 1, "approver": "机关负责人", "notify": True}}
    limit = date(2026, 3, 9)
    ledger = opened(**facts).extend(limit, Limit.read("3W"), "机关负责人", due_on=limit)
    assert ledger.check_told(limit, due_on=limit) is None
    assert ledger.check_told(date(2026, 3, 10), due_on=limit).rule == "C9"
    assert ledger.check_told(None, due_on=limit).rule == "C9"
    assert ledger.check_told(limit, due_on=limit, late=True).rule == "C9"


def asked(told=False, start="2026-03-02", **facts):
    """Five days, extended by three on the second day; the applicant is told later or not at all."""
    extension = {"max": "3W", "times": 1, "notify": True}
    ledger = opened(start=start, extension=extension, suspend=["听证"], **facts)
    return ledger.extend(date(2026, 3, 4), Limit.read("3W"), "", due_on=date(2026, 3, 9), told=told)


def test_c9_an_extension_binds_once_the_applicant_has_been_told(calendar):
    untold = asked()
    assert due(untold, calendar).day == date(2026, 3, 9)
    assert due(untold, calendar, if_told=True).day == date(2026, 3, 12)
    assert state(untold, calendar, utc(2026, 3, 9, 9, 1)) is State.OVERDUE
    told = untold.tell(date(2026, 3, 9), at=utc(2026, 3, 9, 9))
    assert due(told, calendar) == due(told, calendar, if_told=True) == due(asked(told=True), calendar)
    assert due(told, calendar).day == date(2026, 3, 12)


def test_c9_told_after_the_limit_the_extension_does_not_bind(calendar):
    for late in (asked().tell(date(2026, 3, 9), at=utc(2026, 3, 9, 9, 1)), asked().tell(date(2026, 3, 10))):
        assert due(late, calendar).day == date(2026, 3, 9)
        assert "does not count" in explain(late, calendar).text("en")
        assert "未在届满前告知" in explain(late, calendar).text()
    assert "未在届满前告知" not in explain(asked(told=True), calendar).text()


def test_c9_a_suspension_gives_time_to_tell_as_it_gives_time_to_decide(calendar):
    ledger = asked().suspend(date(2026, 3, 5), "听证")
    told = ledger.tell(date(2026, 3, 20)).resume(date(2026, 3, 23))
    assert due(told, calendar).day == date(2026, 3, 30)
    assert due(told, calendar, if_told=True).day == due(told, calendar).day


def test_c9_where_the_law_does_not_ask_for_notice_an_extension_binds_at_once(calendar):
    silent = opened(extension={"max": "3W", "notify": False})
    silent = silent.extend(date(2026, 3, 4), Limit.read("3W"), "", due_on=date(2026, 3, 9), told=False)
    assert due(silent, calendar).day == date(2026, 3, 12)
    assert silent.untold == ()
    with pytest.raises(Conflict, match="none that waits"):
        silent.tell(date(2026, 3, 5))


def test_c9_two_stages_are_told_one_by_one(calendar):
    stages = [{"max": "3W", "times": 2}]
    ledger = opened(extension=stages)
    first = ledger.extend(date(2026, 3, 4), Limit.read("3W"), "", due_on=date(2026, 3, 9), told=False)
    first = first.tell(date(2026, 3, 5))
    second = first.extend(date(2026, 3, 5), Limit.read("3W"), "", due_on=date(2026, 3, 12), told=False)
    assert due(second, calendar).day == date(2026, 3, 12)
    assert due(second.tell(date(2026, 3, 12)), calendar).day == date(2026, 3, 17)
    assert due(second.tell(date(2026, 3, 13)), calendar).day == date(2026, 3, 12)
    twins = ledger.extend(date(2026, 3, 4), Limit.read("3W"), "", due_on=date(2026, 3, 9), told=False)
    twins = twins.extend(date(2026, 3, 4), Limit.read("3W"), "", due_on=date(2026, 3, 12), told=False)
    assert due(twins.tell(date(2026, 3, 6)), calendar).day == date(2026, 3, 17)


def test_c9_a_promise_follows_the_extensions_that_bind(calendar):
    untold = asked(promise="4W")
    assert due(untold, calendar).promised_day == date(2026, 3, 6)
    assert due(untold.tell(date(2026, 3, 6)), calendar).promised_day == date(2026, 3, 11)


def test_c9_what_was_told_comes_back_from_plain_data(calendar):
    ledger = asked().tell(date(2026, 3, 5), at=utc(2026, 3, 5, 1), person="p1")
    again = Ledger.from_data(ledger.as_data())
    assert again == ledger
    assert due(again, calendar).day == date(2026, 3, 12)


def test_c10_two_clocks_the_promised_one_and_the_statutory_one(calendar):
    found = due(opened("20W", "2026-09-10", promise="10W"), calendar)
    assert (found.promised_day, found.day) == (date(2026, 9, 23), date(2026, 10, 14))
    for longer in ("21W", "5N"):
        with pytest.raises(PeriodRefused) as refusal:
            opened("20W", promise=longer)
        assert refusal.value.breach.rule == "C10"


def test_c10_an_extension_moves_the_promise_too_and_never_past_the_limit(calendar):
    ledger = opened("20W", "2026-09-10", promise="20W", extension={"max": "10W"})
    ledger = ledger.extend(date(2026, 9, 20), Limit.read("10W"), "", due_on=date(2026, 10, 14))
    found = due(ledger, calendar)
    assert found.promised_day == found.day == date(2026, 10, 28)


def test_c11_a_new_notice_recomputes_open_periods_and_the_change_is_told(calendar):
    ledger = opened("20W", "2026-12-21")
    before = due(ledger, calendar)
    assert before.provisional
    notice = Notice(
        id="cn-2027",
        years=(2027,),
        off={date(2027, 1, d): ("元旦", "New Year") for d in (1, 2, 3)},
        work=frozenset({date(2027, 1, 9)}),
        basis="b",
        source="invented for this test",
        certainty="P",
        number="〔2026〕0号",
        issued=date(2026, 11, 30),
    )
    later = calendar.with_notice(notice)
    change = recomputed(ledger, calendar, later)
    assert change.notices == ("〔2026〕0号",)
    assert change.old_day == before.day == date(2027, 1, 19)
    assert change.new_day == date(2027, 1, 18)
    assert not due(ledger, later).provisional
    assert recomputed(opened("5W"), calendar, later) is None


def test_c12_receipt_on_a_rest_day_counts_from_that_calendar_day(calendar):
    assert due(opened("20W", "2026-10-01"), calendar).day == date(2026, 11, 3)
    assert due(opened("20W", "2026-10-07"), calendar).day == date(2026, 11, 3)
    ledger = opened("5W", "2026-10-03")
    assert explain(ledger, calendar).rows[0].date == date(2026, 10, 3)
    assert remaining(ledger, calendar, date(2026, 10, 3)) == 5
