"""Rules on what an event says: the timer's moment, the names of messages, signals, errors, escalations.

Run by `engine.bpmn.lint.check`. Where an event may stand is judged in events.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.model import CATCH_EVENTS, EVENTS, THROW_EVENTS, Model, described, is_event_sub_process
from engine.bpmn.lint.rule import EXECUTION, NOTE, Faults, rule, rules_of
from engine.bpmn.xml import XSI, Element, child, extension, local, text
from engine.errors import listed, said

MOMENTS = ("timeDate", "timeDuration", "timeCycle")


@rule("bpmn.event.timer.one", "BPMN 2.0.2 §10.5.5, timer event definition", EXECUTION)
def timer_has_one_moment(model: Model) -> Faults:
    """A timer has exactly one of date, duration and cycle, and it is not empty."""
    for event, definition in _definitions(model, "timerEventDefinition"):
        given = [one for one in MOMENTS if child(definition, one) is not None]
        if len(given) != 1:
            found = said("none") if not given else listed(given, " and ")
            yield (
                event,
                said(
                    "Expected one of date, duration and cycle on the timer of {event}, but it has {found}",
                    event=described(event),
                    found=found,
                ),
            )
        elif not text(child(definition, given[0])):
            yield (
                event,
                said(
                    "Expected a text in {given} of {event}, but it is empty",
                    given=given[0],
                    event=described(event),
                ),
            )


@rule("bpmn.event.timer.cycle-once", "BPMN 2.0.2 §10.5.4: a catch in normal flow happens once", NOTE)
def cycle_where_it_repeats(model: Model) -> Faults:
    """Of a timer cycle on a catch in normal flow only the first moment counts."""
    for event, definition in _definitions(model, "timerEventDefinition"):
        if child(definition, "timeCycle") is None:
            continue
        if local(event) == "intermediateCatchEvent":
            yield (
                event,
                said("Of the cycle on {event} only the first moment counts", event=described(event)),
            )


@rule("bpmn.event.message.ref", "BPMN 2.0.2 §10.5.5, message event definition", EXECUTION)
def message_event_names_message(model: Model) -> Faults:
    """A catching message event says which message it waits for."""
    for event, definition in _definitions(model, "messageEventDefinition"):
        if local(event) in CATCH_EVENTS and not definition.get("messageRef"):
            yield event, said("Expected a messageRef on {event}, but it has none", event=described(event))


@rule("bpmn.event.message.throw", "BPMN 2.0.2 §10.5.5; dialect: a throw is a message or a job", EXECUTION)
def thrown_message_is_known(model: Model) -> Faults:
    """A throwing message event says which message it sends, or which job sends it."""
    for event, definition in _definitions(model, "messageEventDefinition"):
        if local(event) not in THROW_EVENTS or definition.get("messageRef"):
            continue
        if extension(event, "taskDefinition") is None:
            yield (
                event,
                said(
                    "Expected a messageRef or a zeebe:taskDefinition on {event}, but it has neither",
                    event=described(event),
                ),
            )


@rule("bpmn.message.name", "BPMN 2.0.2 §8.4.11; dialect: messages are matched by name", NOTE)
def used_messages_have_names(model: Model) -> Faults:
    """A message that an event or task uses has a name; without one it is matched by its id."""
    for message in _used(model, "messageRef", "message"):
        if not (message.get("name") or "").strip():
            yield (
                message,
                said(
                    "Expected a name on {message}, but it has none and is matched by its id",
                    message=described(message),
                ),
            )


@rule("bpmn.event.signal.ref", "BPMN 2.0.2 §10.5.5, signal event definition", EXECUTION)
def signal_event_names_signal(model: Model) -> Faults:
    """A signal event says which signal it catches or throws."""
    for event, definition in _definitions(model, "signalEventDefinition"):
        if not definition.get("signalRef"):
            yield event, said("Expected a signalRef on {event}, but it has none", event=described(event))


@rule("bpmn.signal.name", "BPMN 2.0.2 §10.5.5; dialect: signals are matched by name", NOTE)
def used_signals_have_names(model: Model) -> Faults:
    """A signal without a name is matched by its id."""
    for signal in _used(model, "signalRef", "signal"):
        if not (signal.get("name") or "").strip():
            yield signal, said("{signal} has no name: it is matched by its id", signal=described(signal))


@rule("bpmn.event.error.code", "BPMN 2.0.2 §8.4.3, §10.5.5: an error end supplies the errorCode", EXECUTION)
def error_end_has_code(model: Model) -> Faults:
    """An error end event names an error that has a code."""
    for event, definition in _definitions(model, "errorEventDefinition"):
        if local(event) == "endEvent":
            yield from _needs_code(model, event, definition, "errorRef", "errorCode")


@rule("bpmn.event.escalation.code", "BPMN 2.0.2 §8.4.4, §10.5.5", EXECUTION)
def thrown_escalation_has_code(model: Model) -> Faults:
    """A throwing escalation event names an escalation that has a code."""
    for event, definition in _definitions(model, "escalationEventDefinition"):
        if local(event) in THROW_EVENTS:
            yield from _needs_code(model, event, definition, "escalationRef", "escalationCode")


@rule("bpmn.event.conditional.condition", "BPMN 2.0.2 §10.5.5, conditional event definition", EXECUTION)
def conditional_event_has_condition(model: Model) -> Faults:
    """A conditional event of an executable process has a formal expression as its condition."""
    for event, definition in _definitions(model, "conditionalEventDefinition"):
        condition = child(definition, "condition")
        if condition is None or not text(condition):
            yield event, said("Expected a condition on {event}, but it has none", event=described(event))
        elif not is_formal(condition):
            yield (
                event,
                said(
                    "Expected a formal expression as condition of {event} (xsi:type tFormalExpression, or a "
                    "text that begins with '='), but found the plain text '{text}'",
                    event=described(event),
                    text=text(condition),
                ),
            )


@rule("bpmn.event.error.twice", "BPMN 2.0.2 §10.5.6: one handler catches a trigger", EXECUTION)
def one_interrupting_handler_per_code(model: Model) -> Faults:
    """An activity has at most one boundary event for each error code, and one that catches all errors."""
    for activity, events in model.boundaries.items():
        seen: set[str] = set()
        for event in events:
            for code in _codes(model, event, "errorEventDefinition", "errorRef", "errorCode"):
                if code in seen:
                    yield (
                        event,
                        said(
                            "Expected one boundary event for {error} on {activity}, but found two",
                            error=_error(code),
                            activity=described(activity),
                        ),
                    )
                seen.add(code)


@rule("bpmn.event.error.event-sub-process-twice", "BPMN 2.0.2 §10.5.6, §10.3.5", EXECUTION)
def one_event_sub_process_per_code(model: Model) -> Faults:
    """A scope has at most one event sub-process for each error code, and one that catches all errors."""
    for scope in model.scopes():
        seen: set[str] = set()
        for event in _event_sub_process_starts(scope):
            for code in _codes(model, event, "errorEventDefinition", "errorRef", "errorCode"):
                if code in seen:
                    yield (
                        event,
                        said(
                            "Expected one event sub-process for {error} in {scope}, but found two",
                            error=_error(code),
                            scope=described(scope),
                        ),
                    )
                seen.add(code)


@rule("bpmn.event.start.message-twice", "BPMN 2.0.2 §10.5.6: one start event is triggered", EXECUTION)
def message_starts_differ(model: Model) -> Faults:
    """Two message start events of one process wait for different messages."""
    for process in model.of("process"):
        seen: set[str] = set()
        for event in (one for one in process if local(one) == "startEvent"):
            for definition in model.definitions(event):
                message = model.find(definition.get("messageRef"))
                name = message.get("name", "") if message is not None else ""
                if name and name in seen:
                    yield (
                        event,
                        said(
                            "Expected one start event for message '{name}' in {process}, but found two",
                            name=name,
                            process=described(process),
                        ),
                    )
                seen.add(name)


def is_formal(expression: Element) -> bool:
    """Whether an expression is marked as formal, or is one by the dialect (it begins with '=')."""
    return is_marked(expression) or text(expression).startswith("=")


def is_marked(expression: Element) -> bool:
    """Whether an expression is marked as formal with `xsi:type`."""
    return expression.get(f"{{{XSI}}}type", "").rpartition(":")[2] == "tFormalExpression"


def _definitions(model: Model, name: str) -> Iterator[tuple[Element, Element]]:
    for event in model.of(*EVENTS):
        for definition in model.definitions(event):
            if local(definition) == name:
                yield event, definition


def _used(model: Model, attribute: str, kind: str) -> Iterator[Element]:
    seen: set[Element] = set()
    for element in model.elements:
        target = model.find(element.get(attribute)) if element.get(attribute) else None
        if target is not None and local(target) == kind and target not in seen:
            seen.add(target)
            yield target


def _needs_code(model: Model, event: Element, definition: Element, ref: str, code: str) -> Faults:
    if not definition.get(ref):
        yield event, said("Expected {ref} on {event}, but it has none", ref=ref, event=described(event))
        return
    target = model.find(definition.get(ref))
    if target is not None and not (target.get(code) or "").strip():
        yield (
            event,
            said(
                "Expected {target}, thrown by {event}, to have an {code}, but it has none",
                target=described(target),
                event=described(event),
                code=code,
            ),
        )


def _codes(model: Model, event: Element, kind: str, ref: str, code: str) -> list[str]:
    found = []
    for definition in model.definitions(event):
        if local(definition) == kind:
            target = model.find(definition.get(ref))
            found.append((target.get(code) or "") if target is not None else "")
    return found


def _error(code: str) -> str:
    return said("error '{code}'", code=code) if code else said("errors of any code")


def _event_sub_process_starts(scope: Element) -> Iterator[Element]:
    for inner in scope:
        if isinstance(inner.tag, str) and is_event_sub_process(inner):
            yield from (one for one in inner if local(one) == "startEvent")


RULES = rules_of(globals())
