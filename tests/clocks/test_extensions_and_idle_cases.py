"""What clocks do of themselves: the extension nobody told of, the reminder, the second red card, the hours.

Real: the runtime, the shipped law, calendar and supervision tables. Not real: the procedure, a bare file.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from diagrams import diagram
from figures import FIGURES
from founded import runtime_over
from sqlalchemy import select

from engine import audit, periods
from engine.casework import clocks, founding, patrol
from engine.casework.state import CaseState
from engine.definitions import deployment
from engine.definitions.bundles import Bundle
from engine.organisation.model import Actor
from engine.periods import Calendar, Ledger, Limit, PeriodRule, prompts, warn_from
from engine.records import journal
from engine.records.tables import due as due_table
from timers.laboratory import Laboratory

FIRST = date(2026, 3, 2)

SLOW = diagram(
    """
    <startEvent id="start"/>
    <subProcess id="work" name="审查">
      <extensionElements><zeebe:properties>
        <zeebe:property name="banjie.period" value="xk.decision"/>
      </zeebe:properties></extensionElements>
      <startEvent id="begin"/>
      <userTask id="extend" name="批准延期">
        <extensionElements><zeebe:userTask/><zeebe:properties>
          <zeebe:property name="banjie.act" value="approve"/>
          <zeebe:property name="banjie.period.extends" value="xk.decision"/>
          <zeebe:property name="banjie.period.extend.by" value="10W"/>
          <zeebe:property name="banjie.period.extend.approver" value="机关负责人"/>
        </zeebe:properties></extensionElements>
      </userTask>
      <scriptTask id="note" name="记录">
        <extensionElements>
          <zeebe:script expression='=period("xk.decision").extended_on' resultVariable="told_limit"/>
        </extensionElements>
      </scriptTask>
      <userTask id="tell" name="告知申请人">
        <extensionElements><zeebe:userTask/><zeebe:properties>
          <zeebe:property name="banjie.act" value="serve"/>
          <zeebe:property name="banjie.period.tells" value="xk.decision"/>
        </zeebe:properties></extensionElements>
      </userTask>
      <userTask id="rest" name="决定">
        <extensionElements><zeebe:userTask/></extensionElements>
      </userTask>
      <endEvent id="ready"/>
      begin -> extend
      extend -> note
      note -> tell
      tell -> rest
      rest -> ready
    </subProcess>
    <endEvent id="done"/>
    start -> work
    work -> done
    """,
    process="slow",
)
ITEM = """
[[item]]
code = "SLOW-1"
procedure = "slow"
units = ["shinan.cg"]
status = "active"
[item.name]
zh = "慢件"
en = "Slow"
"""


@pytest.fixture
def lab(founded_sqlite_url: str) -> Any:
    made = Laboratory(*runtime_over(founded_sqlite_url, FIRST), 1)
    founding.deploy(made.runtime, Bundle("package", "slow", {"slow.bpmn": SLOW}), Actor.system())
    with made.runtime.store.reading() as connection:
        made.runtime.shelf.refresh(connection)
        shipped = made.runtime.shelf.bundle(connection, made.runtime.shelf.newest("catalogue", "catalogue"))
    files = {**shipped.files, "slow.toml": ITEM.encode()}
    founding.deploy(made.runtime, Bundle("catalogue", "catalogue", files), Actor.system())
    yield made
    made.runtime.store.close()


def begun(lab: Any) -> int:
    return int(lab.receive("SLOW-1", "shinan.cg", {}, channel="window").case_id)


def events(lab: Any, case_id: int, *types: str) -> list[tuple[str, dict[str, Any]]]:
    with lab.runtime.store.reading() as connection:
        entries = list(journal.read(connection, journal.case_stream(case_id)))
    return [(e.type, dict(e.data)) for entry in entries for e in entry.events if e.type in types]


def cards(lab: Any, case_id: int) -> list[tuple[str, str]]:
    return [(card["rule"], card["level"]) for card in lab.case(case_id).cards]


def sentences(lab: Any, case_id: int) -> list[str]:
    return [data["sentence"]["zh"] for _, data in events(lab, case_id, "CardIssued")]


def statutory_row(lab: Any, case_id: int) -> str:
    t = due_table.c
    query = select(t.at).where(t.case_id == case_id, t.key == "period:1:statutory", t.status == "armed")
    with lab.runtime.store.reading() as connection:
        return str(connection.execute(query).scalar_one())


def demand_whole(lab: Any, case_id: int) -> None:
    """The case replays, and the patrol finds nothing that was missed."""
    with lab.runtime.store.reading() as connection:
        lab.runtime.shelf.refresh(connection)
        entries = list(journal.read(connection, journal.case_stream(case_id)))
        verdict = audit.replay(connection, lab.runtime.shelf, lab.runtime.settings, entries)
    assert verdict.conforms, verdict.sentence()
    assert patrol.patrol_case(lab.runtime, case_id, lab.clock.now()) == []


def test_c9_a_granted_extension_moves_the_limit_when_the_applicant_is_told(lab: Any) -> None:
    case_id = begun(lab)
    lab.at(date(2026, 3, 10))
    lab.complete(case_id, "extend")
    (_, granted), *_ = events(lab, case_id, "PeriodExtended")
    assert (granted["due_on"], granted["due_before"], granted["extended_to"]) == (
        "2026-03-30", "2026-03-30", "2026-04-14",
    )  # fmt: skip
    assert statutory_row(lab, case_id).startswith("2026-03-30")
    lab.complete(case_id, "tell")
    ((_, told),) = events(lab, case_id, "PeriodExtensionTold")
    assert (told["due_on"], told["breach"]) == ("2026-04-14", None)
    assert statutory_row(lab, case_id).startswith("2026-04-14")
    noted = [d["value"] for _, d in events(lab, case_id, "VariableSet") if d["name"] == "told_limit"]
    assert noted == ["2026-04-14"]
    demand_whole(lab, case_id)


def test_c9_an_extension_nobody_told_of_does_not_keep_the_card_away(lab: Any) -> None:
    case_id = begun(lab)
    lab.at(date(2026, 3, 10))
    lab.complete(case_id, "extend")
    lab.at(date(2026, 3, 31))
    assert cards(lab, case_id) == [("A0", "T"), ("A1", "Y"), ("A3", "R+")]
    lab.complete(case_id, "tell")
    ((_, told),) = events(lab, case_id, "PeriodExtensionTold")
    assert (told["due_on"], told["breach"]) == ("2026-03-30", "C9")
    assert [one for one, _ in events(lab, case_id, "PeriodOverdue")] == ["PeriodOverdue"]
    demand_whole(lab, case_id)


def test_an_overrun_falls_a_second_time_after_five_idle_working_days_and_no_third(lab: Any) -> None:
    case_id = begun(lab)
    lab.at(date(2026, 4, 7))
    assert cards(lab, case_id) == [("A0", "T"), ("A1", "Y"), ("A3", "R+")]
    # 30 March + five working days: 31 March, 1, 2, 3 and (after Tomb-sweeping Day) 7 April at close
    lab.at(date(2026, 4, 8))
    assert cards(lab, case_id)[3:] == [("A17", "R")]
    ((_, again),) = events(lab, case_id, "PeriodStillOverdue")
    assert again["due_at"].startswith("2026-04-07T09:00:00.001")
    assert again["after"] == "5W"
    assert sentences(lab, case_id)[3] == "“行政许可决定”超期后又过5个工作日仍无人办理"
    lab.at(date(2026, 6, 1))
    assert cards(lab, case_id)[3:] == [("A17", "R")]
    demand_whole(lab, case_id)


def test_an_act_of_a_person_puts_the_second_red_card_off(lab: Any) -> None:
    case_id = begun(lab)
    lab.complete(case_id, "extend")
    lab.at(date(2026, 4, 1))
    lab.complete(case_id, "tell")
    lab.at(date(2026, 4, 9), 16)
    assert [rule for rule, _ in cards(lab, case_id)].count("A17") == 0
    lab.at(date(2026, 4, 10))
    assert [rule for rule, _ in cards(lab, case_id)].count("A17") == 1
    demand_whole(lab, case_id)


def test_new_figures_of_supervision_watch_the_periods_that_start_under_them(lab: Any) -> None:
    before = begun(lab)
    law = next(bundle for bundle in deployment.shipped() if bundle.kind == "law")
    figures = (
        '\n[[supervision]]\nid = "jc.2026"\nbasis = "b"\nvalid_from = 2026-03-03\nremind_used = 60\n'
        'warn_rest = 10\nwarn_least = "1W"\nagain_after = "2W"\ncertainty = "P"\n'
    )
    path = next(path for path in law.files if path.endswith("jiancha.toml"))
    text = (
        law.files[path].decode().replace("remind_used = 50", "valid_to = 2026-03-02\nremind_used = 50")
        + figures
    )
    founding.deploy(lab.runtime, Bundle("law", "law", {**law.files, path: text.encode()}), Actor.system())
    lab.at(date(2026, 3, 3))
    after = begun(lab)
    lab.at(date(2026, 4, 3), 18)
    fallen = "PeriodPrompted", "PeriodWarned", "PeriodOverdue", "PeriodStillOverdue"
    days = {case: [d["due_at"][:10] for _, d in events(lab, case, *fallen)] for case in (before, after)}
    assert days == {
        before: ["2026-03-16", "2026-03-24", "2026-03-30"],
        after: ["2026-03-19", "2026-03-27", "2026-03-31", "2026-04-02"],
    }
    told = sentences(lab, after)
    assert told[0] == "“行政许可决定”期限已用去百分之60（2026-03-31届满）"
    assert told[-1] == "“行政许可决定”超期后又过2个工作日仍无人办理"
    demand_whole(lab, before)
    demand_whole(lab, after)


def test_new_hours_of_an_authority_move_its_cases_alone_and_the_change_is_recorded(lab: Any) -> None:
    case_id = begun(lab)
    assert statutory_row(lab, case_id) == "2026-03-30T09:00:00.001Z"
    shipped = next(bundle for bundle in deployment.shipped() if bundle.kind == "calendar")
    folder = next(iter(shipped.files)).rpartition("/")[0]
    hours = (
        '[[hours]]\nid = "cg-2026"\nunits = ["shinan.cg"]\noffice = ["09:00-12:00", "13:30-17:30"]\n'
        'valid_from = 2026-01-01\nbasis = "b"\nsource = "s"\ncertainty = "P"\n'
    )
    for unit, at in (("laoshan", "2026-03-30T09:00:00.001Z"), ("shinan", "2026-03-30T09:30:00.001Z")):
        path = f"{folder}/hours.toml".lstrip("/")
        text = hours.replace("shinan.cg", unit).encode()
        founding.deploy(
            lab.runtime, Bundle("calendar", "calendar", {**shipped.files, path: text}), Actor.system()
        )
        assert statutory_row(lab, case_id) == at, unit
    ((_, moved),) = events(lab, case_id, "PeriodRecounted")
    assert (moved["due_before"], moved["due_on"], moved["notices"]) == (
        "2026-03-30", "2026-03-30", ["cg-2026"],
    )  # fmt: skip
    demand_whole(lab, case_id)


def test_from_december_on_a_date_in_late_december_is_told_as_provisional(lab: Any) -> None:
    lab.at(date(2026, 11, 23))
    early = begun(lab)
    lab.at(date(2026, 12, 1))
    late = begun(lab)
    ((_, before),) = events(lab, early, "PeriodOpened")
    ((_, after),) = events(lab, late, "PeriodOpened")
    assert (before["due_on"], before.get("provisional")) == ("2026-12-21", None)
    assert (after["due_on"], after.get("provisional")) == ("2026-12-29", "yes")


# --- the moments themselves -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    shipped = next(bundle for bundle in deployment.shipped() if bundle.kind == "calendar")
    return Calendar.read(shipped.texts(".toml"))


def opened(limit: str, promise: str = "", at: datetime | None = None, **facts: Any) -> Ledger:
    data = {"id": "t", "basis": "b", "limit": limit, "valid_from": "2000-01-01", "supervision": FIGURES}
    data |= facts
    return Ledger.open(PeriodRule.from_data(data), FIRST, Limit.read(promise) if promise else None, at=at)


@pytest.mark.parametrize(
    ("limit", "promise", "day"),
    [("20W", "", 10), ("20W", "10W", 5), ("7W", "", 4), ("5W", "", 3), ("45W", "", 23), ("4W", "", 2)],
)
def test_the_reminder_comes_on_the_day_that_uses_half_of_the_promise_else_of_the_limit(
    calendar: Calendar, limit: str, promise: str, day: int
) -> None:
    found = prompts(opened(limit, promise), calendar)
    assert found == calendar.opening(calendar.add_working_days(FIRST, day))


def test_the_reminder_of_natural_days_months_and_hours(calendar: Calendar) -> None:
    assert prompts(opened("90N"), calendar) == calendar.opening(date(2026, 4, 16))
    assert prompts(opened("1M"), calendar) == calendar.opening(date(2026, 3, 18))
    begin = datetime(2026, 3, 2, 1, tzinfo=UTC)
    assert prompts(opened("10H", at=begin), calendar) == datetime(2026, 3, 2, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "facts",
    [{"limit": "1W"}, {"limit": "2W"}, {"limit": "3W"}, {"limit": "1N"}, {"limit": "20W", "class": "party"}],
)  # fmt: skip
def test_no_reminder_where_the_warning_comes_no_later_or_the_period_is_a_citizens(
    calendar: Calendar, facts: dict[str, str]
) -> None:
    assert prompts(opened(**facts), calendar) is None


def test_a_reminder_waits_with_a_suspension_and_never_comes_after_the_warning(calendar: Calendar) -> None:
    ledger = opened("20W", suspend=["听证"]).suspend(date(2026, 3, 4), "听证")
    assert prompts(ledger, calendar) is None
    resumed = ledger.resume(date(2026, 3, 11))
    assert prompts(resumed, calendar) == calendar.opening(calendar.add_working_days(FIRST, 15))
    assert prompts(resumed, calendar) < warn_from(resumed, calendar)


def test_each_department_s_clock_keeps_the_hours_of_its_own(calendar: Calendar) -> None:
    text = (
        '[[hours]]\nid = "a"\nunits = ["city.xf"]\noffice = ["08:00-16:00"]\nvalid_from = 2020-01-01\n'
        'basis = "b"\nsource = "s"\ncertainty = "P"\n'
    )
    town = Calendar(calendar.notices, rosters=periods.read_hours(text))
    row = {"ledger": opened("5W").as_data(), "stopped": False, "fired": {}, "scope": 1, "id": "t"}
    rows = {1: row, 2: {**row, "unit": "city.xf"}, 3: {**row, "unit": "city.zj"}}
    state = replace(CaseState(case_id=1, unit="city.sp"), periods=rows)
    ends = {number: dict(clocks.armed(state, number, town))[f"period:{number}:statutory"] for number in rows}
    assert {number: end.hour for number, end in ends.items()} == {1: 9, 2: 8, 3: 9}
