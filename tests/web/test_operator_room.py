"""The operator's pages: heartbeat, incidents and retry, seals, versions; who may do what."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from town import HUJI, STATION, Town
from watched import ADMINISTRATOR, AUDITOR, CLERK, OPERATOR, accepted_household, laboratory

from engine.audit import upcoming
from engine.casework import crossing, due_moments, jobs
from engine.errors import Malformed
from engine.records import journal, tables
from timers.scheduler import Heartbeat


@pytest.fixture
def stuck(town: Town, monkeypatch: pytest.MonkeyPatch) -> str:
    """A case whose receipt cannot be made: its job has failed until it became an incident."""

    def fails(task: Any) -> dict[str, Any]:
        raise Malformed("Expected a printer, but there is none")

    with monkeypatch.context() as patched:
        patched.setitem(jobs._WORK, "banjie.document", fails)
        outcome = laboratory(town).receive(HUJI, STATION, {})
        for _ in range(6):
            town.clock.set(town.clock.now() + timedelta(minutes=10))
            jobs.run_waiting(town.house.runtime)
    assert town.state(outcome.number).incidents
    return outcome.number


def address(town: Town, number: str) -> str:
    return f"/operator/incidents/{number}/{next(iter(town.state(number).incidents))}"


def test_the_overview_shows_each_nodes_heartbeat(town: Town) -> None:
    operator = town.officer(OPERATOR)
    assert "没有节点报告过心跳" in operator.get("/operator/").text
    Heartbeat(town.house.runtime, "node-one").beat()
    page = operator.get("/operator/").text
    assert "node-one" in page
    assert "正常" in page
    town.clock.set(town.clock.now() + timedelta(minutes=30))
    assert "没有心跳" in operator.get("/operator/pulse").text


def test_a_stopped_node_is_no_fault_while_another_beats(town: Town) -> None:
    Heartbeat(town.house.runtime, "node-one").beat()
    town.clock.set(town.clock.now() + timedelta(minutes=30))
    Heartbeat(town.house.runtime, "node-two").beat()
    page = town.officer(OPERATOR).get("/operator/pulse").text
    assert "已停止" in page
    assert "没有心跳" not in page


def test_a_year_without_holiday_notice_is_warned_of(town: Town) -> None:
    assert "放假调休通知" not in town.officer(OPERATOR).get("/operator/").text
    town.clock.set(town.clock.now().replace(year=2027))
    assert "日历中没有 2027 年的放假调休通知" in town.officer(OPERATOR).get("/operator/").text


def test_what_fires_next_is_listed_with_case_procedure_and_kind(town: Town) -> None:
    lab = laboratory(town)
    number = lab.case(accepted_household(lab)).number
    page = town.officer(OPERATOR).get("/operator/").text
    part = page[page.index("接下来触发") :]
    for told in (number, "落户", "期限预警", "承诺期限届满", "法定期限届满"):
        assert told in part
    assert part.index("期限预警") < part.index("法定期限届满"), "the earliest first"
    assert "已到期" not in part

    town.clock.set(town.clock.now() + timedelta(days=60))
    part = town.officer(OPERATOR).get("/operator/pulse").text
    assert "已到期" in part
    assert "已迟" in part
    Heartbeat(town.house.runtime, "node-one").beat()
    assert "已迟" not in town.officer(OPERATOR).get("/operator/pulse").text


def test_a_timer_of_the_diagram_is_listed_under_its_own_name(town: Town) -> None:
    lab = laboratory(town)
    case = lab.receive(HUJI, STATION, {}).case_id
    lab.complete(case, "review", review_outcome="incomplete")
    with town.house.store.reading() as connection:
        found = upcoming.coming(connection, town.clock.now())
    assert [one.kind for one in found] == sorted((one.kind for one in found), key="timer".__ne__)
    assert {one.kind for one in found} >= {"timer"}
    page = town.officer(OPERATOR).get("/operator/").text
    assert "流程定时" in page
    assert f">{found[0].element}<" not in page


def test_a_node_tells_what_it_has_claimed_and_not_yet_done(town: Town) -> None:
    accepted_household(laboratory(town))
    town.clock.set(town.clock.now() + timedelta(days=60))
    claimed = due_moments._claim(town.house.runtime, "node-one", 10)
    with town.house.store.reading() as connection:
        assert upcoming.held(connection, town.clock.now()) == {"node-one": len(claimed)}
        assert upcoming.held(connection, town.clock.now() + 2 * due_moments.LEASE) == {}
    assert "由 node-one 处理" in town.officer(OPERATOR).get("/operator/pulse").text


def test_days_that_are_over_and_unsealed_are_told_and_today_is_none(town: Town) -> None:
    operator = town.officer(OPERATOR)
    assert "没有：今天的记录在夜间封存" in operator.get("/operator/").text
    first = town.clock.now()
    for days in (0, 1):
        town.clock.set(first + timedelta(days=days))
        accepted_household(laboratory(town))
    town.clock.set(first + timedelta(days=2))
    page = town.officer(OPERATOR).get("/operator/").text
    assert "2026年3月2日、2026年3月3日" in page
    assert "从未封存过" in page
    assert "已过去而未封存的日子：2026年3月2日、2026年3月3日" in operator.get("/operator/seals").text

    operator.post("/operator/seals", {}, at="/operator/seals")
    assert "从未封存过" not in operator.get("/operator/").text
    assert "2026年3月2日、" not in operator.get("/operator/").text
    town.clock.set(first + timedelta(days=4))
    assert "最近一次封存早于一天前" in town.officer(OPERATOR).get("/operator/").text


@pytest.fixture
def given_up(town: Town, monkeypatch: pytest.MonkeyPatch) -> str:
    """A case with a card whose supervision case could not be opened: its job was given up."""

    def fails(*_: Any) -> None:
        raise Malformed("Expected a procedure for supervision cases, but there is none")

    lab = laboratory(town)
    case = accepted_household(lab)
    town.clock.set(town.clock.now() + timedelta(days=60))
    with monkeypatch.context() as patched:
        patched.setattr(crossing, "receive_card", fails)
        for _ in range(4):
            Heartbeat(town.house.runtime, "node-one").beat()
            town.clock.set(town.clock.now() + timedelta(minutes=10))
    return lab.case(case).number


def test_a_job_that_was_given_up_is_tried_again_and_that_is_journalled(town: Town, given_up: str) -> None:
    operator = town.officer(OPERATOR)
    page = operator.get("/operator/incidents").text
    assert "不再尝试" in page
    places = sorted(set(re.findall(rf"/operator/jobs/{given_up}/-\d+", page)))
    assert places
    for place in places:
        assert operator.post(place, {}, at="/operator/incidents").status_code == 303
    Heartbeat(town.house.runtime, "node-one").beat()

    page = operator.get("/operator/incidents").text
    assert "/operator/jobs/" not in page
    with town.house.store.reading() as connection:
        assert set(connection.execute(select(tables.job.c.status)).scalars()) == {"done"}
    asked = [e for e in town.entries(journal.SECURITY) if e.command["type"] == "RetryJob"]
    assert [entry.actor["person"] for entry in asked] == [OPERATOR] * len(places)
    assert operator.post(places[0], {}, at="/operator/incidents").status_code == 404, "it has not failed"


@pytest.mark.parametrize("key", ["1", "-99", "x", "--1", "-"])
def test_a_job_that_has_not_failed_is_not_tried_again(town: Town, given_up: str, key: str) -> None:
    operator = town.officer(OPERATOR)
    assert operator.post(f"/operator/jobs/{given_up}/{key}", {}, at="/operator/incidents").status_code == 404


def test_an_incident_is_listed_with_its_sentence(town: Town, stuck: str) -> None:
    page = town.officer(OPERATOR).get("/operator/incidents").text
    assert stuck in page
    assert "Expected a printer" in page
    assert "自动任务失败" in page


def test_a_retry_sets_the_case_going_and_is_in_its_journal(town: Town, stuck: str) -> None:
    operator, place = town.officer(OPERATOR), address(town, stuck)
    answer = operator.post(place, {"variables": '{"phone": "13900000000"}'}, at=place)
    assert answer.status_code == 303
    state = town.state(stuck)
    assert state.incidents == {}
    assert state.documents, "the receipt was made at once"
    retried = [e for e in town.entries(journal.case_stream(1)) if e.command["type"] == "Retry"]
    assert [entry.actor["person"] for entry in retried] == [OPERATOR]
    assert "没有停住的环节" in operator.get("/operator/incidents").text


@pytest.mark.parametrize("given", ["{", "[1]", "3", '{"a": 1, "a": 2}', '{"a": NaN}'])
def test_variables_that_are_no_json_object_get_a_sentence_and_change_nothing(
    town: Town, stuck: str, given: str
) -> None:
    operator, place = town.officer(OPERATOR), address(town, stuck)
    before = town.state(stuck)
    answer = operator.post(place, {"variables": given}, at=place)
    assert answer.status_code == 422
    assert "JSON" in answer.text
    assert town.state(stuck) == before


def test_an_incident_that_is_gone_is_not_found(town: Town, stuck: str) -> None:
    operator, place = town.officer(OPERATOR), address(town, stuck)
    operator.post(place, {"variables": ""}, at=place)
    assert operator.get(place).status_code == 404


def test_looking_at_an_incident_is_a_reading_of_the_case(town: Town, stuck: str) -> None:
    place = address(town, stuck)
    town.officer(OPERATOR).get(place)
    read = town.entries(journal.access_stream(1))
    assert [(entry.actor["person"], entry.command["place"]) for entry in read] == [(OPERATOR, place)]


def test_sealing_covers_everything_so_far_and_hands_out_the_file(town: Town) -> None:
    operator = town.officer(OPERATOR)
    assert "立即封存" in operator.get("/operator/seals").text
    assert operator.post("/operator/seals", {}, at="/operator/seals").status_code == 303
    assert "全部记录都已封存" in operator.get("/operator/seals").text
    answer = operator.get("/operator/seals/1.json")
    assert answer.mimetype == "application/json"
    assert answer.json is not None
    assert answer.json["number"] == 1
    assert operator.get("/operator/seals/2.json").status_code == 404


def test_every_deployed_version_is_listed(town: Town) -> None:
    page = town.officer(OPERATOR).get("/operator/versions").text
    for name in ("huji", "xk_general", "calendar", "supervision"):
        assert name in page


def test_an_administrator_sees_the_condition_and_nothing_of_cases(town: Town, stuck: str) -> None:
    administrator = town.officer(ADMINISTRATOR)
    assert administrator.get("/operator/").status_code == 200
    assert stuck not in administrator.get("/operator/").text
    refused: list[Callable[[], Any]] = [
        lambda: administrator.get("/operator/incidents"),
        lambda: administrator.get(address(town, stuck)),
        lambda: administrator.get("/operator/seals"),
        lambda: administrator.post("/operator/seals", {}, at="/operator/"),
        lambda: administrator.post(f"/operator/jobs/{stuck}/-1", {}, at="/operator/"),
    ]
    assert [ask().status_code for ask in refused] == [403] * 5
    assert "接下来触发" not in administrator.get("/operator/").text


@pytest.mark.parametrize("login", [CLERK, AUDITOR])
def test_whoever_operates_nothing_is_refused_and_it_is_journalled(town: Town, login: str) -> None:
    stranger = town.officer(login)
    for path in ("", "pulse", "incidents", "seals", "seals/1.json", "versions"):
        assert stranger.get(f"/operator/{path}").status_code == 403
    refused = town.entries(journal.SECURITY)[-1]
    assert refused.events[0].type == "DoorRefused"
    assert refused.command["path"] == "/operator/versions"
