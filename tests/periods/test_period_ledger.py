"""What a ledger accepts, refuses, records and tells; its plain data; its warnings."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from figures import FIGURES

from engine import canonical
from engine.errors import Conflict, Malformed
from engine.periods import (
    Calendar,
    Entry,
    Ledger,
    Limit,
    PeriodRefused,
    PeriodRule,
    Roster,
    State,
    due,
    in_time,
    overruns,
    remaining,
    runs_out,
    state,
    used,
    warn_from,
    whose_days,
)

START = date(2026, 3, 2)


def opened(limit="20W", start=START, promise=None, at=None, **facts):
    base = {
        "id": "t",
        "basis": "第四十五条",
        "limit": limit,
        "valid_from": "2000-01-01",
        "suspend": ["听证", "鉴定"],
        "supervision": FIGURES,
    }
    rule = PeriodRule.from_data({**base, **facts})
    return Ledger.open(rule, start, promise and Limit.read(promise), at=at)


def utc(*numbers):
    return datetime(*numbers, tzinfo=UTC)


def test_a_suspension_of_a_kind_the_law_does_not_list_is_refused_as_a7():
    with pytest.raises(PeriodRefused) as refusal:
        opened().suspend(START, "现场核查")
    assert refusal.value.breach.rule == "A7"
    assert "现场核查" in refusal.value.breach.sentence_zh
    assert refusal.value.status == 409


def test_recorded_all_the_same_it_does_not_stop_the_clock(calendar):
    ledger = opened().record(Entry("suspended", START, kind="现场核查"))
    assert due(ledger, calendar, date(2026, 3, 20)) == due(opened(), calendar)
    assert state(ledger, calendar, utc(2026, 3, 20)) is State.RUNNING


def test_a_suspension_longer_than_told_is_a7_and_so_is_one_beyond_its_own_limit(calendar):
    ledger = opened().suspend(START, "听证", told=date(2026, 3, 10))
    assert overruns(ledger, calendar, date(2026, 3, 10)) == ()
    assert [breach.rule for breach in overruns(ledger, calendar, date(2026, 3, 11))] == ["A7"]
    ended = ledger.resume(date(2026, 3, 11))
    assert len(overruns(ended, calendar, date(2026, 5, 1))) == 1
    limited = opened(suspend=[{"kind": "听证", "max": "5W"}]).suspend(START, "听证")
    assert overruns(limited, calendar, date(2026, 3, 9)) == ()
    assert len(overruns(limited, calendar, date(2026, 3, 10))) == 1


@pytest.mark.parametrize(("most", "expected"), [("5W", date(2026, 4, 7)), ("5N", date(2026, 4, 3))])
def test_beyond_its_own_limit_a_suspension_no_longer_stops_the_clock(calendar, most, expected):
    ledger = opened(suspend=[{"kind": "听证", "max": most}]).suspend(START, "听证").resume(date(2026, 5, 20))
    assert due(ledger, calendar).day == expected
    still_open = opened(suspend=[{"kind": "听证", "max": most}]).suspend(START, "听证")
    assert due(still_open, calendar, date(2026, 6, 1)).day == expected
    assert due(still_open, calendar, date(2026, 3, 3)).suspended
    assert not due(still_open, calendar, date(2026, 3, 9)).suspended
    assert state(still_open, calendar, utc(2026, 6, 1, 2)) is State.OVERDUE


def test_while_it_is_suspended_the_due_date_is_what_it_would_be_if_resumed_today(calendar):
    ledger = opened().suspend(date(2026, 3, 4), "听证")
    today, tomorrow = (due(ledger, calendar, date(2026, 3, day)) for day in (12, 13))
    assert today.suspended
    assert calendar.working_days_between(today.day, tomorrow.day) == 1
    assert due(ledger, calendar).day == due(opened(), calendar).day
    assert state(ledger, calendar, utc(2026, 6, 1)) is State.SUSPENDED


def test_used_and_remaining_add_up_on_every_day(calendar):
    ledger = opened().suspend(date(2026, 3, 4), "听证").resume(date(2026, 3, 12))
    for day in range(2, 32):
        today = date(2026, 3, day)
        assert used(ledger, calendar, today) + remaining(ledger, calendar, today) == 20
    assert remaining(ledger, calendar, date(2026, 4, 10)) == -calendar.working_days_between(
        due(ledger, calendar).day, date(2026, 4, 10)
    )


def test_a_stopped_period_keeps_what_was_used_and_whether_it_was_in_time(calendar):
    ledger = opened("5W")
    assert in_time(ledger, calendar) is None
    stopped = ledger.stop(date(2026, 3, 5))
    assert used(stopped, calendar, date(2026, 12, 1)) == 3
    assert remaining(stopped, calendar, date(2026, 12, 1)) == 2
    assert state(stopped, calendar, utc(2026, 12, 1)) is State.STOPPED
    assert in_time(stopped, calendar)
    assert not in_time(ledger.stop(date(2026, 3, 10)), calendar)
    assert not in_time(ledger.stop(date(2026, 3, 9), at=utc(2026, 3, 9, 9, 1)), calendar)


def test_a_suspension_still_open_at_the_stop_ends_there(calendar):
    stopped = opened().suspend(date(2026, 3, 4), "听证").stop(date(2026, 3, 12))
    assert not due(stopped, calendar).suspended
    assert (
        due(stopped, calendar, date(2027, 1, 1)).day
        == due(opened().suspend(date(2026, 3, 4), "听证").resume(date(2026, 3, 12)), calendar).day
    )


@pytest.mark.parametrize(
    ("acts", "sentence"),
    [
        (lambda it: it.resume(START), "no open suspension|there is none"),
        (lambda it: it.suspend(START, "听证").suspend(START, "鉴定"), "suspended already"),
        (lambda it: it.suspend(START, "听证").resume(date(2026, 3, 1)), "on or after"),
        (lambda it: it.stop(START).stop(START), "nothing after it stopped"),
        (lambda it: it.stop(START).suspend(START, "听证"), "nothing after it stopped"),
        (lambda it: it.record(Entry("started", START)), "a second"),
        (lambda it: it.record(Entry("extended", START)), "counted like 20W"),
        (lambda it: it.record(Entry("extended", START, by=Limit.read("1M"))), "counted like 20W"),
    ],
)
def test_what_cannot_have_happened_is_refused_even_when_recorded(acts, sentence):
    with pytest.raises(Conflict, match=sentence):
        acts(opened())


def test_no_refusal_changes_the_ledger():
    ledger = opened()
    with pytest.raises(Conflict):
        ledger.resume(START)
    assert ledger == opened()


def test_a_ledger_comes_back_from_its_plain_data_canonically(calendar):
    ledger = opened(promise="10W", extension={"max": "10W", "approver": "机关负责人"})
    ledger = ledger.suspend(
        date(2026, 3, 4),
        "听证",
        key="7",
        told=date(2026, 3, 20),
        at=utc(2026, 3, 4, 1, 2, 3, 4567),
        reason="申请人要求",
        basis="第四十五条",
        person="p1",
    )
    ledger = ledger.resume(date(2026, 3, 12), key="7").extend(
        date(2026, 3, 20), Limit.read("10W"), "机关负责人", due_on=date(2026, 4, 8)
    )
    text = canonical.dumps(ledger.as_data())
    again = Ledger.from_data(canonical.loads(text))
    assert again == ledger
    assert canonical.dumps(again.as_data()) == text
    assert due(again, calendar) == due(ledger, calendar)


@pytest.mark.parametrize(
    "entry",
    [
        {"act": "jumped", "on": "2026-03-02"},
        {"act": "stopped"},
        {"act": "stopped", "on": 5},
        {"act": "stopped", "on": "x"},
        {"act": "stopped", "on": "2026-03-02", "person": 3},
        {"act": "stopped", "on": "2026-03-02", "colour": "red"},
    ],
)
def test_plain_data_that_is_no_ledger_is_refused(entry):
    data = opened().as_data()
    with pytest.raises(Malformed):
        Ledger.from_data({**data, "entries": [*data["entries"], entry]})


# Rule A1: the promised limit's rest is at most max(1 working day, 20 per cent)


@pytest.mark.parametrize(
    ("limit", "promise", "day"),
    [
        ("20W", None, 16),
        ("20W", "10W", 8),
        ("10W", None, 8),
        ("7W", None, 6),
        ("5W", None, 4),
        ("3W", None, 2),
        ("2W", None, 1),
        ("45W", "30W", 24),
    ],
)
def test_a1_warns_when_the_rest_is_one_day_or_a_fifth(calendar, limit, promise, day):
    moment = warn_from(opened(limit, promise=promise), calendar)
    assert moment == calendar.opening(calendar.add_working_days(START, day))


def test_a1_warns_of_ninety_natural_days_on_the_seventy_second(calendar):
    assert warn_from(opened("90N"), calendar) == calendar.opening(date(2026, 5, 13))


def test_a1_warns_of_a_short_natural_period_one_working_day_before_its_end(calendar):
    # from Friday 6 March: due Monday 9 March, the working day before is the start itself
    assert warn_from(opened("3N", date(2026, 3, 6)), calendar) == calendar.opening(date(2026, 3, 7))
    assert warn_from(opened("7N", date(2026, 3, 6)), calendar) == calendar.opening(date(2026, 3, 12))


@pytest.mark.parametrize("facts", [{"limit": "1W"}, {"limit": "20W", "promise": "1W"}, {"class": "party"}])
def test_a1_does_not_warn_of_one_day_or_of_a_citizens_own_period(calendar, facts):
    assert warn_from(opened(**facts), calendar) is None


def test_a1_moves_with_a_suspension_and_ends_with_the_stop(calendar):
    ledger = opened("5W").suspend(START, "听证").resume(date(2026, 3, 4))
    assert warn_from(ledger, calendar) == calendar.opening(date(2026, 3, 10))
    assert warn_from(ledger.stop(date(2026, 3, 5)), calendar) is None


# Hours


def test_clock_hours_run_through_the_night_and_are_exact(calendar):
    ledger = opened("24H", date(2026, 3, 6), at=utc(2026, 3, 6, 8, 30))
    assert due(ledger, calendar).moment == utc(2026, 3, 7, 8, 30)
    assert used(ledger, calendar, utc(2026, 3, 6, 14, 0)) == Decimal("5.50")
    assert remaining(ledger, calendar, utc(2026, 3, 6, 14, 0)) == Decimal("18.50")
    assert remaining(ledger, calendar, utc(2026, 3, 7, 9, 0)) == Decimal("-0.50")
    assert state(ledger, calendar, utc(2026, 3, 7, 8, 31)) is State.OVERDUE


def test_service_hours_run_while_the_office_serves(calendar):
    # Friday 16:00 local: one hour that day, the rest on Monday from nine
    ledger = opened("4H", date(2026, 3, 6), at=utc(2026, 3, 6, 8), hours="service")
    assert due(ledger, calendar).moment == utc(2026, 3, 9, 4)
    before_opening = opened("1H", START, at=utc(2026, 3, 1, 20), hours="service")
    assert due(before_opening, calendar).moment == utc(2026, 3, 2, 2)


def test_a_roster_with_a_break_and_a_hotline_open_every_day(calendar):
    split = Calendar(calendar.notices, hours=Roster.of("09:00-12:00", "13:30-17:30"))
    ledger = opened("4H", START, at=utc(2026, 3, 2, 3), hours="service")
    assert due(ledger, split).moment == utc(2026, 3, 2, 8, 30)
    hotline = Calendar(calendar.notices, hours=Roster.of("00:00-12:00", "12:00:01-23:59:59", every_day=True))
    weekend = opened("24H", date(2026, 3, 7), at=utc(2026, 3, 7, 1), hours="service")
    assert due(weekend, hotline).day == date(2026, 3, 8)


def test_hours_are_suspended_to_the_minute_and_overlaps_count_once(calendar):
    ledger = opened("10H", START, at=utc(2026, 3, 2, 1))
    ledger = ledger.suspend(START, "听证", key="a", at=utc(2026, 3, 2, 2))
    ledger = ledger.suspend(START, "鉴定", key="b", at=utc(2026, 3, 2, 2, 30))
    ledger = ledger.resume(START, key="a", at=utc(2026, 3, 2, 3)).resume(
        START, key="b", at=utc(2026, 3, 2, 3, 15)
    )
    assert due(ledger, calendar).moment == utc(2026, 3, 2, 12, 15)
    assert warn_from(ledger, calendar) == utc(2026, 3, 2, 10, 15)


def test_a_suspension_of_hours_is_cut_at_its_own_limit_to_the_minute(calendar):
    limited = opened("10H", START, at=utc(2026, 3, 2, 1), suspend=[{"kind": "听证", "max": "2H"}])
    ledger = limited.suspend(START, "听证", at=utc(2026, 3, 2, 2, 30))
    assert due(ledger, calendar, utc(2026, 3, 2, 9)).moment == utc(2026, 3, 2, 13)
    daily = opened("10H", START, at=utc(2026, 3, 2, 1), suspend=[{"kind": "听证", "max": "1N"}])
    open_since = daily.suspend(START, "听证", at=utc(2026, 3, 2, 2))
    assert due(open_since, calendar, utc(2026, 3, 20)).moment == utc(2026, 3, 4, 1)


def test_an_hour_period_needs_the_moment_of_each_entry():
    with pytest.raises(Malformed, match="moment"):
        opened("4H")
    with pytest.raises(Malformed, match="time zone"):
        opened("4H", at=datetime(2026, 3, 2))  # noqa: DTZ001


def test_a_zone_with_daylight_saving_closes_by_its_own_clock(calendar):
    abroad = Calendar(calendar.notices, zone="Europe/Berlin")
    assert due(opened("1W", date(2026, 3, 27)), abroad).moment == utc(2026, 3, 30, 15)
    assert due(opened("1W", date(2026, 3, 26)), abroad).moment == utc(2026, 3, 27, 16)
    clock = opened("24H", date(2026, 3, 28), at=utc(2026, 3, 28, 12))
    assert due(clock, abroad).moment == utc(2026, 3, 29, 12)


@pytest.mark.parametrize("hours", [("17:00-09:00",), ("09:00-12:00", "11:00-17:00"), ("nine",), ()])
def test_service_hours_that_do_not_rise_are_refused(hours):
    with pytest.raises(Malformed, match="service hours"):
        Roster.of(*hours)


# Joint approval


def test_whose_days_were_used_in_a_joint_approval(calendar):
    case = opened("45W")
    fire = opened("15W").suspend(date(2026, 3, 4), "鉴定").resume(date(2026, 3, 6)).stop(date(2026, 3, 12))
    plan = opened("15W").stop(date(2026, 3, 5))
    shares = whose_days(case, {"fire": [fire], "plan": [plan]}, calendar, date(2026, 3, 13))
    assert shares.case == 9
    assert (shares.departments["plan"].used, shares.departments["plan"].alone) == (3, 1)
    assert (shares.departments["fire"].used, shares.departments["fire"].alone) == (6, 4)
    assert shares.between == 2


def test_the_days_of_a_department_with_two_licences_are_counted_once(calendar):
    case = opened("45W").stop(date(2026, 3, 13))
    ground = opened("15W").stop(date(2026, 3, 6))
    building = opened("15W", date(2026, 3, 4)).stop(date(2026, 3, 12))
    fire = opened("15W").stop(date(2026, 3, 3))
    shares = whose_days(case, {"plan": [ground, building], "fire": [fire]}, calendar, date(2026, 3, 31))
    assert (shares.departments["plan"].used, shares.departments["plan"].alone) == (8, 7)
    assert (shares.case, shares.departments["fire"].alone, shares.between) == (9, 0, 1)


def test_whose_days_cannot_be_told_in_hours(calendar):
    with pytest.raises(ValueError, match="hours"):
        whose_days(opened("4H", at=utc(2026, 3, 2)), {}, calendar, START)


# What may be armed


def test_an_end_is_certain_while_a_suspension_has_a_limit_of_its_own_or_is_not_listed(calendar):
    kinds = ["听证", {"kind": "征求第三方意见", "max": "15W"}]
    plain = opened("20W", date(2026, 4, 27), suspend=kinds)
    silent = plain.suspend(date(2026, 5, 7), "征求第三方意见")
    end, warning = runs_out(silent, calendar)
    assert (end.day, end.suspended) == (date(2026, 6, 17), False)
    assert warning == warn_from(silent.resume(date(2026, 5, 27)), calendar)
    unlisted = plain.record(Entry("suspended", date(2026, 5, 7), kind="现场核查"))
    assert runs_out(unlisted, calendar)[0].day == date(2026, 5, 27)
    assert runs_out(plain.suspend(date(2026, 5, 7), "听证"), calendar) is None
    assert runs_out(silent.suspend(date(2026, 5, 8), "听证", key="b"), calendar) is None


def test_hours_run_on_after_the_limit_of_their_suspension(calendar):
    ledger = opened("4H", at=utc(2026, 3, 2, 1), suspend=[{"kind": "听证", "max": "2H"}])
    ledger = ledger.suspend(START, "听证", at=utc(2026, 3, 2, 2))
    assert runs_out(ledger, calendar)[0].moment == utc(2026, 3, 2, 7)


def test_an_extension_after_close_of_business_on_the_last_day_comes_too_late(calendar):
    ledger = opened("5W", extension={"max": "3W"})
    end = due(ledger, calendar)
    facts = {"due_on": end.day, "due_at": end.moment}
    good = ledger.extend(end.day, Limit.read("3W"), "", at=end.moment, **facts)
    assert due(good, calendar).day == date(2026, 3, 12)
    with pytest.raises(PeriodRefused) as refusal:
        ledger.extend(end.day, Limit.read("3W"), "", at=utc(2026, 3, 9, 9, 1), **facts)
    assert refusal.value.breach.rule == "A15"
