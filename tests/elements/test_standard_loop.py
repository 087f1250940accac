"""Standard loops: tested before or after, with a condition, a maximum or both."""

from __future__ import annotations

import pytest
from diagrams import diagram

from engine.bpmn import read
from engine.bpmn.trial import Trial
from engine.errors import IllegalDefinition


def _loop(attributes: str, condition: str = "") -> bytes:
    inside = f"<loopCondition>={condition}</loopCondition>" if condition else ""
    return diagram(
        f"""
        <startEvent id="s"/>
        <scriptTask id="add"><extensionElements>
          <zeebe:script expression="=n + 1" resultVariable="n"/></extensionElements>
          <standardLoopCharacteristics {attributes}>{inside}</standardLoopCharacteristics>
        </scriptTask><endEvent id="e"/>
        s -> add
        add -> e
        """
    )


@pytest.mark.parametrize(
    ("attributes", "condition", "start", "end"),
    [
        ("", "n &lt; 5", 0, 5),
        ("", "n &lt; 5", 9, 10),  # tested after: once at least
        ('testBefore="true"', "n &lt; 5", 0, 5),
        ('testBefore="true"', "n &lt; 5", 9, 9),
        ('loopMaximum="3"', "n &lt; 5", 0, 3),
        ('loopMaximum="7"', "n &lt; 5", 0, 5),
        ('loopMaximum="4"', "", 0, 4),
        ('loopMaximum="0"', "n &lt; 5", 0, 0),
        ('testBefore="true" loopMaximum="2"', "true", 0, 2),
        ("", "loopCounter &lt; 6", 0, 6),
    ],
)
def test_it_runs_as_often_as_condition_and_maximum_say(
    attributes: str, condition: str, start: int, end: int
) -> None:
    trial = Trial(_loop(attributes, condition)).start(n=start)
    assert trial.variables["n"] == end
    assert trial.ended


def test_a_user_task_is_offered_again_in_each_round() -> None:
    data = diagram(
        """
        <startEvent id="s"/><userTask id="u"><standardLoopCharacteristics>
          <loopCondition>=complete = false</loopCondition></standardLoopCharacteristics></userTask>
          <endEvent id="e"/>
        s -> u
        u -> e
        """
    )
    trial = Trial(data).start()
    trial.complete("u", complete=False)
    assert trial.open("item") == ["u"]
    trial.complete("u", complete=True)
    assert trial.ended
    assert trial.done == ["u", "u"]


@pytest.mark.parametrize("maximum", ["-1", "2.5", "many"])
def test_a_maximum_that_is_no_number_of_rounds_is_refused(maximum: str) -> None:
    with pytest.raises(IllegalDefinition) as refusal:
        read(_loop(f'loopMaximum="{maximum}"', "true"))
    assert refusal.value.findings[0].where == "add"


def test_a_loop_that_can_never_end_is_refused() -> None:
    with pytest.raises(IllegalDefinition):
        read(_loop(""))


def test_a_condition_of_the_wrong_type_is_an_incident() -> None:
    trial = Trial(_loop("", "limit > n")).start(n=0)
    assert trial.open("incident") == ["add"]
    trial.retry(trial.waiting("incident")[0].instance, limit=3)
    assert trial.ended


def test_a_sub_process_loops_with_fresh_tokens() -> None:
    data = diagram(
        """
        <startEvent id="s"/>
        <subProcess id="sub"><standardLoopCharacteristics loopMaximum="3"/>
          <startEvent id="is"/><task id="a"/><endEvent id="ie"/>
          is -> a
          a -> ie
        </subProcess><endEvent id="e"/>
        s -> sub
        sub -> e
        """
    )
    assert Trial(data).start().done == ["a", "sub"] * 3
