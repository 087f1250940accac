"""Implicit splits and merges, conditional and default flows out of activities, quantities of tokens."""

from __future__ import annotations

import pytest
from diagrams import diagram

from engine.bpmn import read
from engine.bpmn.trial import Trial
from engine.errors import IllegalDefinition

SPLIT = diagram(
    """
    <startEvent id="s"/><userTask id="u" default="u_d"/>
    <task id="a"/><task id="b"/><task id="c"/><task id="d"/><endEvent id="e"/>
    s -> u
    u -> a
    u -> b : x > 1
    u -> c : x > 2
    u -> d
    a -> e
    b -> e
    c -> e
    d -> e
    """
)


@pytest.mark.parametrize(("x", "ways"), [(1, ["a", "d"]), (2, ["a", "b"]), (3, ["a", "b", "c"])])
def test_all_flows_that_apply_are_taken_and_the_default_only_without_a_true_condition(
    x: int, ways: list[str]
) -> None:
    trial = Trial(SPLIT).start()
    trial.complete("u", x=x)
    assert trial.done == ["u", *ways]
    assert trial.ended


def test_only_conditional_flows_and_none_true_is_an_incident_and_the_result_is_kept() -> None:
    data = diagram(
        """
        <startEvent id="s"/><userTask id="u"/><task id="a"/><task id="b"/>
        s -> u
        u -> a : x = 1
        u -> b : x = 2
        """
    )
    trial = Trial(data).start()
    trial.complete("u", x=3)
    assert trial.open("incident") == ["u"]
    assert trial.variables == {"x": 3}
    trial.retry("u", x=2)
    assert trial.done == ["u", "b"]
    assert trial.ended


def test_a_start_event_may_split_and_a_task_merges_without_waiting() -> None:
    data = diagram(
        """
        <startEvent id="s"/><task id="a"/><task id="b"/><task id="both"/>
        s -> a
        s -> b
        a -> both
        b -> both
        """
    )
    assert Trial(data).start().done == ["a", "b", "both", "both"]


def test_a_task_without_a_way_out_ends_its_token() -> None:
    assert Trial(diagram('<startEvent id="s"/><task id="a"/>\ns -> a')).start().ended


def test_start_quantity_gathers_so_many_tokens_for_one_stay() -> None:
    data = diagram(
        """
        <startEvent id="s"/><userTask id="a"/><userTask id="b"/><userTask id="c"/><userTask id="d"/>
        <task id="pair" startQuantity="2"/><endEvent id="e"/>
        s -> a
        s -> b
        s -> c
        s -> d
        a -> pair
        b -> pair
        c -> pair
        d -> pair
        pair -> e
        """
    )
    trial = Trial(data).start()
    for name, done in (("a", 0), ("b", 1), ("c", 1), ("d", 2)):
        trial.complete(name)
        assert trial.done.count("pair") == done
    assert trial.ended


def test_completion_quantity_makes_so_many_tokens() -> None:
    data = diagram('<startEvent id="s"/><task id="a" completionQuantity="3"/><task id="b"/>\ns -> a\na -> b')
    assert Trial(data).start().done == ["a", "b", "b", "b"]


@pytest.mark.parametrize("attribute", ['startQuantity="0"', 'completionQuantity="-1"', 'startQuantity="x"'])
def test_an_absurd_quantity_is_refused(attribute: str) -> None:
    with pytest.raises(IllegalDefinition) as refusal:
        read(diagram(f'<startEvent id="s"/><task id="a" {attribute}/>\ns -> a'))
    assert refusal.value.findings[0].rule == "bpmn.activity.quantity"
