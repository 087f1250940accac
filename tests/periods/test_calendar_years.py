"""The shipped working days of 2004 to 2026, held against two independent packages and the notices."""

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from engine.errors import IllegalDefinition, Malformed
from engine.periods import Calendar, DayKind, Notice

EVERY_DAY = [date(2004, 1, 1) + timedelta(days=step) for step in range(8401)]


def test_every_day_agrees_with_the_holidays_package(calendar):
    other = holidays.country_holidays("CN", years=range(2004, 2027))
    assert [d for d in EVERY_DAY if calendar.is_working(d) != other.is_working_day(d)] == []


def test_every_day_but_one_agrees_with_chinesecalendar(calendar):
    differing = [d for d in EVERY_DAY if calendar.is_working(d) != chinese_calendar.is_workday(d)]
    # The notice for 2006 makes this Saturday a working day; chinesecalendar has it off.
    assert differing == [date(2005, 12, 31)]


def test_all_8401_days_lie_in_years_with_a_notice(calendar):
    assert EVERY_DAY[-1] == date(2026, 12, 31)
    assert all(calendar.knows(day) for day in EVERY_DAY)


@pytest.mark.parametrize(("year", "days"), [(2024, 251), (2025, 248), (2026, 248)])
def test_the_number_of_working_days_of_a_year(calendar, year, days):
    assert calendar.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == days


@pytest.mark.parametrize(
    ("year", "off", "work"),
    [
        (2025, "0101 0128-0204 0404-0406 0501-0505 0531-0602 1001-1008", "0126 0208 0427 0928 1011"),
        (
            2026,
            "0101-0103 0215-0223 0404-0406 0501-0505 0619-0621 0925-0927 1001-1007",
            "0104 0214 0228 0509 0920 1010",
        ),
    ],
)
def test_the_notice_days_of_a_year_typed_by_hand(calendar, year, off, work):
    def day(text):
        return date(year, int(text[:2]), int(text[2:]))

    expected = set()
    for span in off.split():
        first, _, last = span.partition("-")
        length = (day(last or first) - day(first)).days
        expected |= {day(first) + timedelta(days=step) for step in range(length + 1)}
    notice = next(n for n in calendar.notices if n.years == (year,))
    assert set(notice.off) == expected
    assert notice.work == {day(text) for text in work.split()}


def test_each_year_has_one_notice_with_source_and_mark(calendar):
    years = sorted(year for notice in calendar.notices for year in notice.years)
    assert years == list(range(2004, 2027))
    assert all(notice.source and notice.certainty == "S" for notice in calendar.notices)
    by_id = {notice.id: notice for notice in calendar.notices}
    assert by_id["cn-2025"].number == "国办发明电〔2024〕12号"
    assert by_id["cn-2019-labour-day"].number == "国办发明电〔2019〕3号"


def test_a_notice_reaches_back_into_the_december_before_its_year(calendar):
    assert calendar.day(date(2018, 12, 31)).notice == "国办发明电〔2018〕15号"
    assert calendar.day(date(2005, 12, 31)).kind is DayKind.MAKE_UP_DAY
    assert not calendar.as_of(date(2005, 12, 15)).is_working(date(2005, 12, 31))


def test_a_day_tells_its_holiday_and_its_notice(calendar):
    day = calendar.day(date(2026, 9, 25))
    assert (day.kind, day.name[0], day.notice) == (DayKind.HOLIDAY, "中秋", "国办发明电〔2025〕7号")


def test_the_victory_day_of_2015_became_known_in_may(calendar):
    assert calendar.as_of(date(2015, 5, 1)).is_working(date(2015, 9, 3))
    assert not calendar.as_of(date(2015, 6, 1)).is_working(date(2015, 9, 3))
    assert calendar.is_working(date(2015, 9, 6))


def test_a_year_without_a_notice_is_not_known_and_what_passes_it_is_provisional(calendar):
    assert not calendar.knows(date(2027, 1, 4))
    assert calendar.provisional(date(2026, 12, 1), date(2027, 1, 8))
    assert not calendar.provisional(date(2026, 11, 2), date(2026, 12, 4))
    assert calendar.provisional(date(2026, 1, 1), date(2028, 1, 1))


def test_an_estimated_year_leaves_out_the_statutory_holidays_and_says_so(calendar):
    day = calendar.day(date(2027, 2, 8))
    assert (day.kind, day.known, day.notice) == (DayKind.HOLIDAY, False, "")
    # 1 and 2 May 2027 are a week-end and are made up on the Monday and Tuesday.
    assert [calendar.is_working(date(2027, 5, d)) for d in (3, 4, 5)] == [False, False, True]


def test_a_year_is_unknown_until_its_notice_is_issued(calendar):
    assert not calendar.as_of(date(2025, 11, 3)).knows(date(2026, 3, 2))
    assert calendar.as_of(date(2025, 11, 4)).knows(date(2026, 3, 2))


def test_late_december_is_unsettled_from_december_on_while_next_years_notice_is_missing(calendar):
    late = date(2026, 12, 21)
    assert calendar.settled(late, date(2026, 11, 21))
    assert not calendar.settled(late, date(2026, 12, 1))
    assert calendar.settled(date(2026, 12, 14), date(2026, 12, 1))
    assert calendar.settled(date(2025, 12, 21), date(2025, 12, 2))


def test_working_days_are_added_and_counted_both_ways(calendar):
    start = date(2026, 9, 10)
    for number in (1, 7, 20, 260, 900):
        there = calendar.add_working_days(start, number)
        assert calendar.working_days_between(start, there) == number
        assert calendar.working_days_between(there, start) == -number
        assert calendar.add_working_days(there, -number) == start
    assert calendar.add_working_days(start, 0) == start


def test_the_next_working_day_passes_a_holiday_and_stops_at_a_make_up_saturday(calendar):
    assert calendar.next_working_day(date(2026, 9, 30)) == date(2026, 10, 8)
    assert calendar.next_working_day(date(2026, 10, 9)) == date(2026, 10, 10)


def test_a_count_without_end_is_refused(calendar):
    with pytest.raises(Malformed, match="at most"):
        calendar.add_working_days(date(2026, 1, 1), 10**9)
    with pytest.raises(Malformed, match="years 1 and 9999"):
        calendar.add_working_days(date(9998, 1, 1), 5000)


def test_the_version_names_what_decides_a_date_and_nothing_else(calendar, calendar_files):
    again = Calendar.read(dict(reversed(calendar_files.items())))
    assert again.version == calendar.version
    assert again == calendar
    assert len(calendar.version) == 64
    assert calendar.as_of(date(2025, 1, 1)).version != calendar.version
    reworded = {name: text.replace("public lists", "lists") for name, text in calendar_files.items()}
    assert Calendar.read(reworded).version == calendar.version


def test_a_region_may_add_its_own_days(calendar):
    festival = Notice(
        id="sd-2026",
        years=(),
        off={date(2026, 8, 3): ("地方节日", "local day")},
        work=frozenset(),
        basis="放假办法第四条",
        source="test",
        certainty="P",
        issued=date(2026, 1, 5),
        amends="cn-2026",
        scope="CN-37",
    )
    assert calendar.with_notice(festival).is_working(date(2026, 8, 3))
    local = Calendar([*calendar.notices, festival], scope="CN-37-02")
    assert not local.is_working(date(2026, 8, 3))
    assert local.is_working(date(2026, 8, 4))


NOTICE = """
[[notice]]
id = "x"
years = [2031]
basis = "b"
source = "s"
certainty = "S"
off = [{ name = "n", from = 2031-01-01, to = 2031-01-03 }]
work = [2031-01-04]
"""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("work = [2031-01-04]", "work = [2031-01-03]", "off or worked, but it is both"),
        ("work = [2031-01-04]", "work = [2031-01-06]", "week-end day to be made a working day"),
        ("work = [2031-01-04]", 'work = ["soon"]', "work to list dates"),
        ("years = [2031]", "", "either years or amends"),
        ("years = [2031]", 'amends = "nothing"', "to amend a notice that is there"),
        ("years = [2031]", "years = [1]", "years between 1950 and 9000"),
        ('certainty = "S"', 'certainty = "sure"', "one of V, S, M, P"),
        ('id = "x"', "", "Expected id, but it is missing"),
        ('basis = "b"', 'basis = "b"\ncolour = "red"', "no key 'colour'"),
        ("to = 2031-01-03", "to = 2030-01-03", "to end after they begin"),
        ("from = 2031-01-01", "from = 2031-01-01T10:00:00", "Expected off = "),
        ("[[notice]]", "[[notices]]", "nothing but [[notice]] tables"),
        ("[[notice]]", "[[notice", "Expected TOML text"),
    ],
)
def test_a_faulty_notice_is_refused(old, new, sentence):
    with pytest.raises(IllegalDefinition) as refusal:
        Calendar.read({"2031.toml": NOTICE.replace(old, new)})
    assert any(sentence in finding.sentence for finding in refusal.value.findings)


def test_two_notices_for_one_year_and_one_id_twice_are_refused_together():
    with pytest.raises(IllegalDefinition) as refusal:
        Calendar.read({"a.toml": NOTICE, "b.toml": NOTICE, "c.toml": NOTICE.replace('id = "x"', 'id = "y"')})
    assert len(refusal.value.findings) == 2


HEAD = '[statute]\nbasis="b"\nsource="s"\ncertainty="V"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (HEAD + 'fixed=["13-01"]', "a month and day"),
        (HEAD + "[statute.moving]\n2030=[2031-01-01]", "dates of the year"),
        ("nothing", "TOML"),
    ],
)
def test_a_faulty_statute_is_refused(text, sentence):
    with pytest.raises(IllegalDefinition) as refusal:
        Calendar.read({"statute.toml": text})
    assert any(sentence in finding.sentence for finding in refusal.value.findings)
