"""What holds for every ledger, whatever its life was: random histories of all five kinds of period."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine import canonical
from engine.errors import Conflict
from engine.periods import (
    Calendar,
    Entry,
    Ledger,
    Limit,
    PeriodRule,
    Roster,
    due,
    explain,
    overruns,
    recomputed,
    remaining,
    used,
)

MOST = settings(max_examples=40, derandomize=True)
LISTED = ("听证", "鉴定", "征求第三方意见", "公告")
SUSPEND = ["听证", "鉴定", {"kind": "征求第三方意见", "max": "15W"}, {"kind": "公告", "max": "10N"}]
STARTS = st.dates(date(2019, 1, 1), date(2020, 5, 31)) | st.dates(date(2024, 10, 1), date(2026, 8, 31))
LIMITS = st.sampled_from(["1W", "5W", "20W", "45W", "1N", "15N", "90N", "1M", "3M", "1Y", "8H", "72H"])
SPANS = st.tuples(st.integers(-3, 70), st.integers(0, 40), st.sampled_from(LISTED), st.integers(0, 23))


def rule(limit, **facts):
    base = {"id": "t", "basis": "b", "limit": limit, "valid_from": "2000-01-01", "suspend": SUSPEND}
    return PeriodRule.from_data({**base, "extension": {"max": limit, "times": 2}, **facts})


def noon(day, hour=4):
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def paused(ledger, start, span, key):
    """The ledger with a suspension of its own key: days after the start, length, kind, hour of the day."""
    since = start + timedelta(days=span[0])
    until = since + timedelta(days=span[1])
    ledger = ledger.record(Entry("suspended", since, noon(since, span[3] // 2), key=key, kind=span[2]))
    return ledger.resume(until, key=key, at=noon(until, 12))


@st.composite
def lives(draw, limits=LIMITS):
    """A ledger and the day it began: suspensions, perhaps a reset, extensions told in time, late or never."""
    text, start = draw(limits), draw(STARTS)
    facts = {"hours": draw(st.sampled_from(["clock", "service"]))} if text.endswith("H") else {}
    promise = Limit.read(text) if draw(st.booleans()) else None
    ledger = Ledger.open(rule(text, **facts), start, promise, at=noon(start))
    for number, span in enumerate(draw(st.lists(SPANS, max_size=4))):
        ledger = paused(ledger, start, span, f"s{number}")
        if draw(st.integers(0, 9)) == 0:
            start += timedelta(days=draw(st.integers(0, 20)))
            ledger = ledger.reset(start, at=noon(start, 5))
    for _ in range(draw(st.integers(0, 2))):
        on = start + timedelta(days=draw(st.integers(0, 120)))
        by, told = Limit.read(text), draw(st.sampled_from([None, on]))
        ledger = ledger.record(Entry("extended", on, noon(on, 6), told=told, by=by))
        if draw(st.booleans()) and ledger.untold:
            later = on + timedelta(days=draw(st.integers(0, 60)))
            ledger = ledger.tell(later, at=noon(later, 7))
    return ledger, start


def end(ledger, calendar):
    return due(ledger, calendar).moment


@MOST
@given(lives())
def test_a_ledger_ends_never_before_its_start_and_a_promise_never_after_the_limit(calendar, life):
    ledger, start = life
    found = due(ledger, calendar)
    assert found.day >= start == ledger.started_on
    assert found.raw_day <= found.day
    assert found.promised_moment is None or found.promised_moment <= found.moment


@MOST
@given(lives())
def test_the_end_computed_again_from_what_was_stored_is_the_same(calendar, life):
    ledger, _ = life
    again = Ledger.from_data(canonical.loads(canonical.dumps(ledger.as_data())))
    assert again == ledger
    assert due(again, calendar) == due(ledger, calendar)
    assert explain(again, calendar).as_data() == explain(ledger, calendar).as_data()


@MOST
@given(lives(), SPANS)
def test_one_more_suspension_never_makes_the_end_earlier(calendar, life, span):
    ledger, start = life
    assert end(paused(ledger, start, span, "more"), calendar) >= end(ledger, calendar)


@MOST
@given(lives(), SPANS, st.integers(0, 30))
def test_a_longer_suspension_never_makes_the_end_earlier(calendar, life, span, longer):
    ledger, start = life
    stretched = (span[0], span[1] + longer, *span[2:])
    short, long = (paused(ledger, start, one, "more") for one in (span, stretched))
    assert end(long, calendar) >= end(short, calendar)


@MOST
@given(lives(), SPANS)
def test_a_suspension_inside_another_changes_nothing_and_neither_does_one_the_law_does_not_list(
    calendar, life, span
):
    ledger, start = life
    outer = paused(ledger, start, (*span[:2], "听证", span[3]), "outer")
    assert end(paused(outer, start, (*span[:2], "鉴定", span[3]), "inner"), calendar) == end(outer, calendar)
    unlisted = paused(ledger, start, (*span[:2], "现场核查", span[3]), "odd")
    assert end(unlisted, calendar) == end(ledger, calendar)


@MOST
@given(lives(), STARTS, st.booleans())
def test_an_extension_binds_if_and_only_if_the_applicant_is_told_in_time(calendar, life, day, tell):
    ledger, start = life
    assume(day >= start and not ledger.untold)
    before = due(ledger, calendar)
    untold = ledger.record(Entry("extended", start, noon(start, 8), by=ledger.rule.limit))
    assume(ledger.rule.stage(len(ledger.extensions)) is not None)
    assert end(untold, calendar) == before.moment
    told = untold.tell(day, at=noon(day, 8))
    then = due(ledger, calendar, noon(day, 8))
    if noon(day, 8) <= then.moment:
        assert end(told, calendar) > before.moment
    else:
        assert end(told, calendar) == before.moment
    assert due(told, calendar, if_told=True).moment == due(untold, calendar, if_told=True).moment


@MOST
@given(lives(st.sampled_from(["1W", "5W", "20W", "45W"])))
def test_used_and_remaining_meet_at_the_end(calendar, life):
    ledger, start = life
    found = due(ledger, calendar)
    assert remaining(ledger, calendar, found.day) == 0
    whole = used(ledger, calendar, found.day)
    assert whole % ledger.rule.limit.number == 0
    assert used(ledger, calendar, start) == 0


@MOST
@given(lives(), st.dates(date(2019, 3, 1), date(2020, 2, 3)))
def test_a_recount_tells_exactly_the_dates_that_moved_and_lands_where_a_fresh_count_does(calendar, life, day):
    ledger, _ = life
    old = calendar.as_of(day)
    change = recomputed(ledger, old, calendar)
    before, after = due(ledger, old), due(ledger, calendar)
    assert (change is None) == (before.moment == after.moment)
    if change:
        assert (change.old_day, change.new_day) == (before.day, after.day)
        assert change.notices
    assert due(ledger, old.with_notice(*(n for n in calendar.notices if n not in old.notices))) == after


@MOST
@given(lives(st.sampled_from(["2H", "8H", "72H"])))
def test_hours_of_service_end_no_sooner_than_hours_by_the_clock(calendar, life):
    ledger, _ = life
    assume(not ledger.extensions)
    by_clock = replace(ledger, rule=replace(ledger.rule, hours="clock"))
    by_roster = replace(ledger, rule=replace(ledger.rule, hours="service"))
    assert end(by_roster, calendar) >= end(by_clock, calendar)
    always = Calendar(calendar.notices, hours=Roster.of("00:00-24:00", every_day=True))
    assert end(by_roster, always) == end(by_clock, calendar)


@MOST
@given(lives())
def test_a_stopped_ledger_no_longer_moves_and_takes_no_more_entries(calendar, life):
    ledger, start = life
    day = start + timedelta(days=200)
    stopped = ledger.stop(day, at=noon(day))
    assert due(stopped, calendar, noon(day + timedelta(days=90))) == due(stopped, calendar, noon(day))
    assert overruns(stopped, calendar, noon(day)) == overruns(stopped, calendar, noon(day + timedelta(90)))
    for act in (lambda: stopped.reset(day, at=noon(day)), lambda: stopped.stop(day, at=noon(day))):
        try:
            act()
        except Conflict:
            continue
        raise AssertionError("a stopped ledger took another entry")
