"""Rules of this engine beyond BPMN: what must be said so that an element can be run at all.

Run by `engine.bpmn.lint.check`. They bind executable processes; elsewhere they are notes.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.model import Model, described
from engine.bpmn.lint.rule import EXECUTION, NOTE, Faults, rule, rules_of
from engine.bpmn.xml import Element, child, extension, local, text
from engine.errors import said


@rule("engine.task.job-type", "dialect: Service tasks create jobs; BPMN 2.0.2 §10.3.3", EXECUTION)
def service_task_has_job_type(model: Model) -> Faults:
    """A service task says of which type its job is."""
    for task in model.of("serviceTask"):
        if extension(task, "taskDefinition") is None:
            yield (
                task,
                said(
                    "Expected a zeebe:taskDefinition with the job type on {task}, but it has none",
                    task=described(task),
                ),
            )


@rule("engine.task.decision", "dialect: calledDecision; BPMN 2.0.2 §10.3.3", EXECUTION)
def business_rule_task_has_decision(model: Model) -> Faults:
    """A business rule task names its decision, or the job that decides."""
    for task in model.of("businessRuleTask", "globalBusinessRuleTask"):
        if extension(task, "calledDecision") is None and extension(task, "taskDefinition") is None:
            yield (
                task,
                said(
                    "Expected a zeebe:calledDecision or zeebe:taskDefinition on {task}, but it has neither",
                    task=described(task),
                ),
            )


@rule("engine.task.script", "BPMN 2.0.2 §10.3.3, script task; dialect: script, FEEL only", EXECUTION)
def script_task_has_feel(model: Model) -> Faults:
    """A `bpmn:script` is not run: a script task with one holds a `zeebe:script` or names a job as well."""
    for task in _unworked_script_tasks(model):
        if text(child(task, "script")):
            language = task.get("scriptFormat") or task.get("scriptLanguage")
            found = said("a script in '{language}'", language=language) if language else said("a bpmn:script")
            yield (
                task,
                said(
                    "Expected a zeebe:script or zeebe:taskDefinition on {task}, but it has {found}, which is "
                    "not run",
                    task=described(task),
                    found=found,
                ),
            )


@rule("engine.task.script-missing", "BPMN 2.0.2 §10.3.3: without a script it acts as an abstract task", NOTE)
def script_task_has_something_to_do(model: Model) -> Faults:
    """A script task without script and job is passed as if it were an abstract task."""
    for task in _unworked_script_tasks(model):
        if not text(child(task, "script")):
            yield (
                task,
                said(
                    "Expected a script or a job on {task}, but it has none and does nothing",
                    task=described(task),
                ),
            )


def _unworked_script_tasks(model: Model) -> Iterator[Element]:
    for task in model.of("scriptTask", "globalScriptTask"):
        if extension(task, "script") is None and extension(task, "taskDefinition") is None:
            yield task


@rule("engine.task.one-work", "dialect: Camunda 8 elements that are read", EXECUTION)
def one_way_to_work(model: Model) -> Faults:
    """A task is worked by its script or decision or by a job, never by both."""
    for task in model.of("scriptTask", "businessRuleTask"):
        own = "script" if local(task) == "scriptTask" else "calledDecision"
        if extension(task, own) is not None and extension(task, "taskDefinition") is not None:
            yield (
                task,
                said(
                    "Expected zeebe:{own} or zeebe:taskDefinition on {task}, but it has both",
                    own=own,
                    task=described(task),
                ),
            )


@rule("engine.loop.no-maximum", "BPMN 2.0.2 §10.3.8", NOTE)
def loop_has_a_limit(model: Model) -> Faults:
    """A standard loop without maximum relies on its condition alone to end."""
    for loop in model.of("standardLoopCharacteristics"):
        owner = loop.getparent()
        if owner is not None and loop.get("loopMaximum") is None and text(child(loop, "loopCondition")):
            yield (
                owner,
                said(
                    "The loop of {owner} has no maximum: its condition alone ends it", owner=described(owner)
                ),
            )


RULES = rules_of(globals())
