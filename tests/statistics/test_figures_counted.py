"""Statistics: what is counted follows from the rows, by expressions that are data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audit import reports as counting
from engine.audit.history import case_file
from engine.audit.reports import Asked
from engine.casework import registers
from engine.definitions import reports
from engine.records import journal
from engine.records import registers as kept
from timers.laboratory import Laboratory, of_its_own

FIELDS = {"things": ("kind", "size", "unit", "on")}
NOW = datetime(2026, 6, 1, tzinfo=UTC)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
LETTER = {
    "title": "夜间施工扰民", "place": "中山路", "want_reply": True, "secret": False, "name": "王芳",
    "body": "中山路工地夜间十一点后仍在施工，噪声很大，请尽快处理。",
}  # fmt: skip


def read(figures: str, more: str = "") -> reports.Report:
    text = (
        f'[[report]]\nid = "r"\nover = "things"\nday = "on"\nby = ["kind", "month"]\n'
        f'readers = ["supervisor"]\nname = "x"\n{more}\n{figures}'
    )
    found, findings = reports.read(text.encode(), FIELDS)
    assert not findings, findings
    return found[0]


def faults(text: str) -> list[str]:
    _, findings = reports.read(text.encode(), FIELDS)
    return [finding.sentence for finding in findings]


WHOLE = '[[report]]\nid = "r"\nover = "things"\nby = ["kind"]\nreaders = ["supervisor"]\nname = "x"\n'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("report = 1", "tables [[report]]"),
        ("[[report", "to be TOML"),
        ('[[report]]\nid = "r"\n', "id, over"),
        (WHOLE.replace("things", "nothing") + '[[report.figure]]\nid = "a"\ncounts = "=true"', "nothing"),
        (WHOLE + '[[report.figure]]\nid = "a"\ncounts = "=colour = 1"', "'colour'"),
        (WHOLE + '[[report.figure]]\nid = "a"\ncounts = "=("', ""),
        (WHOLE + '[[report.figure]]\nid = "a"', "one of counts"),
        (WHOLE + '[[report.figure]]\nid = "a"\nshare = ["b", "c"]', "share of one counted figure"),
        (WHOLE.replace('["kind"]', '["shape"]') + '[[report.figure]]\nid = "a"\ncounts = "=true"', "'shape'"),
        (WHOLE.replace('["kind"]', '["month"]') + '[[report.figure]]\nid = "a"\ncounts = "=true"', "'month'"),
    ],
)
def test_a_faulty_report_is_refused_by_name(text: str, told: str) -> None:
    assert any(told in sentence for sentence in faults(text))


def test_a_report_that_stands_twice_is_refused() -> None:
    one = WHOLE + '[[report.figure]]\nid = "a"\ncounts = "=true"\n'

    assert any("twice" in sentence for sentence in faults(one + one))


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["a", "b", None]),
            "size": st.one_of(st.none(), st.integers(0, 50).map(Decimal)),
            "unit": st.just("u"),
            "on": st.just("2026-03-02"),
        }
    ),
    max_size=30,
)


@settings(max_examples=40)
@given(rows=ROWS)
def test_headings_add_up_and_every_figure_is_that_of_its_rows(rows) -> None:
    report = read(
        '[[report.figure]]\nid = "all"\ncounts = "=true"\n'
        '[[report.figure]]\nid = "big"\ncounts = "=size != null and size > 20"\n'
        '[[report.figure]]\nid = "part"\nshare = ["big", "all"]\n'
        '[[report.figure]]\nid = "middle"\nmedian = "=size"\n'
        '[[report.figure]]\nid = "whole"\nsum = "=size"\n'
    )

    made = counting.tabled(report, Asked(*YEAR, by="kind"), rows, NOW)

    big = [row for row in rows if row["size"] is not None and row["size"] > 20]
    sizes = [row["size"] for row in rows if row["size"] is not None]
    total = made.total.figures
    assert sum(line.figures["all"] for line in made.lines) == len(rows) == total["all"]
    assert sum(line.figures["big"] for line in made.lines) == len(big) == total["big"]
    assert total["whole"] == sum(sizes, Decimal(0))
    assert total["middle"] == (Decimal(median(sizes)) if sizes else None)
    assert (total["part"] is None) == (not rows)


def test_a_share_among_a_field_is_of_all_rows_that_agree_there() -> None:
    report = read(
        '[[report.figure]]\nid = "all"\ncounts = "=true"\n'
        '[[report.figure]]\nid = "part"\nshare = ["all", "all"]\namong = "unit"\n'
    )
    tiers = [("a", "u"), ("a", "u"), ("b", "u"), ("c", "v")]
    rows = [{"kind": kind, "unit": unit, "on": "2026-01-01"} for kind, unit in tiers]

    made = counting.tabled(report, Asked(*YEAR, by="kind"), rows, NOW)

    shares = {line.key: line.figures["part"] for line in made.lines}
    assert shares == {"a": Decimal("66.7"), "b": Decimal("33.3"), "c": Decimal(100)}


def test_true_and_one_are_not_taken_for_each_other() -> None:
    report = read('[[report.figure]]\nid = "yes"\ncounts = "=kind = true"\n')
    rows = [{"kind": 1, "on": "2026-01-01"}, {"kind": True, "on": "2026-01-01"}]

    made = counting.tabled(report, Asked(*YEAR), rows, NOW)

    assert made.total.figures == {"yes": 1}


# --- letters that were lived through ------------------------------------------------------------------


def write(lab: Laboratory, kind: str, number: int) -> int:
    given = {**LETTER, "kind": kind, "phone": f"1380013{number:04d}", "channel": "phone"}
    return lab.receive("XX-XJ-0001", "city.rx", given).case_id


def accept(lab: Laboratory, case_id: int, unit: str) -> None:
    facts = {"disposal": "accept", "is_report": False, "state_secret": False, "defamatory": False}
    lab.complete(case_id, "classify", kind_checked="complain", **facts)
    lab.complete(case_id, "assign", lead_unit=unit, assist_units=[])


def answer(lab: Laboratory, case_id: int) -> None:
    lab.complete(case_id, "sign", sign_action="sign")
    lab.complete(case_id, "answer", draft_reply=f"已责令施工单位停止夜间施工，并将每晚巡查。{case_id}")
    lab.complete(case_id, "approve_reply", approval="agree", publish=False, no_publish_ground="privacy")


@pytest.fixture(scope="module")
def lab() -> Iterator[Laboratory]:
    """Two letters answered in time, one of them badly rated by mistake; one late, one withdrawn, one new."""
    with of_its_own(date(2026, 3, 2), 3) as made:
        good, mistaken, late, gone, _new = (write(made, "complain", number) for number in range(5))
        made.send(gone, "withdrawn_early", withdraw_signed=True)
        for case_id in (good, mistaken, late):
            accept(made, case_id, "laoshan.cg")
        for case_id in (good, mistaken):
            answer(made, case_id)
        made.send(good, "rated", rating_level=4)
        made.send(mistaken, "rated", rating_level=1, rating_note="点错了")
        made.complete(mistaken, "call_back", complaint_valid=False, rating_doubt="mistaken")
        made.complete(mistaken, "review_exclusion", rating_excluded=True)
        made.at(date(2026, 3, 12), 10)
        answer(made, late)
        yield made


def counted(lab: Laboratory, id_: str, by: str = "", units: object = None) -> counting.Counted:
    with lab.runtime.store.reading() as connection:
        report = next(one for one in registers.book(lab.runtime, connection).reports if one.id == id_)
        return counting.count(lab.runtime, connection, report, Asked(*YEAR, units=units, by=by))


def test_the_figures_of_letters_follow_from_their_journals(lab) -> None:
    figures = counted(lab, "letters").total.figures
    with lab.runtime.store.reading() as connection:
        files = [case_file(journal.read(connection, journal.case_stream(number))) for number in range(1, 6)]

    replied = [file for file in files if file.get("replied_on")]
    assert figures["received"] == len(files) == 5
    assert figures["answered"] == len(replied) == 3
    assert figures["in_time"] == sum(file["in_time"] for file in replied) == 2
    assert figures["overdue"] == 1
    assert figures["mean_days"] == Decimal("2.7")
    assert figures["median_days"] == median(file["days_used"] for file in replied) == 0
    assert figures["withdrawn"] == 1


def test_a_rating_found_mistaken_is_kept_and_not_counted(lab) -> None:
    letters, ratings = counted(lab, "letters").total.figures, counted(lab, "ratings").total.figures

    assert (letters["rated"], letters["satisfied"], letters["satisfied_share"]) == (1, 1, Decimal(100))
    assert (ratings["rated"], ratings["counted"], ratings["very_dissatisfied"]) == (2, 1, 0)


def test_letters_stand_under_the_department_in_charge_and_before_under_the_mailbox(lab) -> None:
    lines = {line.key: line.figures["received"] for line in counted(lab, "letters", "unit").lines}

    assert lines == {"laoshan.cg": 3, "city.rx": 2}


def test_a_department_counts_its_own_and_the_mailbox_office_all(lab) -> None:
    received = {
        unit: counted(lab, "letters", units={unit}).total.figures["received"]
        for unit in ("laoshan.cg", "shinan.cg", "city.rx")
    }

    assert received == {"laoshan.cg": 3, "shinan.cg": 0, "city.rx": 5}


def test_an_open_letter_past_its_limit_is_overdue_before_anybody_answers(lab) -> None:
    case_id = write(lab, "complain", 77)
    accept(lab, case_id, "shinan.cg")
    before = counted(lab, "letters", units={"shinan.cg"}).total.figures["overdue"]
    lab.at(lab.today + timedelta(days=14), 10)

    assert (before, counted(lab, "letters", units={"shinan.cg"}).total.figures["overdue"]) == (0, 1)


def test_the_register_that_is_counted_can_be_laid_anew_from_its_stream(lab) -> None:
    before = counted(lab, "letters")
    with lab.runtime.store.writing() as connection:
        kept.rebuild(lab.runtime.store, connection, "letters")

    assert counted(lab, "letters") == before


def test_a_day_outside_the_stretch_is_not_counted(lab) -> None:
    with lab.runtime.store.reading() as connection:
        report = next(one for one in registers.book(lab.runtime, connection).reports if one.id == "letters")
        asked = Asked(date(2026, 3, 3), date(2026, 3, 5))
        assert counting.count(lab.runtime, connection, report, asked).rows == 0


def test_every_shipped_report_can_be_counted_by_every_heading(lab) -> None:
    with lab.runtime.store.reading() as connection:
        for report in registers.book(lab.runtime, connection).reports:
            for by in report.by:
                counting.count(lab.runtime, connection, report, Asked(*YEAR, by=by))


def test_the_depth_of_the_catalogue_adds_up_to_its_items(lab) -> None:
    made = counted(lab, "catalogue", "online_depth")

    assert sum(line.figures["items"] for line in made.lines) == made.total.figures["items"] > 5


def test_licence_cases_tell_what_became_of_them(lab) -> None:
    case_id = lab.receive("XK-SR-0035", "shinan.cg", {}).case_id
    made = counted(lab, "licence-cases", units={"shinan.cg"})

    assert made.total.figures["received"] == 1
    assert made.total.figures["closed"] == 0
    assert lab.case(case_id).open


def test_a_case_counts_the_days_of_its_items_own_period_though_no_statute_limits_it(lab) -> None:
    began = lab.today
    case_id = lab.receive("XK-LH-0002", "city.sp", {"licences": ["planning.siting"]}).case_id
    lab.at(began + timedelta(days=14))  # nobody acts: acceptance ends after five days, the project goes on
    with lab.runtime.store.reading() as connection:
        report = next(
            one for one in registers.book(lab.runtime, connection).reports if one.id == "project-lifecycle"
        )
        (row,) = counting.rows(lab.runtime, connection, report, Asked(*YEAR))

    used = {one["id"]: one["used"] for one in row["periods"]}
    assert row["used"] == used["xk.project"] > used["xk.accept"] == 5
    assert row["number"] == lab.case(case_id).number
