"""Registers of other systems: asked by jobs, mirrored by deliveries, and able to be down."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from bare_procedure import zipped
from click.testing import CliRunner
from diagrams import diagram

from timers.outside import OutsideSystem
from web.cli import main

FIRM = "91350100M000100Y43"
DIAGRAM = diagram(
    """
    <startEvent id="begun"/>
    <serviceTask id="look">
      <extensionElements>
        <zeebe:taskDefinition type="outside.subjects" retries="2"/>
        <zeebe:taskHeaders><zeebe:header key="variable" value="firm"/></zeebe:taskHeaders>
        <zeebe:ioMapping>
          <zeebe:input source="=applicant_id" target="key"/>
          <zeebe:output source="=firm" target="firm"/>
        </zeebe:ioMapping>
      </extensionElements>
    </serviceTask>
    <boundaryEvent id="silent" attachedToRef="look"><errorEventDefinition errorRef="down"/></boundaryEvent>
    <exclusiveGateway id="which" default="which_examine"/>
    <userTask id="examine"/><userTask id="contradiction"/><userTask id="by_hand"/>
    <endEvent id="done"/><endEvent id="sent_back"/><endEvent id="checked_later"/>
    begun -> look
    look -> which
    <sequenceFlow id="other" sourceRef="which" targetRef="contradiction">
      <conditionExpression>=firm = null or firm.name != applicant_name</conditionExpression>
    </sequenceFlow>
    which -> examine default
    silent -> by_hand
    examine -> done
    contradiction -> sent_back
    by_hand -> checked_later
    """,
    roots='<error id="down" name="down" errorCode="OUTSIDE_DOWN"/>',
    process="ask",
)
CATALOGUE = '[[item]]\ncode = "ASK"\nprocedure = "ask"\nname = "核对主体"\nunits = ["shinan.cg"]\n'


@pytest.fixture
def system() -> OutsideSystem:
    row = {"name": "琴岛广告有限公司", "kind": "enterprise", "state": "active"}
    return OutsideSystem("subjects", {FIRM: row}, as_of="2026-01-25")


def post(machine: Any) -> Any:
    """The adaptor's way to the interface."""

    def send(path: str, body: Any) -> Any:
        status, answer = machine.post(path, body, by="weigang")
        assert status == 200, answer
        return answer

    return send


def asked(machine: Any, name: str = "琴岛广告有限公司", key: str = FIRM) -> int:
    """A case that waits for the outside register's answer."""
    if machine.post("/cases", {"item": "ASK", "unit": "shinan.cg", "variables": {}}, by="wangli")[0] != 200:
        assert machine.send("POST", "/definitions?name=ask", DIAGRAM, by="shenlan")[0] == 200
        assert machine.send("POST", "/definitions?kind=catalogue", zipped(CATALOGUE), by="shenlan")[0] == 200
    variables = {"applicant_name": name, "applicant_id": key}
    body = {"item": "ASK", "unit": "shinan.cg", "variables": variables}
    status, answer = machine.post("/cases", body, by="wangli")
    assert status == 200, answer
    return int(answer["case"])


def waits_at(machine: Any, case: int) -> list[str]:
    status, answer = machine.get(f"/cases/{case}", by="zhangwei")
    assert status == 200, answer
    return [item["element"] for item in answer["items"]]


def test_what_the_other_system_knows_comes_into_the_case_and_is_recorded(
    machine: Any, system: OutsideSystem
) -> None:
    case = asked(machine)

    assert system.work(post(machine)) == 1
    assert system.work(post(machine)) == 0

    assert waits_at(machine, case) == ["examine"]
    assert machine.get(f"/cases/{case}/replay", by="yinhe")[1]["conforms"] is True


@pytest.mark.parametrize(
    ("name", "key"),
    [("别的公司", FIRM), ("琴岛广告有限公司", "91370202MA3ABCDE0X")],
    ids=["other", "unknown"],
)
def test_what_contradicts_the_application_goes_back_to_the_handler(
    machine: Any, system: OutsideSystem, name: str, key: str
) -> None:
    case = asked(machine, name, key)
    system.work(post(machine))

    assert waits_at(machine, case) == ["contradiction"]


def test_a_system_that_is_down_is_asked_again_and_in_the_end_somebody_enters_it_by_hand(
    machine: Any, system: OutsideSystem
) -> None:
    case = asked(machine)
    system.down = 2

    assert system.work(post(machine)) == 1
    assert waits_at(machine, case) == []
    machine.clock.set(machine.clock.now() + timedelta(hours=1))
    assert system.work(post(machine)) == 1

    assert waits_at(machine, case) == ["by_hand"]


def test_a_system_that_was_down_once_answers_the_second_time(machine: Any, system: OutsideSystem) -> None:
    case = asked(machine)
    system.down = 1
    system.work(post(machine))
    machine.clock.set(machine.clock.now() + timedelta(hours=1))
    system.work(post(machine))

    assert waits_at(machine, case) == ["examine"]


def test_a_missing_row_can_be_an_error(system: OutsideSystem) -> None:
    job = {"retries": 3, "variables": {"key": "nobody"}, "headers": {"absent": "error"}}

    assert system.answer(job)[0] == "error"
    assert system.answer(job)[1]["code"] == "OUTSIDE_ABSENT"


def test_a_delivery_fills_the_mirror_from_the_command_line(
    machine: Any, system: OutsideSystem, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "delivery.json"
    file.write_text(json.dumps(system.delivery()))
    monkeypatch.setenv("BANJIE_TOKEN", machine.runtime.directory.create_token("weigang", "adaptor", 3000))
    url = machine.runtime.store.engine.url.render_as_string(hide_password=False)

    def run(*words: str) -> Any:
        return CliRunner().invoke(main, ["--database", url, "--json", "registers", *words])

    first, second = run("import", "subjects", str(file)), run("import", "subjects", str(file))
    assert json.loads(first.stdout) == {"written": 1, "unchanged": 0}, first.output
    assert json.loads(second.stdout) == {"written": 0, "unchanged": 1}
    assert '"key":"91350100M000100Y43"' in run("compare").stdout
    assert json.loads(run("rebuild", "subjects").stdout) == {"entries": 1}

    sheet = tmp_path / "tax.csv"
    sheet.write_text(f"key,name,state\n{FIRM},琴岛广告有限公司,active\n", encoding="utf-8")
    assert run("import", "tax", str(sheet)).exit_code == 0
    assert json.loads(run("compare").stdout) == []

    sheet.write_text(f"key,name,state\n{FIRM},琴岛广告有限公司,lost\n", encoding="utf-8")
    refused = run("import", "tax", str(sheet))
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["findings"][0]["line"] == 1
