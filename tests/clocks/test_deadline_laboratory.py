"""How early and how late a procedure ends lawfully: lived twice, once at once and once at the last moment."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import pytest

from engine.definitions.bundles import Bundle
from engine.errors import NotFound
from timers import deadlines
from timers.bench import Bench
from timers.laboratory import Laboratory

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
CHANCE = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="urn:test">
  <bpmn:process id="chance" isExecutable="true">
    <bpmn:startEvent id="begin" name="收件"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="a" sourceRef="begin" targetRef="which" />
    <bpmn:exclusiveGateway id="which" name="受理？" default="b">
      <bpmn:incoming>a</bpmn:incoming>
      <bpmn:outgoing>b</bpmn:outgoing><bpmn:outgoing>c</bpmn:outgoing>
    </bpmn:exclusiveGateway>
    <bpmn:sequenceFlow id="b" sourceRef="which" targetRef="turned_away" />
    <bpmn:sequenceFlow id="c" name="受理" sourceRef="which" targetRef="decide">
      <bpmn:conditionExpression>=outcome = "accept"</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:endEvent id="turned_away" name="不予受理"><bpmn:incoming>b</bpmn:incoming></bpmn:endEvent>
    <bpmn:userTask id="decide" name="决定">
      <bpmn:extensionElements><zeebe:userTask /><zeebe:properties>
        <zeebe:property name="banjie.act" value="decide" />
      </zeebe:properties></bpmn:extensionElements>
      <bpmn:incoming>c</bpmn:incoming><bpmn:outgoing>e</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="e" sourceRef="decide" targetRef="done" />
    <bpmn:endEvent id="done" name="已决定"><bpmn:incoming>e</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""


@pytest.fixture(scope="module")
def bench() -> object:
    drawings = [
        Bundle("package", code, {f"{code}.bpmn": DRAWING.format(code=code, wait=wait).encode()})
        for code, wait in WAITS.items()
    ]
    drawings.append(Bundle("package", "chance", {"chance.bpmn": CHANCE.encode()}))
    items = {f"{code}.toml": ITEM.format(code=code).encode() for code in (*WAITS, "chance")}
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


def accepted(bench: Bench, seeds: set[int], day: date, seed: int) -> Laboratory:
    """A laboratory in which chance accepts only the applications of some seeds."""
    made = bench.laboratory(day, seed)
    given = {"outcome": "accept" if seed in seeds else "refuse"}
    receive = made.receive
    setattr(made, "receive", lambda item, unit, _none, channel: receive(item, unit, given, channel=channel))  # noqa: B010
    return made


def sought(bench: Bench, seeds: set[int], **more: Any) -> tuple[deadlines.Window, list[int]]:
    heard: list[int] = []
    until = more.pop("until", 99)

    def hear(lived: int, _found: deadlines.Window) -> bool:
        heard.append(lived)
        return lived < until

    made = partial(accepted, bench, seeds)
    day = date(2026, 3, 2)
    found = deadlines.window(
        made, "chance", "shinan.cg", cases=2, seed=1, first_day=day, given={}, heard=hear, **more
    )
    return found, heard


def test_cases_are_drawn_until_one_has_been_decided_and_those_turned_away_meanwhile_are_not_counted(
    bench: Bench,
) -> None:
    found, heard = sought(bench, {5})
    assert (sorted(found.early.ends), len(found.early.ends["不予受理"])) == (["不予受理", "已决定"], 2)
    assert found.early.decided == found.late.decided == {"已决定"}
    assert (found.further, found.missed, heard) == (3, False, [1, 2, 3, 4, 5])
    assert "× 已决定 *" in found.text()


def test_nothing_is_drawn_beyond_the_cases_asked_for_where_one_of_them_was_decided(bench: Bench) -> None:
    found, heard = sought(bench, {1})
    assert (found.further, found.missed, heard) == (0, False, [1, 2])


def test_a_decision_that_never_comes_is_told_and_the_search_is_bounded(bench: Bench) -> None:
    found, heard = sought(bench, set(), further=2)
    assert (found.further, found.missed, heard) == (2, True, [1, 2, 3, 4])
    assert "no case came to a decision" in found.text()


def test_the_search_ends_when_the_listener_says_so(bench: Bench) -> None:
    found, heard = sought(bench, set(), until=1)
    assert (heard, found.missed, found.early.ends) == ([1], True, {"不予受理": [0]})


def test_a_procedure_without_a_decision_is_not_searched_for_one(bench: Bench) -> None:
    found = window(bench, "brief")
    assert (found.further, found.missed) == (0, False)
