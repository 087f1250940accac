"""Service tasks: a job with its type, retries, headers and mapped input."""

from __future__ import annotations

from decimal import Decimal

import pytest
from diagrams import diagram

from engine.bpmn import read
from engine.bpmn.happenings import JobCreated
from engine.bpmn.trial import Trial
from engine.errors import Conflict, IllegalDefinition

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
