"""Service, script, business rule, send tasks: jobs, values, decisions, messages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from diagrams import diagram

from engine.bpmn import read
from engine.bpmn.happenings import DecisionMade, JobCreated, MessageThrown
from engine.bpmn.trial import Trial
from engine.errors import Conflict, IllegalDefinition, NotFound

JOB = diagram(
    """
    <startEvent id="s"/>
    <serviceTask id="number"><extensionElements>
      <zeebe:taskDefinition type="=&quot;banjie.&quot; + kind" retries="=1 + 1"/>
      <zeebe:taskHeaders><zeebe:header key="series" value="许可"/></zeebe:taskHeaders>
      <zeebe:ioMapping>
        <zeebe:input source="=year + 1" target="for.year"/>
        <zeebe:output source="=given" target="number"/>
      </zeebe:ioMapping>
    </extensionElements></serviceTask>
    <endEvent id="e"/>
    s -> number
    number -> e
    """
)


def _jobs(trial: Trial) -> list[JobCreated]:
    return [one for one in trial.happenings if isinstance(one, JobCreated)]


def test_a_job_carries_type_retries_headers_and_the_mapped_inputs() -> None:
    (job,) = _jobs(Trial(JOB).start(kind="number", year=2025))
    assert (job.job, job.retries, job.headers) == ("banjie.number", 2, {"series": "许可"})
    assert job.input == {"for": {"year": Decimal(2026)}}


def test_only_the_mapped_output_passes() -> None:
    trial = Trial(JOB).start(kind="number", year=2025)
    trial.complete_job("number", given="2026-17", secret="x")
    assert trial.variables == {"kind": "number", "year": 2025, "number": "2026-17"}
    assert trial.ended


def test_a_job_out_of_retries_is_an_incident_and_a_retry_makes_a_new_job() -> None:
    trial = Trial(JOB).start(kind="number", year=2025)
    trial.fail_job("number", "the register does not answer")
    (incident,) = trial.waiting("incident")
    assert incident.name == "the register does not answer"
    with pytest.raises(Conflict):
        trial.complete_job(incident.instance)
    trial.retry("number")
    assert len(_jobs(trial)) == 2
    trial.complete_job("number", given="1")
    assert trial.ended


def test_a_job_type_that_is_no_text_is_an_incident() -> None:
    trial = Trial(JOB).start(kind=True, year=2025)
    assert trial.open("incident") == ["number"]


def test_an_output_that_cannot_be_computed_keeps_the_result_for_the_retry() -> None:
    data = JOB.replace(b'source="=given"', b'source="=matches(given, pattern) and {a: 1}.b"')
    trial = Trial(data).start(kind="number", year=2025)
    trial.complete_job("number", given="1")
    assert trial.ended  # null is a value
    assert trial.variables["number"] is None


def test_a_service_task_without_a_job_type_is_refused() -> None:
    with pytest.raises(IllegalDefinition) as refusal:
        read(diagram('<startEvent id="s"/><serviceTask id="x"/>\ns -> x'))
    assert refusal.value.findings[0].where == "x"
    assert "job type" in refusal.value.findings[0].sentence


SCRIPT = diagram(
    """
    <startEvent id="s"/>
    <scriptTask id="sum"><extensionElements>
      <zeebe:script expression="=sum(for one in lines return one.fee)" resultVariable="total"/>
    </extensionElements></scriptTask>
    <endEvent id="e"/>
    s -> sum
    sum -> e
    """
)


def test_a_script_is_feel_and_its_value_a_variable() -> None:
    trial = Trial(SCRIPT).start(lines=[{"fee": Decimal("0.10")}, {"fee": Decimal("0.20")}])
    assert trial.variables["total"] == Decimal("0.30")


def test_temporal_values_become_iso_text() -> None:
    data = SCRIPT.replace(
        b"=sum(for one in lines return one.fee)", b"=date(2026, 3, 2) + duration(&quot;P1D&quot;)"
    )
    assert Trial(data).start().variables["total"] == "2026-03-03"


def test_a_script_by_job_waits_for_the_job() -> None:
    data = SCRIPT.replace(
        b'<zeebe:script expression="=sum(for one in lines return one.fee)" resultVariable="total"/>',
        b'<zeebe:taskDefinition type="calc"/>',
    )
    trial = Trial(data).start()
    trial.complete_job("sum", total=1)
    assert trial.variables == {"total": 1}


RULE = diagram(
    """
    <startEvent id="s"/>
    <businessRuleTask id="rule"><extensionElements>
      <zeebe:calledDecision decisionId="fee" resultVariable="fee"/>
    </extensionElements></businessRuleTask>
    <endEvent id="e"/>
    s -> rule
    rule -> e
    """
)


def test_a_decision_is_asked_on_the_variables_in_sight_and_its_evidence_reported() -> None:
    trial = Trial(RULE, decisions={"fee": lambda variables: variables["area"] * 2}).start(area=21)
    (made,) = [one for one in trial.happenings if isinstance(one, DecisionMade)]
    assert (made.decision, made.value) == ("fee", 42)
    assert trial.variables["fee"] == 42


def test_a_decision_that_is_refused_is_an_incident() -> None:
    def refuse(variables: object) -> object:
        raise NotFound("Expected a table in force, but there is none")

    trial = Trial(RULE, decisions={"fee": refuse}).start(area=21)
    (incident,) = trial.waiting("incident")
    assert incident.name == "Expected a table in force, but there is none"
    assert read(RULE).decisions() == ("fee",)


SEND = """
    <startEvent id="s"/><sendTask id="send" messageRef="m">{extra}</sendTask><endEvent id="e"/>
    s -> send
    send -> e
"""
MESSAGE = (
    '<message id="m" name="notice"><extensionElements>'
    '<zeebe:subscription correlationKey="=number"/></extensionElements></message>'
)


def test_a_send_task_throws_its_message_with_its_key_and_its_own_variables() -> None:
    extra = (
        "<extensionElements><zeebe:ioMapping>"
        '<zeebe:input source="=name" target="to"/></zeebe:ioMapping></extensionElements>'
    )
    trial = Trial(diagram(SEND.format(extra=extra), roots=MESSAGE)).start(number="7", name="李")
    (thrown,) = [one for one in trial.happenings if isinstance(one, MessageThrown)]
    assert (thrown.name, thrown.key, thrown.variables) == ("notice", "7", {"to": "李"})
    assert trial.ended


def test_a_send_task_with_a_job_type_waits_for_the_worker() -> None:
    extra = '<extensionElements><zeebe:taskDefinition type="mail"/></extensionElements>'
    trial = Trial(diagram(SEND.format(extra=extra), roots=MESSAGE)).start(number="7")
    assert trial.open("job") == ["send"]
    trial.complete_job("send")
    assert trial.ended


LISTENERS = diagram(
    """
    <startEvent id="s"/>
    <userTask id="u"><extensionElements><zeebe:executionListeners>
      <zeebe:executionListener eventType="start" type="before" retries="1"/>
      <zeebe:executionListener eventType="start" type="before2"/>
      <zeebe:executionListener eventType="end" type="after"/>
    </zeebe:executionListeners></extensionElements></userTask>
    <endEvent id="e"/>
    s -> u
    u -> e
    """
)


def test_listeners_are_jobs_one_after_the_other_around_the_work() -> None:
    trial = Trial(LISTENERS).start()
    assert [job.job for job in _jobs(trial)] == ["before"]
    trial.complete_job("u", looked_up=1)
    assert [job.job for job in _jobs(trial)] == ["before", "before2"]
    trial.complete_job("u")
    assert trial.open() == ["u"]
    trial.complete("u", decided=True)
    assert [job.job for job in _jobs(trial)] == ["before", "before2", "after"]
    assert not trial.ended
    trial.complete_job("u")
    assert trial.ended
    assert trial.variables == {"looked_up": 1, "decided": True}
    assert len({job.instance for job in _jobs(trial)}) == 3
