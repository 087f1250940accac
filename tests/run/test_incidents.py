"""Incidents: wherever an element cannot go on it stops, says why, and goes on from there after a retry."""

from __future__ import annotations

import pytest
from diagrams import diagram

from engine.bpmn import read
from engine.bpmn.happenings import IncidentRaised, IncidentResolved, JobCreated
from engine.bpmn.trial import Trial
from engine.errors import Conflict, IllegalDefinition

UNKEPT = "=if limit > 5 then [1..limit] else limit"  # a range is a value, but none that can be kept


def _property(value: str) -> str:
    return (
        "<extensionElements><zeebe:properties>"
        f'<zeebe:property name="banjie.period.from" value="{value}"/></zeebe:properties></extensionElements>'
    )


def test_a_property_that_cannot_be_computed_stops_the_element_it_stands_on() -> None:
    data = diagram(f'<startEvent id="s"/><userTask id="u">{_property(UNKEPT)}</userTask>\ns -> u')
    trial = Trial(data).start(limit=3000)
    assert trial.open("incident") == ["u"]


def test_a_property_of_the_process_itself_may_be_the_incident() -> None:
    data = diagram(f'{_property(UNKEPT)}<startEvent id="s"/><userTask id="u"/>\ns -> u')
    trial = Trial(data).start(limit=3000)
    assert trial.open("incident") == ["p"]
    trial.retry("p", limit=1)
    assert trial.open("item") == ["u"]
    trial.complete("u")
    assert trial.ended


@pytest.mark.parametrize("nested", [False, True])
def test_an_event_sub_process_whose_timer_is_no_moment_is_an_incident_before_anything_starts(
    nested: bool,
) -> None:
    body = """
        <startEvent id="is"/><userTask id="u"/>
        is -> u
        <subProcess id="h" triggeredByEvent="true"><startEvent id="hs" isInterrupting="false">
          <timerEventDefinition><timeDuration>=wait</timeDuration></timerEventDefinition></startEvent>
          <userTask id="a"/>
          hs -> a
        </subProcess>
    """
    if nested:
        body = f'<startEvent id="s"/><subProcess id="sub">{body}</subProcess>\ns -> sub'
    trial = Trial(diagram(body)).start(wait=5)
    assert trial.open("incident") == ["sub" if nested else "p"]
    assert trial.open("item") == []
    trial.retry(trial.waiting("incident")[0].instance, wait="PT1H")
    assert trial.open("item") == ["u"]
    assert [element for _, element in trial.due()] == ["hs"]


def test_a_boundary_timer_that_is_no_moment_stops_the_activity_before_its_work() -> None:
    data = diagram(
        """
        <startEvent id="s"/><userTask id="u"/>
        <boundaryEvent id="one" attachedToRef="u"><timerEventDefinition><timeDuration>PT1H</timeDuration>
        </timerEventDefinition></boundaryEvent>
        <boundaryEvent id="two" attachedToRef="u"><timerEventDefinition><timeDuration>=wait</timeDuration>
        </timerEventDefinition></boundaryEvent>
        s -> u
        """
    )
    trial = Trial(data).start()
    assert trial.open("incident") == ["u"]
    trial.retry("u", wait="PT2H")
    assert trial.open("item") == ["u"]
    assert [element for _, element in trial.due()] == ["one", "two"]


def test_two_incidents_are_told_apart_and_resolved_one_by_one() -> None:
    data = diagram(
        """
        <startEvent id="s"/><exclusiveGateway id="g"/><exclusiveGateway id="h"/><task id="a"/><task id="b"/>
        s -> g
        s -> h
        g -> a : x
        h -> b : y
        """
    )
    trial = Trial(data).start()
    assert trial.open("incident") == ["g", "h"]
    trial.retry("h", y=True)
    assert trial.done == ["b"]
    trial.retry("g", x=True)
    assert trial.done == ["b", "a"]
    assert trial.ended
    raised = [one for one in trial.happenings if isinstance(one, IncidentRaised)]
    resolved = [one for one in trial.happenings if isinstance(one, IncidentResolved)]
    assert len(raised) == len(resolved) == 2


def test_an_incident_in_an_instance_leaves_the_others_alone() -> None:
    data = diagram(
        """
        <startEvent id="s"/>
        <serviceTask id="j"><extensionElements><zeebe:taskDefinition type="=kind"/></extensionElements>
          <multiInstanceLoopCharacteristics><extensionElements>
            <zeebe:loopCharacteristics inputCollection="=kinds" inputElement="kind"/></extensionElements>
          </multiInstanceLoopCharacteristics></serviceTask>
        s -> j
        """
    )
    trial = Trial(data).start(kinds=["a", True, "b"])
    assert [one.job for one in trial.happenings if isinstance(one, JobCreated)] == ["a", "b"]
    assert trial.open("incident") == ["j"]
    trial.complete_job("j")
    trial.retry("j", kind="c")
    trial.complete_job("j")
    trial.complete_job("j")
    assert trial.ended


def test_an_element_that_is_interrupted_takes_its_incident_along() -> None:
    data = diagram(
        """
        <startEvent id="s"/><subProcess id="sub"><exclusiveGateway id="g"/><task id="a"/>
        g -> a : x
        </subProcess>
        <boundaryEvent id="edge" attachedToRef="sub"><messageEventDefinition messageRef="m"/></boundaryEvent>
        <task id="b"/>
        s -> sub
        edge -> b
        """,
        roots='<message id="m" name="stop"/>',
    )
    trial = Trial(data).start()
    trial.message("stop")
    assert isinstance([one for one in trial.happenings if "Incident" in one.type][-1], IncidentResolved)
    assert trial.ended


def test_only_an_incident_can_be_retried() -> None:
    trial = Trial(diagram('<startEvent id="s"/><userTask id="u"/>\ns -> u')).start()
    with pytest.raises(Conflict):
        trial.retry(trial.waiting("item")[0].instance)


def test_a_listener_for_an_event_nothing_runs_is_refused_by_name() -> None:
    body = """<startEvent id="s"/><userTask id="u"><extensionElements><zeebe:taskListeners>
        <zeebe:taskListener eventType="assigning" type="t"/></zeebe:taskListeners>
        </extensionElements></userTask>
        s -> u"""
    with pytest.raises(IllegalDefinition) as refusal:
        read(diagram(body))
    assert "assigning" in refusal.value.findings[0].sentence


def test_a_value_no_store_could_keep_is_an_incident_not_a_broken_case() -> None:
    data = diagram(
        """
        <startEvent id="s"/><exclusiveGateway id="m"/><scriptTask id="wrap"><extensionElements>
          <zeebe:script expression="=[x]" resultVariable="x"/></extensionElements></scriptTask>
        s -> m
        m -> wrap
        wrap -> m
        """
    )
    trial = Trial(data).start(x=1)
    (incident,) = trial.waiting("incident")
    assert incident.element == "wrap"
    assert incident.name is not None
    assert "deep" in incident.name
