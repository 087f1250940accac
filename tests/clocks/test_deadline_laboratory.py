"""How early and how late a procedure ends lawfully: lived twice, once at once and once at the last moment."""

from __future__ import annotations

from datetime import date

import pytest

from engine.definitions.bundles import Bundle
from engine.errors import NotFound
from timers import deadlines
from timers.bench import Bench

ITEM = """
[[item]]
code = "{code}"
procedure = "{code}"
units = ["shinan.cg"]
promised = ""
period = ""
[item.name]
zh = "{code}"
en = "{code}"
"""
DRAWING = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="urn:test">
  <bpmn:process id="{code}" isExecutable="true">
    <bpmn:startEvent id="begin" name="收件"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="a" sourceRef="begin" targetRef="body" />
    <bpmn:subProcess id="body" name="办理">
      <bpmn:extensionElements><zeebe:properties>
        <zeebe:property name="banjie.period" value="xk.accept" />
      </zeebe:properties></bpmn:extensionElements>
      <bpmn:incoming>a</bpmn:incoming><bpmn:outgoing>e</bpmn:outgoing>
      <bpmn:startEvent id="inner"><bpmn:outgoing>b</bpmn:outgoing></bpmn:startEvent>
      <bpmn:sequenceFlow id="b" sourceRef="inner" targetRef="pause" />
      <bpmn:intermediateCatchEvent id="pause" name="公示">
        <bpmn:incoming>b</bpmn:incoming><bpmn:outgoing>c</bpmn:outgoing>
        <bpmn:timerEventDefinition id="t">
          <bpmn:timeDuration>{wait}</bpmn:timeDuration>
        </bpmn:timerEventDefinition>
      </bpmn:intermediateCatchEvent>
      <bpmn:sequenceFlow id="c" sourceRef="pause" targetRef="work" />
      <bpmn:userTask id="work" name="审查">
        <bpmn:extensionElements><zeebe:userTask /></bpmn:extensionElements>
        <bpmn:incoming>c</bpmn:incoming><bpmn:outgoing>f</bpmn:outgoing>
      </bpmn:userTask>
      <bpmn:sequenceFlow id="f" sourceRef="work" targetRef="inner_end" />
      <bpmn:endEvent id="inner_end"><bpmn:incoming>f</bpmn:incoming></bpmn:endEvent>
    </bpmn:subProcess>
    <bpmn:sequenceFlow id="e" sourceRef="body" targetRef="done" />
    <bpmn:endEvent id="done" name="办结"><bpmn:incoming>e</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""
WAITS = {"brief": "P1D", "endless": "P14D"}


@pytest.fixture(scope="module")
def bench() -> object:
    drawings = [
        Bundle("package", code, {f"{code}.bpmn": DRAWING.format(code=code, wait=wait).encode()})
        for code, wait in WAITS.items()
    ]
    items = {f"{code}.toml": ITEM.format(code=code).encode() for code in WAITS}
    with Bench(drafts=[*drawings, Bundle("catalogue", "catalogue", items)]) as made:
        yield made


def window(bench: Bench, code: str) -> deadlines.Window:
    return deadlines.window(
        bench.laboratory, code, "shinan.cg", cases=1, seed=1, first_day=date(2026, 3, 2), given={}
    )


def test_the_earliest_end_waits_only_for_what_nobody_can_hasten_and_the_latest_uses_the_limit_up(
    bench: Bench,
) -> None:
    found = window(bench, "brief")
    assert found.early.ends == {"办结": [1]}  # a day of public notice
    assert found.late.ends == {"办结": [5]}  # the five working days of the limit
    assert found.early.cards == {}
    assert set(found.late.cards) <= {"A0", "A1"}
    assert found.impossible == {}
    assert (found.early.days, found.late.days) == ((1, 1), (5, 5))


def test_a_limit_shorter_than_the_waiting_inside_it_cannot_be_met(bench: Bench) -> None:
    found = window(bench, "endless")
    assert found.early.ends == {"办结": [10]}
    assert found.impossible == {"xk.accept": 1}
    assert "cannot be kept even without delay: xk.accept 1" in found.text()
    assert found.as_data()["impossible"] == {"xk.accept": 1}


def test_an_item_nobody_knows_is_refused(bench: Bench) -> None:
    with pytest.raises(NotFound):
        window(bench, "nothing")
