"""Reads the event definitions of an event, of a receive task and of a send task.

Called by the door of the elements. Definitions may stand in the event or, shared, at the root of the file
(`eventDefinitionRef`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine.bpmn import xml
from engine.bpmn.elements.cancel_event import CancelEvent
from engine.bpmn.elements.compensation_event import CompensationEvent
from engine.bpmn.elements.conditional_event import ConditionalEvent
from engine.bpmn.elements.error_event import ErrorEvent
from engine.bpmn.elements.escalation_event import EscalationEvent
from engine.bpmn.elements.link_event import LinkEvent
from engine.bpmn.elements.message_event import MessageEvent
from engine.bpmn.elements.signal_event import SignalEvent
from engine.bpmn.elements.terminate_event import TerminateEvent
from engine.bpmn.elements.timer_event import TimerEvent
from engine.bpmn.event import EventDefinition
from engine.bpmn.reading import Reading
from engine.errors import listed, said

WATCHED = ("message", "timer", "signal", "conditional")
ALLOWED = {
    "startEvent": WATCHED,
    "event sub-process start": (*WATCHED, "error", "escalation", "compensation"),
    "intermediateCatchEvent": (*WATCHED, "link"),
    "boundaryEvent": (*WATCHED, "error", "escalation", "compensation", "cancel"),
    "intermediateThrowEvent": ("message", "signal", "escalation", "compensation", "link"),
    "endEvent": ("message", "signal", "error", "escalation", "compensation", "cancel", "terminate"),
}
"""Which events may be of which kind (BPMN 2.0.2, 10.5, table 10.93)."""
Read = Callable[[Reading, xml.Element, str], EventDefinition | None]


def definitions_of(
    reading: Reading, element: xml.Element, owner: str, kind: str
) -> tuple[EventDefinition, ...]:
    """The definitions of an element in the file's order; a faulty one becomes a finding."""
    if kind in ("receiveTask", "sendTask"):
        found = [_message(reading, element, owner)] if element.get("messageRef") else []
        return tuple(one for one in found if one is not None)
    written = list(_written(reading, element, owner))
    if not written and kind in ("intermediateCatchEvent", "boundaryEvent"):
        _lacking(reading, element, owner, said("an event definition"), None)
    found = [definition_of(reading, one, owner) for one in written]
    return tuple(one for one in found if one is not None and _fits(reading, element, owner, kind, one))


def _fits(reading: Reading, element: xml.Element, owner: str, kind: str, found: EventDefinition) -> bool:
    """Whether such an event may have such a trigger; a wrong one is never passed over in silence."""
    inside = element.getparent()
    if kind == "startEvent" and inside is not None and xml.flag(inside, "triggeredByEvent", False):
        kind = "event sub-process start"
    allowed = ALLOWED.get(kind)
    if allowed is None or found.kind in allowed:
        return True
    reading.refuse(
        element,
        "bpmn.event.kind",
        said(
            "Expected '{owner}' to be an event of {allowed}, but a {kind} cannot be of {found_kind}",
            owner=owner,
            allowed=listed(allowed),
            kind=kind,
            found_kind=found.kind,
        ),
    )
    return False


def definition_of(reading: Reading, element: xml.Element, owner: str) -> EventDefinition | None:
    """One definition; None (and a finding) where it cannot run."""
    read = KINDS.get(xml.local(element))
    if read is None:
        reading.refuse(
            element,
            "bpmn.event.supported",
            said(
                "Expected an event definition that can run on '{owner}', but it is {element_kind}",
                owner=owner,
                element_kind=xml.local(element),
            ),
            owner,
        )
        return None
    return read(reading, element, owner)


def _written(reading: Reading, element: xml.Element, owner: str) -> Iterator[xml.Element]:
    for child in element:
        if not xml.is_bpmn(child):
            continue
        if xml.local(child) == "eventDefinitionRef":
            identifier = xml.reference(child.text)
            shared = reading.named.get(identifier)
            if shared is not None:
                yield shared
            else:
                _unresolved(reading, element, owner, said("an event definition of the file"), identifier)
        elif xml.local(child).endswith("EventDefinition"):
            yield child


def _message(reading: Reading, element: xml.Element, owner: str) -> EventDefinition | None:
    message = reading.referred(element, "messageRef", "message")
    if message is None and _sent_by_a_job(element):
        # As in Camunda 8 the worker knows the message; the event only waits for the job.
        return MessageEvent(owner, reading.expression(element, owner, said("the message name"), owner), None)
    if message is None:
        return _lacking(reading, element, owner, said("a message"), "messageRef")
    name = message.get("name") or message.get("id")
    if not name:
        return _lacking(reading, message, owner, said("a message with a name"), None)
    subscription = xml.extension(message, "subscription")
    key = reading.optional(subscription, owner, said("the correlation key"), "correlationKey")
    return MessageEvent(owner, reading.expression(message, owner, said("the message name"), name), key)


def _sent_by_a_job(element: xml.Element) -> bool:
    sender = element.getparent()
    if sender is None or xml.local(sender) not in ("intermediateThrowEvent", "endEvent"):
        return False
    return not element.get("messageRef") and xml.extension(sender, "taskDefinition") is not None


def _signal(reading: Reading, element: xml.Element, owner: str) -> EventDefinition | None:
    signal = reading.referred(element, "signalRef", "signal")
    if signal is None or not (signal.get("name") or signal.get("id")):
        return _lacking(reading, element, owner, said("a signal"), "signalRef")
    name = signal.get("name") or signal.get("id") or ""
    return SignalEvent(owner, reading.expression(signal, owner, said("the signal name"), name))


def _timer(reading: Reading, element: xml.Element, owner: str) -> EventDefinition | None:
    for name in ("timeDate", "timeDuration", "timeCycle"):
        child = xml.child(element, name)
        if child is not None and xml.text(child):
            return TimerEvent(owner, reading.expression(child, owner, said("the timer"), xml.text(child)))
    return _lacking(reading, element, owner, said("a date, duration or cycle for its timer"), None)


def _condition(reading: Reading, element: xml.Element, owner: str) -> EventDefinition | None:
    text = xml.text(xml.child(element, "condition"))
    if not text:
        return _lacking(reading, element, owner, said("a condition"), None)
    return ConditionalEvent(
        owner, reading.expression(element, owner, said("the condition"), text, always=True)
    )


def _error(reading: Reading, element: xml.Element, owner: str) -> EventDefinition | None:
    error = reading.referred(element, "errorRef", "error")
    return ErrorEvent(owner, None if error is None else error.get("errorCode") or error.get("id"))


def _escalation(reading: Reading, element: xml.Element, owner: str) -> EventDefinition | None:
    found = reading.referred(element, "escalationRef", "escalation")
    return EscalationEvent(owner, None if found is None else found.get("escalationCode") or found.get("id"))


def _compensation(reading: Reading, element: xml.Element, owner: str) -> EventDefinition | None:
    activity = xml.reference(element.get("activityRef")) or None
    return CompensationEvent(owner, activity, xml.flag(element, "waitForCompletion", True))


def _link(reading: Reading, element: xml.Element, owner: str) -> EventDefinition | None:
    name = element.get("name")
    return (
        LinkEvent(owner, name)
        if name
        else _lacking(reading, element, owner, said("a name for its link"), None)
    )


KINDS: dict[str, Read] = {
    "messageEventDefinition": _message,
    "signalEventDefinition": _signal,
    "timerEventDefinition": _timer,
    "conditionalEventDefinition": _condition,
    "errorEventDefinition": _error,
    "escalationEventDefinition": _escalation,
    "compensateEventDefinition": _compensation,
    "linkEventDefinition": _link,
    "cancelEventDefinition": lambda _reading, _element, owner: CancelEvent(owner),
    "terminateEventDefinition": lambda _reading, _element, owner: TerminateEvent(owner),
}


def _lacking(
    reading: Reading, element: xml.Element, owner: str, wanted: str, attribute: str | None
) -> EventDefinition | None:
    if attribute is None or not xml.reference(element.get(attribute)):
        reading.refuse(
            element,
            "banjie.event.complete",
            said("Expected '{owner}' to have {wanted}, but it has none", owner=owner, wanted=wanted),
            owner,
        )
    return None


def _unresolved(reading: Reading, element: xml.Element, owner: str, wanted: str, found: str) -> None:
    reading.refuse(
        element,
        "bpmn.reference.resolved",
        said(
            "Expected '{owner}' to name {wanted}, but there is no '{found}'",
            owner=owner,
            wanted=wanted,
            found=found,
        ),
        owner,
    )
