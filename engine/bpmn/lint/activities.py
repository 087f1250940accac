"""Rules on activities: sub-processes, transactions, ad-hoc, calls, tasks, quantities and repetition.

Run by `engine.bpmn.lint.check`. Extension settings of tasks are judged in extensions.py.
"""

from __future__ import annotations

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
from engine.bpmn.xml import Element, child, children, extension, flag, local, text

EMBEDDED = ("subProcess", "transaction")


@rule("bpmn.activity.quantity", "BPMN 2.0.2 §10.3, table 10.3: startQuantity, completionQuantity")
def quantities_are_positive(model: Model) -> Faults:
    """The start and completion quantity of an activity are 1 or more."""
    for node in model.of(*ACTIVITIES):
        for attribute in ("startQuantity", "completionQuantity"):
            value = _integer(node.get(attribute))
            if value is not None and value < 1:
                yield node, f"Expected {attribute} of {described(node)} to be 1 or more, but it is {value}"


@rule("bpmn.sub-process.one-start", "BPMN 2.0.2 §10.3.5, §13.3.4", EXECUTION)
def embedded_has_one_start(model: Model) -> Faults:
    """An embedded sub-process or transaction has at most one none start event."""
    for scope in model.of(*EMBEDDED):
        if is_event_sub_process(scope):
            continue
        count = len([one for one in children(scope, "startEvent") if not model.kinds(one)])
        if count > 1:
            yield scope, f"Expected at most one start event in {described(scope)}, but it has {count}"


@rule("bpmn.process.one-none-start", "BPMN 2.0.2 §10.5.2: each start event begins a process by itself", NOTE)
def process_has_one_none_start(model: Model) -> Faults:
    """A process with several none start events begins at the one that is named, and cannot be called."""
    for process in model.of("process"):
        nones = [one for one in children(process, "startEvent") if not model.kinds(one)]
        if len(nones) > 1:
            yield (
                process,
                f"Expected one none start event in {described(process)}, but it has {len(nones)}: "
                "whoever begins it names one",
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
                f"Expected {described(scope)} to hold an element without incoming flow, but it has none",
            )


@rule("bpmn.sub-process.empty", "BPMN 2.0.2 §13.3.4: an empty sub-process completes at once", NOTE)
def sub_process_is_empty(model: Model) -> Faults:
    """A sub-process without elements completes as soon as it is entered."""
    for scope in model.of(*EMBEDDED):
        if not model.nodes(scope):
            yield scope, f"{described(scope)} holds nothing: it completes at once"


@rule("bpmn.task.receive-instantiate", "BPMN 2.0.2 §10.3.3, receive task: instantiate")
def instantiating_receive_task_begins(model: Model) -> Faults:
    """An instantiating receive task has no flow in."""
    for node in model.of("receiveTask"):
        if flag(node, "instantiate", False) and model.incoming[node]:
            yield node, f"Expected no flow into the instantiating {described(node)}, but it has one"


@rule("bpmn.event-sub-process.triggered", "BPMN 2.0.2 §10.3.5", NOTE)
def event_sub_process_markers(model: Model) -> Faults:
    """Only a plain sub-process is triggered by an event: not a transaction, not an ad-hoc one."""
    for scope in model.of("transaction", "adHocSubProcess"):
        if flag(scope, "triggeredByEvent", False):
            yield (
                scope,
                f"{described(scope)} is marked as triggered by an event, which {local(scope)} cannot be",
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
            yield scope, f"Expected no loop on event sub-process '{scope.get('id')}', but it has one"
        if is_compensation_handler(scope):
            yield (
                scope,
                f"Expected event sub-process '{scope.get('id')}' not to be for compensation, but it is",
            )


@rule("bpmn.ad-hoc.activities", "BPMN 2.0.2 §10.3.5, ad-hoc sub-process: MUST be used")
def ad_hoc_has_activities(model: Model) -> Faults:
    """An ad-hoc sub-process holds at least one activity."""
    for scope in model.of("adHocSubProcess"):
        if not any(local(one) in ACTIVITIES for one in model.nodes(scope)):
            yield scope, f"Expected an activity in {described(scope)}, but it has none"


@rule("bpmn.ad-hoc.forbidden", "BPMN 2.0.2 §10.3.5, ad-hoc sub-process: MUST NOT be used")
def ad_hoc_has_no_start_or_end(model: Model) -> Faults:
    """An ad-hoc sub-process holds no start event and no end event."""
    for scope in model.of("adHocSubProcess"):
        for event in (*children(scope, "startEvent"), *children(scope, "endEvent")):
            yield (
                event,
                f"Expected no {local(event)} in the ad-hoc '{scope.get('id')}', but found {described(event)}",
            )


@rule("bpmn.call.target", "BPMN 2.0.2 §10.3.6", EXECUTION)
def call_has_target(model: Model) -> Faults:
    """A call activity says what it calls."""
    for call in model.of("callActivity"):
        if not called_name(call):
            yield call, f"Expected {described(call)} to name a process or global task, but it names none"


@rule("bpmn.task.receive-message", "BPMN 2.0.2 §10.3.3, receive task", EXECUTION)
def receive_task_has_message(model: Model) -> Faults:
    """A receive task says which message it waits for."""
    for task in model.of("receiveTask"):
        if not task.get("messageRef"):
            yield task, f"Expected a messageRef on {described(task)}, but it has none"


@rule("bpmn.task.send-message", "BPMN 2.0.2 §10.3.3, send task; dialect: a message or a job", EXECUTION)
def send_task_has_message(model: Model) -> Faults:
    """A send task says which message it sends, or which job sends it."""
    for task in model.of("sendTask"):
        if not task.get("messageRef") and extension(task, "taskDefinition") is None:
            yield (
                task,
                f"Expected a messageRef or a zeebe:taskDefinition on {described(task)}, but it has neither",
            )


@rule("bpmn.loop.collection", "BPMN 2.0.2 §10.3.8, multi-instance loop characteristics", EXECUTION)
def multi_instance_has_count(model: Model) -> Faults:
    """A multi-instance activity has a cardinality or a collection."""
    for loop in model.of("multiInstanceLoopCharacteristics"):
        owner = loop.getparent()
        setting = extension(loop, "loopCharacteristics")
        collection = setting is not None and bool((setting.get("inputCollection") or "").strip())
        counted = bool(text(child(loop, "loopCardinality")))
        if owner is not None and not (collection or counted or text(child(loop, "loopDataInputRef"))):
            yield (
                owner,
                f"Expected a cardinality or a collection on the multi-instance {described(owner)}, "
                "but it has neither",
            )


@rule("bpmn.loop.output", "dialect: loopCharacteristics; BPMN 2.0.2 §10.3.8", EXECUTION)
def multi_instance_output_is_whole(model: Model) -> Faults:
    """A collection of results and the expression of one result come together."""
    for loop in model.of("multiInstanceLoopCharacteristics"):
        setting = extension(loop, "loopCharacteristics")
        owner = loop.getparent()
        if setting is None or owner is None:
            continue
        if bool(setting.get("outputCollection")) != bool(setting.get("outputElement")):
            yield (
                owner,
                f"Expected outputCollection and outputElement together on {described(owner)}, "
                "but one is missing",
            )


@rule("bpmn.loop.behavior", "BPMN 2.0.2 §10.3.8, table MultiInstanceLoopCharacteristics: behavior")
def behaviour_has_events(model: Model) -> Faults:
    """Behaviour none, one and complex name the events they throw; complex has its definitions."""
    needed = {"None": "noneBehaviorEventRef", "One": "oneBehaviorEventRef"}
    for loop in model.of("multiInstanceLoopCharacteristics"):
        owner = loop.getparent()
        behaviour = loop.get("behavior", "All")
        if owner is None:
            continue
        if behaviour in needed and not loop.get(needed[behaviour]):
            yield (
                owner,
                f"Expected {needed[behaviour]} for behaviour {behaviour} of {described(owner)}, "
                "but it is missing",
            )
        if behaviour == "Complex" and not children(loop, "complexBehaviorDefinition"):
            yield owner, f"Expected a complexBehaviorDefinition for {described(owner)}, but it has none"


@rule("bpmn.loop.ends", "BPMN 2.0.2 §10.3.8, §13.3.6, standard loop characteristics", EXECUTION)
def loop_has_an_end(model: Model) -> Faults:
    """A standard loop has a condition or a maximum."""
    for loop in model.of("standardLoopCharacteristics"):
        owner = loop.getparent()
        if owner is None or loop.get("loopMaximum") is not None or text(child(loop, "loopCondition")):
            continue
        yield owner, f"Expected a loopCondition or loopMaximum on {described(owner)}, but it has neither"


@rule("bpmn.loop.maximum", "BPMN 2.0.2 §10.3.8, standard loop characteristics", EXECUTION)
def loop_maximum_is_positive(model: Model) -> Faults:
    """The maximum of a standard loop is not negative."""
    for loop in model.of("standardLoopCharacteristics"):
        owner = loop.getparent()
        maximum = _integer(loop.get("loopMaximum"))
        if owner is not None and maximum is not None and maximum < 0:
            yield owner, f"Expected a loopMaximum of 0 or more on {described(owner)}, but it is {maximum}"


@rule("bpmn.loop.cardinality", "BPMN 2.0.2 §10.3.8, table MultiInstanceLoopCharacteristics", EXECUTION)
def cardinality_is_positive(model: Model) -> Faults:
    """The cardinality of a multi-instance activity is not negative."""
    for loop in model.of("multiInstanceLoopCharacteristics"):
        owner = loop.getparent()
        count = _integer(text(child(loop, "loopCardinality")).removeprefix("="))
        if owner is not None and count is not None and count < 0:
            yield owner, f"Expected a cardinality of 0 or more on {described(owner)}, but it is {count}"


@rule("bpmn.task.script-format", "BPMN 2.0.2 §10.3.3, table ScriptTask: scriptFormat")
def script_has_format(model: Model) -> Faults:
    """A script task with a `bpmn:script` says in which language it is."""
    for task in model.of("scriptTask"):
        if child(task, "script") is not None and not task.get("scriptFormat"):
            yield task, f"Expected a scriptFormat on {described(task)}, which has a script, but it has none"


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


def _integer(value: str | None) -> int | None:
    try:
        return int((value or "").strip())
    except ValueError:
        return None


RULES = rules_of(globals())
