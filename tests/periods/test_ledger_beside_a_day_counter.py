"""Whole histories of a period, lived a second time by a counter that ticks off one day after another.

The counter shares nothing with the product: it keeps a list of days off and worked week-ends, the days it
leaves out, and walks. The calendars are made up, so that no rule can rest on what the real ones happen to be.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.periods import Calendar, Entry, Ledger, Limit, Notice, PeriodRule, due, recomputed

SOME = settings(max_examples=60, derandomize=True)
ONE = timedelta(days=1)
FIRST = date(2025, 1, 1)
YEARS = (2025, 2026, 2027)
OWN = {"听证": None, "征求意见": ("W", 4), "公告": ("N", 9), "鉴定": ("H", 30)}
SUSPEND = [{"kind": k, **({"max": f"{m[1]}{m[0]}"} if m else {})} for k, m in OWN.items()]


@dataclass
class Counter:
    """A clerk with a wall calendar: what is off, what is worked, and what has happened so far."""

    off: frozenset[date]
    work: frozenset[date]
    limit: tuple[int, str]
    rolls: bool
    start: date
    promise: int = 0
    grown: int = 0
    pending: list[int] = field(default_factory=list)
    left_out: list[list] = field(default_factory=list)  # [kind, first day, last day or None]

    def works(self, day):
        return day in self.work or (day.weekday() < 5 and day not in self.off)

    def rolled(self, day):
        while self.rolls and not self.works(day):
            day += ONE
        return day

    def is_left_out(self, day, seen_on):
        for kind, since, until in self.left_out:
            last = until if until is not None else max(since, seen_on or since)
            if kind in OWN and since < day <= min(last, self.own_last(kind, since)):
                return True
        return False

    def own_last(self, kind, since):
        if OWN[kind] is None:
            return date.max
        unit, number = OWN[kind]
        if unit != "W":
            return since + timedelta(days=number if unit == "N" else -(-number // 24))
        day = since
        while number:
            day += ONE
            number -= self.works(day)
        return day

    def end(self, number, seen_on):
        """The last day: `number` of the limit's own units after the start."""
        unit = self.limit[1]
        if unit in "MY":
            months = self.start.month - 1 + number * (12 if unit == "Y" else 1)
            year, month = self.start.year + months // 12, months % 12 + 1
            raw = self.start.day
            while True:
                try:
                    number = (date(year, month, raw) - self.start).days
                    break
                except ValueError:
                    raw -= 1
        day = self.start
        while number:
            day += ONE
            if not self.is_left_out(day, seen_on) and (unit != "W" or self.works(day)):
                number -= 1
        return self.rolled(day)

    def statutory(self, seen_on=None):
        return self.end(self.limit[0] + self.grown, seen_on)

    def tell(self, on):
        """The applicant is told: what was granted counts if the limit had not ended by then."""
        if on <= self.statutory(on):
            self.grown += sum(self.pending)
        self.pending = []


@st.composite
def made_up(draw):
    """Days off in the week, worked week-end days: a notice of three years."""
    off = {FIRST + timedelta(days=n) for n in draw(st.lists(st.integers(0, 900), max_size=40))}
    runs = draw(st.lists(st.tuples(st.integers(0, 900), st.integers(2, 9)), max_size=8))
    off |= {FIRST + timedelta(days=n + k) for n, length in runs for k in range(length)}
    work = {FIRST + timedelta(days=n) for n in draw(st.lists(st.integers(0, 900), max_size=30))}
    work = {day for day in work if day.weekday() >= 5} - off
    return frozenset(off), frozenset(work)


def notice(days, **facts):
    off, work = days
    names = dict.fromkeys(off, ("假", "Holiday"))
    base = {"id": "n", "years": YEARS, "basis": "b", "source": "s", "certainty": "P"}
    return Notice(**{**base, "off": names, "work": work, **facts})


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["suspend", "suspend", "resume", "extend", "tell", "extend-told", "reset"]),
        st.integers(0, 25),
        st.sampled_from([*OWN, "现场核查"]),
        st.integers(0, 3),
    ),
    max_size=9,
)
LIMITS = st.sampled_from(["1W", "3W", "7W", "20W", "1N", "7N", "15N", "60N", "90N", "1M", "3M", "6M", "1Y"])


def lived(days, limit, rolls, start, acts, promised):
    """The ledger and the counter after the same acts, and the day of the last."""
    facts = {"id": "t", "basis": "b", "limit": limit, "valid_from": "2000-01-01", "suspend": SUSPEND}
    roll = "next-working-day" if rolls else "none"
    rule = PeriodRule.from_data({**facts, "roll": roll, "extension": {"max": "9" + limit[-1], "times": 9}})
    number, unit = int(limit[:-1]), limit[-1]
    promise = max(1, number // 2) if promised else 0
    ledger = Ledger.open(rule, start, Limit.read(f"{promise}{unit}") if promise else None)
    counter = Counter(*days, (number, unit), rolls, start, promise)
    today = start
    for act, wait, kind, size in acts:
        today += timedelta(days=wait)
        ledger = _acted(ledger, counter, act, today, kind, size + 1)
    return ledger, counter, today


def _acted(ledger, counter, act, on, kind, size):
    running = {one.key for one in ledger.open_suspensions}
    if act == "suspend":
        counter.left_out.append([kind, on, None])
        return ledger.record(Entry("suspended", on, key=str(len(counter.left_out)), kind=kind))
    if act == "resume" and running:
        key = sorted(running)[0]
        counter.left_out[int(key) - 1][2] = on
        return ledger.resume(on, key=key)
    if act == "reset":
        counter.start, counter.grown, counter.pending = on, 0, []
        return ledger.reset(on)
    if act.startswith("extend"):
        told = act == "extend-told" and not counter.pending
        counter.pending.append(size)
        by = Limit.read(f"{size}{counter.limit[1]}")
        changed = ledger.record(Entry("extended", on, by=by, told=on if told else None))
        if told:
            counter.tell(on)
        return changed
    if act == "tell" and counter.pending:
        counter.tell(on)
        return ledger.tell(on)
    return ledger


@SOME
@given(made_up(), LIMITS, st.booleans(), st.integers(0, 300), ACTS, st.booleans())
def test_a_history_of_any_acts_ends_on_the_day_the_counter_reaches(days, limit, rolls, first, acts, promised):
    rolls = rolls and limit[-1] != "W"
    ledger, counter, today = lived(days, limit, rolls, FIRST + timedelta(days=first), acts, promised)
    calendar = Calendar([notice(days)])
    assert due(ledger, calendar).day == counter.statutory()
    found = due(ledger, calendar, today)
    assert found.day == counter.statutory(today)
    if promised:
        own = counter.end(counter.promise + counter.grown, today)
        assert found.promised_day == min(own, found.day)


@SOME
@given(made_up(), made_up(), LIMITS, st.integers(0, 300), ACTS)
def test_a_notice_in_mid_history_moves_the_end_to_where_the_counter_comes_out(
    days, change, limit, first, acts
):
    rolls = limit[-1] != "W"
    start = FIRST + timedelta(days=first)
    ledger, before, today = lived(days, limit, rolls, start, acts, False)
    off, work = change
    newer = (days[0] | off) - work, (days[1] | work) - off
    _, after, _ = lived(newer, limit, rolls, start, acts, False)
    old = Calendar([notice(days)])
    new = old.with_notice(notice(change, id="later", years=(), amends="n", issued=today))
    assert due(ledger, new, today).day == after.statutory(today)
    moved = recomputed(ledger, old, new, today)
    ends = before.statutory(today), after.statutory(today)
    assert (moved and (moved.old_day, moved.new_day)) == (None if ends[0] == ends[1] else ends)


@SOME
@given(made_up(), st.integers(1, 30), st.sampled_from("WN"), st.integers(60, 800))
def test_a_notice_before_an_event_leaves_the_days_between_that_its_reading_asks_for(days, number, unit, at):
    calendar, clerk = Calendar([notice(days)]), Counter(*days, (number, unit), False, FIRST)
    event = FIRST + timedelta(days=at)
    for reading, whole_days in (("lenient", number - 1), ("strict", number)):
        facts = {"id": "t", "basis": "b", "limit": f"{number}{unit}", "valid_from": "2000-01-01"}
        rule = PeriodRule.from_data({**facts, "direction": "backward", "reading": reading})
        last = due(Ledger.open(rule, event), calendar).day
        between = [last + timedelta(days=n) for n in range(1, (event - last).days)]
        assert sum(unit == "N" or clerk.works(day) for day in between) == whole_days
        assert unit == "N" or clerk.works(last)


MINUTE = timedelta(minutes=1)


@settings(max_examples=25, derandomize=True)
@given(
    made_up(),
    st.integers(1, 30),
    st.integers(0, 60 * 24 * 20),
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 3000)), max_size=3),
)
def test_hours_of_service_run_minute_by_minute(days, number, first, pauses):
    calendar, clerk = Calendar([notice(days)]), Counter(*days, (number, "H"), False, FIRST)
    facts = {"id": "t", "basis": "b", "limit": f"{number}H", "valid_from": "2000-01-01", "hours": "service"}
    rule = PeriodRule.from_data({**facts, "suspend": ["听证"]})
    start = datetime(2025, 3, 1, tzinfo=UTC) + first * MINUTE
    ledger = Ledger.open(rule, start.date(), at=start)
    spans = [(start + a * MINUTE, start + (a + b) * MINUTE) for a, b in pauses]
    for key, (since, until) in enumerate(spans):
        ledger = ledger.record(Entry("suspended", since.date(), since, key=str(key), kind="听证"))
        ledger = ledger.resume(until.date(), key=str(key), at=until)
    left, moment = number * 60, start
    while left:
        local = moment + timedelta(hours=8)
        open_now = clerk.works(local.date()) and 9 <= local.hour < 17
        left -= open_now and not any(since <= moment < until for since, until in spans)
        moment += MINUTE
    assert due(ledger, calendar).moment == moment


NONE = frozenset(), frozenset()


@pytest.mark.parametrize("limit", ["5W", "20W", "15N", "90N", "1M", "1Y"])
@pytest.mark.parametrize("late", [-1, 0, 1])
def test_told_before_and_on_the_last_day_an_extension_binds_and_a_day_later_it_does_not(limit, late):
    _, counter, _ = lived(NONE, limit, limit[-1] != "W", FIRST, [], False)
    last = counter.statutory()
    wait = (last - FIRST).days + late
    acts = [("extend", 0, "", 2), ("tell", wait, "", 0)]
    ledger, counter, _ = lived(NONE, limit, limit[-1] != "W", FIRST, acts, False)
    found = due(ledger, Calendar([notice(NONE)])).day
    assert found == counter.statutory()
    assert (found > last) == (late <= 0)


@pytest.mark.parametrize(("late", "rule"), [(-1, None), (0, None), (1, "A15")])
def test_a15_an_extension_is_granted_up_to_the_last_day_and_no_later(late, rule):
    ledger, counter, _ = lived(NONE, "20W", False, FIRST, [], False)
    last = counter.statutory()
    by = Limit.read("5W")
    breach = ledger.check_extend(last + timedelta(days=late), by, "", due_on=last)
    assert (breach.rule if breach else None) == rule
