"""Rules on what activities take and give: their inputs and outputs against operations, messages, callees.

Run by `engine.bpmn.lint.check`. Data itself (sets, associations, scope) is judged in data.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.data import structure_of
from engine.bpmn.lint.kinds import kind_name
from engine.bpmn.lint.model import Model, described
from engine.bpmn.lint.references import called_name
from engine.bpmn.lint.rule import LETTER, STRICT, Faults, rule, rules_of
from engine.bpmn.xml import Element, child, children, local, reference, text
from engine.errors import said

_PARTS = ("dataInput", "dataOutput", "inputSet", "outputSet")


@rule("bpmn.io.operation-sets", "BPMN 2.0.2 §10.3.3, service task", STRICT)
def service_task_has_one_input_set(model: Model) -> Faults:
    """A service task that names an operation has exactly one input set and at most one output set."""
    for task in model.of("serviceTask"):
        if not task.get("operationRef"):
            continue
        inputs, outputs = _count(task, "inputSet"), _count(task, "outputSet")
        if inputs != 1 or outputs > 1:
            yield (
                task,
                said(
                    "Expected one inputSet and at most one outputSet on {task}, which names an operation, "
                    "but it has {inputs} and {outputs}",
                    task=described(task),
                    inputs=inputs,
                    outputs=outputs,
                ),
            )


@rule("bpmn.io.message-sets", "BPMN 2.0.2 §10.3.3, send task, receive task", STRICT)
def message_task_has_one_set(model: Model) -> Faults:
    """A send (receive) task that names a message has at most one input (output) and one set of it."""
    for task, kind, holder in _message_tasks(model):
        if task.get("messageRef") and max(_count(task, kind), _count(task, holder)) > 1:
            yield (
                task,
                said(
                    "Expected at most one {kind} and {holder} on {task}, but it has more",
                    kind=kind,
                    holder=holder,
                    task=described(task),
                ),
            )


@rule("bpmn.io.message-item", "BPMN 2.0.2 §10.3.3, send task, receive task", STRICT)
def message_task_moves_its_message(model: Model) -> Faults:
    """The input (output) of a send (receive) task has the item definition of its message."""
    for task, kind, _ in _message_tasks(model):
        yield from _differing(model, task, kind, model.find(task.get("messageRef")))


@rule("bpmn.io.operation-item", "BPMN 2.0.2 §10.3.3, service task", STRICT)
def service_task_moves_its_messages(model: Model) -> Faults:
    """Input and output of a service task have the item definitions of its operation's messages."""
    for task in model.of("serviceTask"):
        operation = model.find(task.get("operationRef"))
        if operation is None or local(operation) != "operation":
            continue
        for kind, ref in (("dataInput", "inMessageRef"), ("dataOutput", "outMessageRef")):
            message = model.find(text(child(operation, ref))) if child(operation, ref) is not None else None
            yield from _differing(model, task, kind, message)


@rule("bpmn.call.data", "BPMN 2.0.2 §10.3.6: a call fulfils the data requirements of what it calls", STRICT)
def call_has_the_callee_s_data(model: Model) -> Faults:
    """The inputs and outputs of a call activity are as many as those of the element of this file it calls."""
    for call in model.of("callActivity"):
        called = model.find(called_name(call))
        if called is None:
            continue
        for part in _PARTS:
            mine, theirs = _count(call, part), _count(called, part)
            if mine != theirs:
                yield (
                    call,
                    said(
                        "Expected {call} to have {theirs} {part} as what it calls, but it has {mine}",
                        call=described(call),
                        theirs=theirs,
                        part=part,
                        mine=mine,
                    ),
                )


@rule("bpmn.call.interface", "BPMN 2.0.2 §10.3.6, callable element: exposed as a service", STRICT)
def exposed_element_is_bound(model: Model) -> Faults:
    """A callable element that supports an interface binds its data to the operations (ioBinding)."""
    for element in model.elements:
        if children(element, "supportedInterfaceRef") and not children(element, "ioBinding"):
            yield (
                element,
                said(
                    "Expected an ioBinding on {element}, which supports an interface, but it has none",
                    element=described(element),
                ),
            )


@rule("bpmn.data.event-count", "BPMN 2.0.2 §10.5.1, data modelling and events", LETTER)
def event_has_data_for_each_definition(model: Model) -> Faults:
    """An event with data inputs or outputs has one for each of its event definitions."""
    for event in model.kinds_of:
        for kind in ("dataInput", "dataOutput"):
            count = len(children(event, kind))
            if count and count != len(model.definitions(event)):
                yield (
                    event,
                    said(
                        "Expected one {kind} for each event definition of {event}, but it has {count} for "
                        "{other_count}",
                        kind=kind,
                        event=described(event),
                        count=count,
                        other_count=len(model.definitions(event)),
                    ),
                )


@rule("bpmn.collaboration.global-conversation", "BPMN 2.0.2 §9.5, global conversation")
def global_conversation_is_bare(model: Model) -> Faults:
    """A global conversation holds no conversation nodes, associations or artifacts."""
    allowed = {"documentation", "extensionElements", "participant", "messageFlow", "correlationKey"}
    for element in model.of("globalConversation"):
        for one in children(element):
            if local(one) not in allowed | {"choreographyRef", "conversationLink"}:
                yield (
                    element,
                    said(
                        "Expected no {one_kind} in {element}, but found one",
                        one_kind=kind_name(local(one)),
                        element=described(element),
                    ),
                )


@rule("bpmn.collaboration.closed", "BPMN 2.0.2 §9.2, table Collaboration: isClosed")
def closed_as_its_choreography(model: Model) -> Faults:
    """A collaboration and the choreography it refers to are both closed or both open."""
    for element in model.of("collaboration"):
        for one in children(element, "choreographyRef"):
            choreography = model.find(reference(one.text))
            if choreography is not None and _closed(choreography) != _closed(element):
                yield (
                    element,
                    said(
                        "Expected isClosed of {element} as of {choreography}, but it differs",
                        element=described(element),
                        choreography=described(choreography),
                    ),
                )


def _message_tasks(model: Model) -> Iterator[tuple[Element, str, str]]:
    for task in model.of("sendTask"):
        yield task, "dataInput", "inputSet"
    for task in model.of("receiveTask"):
        yield task, "dataOutput", "outputSet"


def _count(element: Element, part: str) -> int:
    holder = child(element, "ioSpecification")
    return 0 if holder is None else len(children(holder, part))


def _differing(model: Model, task: Element, kind: str, message: Element | None) -> Faults:
    holder = child(task, "ioSpecification")
    if message is None or local(message) != "message" or holder is None:
        return
    wanted = structure_of(model, message.get("itemRef"))
    for one in children(holder, kind):
        found = structure_of(model, one.get("itemSubjectRef"))
        if found != wanted:
            yield (
                task,
                said(
                    "Expected {one} of the item '{wanted}' as {message}, but it is of '{found}'",
                    one=described(one),
                    wanted=wanted or said("none"),
                    message=described(message),
                    found=found or said("none"),
                ),
            )


def _closed(element: Element) -> bool:
    return element.get("isClosed", "false").strip() in ("true", "1")


RULES = rules_of(globals())
