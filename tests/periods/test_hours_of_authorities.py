"""The hours of each authority: dated data that close a day (C4) and measure periods of service hours."""

from datetime import UTC, date, datetime

import pytest

from engine.errors import IllegalDefinition
from engine.periods import (
    Calendar,
    Ledger,
    Limit,
    PeriodRule,
    Roster,
    due,
    explain,
    read_hours,
    recomputed,
    used,
)

HOURS = """
[[hours]]
id = "all-2020"
office = ["09:00-12:00", "13:30-17:30"]
valid_from = 2020-01-01
basis = "b"
source = "s"
certainty = "P"

[[hours]]
id = "all-summer"
office = ["09:00-12:00", "14:00-18:00"]
season = { from = "06-01", to = "09-30" }
valid_from = 2020-01-01
basis = "b"
source = "s"
certainty = "P"

[[hours]]
id = "hotline"
number = "琴热〔2024〕1号"
units = ["city.rx"]
office = ["08:30-17:00"]
service = ["00:00-24:00"]
every_day = true
valid_from = 2024-01-01
valid_to = 2026-05-31
basis = "b"
source = "s"
certainty = "S"
"""


def rule(limit, **facts):
    return PeriodRule.from_data(
        {"id": "t", "basis": "b", "limit": limit, "valid_from": "2000-01-01", **facts}
    )


def utc(*numbers):
    return datetime(*numbers, tzinfo=UTC)


@pytest.fixture(scope="module")
def town(calendar):
    return Calendar(calendar.notices, rosters=read_hours(HOURS))


def test_c4_a_period_ends_when_the_authority_it_binds_closes(town):
    ledger = Ledger.open(rule("5W"), date(2026, 3, 2))
    assert due(ledger, town.of_unit("city.cg")).moment == utc(2026, 3, 9, 9, 30)
    assert due(ledger, town.of_unit("city.rx")).moment == utc(2026, 3, 9, 9)
    assert due(ledger, town.of_unit("city.rx.night")).moment == utc(2026, 3, 9, 9)
    assert due(ledger, town.of_unit("city.rxx")).moment == utc(2026, 3, 9, 9, 30)


def test_summer_hours_hold_in_their_part_of_the_year_only(town):
    bureau = town.of_unit("city.cg")
    for start, end in (
        (date(2026, 5, 22), utc(2026, 5, 29, 9, 30)),
        (date(2026, 5, 25), utc(2026, 6, 1, 10)),
        (date(2026, 9, 22), utc(2026, 9, 30, 10)),
        (date(2026, 9, 23), utc(2026, 10, 8, 9, 30)),
    ):
        assert due(Ledger.open(rule("5W"), start), bureau).moment == end


def test_an_entry_ends_and_what_holds_for_all_takes_over(town):
    hotline = town.of_unit("city.rx")
    assert due(Ledger.open(rule("5W"), date(2026, 5, 20)), hotline).moment == utc(2026, 5, 27, 9)
    assert due(Ledger.open(rule("5W"), date(2026, 6, 1)), hotline).moment == utc(2026, 6, 8, 10)


def test_before_the_first_entry_the_hours_of_the_installation_hold(calendar):
    town = Calendar(calendar.notices, hours=Roster.of("08:00-16:00"), rosters=read_hours(HOURS))
    assert due(Ledger.open(rule("1W"), date(2019, 3, 4)), town).moment == utc(2019, 3, 5, 8)


def test_hours_of_service_are_counted_by_the_roster_of_each_authority(town):
    # Friday 17:00 local: half an hour is left at the bureau, the hotline goes on through the week-end
    ledger = Ledger.open(rule("4H", hours="service"), date(2026, 3, 6), at=utc(2026, 3, 6, 9))
    assert due(ledger, town.of_unit("city.cg")).moment == utc(2026, 3, 9, 6)
    assert due(ledger, town.of_unit("city.rx")).moment == utc(2026, 3, 6, 13)
    day = Ledger.open(rule("24H", hours="service"), date(2026, 3, 6), at=utc(2026, 3, 6, 9))
    assert due(day, town.of_unit("city.rx")).moment == utc(2026, 3, 7, 9)
    assert used(day, town.of_unit("city.cg"), utc(2026, 3, 9, 6)) == 4


def test_hours_by_the_clock_do_not_ask_for_a_roster(town):
    ledger = Ledger.open(rule("4H"), date(2026, 3, 6), at=utc(2026, 3, 6, 9))
    assert {due(ledger, town.of_unit(unit)).moment for unit in ("city.cg", "city.rx")} == {
        utc(2026, 3, 6, 13)
    }


def test_service_passes_from_one_roster_to_the_next_on_the_day_it_changes(town):
    # Friday 29 May, 17:00: half an hour; on Monday 1 June the summer hours begin at nine as before, till six
    ledger = Ledger.open(rule("8H", hours="service"), date(2026, 5, 29), at=utc(2026, 5, 29, 9))
    assert due(ledger, town.of_unit("city.cg")).moment == utc(2026, 6, 2, 1, 30)


def test_a_last_span_up_to_24_00_ends_with_the_day(calendar):
    late = Roster.of("08:00-24:00")
    assert str(late) == "08:00-24:00"
    town = Calendar(calendar.notices, hours=late)
    assert due(Ledger.open(rule("1W"), date(2026, 3, 2)), town).moment == utc(2026, 3, 3, 16)
    for spans in (("24:00-08:00",), ("08:00-24:00", "08:00-09:00"), ("00:00-00:00", "01:00-02:00")):
        with pytest.raises(Exception, match="service hours"):
            Roster.of(*spans)


def test_two_authorities_share_the_days_and_differ_in_version_and_export(town):
    bureau, hotline = town.of_unit("city.cg"), town.of_unit("city.rx")
    assert bureau.version != hotline.version
    assert [one["id"] for one in bureau.as_data()["rosters"]] == ["all-2020", "all-summer"]
    assert [one["id"] for one in hotline.as_data()["rosters"]] == ["all-2020", "all-summer", "hotline"]
    assert town.of_unit("city.rx").version == hotline.version
    plain = Calendar(town.notices)
    assert plain.of_unit("city.rx") is plain


def test_c11_new_hours_move_the_moment_and_are_named(town):
    ledger = Ledger.open(rule("4H", hours="service"), date(2026, 3, 6), at=utc(2026, 3, 6, 9))
    later = Calendar(
        town.notices, rosters=read_hours(HOURS.replace("valid_to = 2026-05-31", "valid_to = 2026-02-28"))
    )
    change = recomputed(ledger, town.of_unit("city.rx"), later.of_unit("city.rx"))
    assert (change.old_day, change.new_day) == (date(2026, 3, 6), date(2026, 3, 9))
    assert change.notices == ("琴热〔2024〕1号",)
    assert recomputed(ledger, town.of_unit("city.cg"), later.of_unit("city.cg")) is None


def test_what_the_calendar_keeps_when_it_is_looked_at_otherwise(town):
    hotline = town.of_unit("city.rx")
    for other in (hotline.as_of(date(2026, 3, 1)), hotline.with_notice(), hotline.seen(date(2026, 3, 1))):
        assert (other.unit, other.rosters) == (hotline.unit, hotline.rosters)
    assert hotline.seen(date(2026, 12, 1)).provisional(date(2026, 12, 1), date(2026, 12, 21))
    assert not hotline.provisional(date(2026, 12, 1), date(2026, 12, 21))


def test_an_hour_period_is_explained_with_the_hours_of_its_authority(town):
    ledger = Ledger.open(rule("4H", hours="service"), date(2026, 3, 6), at=utc(2026, 3, 6, 9))
    bureau = explain(ledger, town.of_unit("city.cg"))
    assert [row.date.day for row in bureau.rows] == [6, 7, 8, 9]
    assert [row.date.day for row in explain(ledger, town.of_unit("city.rx")).rows] == [6]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('office = ["08:30-17:00"]', "", "service hours"),
        ('office = ["08:30-17:00"]', 'office = ["17:00-08:30"]', "service hours"),
        ('office = ["08:30-17:00"]', 'office = ["half past eight"]', "service hours"),
        ('units = ["city.rx"]', 'units = ["city rx"]', "codes of units"),
        ('units = ["city.rx"]', 'units = ["city.rx", "city.rx"]', "codes of units"),
        ('units = ["city.rx"]', "units = [7]", "codes of units"),
        ('from = "06-01"', 'from = "6 June"', "Expected season"),
        ('from = "06-01"', 'from = "06-31"', "Expected season"),
        (', to = "09-30"', "", "Expected season"),
        ("valid_to = 2026-05-31", "valid_to = 2023-05-31", "valid_to after valid_from"),
        ("valid_from = 2024-01-01\n", "", "Expected valid_from"),
        ('basis = "b"\nsource = "s"\ncertainty = "S"', 'source = "s"', "Expected basis"),
        ('certainty = "S"', 'certainty = "sure"', "one of V, S, M, P"),
        ('certainty = "S"', 'certainty = "S"\nopen = true', "no key 'open'"),
        ('id = "hotline"', 'id = "all-2020"', "found two"),
        ('units = ["city.rx"]', "", "overlap"),
        ("[[hours]]", "[[hour]]", "nothing but [[hours]]"),
    ],
)  # fmt: skip
def test_faulty_hours_are_refused_with_their_place(old, new, sentence):
    assert old in HOURS
    with pytest.raises(IllegalDefinition) as refusal:
        Calendar.read({"hours.toml": HOURS.replace(old, new)})
    assert any(sentence in finding.sentence for finding in refusal.value.findings), refusal.value.findings


def test_two_parts_of_the_year_may_meet_at_their_edges_but_not_share_a_day():
    winter = HOURS.split("[[hours]]")[2].replace("all-summer", "winter")
    apart = winter.replace('from = "06-01", to = "09-30"', 'from = "10-01", to = "05-31"')
    assert len(read_hours(HOURS + "[[hours]]" + apart)) == 4
    shared = winter.replace('from = "06-01", to = "09-30"', 'from = "09-30", to = "05-31"')
    with pytest.raises(IllegalDefinition, match="overlap"):
        read_hours(HOURS + "[[hours]]" + shared)


def test_a_promise_ends_with_the_same_hours_as_the_limit(town):
    found = due(Ledger.open(rule("20W"), date(2026, 3, 2), Limit.read("10W")), town.of_unit("city.cg"))
    assert found.promised_moment == utc(2026, 3, 16, 9, 30)
