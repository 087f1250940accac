"""Rules on activities: sub-processes, transactions, ad-hoc, calls, tasks and quantities.

Run by `engine.bpmn.lint.check`. Repetition is judged in loops.py, settings of tasks in extensions.py.
"""

from __future__ import annotations

from engine.bpmn.lint.kinds import kind_name
from engine.bpmn.lint.loops import whole_number
from engine.bpmn.lint.model import (
    ACTIVITIES,
    FLOW_NODES,
    Model,
    described,
    is_compensation_handler,
    is_event_sub_process,
)
from engine.bpmn.lint.references import called_name
from engine.bpmn.lint.rule import EXECUTION, NOTE, Faults, rule, rules_of
from engine.bpmn.xml import Element, child, children, extension, flag, local
from engine.errors import said

EMBEDDED = ("subProcess", "transaction")


@rule("bpmn.activity.quantity", "BPMN 2.0.2 §10.3, table 10.3: startQuantity, completionQuantity")
def quantities_are_positive(model: Model) -> Faults:
    """The start and completion quantity of an activity are 1 or more."""
    for node in model.of(*ACTIVITIES):
        for attribute in ("startQuantity", "completionQuantity"):
            value = whole_number(node.get(attribute))
            if value is not None and value < 1:
                yield (
                    node,
                    said(
                        "Expected {attribute} of {node} to be 1 or more, but it is {value}",
                        attribute=attribute,
                        node=described(node),
                        value=value,
                    ),
                )


@rule("bpmn.sub-process.one-start", "BPMN 2.0.2 §10.3.5, §13.3.4", EXECUTION)
def embedded_has_one_start(model: Model) -> Faults:
    """An embedded sub-process or transaction has at most one none start event."""
    for scope in model.of(*EMBEDDED):
        if is_event_sub_process(scope):
            continue
        count = len([one for one in children(scope, "startEvent") if not model.kinds(one)])
        if count > 1:
            yield (
                scope,
                said(
                    "Expected at most one start event in {scope}, but it has {count}",
                    scope=described(scope),
                    count=count,
                ),
            )


@rule("bpmn.process.one-none-start", "BPMN 2.0.2 §10.5.2: each start event begins a process by itself", NOTE)
def process_has_one_none_start(model: Model) -> Faults:
    """A process with several none start events begins at the one that is named, and cannot be called."""
    for process in model.of("process"):
        nones = [one for one in children(process, "startEvent") if not model.kinds(one)]
        if len(nones) > 1:
            yield (
                process,
                said(
                    "Expected one none start event in {process}, but it has {count}: whoever begins it names "
                    "one",
                    process=described(process),
                    count=len(nones),
                ),
            )


@rule("bpmn.sub-process.can-start", "BPMN 2.0.2 §10.3.5, §13.3.4", EXECUTION)
def sub_process_can_start(model: Model) -> Faults:
    """A sub-process that holds elements holds one at which it begins."""
    for scope in model.of(*EMBEDDED):
        nodes = model.nodes(scope)
        if is_event_sub_process(scope) or not nodes:
            continue
        if not any(_begins(model, one) for one in nodes):
            yield (
                scope,
                said(
                    "Expected {scope} to hold an element without incoming flow, but it has none",
                    scope=described(scope),
                ),
            )


@rule("bpmn.sub-process.empty", "BPMN 2.0.2 §13.3.4: an empty sub-process completes at once", NOTE)
def sub_process_is_empty(model: Model) -> Faults:
    """A sub-process without elements completes as soon as it is entered."""
    for scope in model.of(*EMBEDDED):
        if not model.nodes(scope):
            yield scope, said("{scope} holds nothing: it completes at once", scope=described(scope))


@rule("bpmn.task.receive-instantiate", "BPMN 2.0.2 §10.3.3, receive task: instantiate")
def instantiating_receive_task_begins(model: Model) -> Faults:
    """An instantiating receive task has no flow in."""
    for node in model.of("receiveTask"):
        if flag(node, "instantiate", False) and model.incoming[node]:
            yield (
                node,
                said("Expected no flow into the instantiating {node}, but it has one", node=described(node)),
            )


@rule("bpmn.event-sub-process.triggered", "BPMN 2.0.2 §10.3.5", NOTE)
def event_sub_process_markers(model: Model) -> Faults:
    """Only a plain sub-process is triggered by an event: not a transaction, not an ad-hoc one."""
    for scope in model.of("transaction", "adHocSubProcess"):
        if flag(scope, "triggeredByEvent", False):
            yield (
                scope,
                said(
                    "{scope} is marked as triggered by an event, which {scope_kind} cannot be",
                    scope=described(scope),
                    scope_kind=kind_name(local(scope)),
                ),
            )


@rule(
    "bpmn.event-sub-process.repeats",
    "BPMN 2.0.2 §10.3.5, §13.5.4: a trigger starts it, nothing repeats it",
    EXECUTION,
)
def event_sub_process_not_repeated(model: Model) -> Faults:
    """An event sub-process is neither repeated nor for compensation."""
    for scope in model.of("subProcess"):
        if not is_event_sub_process(scope):
            continue
        if _loop(scope) is not None:
            yield (
                scope,
                said("Expected no loop on event sub-process '{id}', but it has one", id=scope.get("id")),
            )
        if is_compensation_handler(scope):
            yield (
                scope,
                said(
                    "Expected event sub-process '{id}' not to be for compensation, but it is",
                    id=scope.get("id"),
                ),
            )


@rule("bpmn.ad-hoc.activities", "BPMN 2.0.2 §10.3.5, ad-hoc sub-process: MUST be used")
def ad_hoc_has_activities(model: Model) -> Faults:
    """An ad-hoc sub-process holds at least one activity."""
    for scope in model.of("adHocSubProcess"):
        if not any(local(one) in ACTIVITIES for one in model.nodes(scope)):
            yield scope, said("Expected an activity in {scope}, but it has none", scope=described(scope))


@rule("bpmn.ad-hoc.forbidden", "BPMN 2.0.2 §10.3.5, ad-hoc sub-process: MUST NOT be used")
def ad_hoc_has_no_start_or_end(model: Model) -> Faults:
    """An ad-hoc sub-process holds no start event and no end event."""
    for scope in model.of("adHocSubProcess"):
        for event in (*children(scope, "startEvent"), *children(scope, "endEvent")):
            yield (
                event,
                said(
                    "Expected no {event_kind} in the ad-hoc '{id}', but found {event}",
                    event_kind=kind_name(local(event)),
                    id=scope.get("id"),
                    event=described(event),
                ),
            )


@rule("bpmn.call.target", "BPMN 2.0.2 §10.3.6", EXECUTION)
def call_has_target(model: Model) -> Faults:
    """A call activity says what it calls."""
    for call in model.of("callActivity"):
        if not called_name(call):
            yield (
                call,
                said(
                    "Expected {call} to name a process or global task, but it names none",
                    call=described(call),
                ),
            )


@rule("bpmn.task.receive-message", "BPMN 2.0.2 §10.3.3, receive task", EXECUTION)
def receive_task_has_message(model: Model) -> Faults:
    """A receive task says which message it waits for."""
    for task in model.of("receiveTask"):
        if not task.get("messageRef"):
            yield task, said("Expected a messageRef on {task}, but it has none", task=described(task))


@rule("bpmn.task.send-message", "BPMN 2.0.2 §10.3.3, send task; dialect: a message or a job", EXECUTION)
def send_task_has_message(model: Model) -> Faults:
    """A send task says which message it sends, or which job sends it."""
    for task in model.of("sendTask"):
        if not task.get("messageRef") and extension(task, "taskDefinition") is None:
            yield (
                task,
                said(
                    "Expected a messageRef or a zeebe:taskDefinition on {task}, but it has neither",
                    task=described(task),
                ),
            )


@rule("bpmn.task.script-format", "BPMN 2.0.2 §10.3.3, table ScriptTask: scriptFormat")
def script_has_format(model: Model) -> Faults:
    """A script task with a `bpmn:script` says in which language it is."""
    for task in model.of("scriptTask"):
        if child(task, "script") is not None and not task.get("scriptFormat"):
            yield (
                task,
                said(
                    "Expected a scriptFormat on {task}, which has a script, but it has none",
                    task=described(task),
                ),
            )


def _loop(activity: Element) -> Element | None:
    for name in ("standardLoopCharacteristics", "multiInstanceLoopCharacteristics"):
        found = child(activity, name)
        if found is not None:
            return found
    return None


def _begins(model: Model, node: Element) -> bool:
    if local(node) == "boundaryEvent" or is_event_sub_process(node) or is_compensation_handler(node):
        return False
    return local(node) in FLOW_NODES and not model.incoming[node] and "link" not in model.kinds(node)


RULES = rules_of(globals())
