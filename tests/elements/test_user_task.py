"""User and manual tasks: what is offered to whom, and what completing them writes."""

from __future__ import annotations

import pytest
from diagrams import diagram

from engine.bpmn.happenings import WorkItemOffered
from engine.bpmn.trial import Trial
from engine.errors import Conflict, Malformed

LANES = diagram(
    """
    <laneSet>
      <lane id="l1" name="受理窗口">
        <extensionElements><zeebe:properties>
          <zeebe:property name="banjie.role" value="window"/>
        </zeebe:properties></extensionElements>
        <flowNodeRef>s</flowNodeRef><flowNodeRef>accept</flowNodeRef>
        <childLaneSet><lane id="l2" name="二号窗口"><flowNodeRef>check</flowNodeRef></lane></childLaneSet>
      </lane>
    </laneSet>
    <startEvent id="s"/>
    <userTask id="accept" name="受理"><extensionElements>
      <zeebe:userTask/>
      <zeebe:formDefinition formId="licence/accept"/>
      <zeebe:assignmentDefinition assignee="=clerk" candidateGroups="licensing, archive"
        candidateUsers="=[&quot;li&quot;, &quot;wang&quot;]"/>
      <zeebe:taskSchedule dueDate="=date(&quot;2026-05-01&quot;)" followUpDate="2026-04-01"/>
      <zeebe:priorityDefinition priority="=40 + 2"/>
      <zeebe:properties>
        <zeebe:property name="banjie.act" value="accept"/>
        <zeebe:property name="banjie.period" value="xk.accept"/>
        <zeebe:property name="banjie.period.promise" value="=promised"/>
        <zeebe:property name="colour" value="red"/>
      </zeebe:properties>
    </extensionElements></userTask>
    <manualTask id="check"/>
    <endEvent id="e"/>
    s -> accept
    accept -> check
    check -> e
    """
)


def _offered(trial: Trial) -> list[WorkItemOffered]:
    return [one for one in trial.happenings if isinstance(one, WorkItemOffered)]


def test_a_work_item_carries_lane_role_act_form_assignment_schedule_and_properties() -> None:
    (item,) = _offered(Trial(LANES).start(clerk="zhao", promised="5W", unit="310115"))
    assert (item.element, item.name, item.form) == ("accept", "受理", "licence/accept")
    assert (item.lane, item.role, item.act, item.unit) == ("受理窗口", "window", "accept", "310115")
    assert item.assignee == "zhao"
    assert item.candidate_groups == ("licensing", "archive")
    assert item.candidate_users == ("li", "wang")
    assert (item.due, item.follow_up, item.priority) == ("2026-05-01", "2026-04-01", 42)
    assert item.properties == {
        "banjie.act": "accept",
        "banjie.period": "xk.accept",
        "banjie.period.promise": "5W",
    }


def test_an_inner_lane_names_the_post_and_takes_the_role_of_the_lane_around_it() -> None:
    trial = Trial(LANES).start(clerk="zhao", promised="5W")
    trial.complete("accept")
    item = _offered(trial)[-1]
    assert (item.element, item.lane, item.role) == ("check", "二号窗口", "window")


def test_what_a_person_enters_is_written_to_the_case_file_as_it_is() -> None:
    trial = Trial(LANES).start(clerk="zhao", promised="5W", materials=["a", "b"])
    trial.complete("accept", materials=["c"], applicant={"name": "李"})
    assert trial.variables["materials"] == ["c"]
    assert trial.variables["applicant"] == {"name": "李"}


def test_a_manual_task_waits_for_the_report_that_it_is_done() -> None:
    trial = Trial(LANES).start(clerk="zhao", promised="5W")
    trial.complete("accept")
    assert trial.open("item") == ["check"]
    trial.complete("check")
    assert trial.ended


def test_an_unknown_assignee_is_no_fault_the_item_goes_to_the_lane() -> None:
    (item,) = _offered(Trial(LANES).start(clerk=None, promised="5W"))
    assert item.assignee is None


def test_an_assignment_of_the_wrong_type_is_an_incident_and_can_be_retried() -> None:
    trial = Trial(LANES).start(clerk=["zhao"], promised="5W")
    assert trial.open("incident") == ["accept"]
    trial.retry("accept", clerk="zhao")
    assert trial.open("item") == ["accept"]


def test_the_second_of_two_clerks_is_told_that_the_item_is_gone() -> None:
    trial = Trial(LANES).start(clerk="zhao", promised="5W")
    instance = trial.waiting("item")[0].instance
    trial.complete(instance)
    with pytest.raises(Conflict):
        trial.complete(instance)


def test_values_that_are_no_plain_data_are_refused_before_anything_happens() -> None:
    trial = Trial(LANES).start(clerk="zhao", promised="5W")
    before = trial.marking
    with pytest.raises(Malformed):
        trial.complete("accept", fee=1.5)
    assert trial.marking == before


def test_the_unit_is_that_of_the_property_else_of_the_innermost_variable() -> None:
    body = """
        <startEvent id="s"/><userTask id="a"><extensionElements><zeebe:ioMapping>
          <zeebe:input source="=&quot;inner&quot;" target="unit"/></zeebe:ioMapping>
          </extensionElements></userTask>
        <userTask id="b"><extensionElements><zeebe:properties>
          <zeebe:property name="banjie.unit" value="=&quot;by property&quot;"/>
        </zeebe:properties></extensionElements></userTask><endEvent id="e"/>
        s -> a
        a -> b
        b -> e
    """
    trial = Trial(diagram(body)).start(unit="outer")
    trial.complete("a")
    assert [item.unit for item in _offered(trial)] == ["inner", "by property"]
