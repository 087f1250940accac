"""Manual tasks: done without the engine, reported by a person."""

from __future__ import annotations

from diagrams import diagram

from engine.bpmn.happenings import WorkItemOffered
from engine.bpmn.trial import Trial


def test_a_manual_task_is_offered_without_a_form_and_done_when_reported() -> None:
    trial = Trial(diagram('<startEvent id="s"/><manualTask id="m" name="送达"/>\ns -> m')).start()
    (item,) = [one for one in trial.happenings if isinstance(one, WorkItemOffered)]
    assert (item.name, item.form) == ("送达", None)
    trial.complete("m", delivered="2026-03-02")
    assert trial.ended
    assert trial.variables == {"delivered": "2026-03-02"}
