"""Boundary events: interrupting or not, on every kind of activity."""

from __future__ import annotations

from datetime import timedelta

import pytest
from diagrams import diagram

from engine.bpmn.trial import Trial
from engine.errors import Conflict, IllegalDefinition

ROOTS = (
    '<message id="m" name="more"/><signal id="sig" name="alarm"/><error id="err" errorCode="E"/>'
    '<escalation id="esc" escalationCode="X"/>'
)
ONE = """
    <startEvent id="s"/>{host}
    <boundaryEvent id="edge" attachedToRef="host" cancelActivity="{cancel}">{trigger}</boundaryEvent>
    <task id="after"/><task id="instead"/><endEvent id="e"/>
    s -> host
    host -> after
    after -> e
    edge -> instead
    instead -> e
"""
USER = '<userTask id="host"/>'
TRIGGERS = {
    "message": '<messageEventDefinition messageRef="m"/>',
    "signal": '<signalEventDefinition signalRef="sig"/>',
    "timer": "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>",
    "conditional": "<conditionalEventDefinition><condition>=x > 3</condition></conditionalEventDefinition>",
}


def _trial(kind: str, cancel: bool, host: str = USER) -> Trial:
    body = ONE.format(host=host, cancel=str(cancel).lower(), trigger=TRIGGERS[kind])
    return Trial(diagram(body, roots=ROOTS)).start(x=0)


def _trigger(trial: Trial, kind: str) -> None:
    push = {
        "message": lambda: trial.message("more"),
        "signal": lambda: trial.signal("alarm"),
        "timer": lambda: trial.move(timedelta(hours=1)),
        "conditional": lambda: trial.set(x=4),
    }
    push[kind]()


@pytest.mark.parametrize("kind", list(TRIGGERS))
def test_an_interrupting_event_cancels_the_activity_and_goes_its_own_way(kind: str) -> None:
    trial = _trial(kind, True)
    _trigger(trial, kind)
    assert trial.trace == [
        ("entered", "host"),
        ("cancelled", "host"),
        ("entered", "instead"),
        ("completed", "instead"),
    ]
    assert trial.ended


@pytest.mark.parametrize("kind", list(TRIGGERS))
def test_a_non_interrupting_event_goes_its_way_beside_the_activity(kind: str) -> None:
    trial = _trial(kind, False)
    _trigger(trial, kind)
    assert trial.done == ["instead"]
    trial.complete("host")
    assert trial.done == ["instead", "host", "after"]
    assert trial.ended


@pytest.mark.parametrize("kind", list(TRIGGERS))
def test_when_the_activity_is_done_nothing_is_waited_for_any_more(kind: str) -> None:
    trial = _trial(kind, True)
    trial.complete("host")
    assert trial.done == ["host", "after"]
    assert trial.waiting() == []


SUB = """<subProcess id="host"><startEvent id="is"/><userTask id="u"/>
    <serviceTask id="j"><extensionElements><zeebe:taskDefinition type="t"/></extensionElements></serviceTask>
    is -> u
    u -> j
    </subProcess>"""


@pytest.mark.parametrize("kind", list(TRIGGERS))
def test_an_interrupted_sub_process_takes_everything_inside_along(kind: str) -> None:
    trial = _trial(kind, True, SUB)
    _trigger(trial, kind)
    assert ("cancelled", "u") in trial.trace
    assert trial.trace.index(("cancelled", "u")) < trial.trace.index(("cancelled", "host"))
    assert trial.ended


def test_a_condition_must_become_false_before_it_triggers_again() -> None:
    trial = _trial("conditional", False)
    trial.set(x=4)
    trial.set(x=5)
    assert trial.done == ["instead"]
    trial.set(x=0)
    trial.set(x=9)
    assert trial.done == ["instead", "instead"]


def test_a_condition_that_already_holds_triggers_when_the_activity_begins() -> None:
    body = ONE.format(host=USER, cancel="true", trigger=TRIGGERS["conditional"])
    assert Trial(diagram(body, roots=ROOTS)).start(x=9).done == ["instead"]


def test_a_cycle_fires_as_often_as_it_says_and_only_while_the_activity_is_open() -> None:
    body = ONE.format(
        host=USER,
        cancel="false",
        trigger="<timerEventDefinition><timeCycle>R3/PT1H</timeCycle></timerEventDefinition>",
    )
    trial = Trial(diagram(body)).start().move(timedelta(days=1))
    assert trial.done == ["instead"] * 3
    assert trial.due() == []
    endless = Trial(diagram(body.replace("R3/", "R/"))).start().move(timedelta(hours=5))
    assert endless.done == ["instead"] * 5
    endless.complete("host")
    assert endless.ended


def test_errors_are_caught_by_code_first_then_by_the_one_without() -> None:
    body = """
        <startEvent id="s"/><userTask id="u"/>
        <boundaryEvent id="any" attachedToRef="u"><errorEventDefinition/></boundaryEvent>
        <boundaryEvent id="exact" attachedToRef="u"><errorEventDefinition errorRef="err"/></boundaryEvent>
        <task id="a"/><task id="b"/><endEvent id="e"/>
        s -> u
        u -> e
        any -> a
        exact -> b
        a -> e
        b -> e
    """
    trial = Trial(diagram(body, roots=ROOTS)).start()
    trial.throw("u", "E", why="no title deed")
    assert trial.trace[1:] == [("failed", "u"), ("entered", "b"), ("completed", "b")]
    assert trial.variables == {"why": "no title deed"}
    other = Trial(diagram(body, roots=ROOTS)).start()
    other.throw("u", "OTHER")
    assert other.done == ["a"]


def test_an_error_on_a_job_is_caught_on_its_task() -> None:
    job = '<extensionElements><zeebe:taskDefinition type="t"/></extensionElements>'
    host = f'<serviceTask id="host">{job}</serviceTask>'
    body = ONE.format(host=host, cancel="true", trigger='<errorEventDefinition errorRef="err"/>')
    trial = Trial(diagram(body, roots=ROOTS)).start()
    trial.throw("host", "E")
    assert trial.done == ["instead"]
    with pytest.raises(Conflict):
        trial.complete_job("host")


def test_two_events_on_one_activity_each_have_their_way() -> None:
    body = """
        <startEvent id="s"/><userTask id="u"/>
        <boundaryEvent id="remind" attachedToRef="u" cancelActivity="false"><timerEventDefinition>
          <timeDuration>PT1H</timeDuration></timerEventDefinition></boundaryEvent>
        <boundaryEvent id="lapse" attachedToRef="u"><timerEventDefinition>
          <timeDuration>PT2H</timeDuration></timerEventDefinition></boundaryEvent>
        <task id="a"/><task id="b"/><endEvent id="e"/>
        s -> u
        u -> e
        remind -> a
        lapse -> b
    """
    trial = Trial(diagram(body)).start()
    assert [element for _, element in trial.due()] == ["remind", "lapse"]
    trial.move(timedelta(hours=3))
    assert trial.done == ["a", "b"]
    assert trial.ended


def test_an_event_attached_to_nothing_is_refused() -> None:
    with pytest.raises(IllegalDefinition) as refusal:
        Trial(diagram(ONE.format(host='<userTask id="other"/>', cancel="true", trigger="")))
    rules = {finding.rule for finding in refusal.value.findings}
    assert {"bpmn.boundary.attached", "bpmn.reference.resolved"} <= rules


def test_a_timer_that_reads_a_mapped_input_of_its_activity_sees_it() -> None:
    host = """<userTask id="host"><extensionElements><zeebe:ioMapping>
        <zeebe:input source="=&quot;PT&quot; + string(hours) + &quot;H&quot;" target="wait"/>
        </zeebe:ioMapping></extensionElements></userTask>"""
    trigger = "<timerEventDefinition><timeDuration>=wait</timeDuration></timerEventDefinition>"
    body = ONE.format(host=host, cancel="true", trigger=trigger)
    trial = Trial(diagram(body)).start(hours=6)
    assert trial.due() == [("2026-03-02T07:00:00.000Z", "edge")]
