"""Any due date can be counted along by hand from its explanation."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import canonical
from engine.periods import Calendar, Entry, Ledger, Limit, PeriodRule, Status, due, explain


def opened(limit="5W", start=date(2026, 3, 2), at=None, **facts):
    base = {
        "id": "t",
        "basis": "甲法第一条",
        "limit": limit,
        "valid_from": "2000-01-01",
        "suspend": ["听证", "鉴定"],
    }
    if "direction" in facts:
        del base["suspend"]
    return Ledger.open(PeriodRule.from_data({**base, **facts}), start, at=at)


def test_each_day_from_the_start_to_the_end_has_one_row(calendar):
    ledger = opened("20W", date(2026, 9, 10))
    rows = explain(ledger, calendar).rows
    assert [row.date for row in rows] == [date(2026, 9, 10) + timedelta(days=n) for n in range(35)]
    assert [row.number for row in rows if row.number] == list(range(1, 21))
    assert [row.date for row in rows if row.make_up] == [date(2026, 9, 20), date(2026, 10, 10)]
    assert [row.date for row in rows if row.last] == [date(2026, 10, 14)]
    assert rows[0].status is Status.START


def test_an_outsider_recomputes_the_end_from_the_exported_rows_and_notices(calendar):
    ledger = opened("20W", date(2026, 2, 2), extension={"max": "10W"})
    ledger = ledger.suspend(date(2026, 2, 5), "听证").resume(date(2026, 2, 26))
    ledger = ledger.extend(date(2026, 3, 1), Limit.read("10W"), "", due_on=date(2026, 3, 20))
    data = canonical.loads(canonical.dumps(explain(ledger, calendar).as_data()))
    notice = next(n for n in calendar.notices if n.title in data["notices"]).as_data()
    counted, day, pauses = 0, date(2026, 2, 2), [("2026-02-05", "2026-02-26")]
    while counted < 30:
        day += timedelta(days=1)
        text = day.isoformat()
        works = text in notice["work"] or (day.weekday() < 5 and text not in notice["off"])
        counted += works and not any(p < text <= r for p, r in pauses)
    assert data["due"] == day.isoformat() == "2026-04-03"
    assert sum(1 for row in data["rows"] if row["number"]) == 30
    assert data["calendar"] == calendar.version


def test_suspended_days_name_the_step_and_rest_days_stay_rest_days(calendar):
    ledger = opened().suspend(date(2026, 3, 4), "听证", key="a").suspend(date(2026, 3, 5), "鉴定", key="b")
    ledger = ledger.resume(date(2026, 3, 9), key="a").resume(date(2026, 3, 6), key="b")
    status = {row.date.day: (row.status, row.note) for row in explain(ledger, calendar).rows}
    assert status[5] == (Status.SUSPENDED, "听证")
    assert status[6] == (Status.SUSPENDED, "听证、鉴定")
    assert status[7] == (Status.REST, "")
    assert status[9] == (Status.SUSPENDED, "听证")
    assert status[10][0] is Status.COUNTED


def test_extended_days_rolled_days_and_holidays_are_told_apart(calendar):
    ledger = opened("5N", date(2026, 9, 26), extension={"max": "3N"}, roll="next-working-day")
    ledger = ledger.extend(date(2026, 9, 28), Limit.read("3N"), "", due_on=date(2026, 10, 8))
    status = {row.date: row.status for row in explain(ledger, calendar).rows}
    assert status[date(2026, 10, 1)] is Status.COUNTED
    assert status[date(2026, 10, 4)] is Status.EXTENDED
    assert status[date(2026, 10, 8)] is Status.ROLLED
    assert explain(opened("5W", date(2026, 9, 28)), calendar).rows[3].status is Status.HOLIDAY


def test_a_backward_period_shows_the_day_that_must_lie_between(calendar):
    ledger = opened("7W", direction="backward", reading="strict")
    rows = explain(ledger, calendar).rows
    assert (rows[0].date, rows[0].status) == (date(2026, 2, 12), Status.BETWEEN)
    assert rows[-1].status is Status.EVENT
    assert [row.number for row in rows if row.number] == [7, 6, 5, 4, 3, 2, 1]
    lenient = explain(opened("7N", direction="backward", reading="lenient"), calendar).rows
    assert [row.number for row in lenient if row.number] == [7, 6, 5, 4, 3, 2, 1]
    assert lenient[0].last


def test_an_hour_period_is_explained_by_the_hours_of_each_day(calendar):
    friday = datetime(2026, 3, 6, 8, tzinfo=UTC)
    rows = explain(opened("4H", date(2026, 3, 6), at=friday, hours="service"), calendar).rows
    assert [(row.date.day, row.status.value, row.number) for row in rows] == [
        (6, "counted", 1),
        (7, "rest-day", None),
        (8, "rest-day", None),
        (9, "counted", 4),
    ]


def test_the_text_reads_in_both_languages(calendar):
    ledger = opened("20W", date(2026, 9, 10), extension={"max": "10W"})
    ledger = Ledger(ledger.rule, ledger.entries, Limit.read("10W"))
    ledger = ledger.extend(date(2026, 9, 14), Limit.read("1W"), "", due_on=date(2026, 10, 14))
    chinese, english = explain(ledger, calendar).text(), explain(ledger, calendar).text("en")
    assert "2026-09-20 星期日 计入，第7日 [调休上班]" in chinese
    assert "2026-09-25 星期五 节假日（中秋）" in chinese
    assert "2026-10-15 星期四 延长期内，第21日 [期限届满]" in chinese
    assert "承诺办结日2026-09-24" in chinese
    assert "2026-09-24 星期四 计入，第11日 [承诺期限届满]" in chinese
    assert "国办发明电〔2025〕7号" in chinese
    assert "2026-09-20 Sun counted, no. 7 [make-up working day]" in english
    assert "Extended by 1 working day on 2026-09-14" in english


def test_the_head_tells_of_each_suspension_and_of_those_the_law_does_not_list(calendar):
    ledger = opened().suspend(date(2026, 3, 3), "听证").resume(date(2026, 3, 4))
    ledger = ledger.record(Entry("suspended", date(2026, 3, 5), key="x", kind="现场核查"))
    text = explain(ledger, calendar, date(2026, 3, 9)).text()
    assert "2026-03-03因听证中止，2026-03-04恢复" in text
    assert "2026-03-05因现场核查中止，尚未恢复（不在法定事项之列，照常计算）" in text
    assert "counted all the same" in explain(ledger, calendar, date(2026, 3, 9)).text("en")


def test_the_text_says_what_is_provisional_or_suspended(calendar):
    text = explain(opened("20W", date(2026, 12, 21)), calendar).text()
    assert "预计" in text
    assert "2027-01-04 星期一 计入，第9日 [预计]" in text
    ledger = opened().suspend(date(2026, 3, 4), "听证")
    assert "not determinable" in explain(ledger, calendar, date(2026, 3, 10)).text("en")


# Invariants over random histories

days = st.dates(date(2004, 1, 2), date(2026, 6, 30))
limits = st.sampled_from(["1W", "5W", "20W", "45W", "3N", "15N", "90N", "1M", "6M", "1Y"])
pauses = st.lists(st.tuples(st.integers(0, 80), st.integers(0, 60)), max_size=4)


@st.composite
def histories(draw):
    ledger = opened(draw(limits), draw(days))
    for index, (after, length) in enumerate(draw(pauses)):
        since = ledger.started_on + timedelta(days=after)
        ledger = ledger.suspend(since, "听证", key=str(index))
        if draw(st.booleans()) or index:
            ledger = ledger.resume(since + timedelta(days=length), key=str(index))
    return ledger


def by_hand(ledger, calendar, as_of):
    """The last day counted naively, day by day, as a clerk with a wall calendar would."""
    pauses = [(s.since.on, s.until.on if s.until else max(s.since.on, as_of)) for s in ledger.suspensions]
    day, number = ledger.started_on, 0
    plain = due(opened(str(ledger.rule.limit), ledger.started_on), calendar).raw_day
    working = ledger.rule.limit.kind.value == "W"
    whole = ledger.rule.limit.number if working else (plain - ledger.started_on).days
    while number < whole:
        day += timedelta(days=1)
        number += (not working or calendar.is_working(day)) and not any(p < day <= r for p, r in pauses)
    while not working and not calendar.is_working(day):
        day += timedelta(days=1)
    return day


@settings(max_examples=200)
@given(ledger=histories(), ahead=st.integers(0, 120))
def test_the_derived_due_date_is_the_one_counted_by_hand(calendar, ledger, ahead):
    as_of = ledger.started_on + timedelta(days=ahead)
    assert due(ledger, calendar, as_of).day == by_hand(ledger, calendar, as_of)


@settings(max_examples=150)
@given(ledger=histories(), after=st.integers(0, 80), length=st.integers(0, 60), ahead=st.integers(0, 120))
def test_a_further_suspension_never_brings_the_end_forward(calendar, ledger, after, length, ahead):
    as_of = ledger.started_on + timedelta(days=ahead)
    since = ledger.started_on + timedelta(days=after)
    more = ledger.suspend(since, "鉴定", key="more").resume(since + timedelta(days=length), key="more")
    assert due(more, calendar, as_of).moment >= due(ledger, calendar, as_of).moment


@settings(max_examples=150)
@given(ledger=histories(), ahead=st.integers(0, 120))
def test_no_period_ends_before_it_starts_and_its_explanation_says_the_same(calendar, ledger, ahead):
    as_of = ledger.started_on + timedelta(days=ahead)
    found = due(ledger, calendar, as_of)
    assert found.day > ledger.started_on
    rows = explain(ledger, calendar, as_of).rows
    assert [row.date for row in rows if row.last] == [found.day]
    numbers = [row.number for row in rows if row.number]
    assert numbers == list(range(1, len(numbers) + 1))
    again = Ledger.from_data(canonical.loads(canonical.dumps(ledger.as_data())))
    assert due(again, Calendar(calendar.notices, statute=calendar.statute), as_of) == found


def test_an_explanation_lists_nothing_it_did_not_use(calendar):
    assert explain(opened("2W"), calendar).notices == ()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_shipped_rule_can_be_explained(calendar, rules, language):
    start = date(2025, 9, 24)
    for rule in rules:
        if rule.in_force(start) and rule.limit.kind.value != "Y":
            text = explain(Ledger.open(rule, start), calendar).text(language)
            assert rule.title(language) in text.splitlines()[0]
