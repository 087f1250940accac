"""Event sub-processes: started by an event inside their scope, interrupting it or not, at any level."""

from __future__ import annotations

from datetime import timedelta

import pytest
from diagrams import diagram

from engine.bpmn.trial import Trial
from engine.errors import Conflict

ROOTS = (
    '<message id="m" name="more"/><signal id="sig" name="alarm"/><error id="err" errorCode="E"/>'
    '<escalation id="esc" escalationCode="X"/>'
)
TRIGGERS = {
    "message": '<messageEventDefinition messageRef="m"/>',
    "signal": '<signalEventDefinition signalRef="sig"/>',
    "timer": "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>",
    "conditional": "<conditionalEventDefinition><condition>=x > 3</condition></conditionalEventDefinition>",
    "error": '<errorEventDefinition errorRef="err"/>',
    "escalation": '<escalationEventDefinition escalationRef="esc"/>',
}


def _model(kind: str, interrupting: bool, *, nested: bool = False) -> bytes:
    inner = f"""
        <startEvent id="is"/><userTask id="u"/>
        <intermediateThrowEvent id="t">{TRIGGERS["escalation"]}</intermediateThrowEvent>
        <task id="z"/><endEvent id="ie"/>
        is -> u
        u -> t
        t -> z
        z -> ie
        <subProcess id="handler" triggeredByEvent="true">
          <startEvent id="hs" isInterrupting="{str(interrupting).lower()}">{TRIGGERS[kind]}</startEvent>
          <userTask id="h"/><endEvent id="he"/>
          hs -> h
          h -> he
        </subProcess>
    """
    if nested:
        inner = f"""<startEvent id="s"/><subProcess id="sub">{inner}</subProcess>
        <task id="after"/><endEvent id="e"/>
        s -> sub
        sub -> after
        after -> e
        """
    return diagram(inner, roots=ROOTS)


def _trigger(trial: Trial, kind: str) -> None:
    if kind == "message":
        trial.message("more", note=1)
    elif kind == "signal":
        trial.signal("alarm")
    elif kind == "timer":
        trial.move(timedelta(hours=1))
    elif kind == "conditional":
        trial.set(x=5)
    elif kind == "error":
        trial.throw("u", "E")
    else:
        trial.complete("u")


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("kind", list(TRIGGERS))
def test_nothing_happens_until_the_event_does(kind: str, nested: bool) -> None:
    trial = Trial(_model(kind, True, nested=nested)).start(x=0)
    assert trial.open("item") == ["u"]
    assert not any(element == "handler" for _, element in trial.trace)


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("kind", list(TRIGGERS))
def test_an_interrupting_one_cancels_what_runs_in_its_scope(kind: str, nested: bool) -> None:
    trial = Trial(_model(kind, True, nested=nested)).start(x=0)
    _trigger(trial, kind)
    assert trial.open() == ["h"]
    trial.complete("h")
    assert trial.ended
    assert "z" not in trial.done
    assert ("after" in trial.done) is nested


@pytest.mark.parametrize("nested", [False, True])
@pytest.mark.parametrize("kind", ["message", "signal", "timer", "conditional", "escalation"])
def test_a_non_interrupting_one_runs_beside(kind: str, nested: bool) -> None:
    trial = Trial(_model(kind, False, nested=nested)).start(x=0)
    _trigger(trial, kind)
    if kind != "escalation":
        assert trial.open("item") == ["u", "h"]
        trial.complete("u")
    items = trial.open("item")
    assert set(items) == {"h"}
    for name in items:
        assert not trial.ended
        trial.complete(name)
    assert trial.ended
    assert "z" in trial.done


def test_a_non_interrupting_message_may_come_again_and_again() -> None:
    trial = Trial(_model("message", False)).start(x=0)
    for _ in range(3):
        trial.message("more")
    assert trial.open("item") == ["u", "h", "h", "h"]


def test_it_is_no_longer_waited_for_when_its_scope_is_left() -> None:
    trial = Trial(_model("message", False, nested=True)).start(x=0)
    trial.complete("u")
    assert trial.ended
    with pytest.raises(Conflict):
        trial.message("more")


def test_a_case_does_not_stay_open_for_an_event_sub_process_that_was_never_started() -> None:
    trial = Trial(_model("timer", False)).start(x=0)
    trial.complete("u")
    assert trial.ended


def test_a_second_case_of_the_same_definition_is_not_touched_by_the_first() -> None:
    definition = Trial(_model("message", True)).definition
    first = Trial(definition).start(x=0)
    first.message("more")
    second = Trial(definition).start(x=0)
    assert second.open("item") == ["u"]
    second.complete("u")
    assert second.ended


def test_an_error_inside_the_handler_is_not_caught_by_the_handler_again() -> None:
    body = f"""
        <startEvent id="s"/><userTask id="u"/><endEvent id="e"/>
        s -> u
        u -> e
        <subProcess id="handler" triggeredByEvent="true">
          <startEvent id="hs">{TRIGGERS["error"]}</startEvent><userTask id="h"/><endEvent id="he"/>
          hs -> h
          h -> he
        </subProcess>
    """
    trial = Trial(diagram(body, roots=ROOTS)).start()
    trial.throw("u", "E")
    trial.throw("h", "E")
    assert trial.open("incident") == ["h"]


def test_the_payload_is_written_where_the_name_lives_else_to_the_case_file() -> None:
    trial = Trial(_model("message", True)).start(x=0, note=0)
    trial.message("more", note=7, other=8)
    assert trial.variables["note"] == 7
    assert trial.variables["other"] == 8
