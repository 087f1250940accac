"""Links: a throwing event goes on at the catching one of the same body."""

from __future__ import annotations

import pytest
from diagrams import diagram

from engine.bpmn import read
from engine.bpmn.trial import Trial
from engine.errors import IllegalDefinition

LINKS = """
    <startEvent id="s"/><exclusiveGateway id="g" default="g_two"/>
    <intermediateThrowEvent id="one"><linkEventDefinition name="A"/></intermediateThrowEvent>
    <intermediateThrowEvent id="two"><linkEventDefinition name="A"/></intermediateThrowEvent>
    <intermediateCatchEvent id="here"><linkEventDefinition name="A"/></intermediateCatchEvent>
    <task id="after"/><endEvent id="e"/>
    s -> g
    g -> one : x = 1
    g -> two
    here -> after
    after -> e
"""


@pytest.mark.parametrize("x", [1, 2])
def test_every_throwing_link_goes_on_at_the_catching_one(x: int) -> None:
    trial = Trial(diagram(LINKS)).start(x=x)
    assert trial.passed == ["s", "g", "one" if x == 1 else "two", "here", "after", "e"]
    assert trial.ended


def test_a_link_without_a_target_is_refused() -> None:
    with pytest.raises(IllegalDefinition) as refusal:
        read(
            diagram(
                LINKS.replace(
                    '<linkEventDefinition name="A"/></intermediateCatchEvent>',
                    '<linkEventDefinition name="B"/></intermediateCatchEvent>',
                )
            )
        )
    assert {one.rule for one in refusal.value.findings} == {"bpmn.link.target"}


def test_a_link_makes_loops_and_joins_are_told_of_it() -> None:
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>
            <intermediateThrowEvent id="jump"><linkEventDefinition name="A"/></intermediateThrowEvent>
            <intermediateCatchEvent id="land"><linkEventDefinition name="A"/></intermediateCatchEvent>
            <inclusiveGateway id="j"/><task id="after"/><endEvent id="e"/>
            s -> f
            f -> a
            f -> b
            a -> j
            b -> jump
            land -> j
            j -> after
            after -> e
            """
        )
    ).start()
    trial.complete("a")
    assert "after" not in trial.done
    trial.complete("b")
    assert trial.done == ["a", "b", "after"]
