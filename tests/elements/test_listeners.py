"""Listeners: jobs before and after the work of an element."""

from __future__ import annotations

from diagrams import diagram

from engine.bpmn.happenings import JobCreated
from engine.bpmn.trial import Trial


def _jobs(trial: Trial) -> list[JobCreated]:
    return [one for one in trial.happenings if isinstance(one, JobCreated)]


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
