"""The operator's pages: heartbeat, incidents and retry, seals, versions; who may do what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from town import HUJI, STATION, Town
from watched import ADMINISTRATOR, AUDITOR, CLERK, OPERATOR, laboratory

from engine.casework import jobs
from engine.errors import Malformed
from engine.records import journal
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
    ]
    assert [ask().status_code for ask in refused] == [403] * 4


@pytest.mark.parametrize("login", [CLERK, AUDITOR])
def test_whoever_operates_nothing_is_refused_and_it_is_journalled(town: Town, login: str) -> None:
    stranger = town.officer(login)
    for path in ("", "pulse", "incidents", "seals", "seals/1.json", "versions"):
        assert stranger.get(f"/operator/{path}").status_code == 403
    refused = town.entries(journal.SECURITY)[-1]
    assert refused.events[0].type == "DoorRefused"
    assert refused.command["path"] == "/operator/versions"
