"""Escalations: told to the innermost place that waits for them, interrupting or not."""

from __future__ import annotations

import pytest
from diagrams import diagram

from engine.bpmn.trial import Trial

ROOTS = (
    '<error id="err" errorCode="E"/><error id="other" errorCode="F"/>'
    '<escalation id="esc" escalationCode="X"/><escalation id="esc2" escalationCode="Y"/>'
)


def _escalation(
    cancel: str, thrown: str = "esc", caught: str = 'escalationRef="esc"', end: bool = False
) -> Trial:
    throw = f'<escalationEventDefinition escalationRef="{thrown}"/>'
    thrower = (
        f'<endEvent id="t">{throw}</endEvent>'
        if end
        else f'<intermediateThrowEvent id="t">{throw}</intermediateThrowEvent><task id="z"/>\nt -> z\n'
    )
    data = diagram(
        f"""
        <startEvent id="s"/>
        <subProcess id="sub"><startEvent id="is"/>
        is -> t
        {thrower}
        </subProcess>
        <boundaryEvent id="edge" attachedToRef="sub" cancelActivity="{cancel}">
          <escalationEventDefinition {caught}/></boundaryEvent>
        <task id="told"/><task id="after"/><endEvent id="e"/>
        s -> sub
        sub -> after
        edge -> told
        """,
        roots=ROOTS,
    )
    return Trial(data).start()


@pytest.mark.parametrize("caught", ['escalationRef="esc"', ""])
def test_a_non_interrupting_escalation_tells_and_goes_on(caught: str) -> None:
    trial = _escalation("false", caught=caught)
    assert sorted(trial.done) == ["after", "sub", "told", "z"]
    assert trial.ended


def test_an_interrupting_escalation_ends_the_sub_process() -> None:
    trial = _escalation("true")
    assert trial.done == ["told"]
    assert ("cancelled", "sub") in trial.trace
    assert trial.ended


def test_an_escalation_end_event_tells_too() -> None:
    assert sorted(_escalation("false", end=True).done) == ["after", "sub", "told"]
    assert _escalation("true", end=True).done == ["told"]


def test_an_escalation_nobody_waits_for_is_no_fault() -> None:
    assert _escalation("true", thrown="esc2").done == ["z", "sub", "after"]
