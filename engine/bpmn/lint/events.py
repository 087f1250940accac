"""Rules on where which events may stand: start, end, intermediate and boundary, each with its kinds.

Run by `engine.bpmn.lint.check`. What an event definition itself must say stands in triggers.py, links
in links.py, compensation in compensation.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.bpmn.lint.kinds import a, kind_name
from engine.bpmn.lint.model import Model, described, is_event_sub_process
from engine.bpmn.lint.references import called_name
from engine.bpmn.lint.rule import LETTER, Faults, rule, rules_of
from engine.bpmn.xml import Element, ancestors, children, flag, local
from engine.errors import listed, said

TOP_START = frozenset({"message", "timer", "signal", "conditional"})
EVENT_SUB_PROCESS_START = TOP_START | {"error", "escalation", "compensation"}
END = frozenset({"message", "error", "escalation", "cancel", "compensation", "signal", "terminate"})
CATCH = TOP_START | {"link"}
THROW = frozenset({"message", "escalation", "compensation", "link", "signal"})
BOUNDARY = TOP_START | {"error", "escalation", "cancel", "compensation"}
ALWAYS_INTERRUPTING = frozenset({"error", "cancel", "compensation"})


@rule("bpmn.event.start.top-kind", "BPMN 2.0.2 §10.5.2, table 10.84")
def top_level_start_kinds(model: Model) -> Faults:
    """A start event of a process is a none start or waits for a message, timer, signal or condition."""
    for event, scope in _starts(model):
        if local(scope) == "process":
            yield from _foreign_kinds(model, event, TOP_START, said("a start event of a process"))


@rule("bpmn.event.start.sub-process-kind", "BPMN 2.0.2 §10.5.2, table 10.85; §10.3.5")
def sub_process_start_is_none(model: Model) -> Faults:
    """A start event of an embedded sub-process or transaction has no trigger."""
    for event, scope in _starts(model):
        if (
            local(scope) in ("subProcess", "transaction")
            and not is_event_sub_process(scope)
            and model.kinds(event)
        ):
            yield (
                event,
                said(
                    "Expected {event} of an embedded sub-process to have no trigger, but it has {listed}",
                    event=described(event),
                    listed=_listed(model.kinds(event)),
                ),
            )


@rule("bpmn.event.start.event-sub-process-kind", "BPMN 2.0.2 §10.5.2, table 10.86")
def event_sub_process_start_kinds(model: Model) -> Faults:
    """The start event of an event sub-process has a trigger, and not a link, cancel or terminate."""
    for event, scope in _starts(model):
        if is_event_sub_process(scope):
            if not model.kinds(event) and not children(event, "eventDefinitionRef"):
                yield (
                    event,
                    said(
                        "Expected a trigger on {event} of an event sub-process, but it has none",
                        event=described(event),
                    ),
                )
            yield from _foreign_kinds(
                model, event, EVENT_SUB_PROCESS_START, said("the start of an event sub-process")
            )


@rule("bpmn.event.start.event-sub-process-one", "BPMN 2.0.2 §10.3.5")
def event_sub_process_has_one_start(model: Model) -> Faults:
    """An event sub-process has exactly one start event."""
    for scope in model.of("subProcess"):
        if is_event_sub_process(scope):
            count = len(children(scope, "startEvent"))
            if count != 1:
                yield (
                    scope,
                    said(
                        "Expected exactly one start event in event sub-process '{id}', but it has {count}",
                        id=scope.get("id"),
                        count=count,
                    ),
                )


@rule("bpmn.event.start.interrupting", "BPMN 2.0.2 §10.5.2, table 10.86: error and compensation interrupt")
def non_interrupting_start(model: Model) -> Faults:
    """A non-interrupting start event of an event sub-process has no error or compensation trigger."""
    for event, scope in _starts(model):
        forbidden = ALWAYS_INTERRUPTING & set(model.kinds(event))
        if is_event_sub_process(scope) and forbidden and not flag(event, "isInterrupting", True):
            yield (
                event,
                said(
                    "Expected {event} to be interrupting, but it is not and has {listed}",
                    event=described(event),
                    listed=_listed(forbidden),
                ),
            )


@rule("bpmn.event.start.parallel-multiple", "BPMN 2.0.2 §10.5.1, table CatchEvent")
def parallel_multiple_has_several(model: Model) -> Faults:
    """A parallel multiple event waits for at least two triggers."""
    for event in model.of("startEvent", "intermediateCatchEvent", "boundaryEvent"):
        if flag(event, "parallelMultiple", False) and len(model.definitions(event)) < 2:
            yield (
                event,
                said(
                    "Expected two or more triggers on the parallel multiple {event}, but it has fewer",
                    event=described(event),
                ),
            )


@rule("bpmn.event.end.kind", "BPMN 2.0.2 §10.5.3, table 10.88")
def end_kinds(model: Model) -> Faults:
    """An end event has no result, or one that is not a timer, condition or link."""
    for event in model.of("endEvent"):
        yield from _foreign_kinds(model, event, END, said("an end event"))


@rule("bpmn.event.end.cancel", "BPMN 2.0.2 §10.5.3: cancel inside a transaction alone")
def cancel_end_in_transaction(model: Model) -> Faults:
    """A cancel end event stands inside a transaction."""
    for event in model.of("endEvent"):
        if "cancel" in model.kinds(event) and not any(
            local(one) == "transaction" for one in ancestors(event)
        ):
            yield (
                event,
                said(
                    "Expected the cancel {event} inside a transaction, but it is in none",
                    event=described(event),
                ),
            )


@rule("bpmn.event.catch.kind", "BPMN 2.0.2 §10.5.4, table 10.89")
def catch_kinds(model: Model) -> Faults:
    """An intermediate catch waits for a message, timer, signal, condition or link."""
    for event in model.of("intermediateCatchEvent"):
        if not model.kinds(event) and not children(event, "eventDefinitionRef"):
            yield (
                event,
                said("Expected a trigger on the catching {event}, but it has none", event=described(event)),
            )
        yield from _foreign_kinds(model, event, CATCH, said("a catch in normal flow"))


@rule("bpmn.event.throw.kind", "BPMN 2.0.2 §10.5.4, table 10.89")
def throw_kinds(model: Model) -> Faults:
    """An intermediate throw is a none event or throws a message, signal, escalation, compensation or link."""
    for event in model.of("intermediateThrowEvent"):
        yield from _foreign_kinds(model, event, THROW, said("a throw in normal flow"))


@rule("bpmn.event.boundary.kind", "BPMN 2.0.2 §10.5.4, table 10.90")
def boundary_kinds(model: Model) -> Faults:
    """A boundary event has a trigger, and not a link or terminate."""
    for event in model.of("boundaryEvent"):
        if not model.kinds(event) and not children(event, "eventDefinitionRef"):
            yield (
                event,
                said("Expected a trigger on the boundary event '{id}', but it has none", id=event.get("id")),
            )
        yield from _foreign_kinds(model, event, BOUNDARY, said("a boundary event"))


@rule("bpmn.event.boundary.interrupting", "BPMN 2.0.2 §10.5.4, table 10.90")
def non_interrupting_boundary(model: Model) -> Faults:
    """A boundary event that does not cancel its activity has no error or cancel trigger."""
    for event in model.of("boundaryEvent"):
        forbidden = {"error", "cancel"} & set(model.kinds(event))
        if forbidden and not flag(event, "cancelActivity", True):
            yield (
                event,
                said(
                    "Expected {event} to be interrupting, but it is not and has {listed}",
                    event=described(event),
                    listed=_listed(forbidden),
                ),
            )


@rule("bpmn.event.boundary.cancel", "BPMN 2.0.2 §10.5.4: cancel on a transaction alone")
def cancel_boundary_on_transaction(model: Model) -> Faults:
    """A cancel boundary event is attached to a transaction."""
    for event in model.of("boundaryEvent"):
        activity = model.find(event.get("attachedToRef"))
        if "cancel" in model.kinds(event) and activity is not None and local(activity) != "transaction":
            yield (
                event,
                said(
                    "Expected the cancel {event} on a transaction, but it is on {activity_kind}",
                    event=described(event),
                    activity_kind=a(local(activity)),
                ),
            )


@rule("bpmn.event.boundary.scope", "BPMN 2.0.2 §10.5.4, §8.4.8")
def boundary_beside_its_activity(model: Model) -> Faults:
    """A boundary event stands in the same process or sub-process as its activity."""
    for event in model.of("boundaryEvent"):
        activity = model.find(event.get("attachedToRef"))
        if activity is not None and activity.getparent() is not event.getparent():
            yield (
                event,
                said(
                    "Expected {event} beside {activity}, but they stand in different scopes",
                    event=described(event),
                    activity=described(activity),
                ),
            )


@rule("bpmn.event.boundary.event-sub-process", "BPMN 2.0.2 §10.3.5, §10.5.4")
def no_boundary_on_event_sub_process(model: Model) -> Faults:
    """No boundary event is attached to an event sub-process."""
    for event in model.of("boundaryEvent"):
        activity = model.find(event.get("attachedToRef"))
        if activity is not None and is_event_sub_process(activity):
            yield (
                event,
                said(
                    "Expected no boundary event on event sub-process '{id}', but found one",
                    id=activity.get("id"),
                ),
            )


@rule("bpmn.event.boundary.way-out", "BPMN 2.0.2 §10.5.4, sequence flow connections", LETTER)
def boundary_leads_somewhere(model: Model) -> Faults:
    """A boundary event other than compensation has at least one flow out."""
    for event in model.of("boundaryEvent"):
        if "compensation" not in model.kinds(event) and not model.outgoing[event]:
            yield event, said("Expected a flow out of {event}, but it has none", event=described(event))


@rule("bpmn.event.start.called", "BPMN 2.0.2 §10.5.2, §10.3.6: a call begins at a none start")
def called_process_has_none_start(model: Model) -> Faults:
    """A process of this file that a call activity calls has a none start event, if it has start events."""
    eventful = {process for process in model.of("process") if _begins_by_event_alone(model, process)}
    for call in model.of("callActivity"):
        process = model.find(called_name(call))
        if process is not None and process in eventful:
            yield (
                call,
                said(
                    "Expected {process}, which is called, to have a none start event, but it has none",
                    process=described(process),
                ),
            )


def _begins_by_event_alone(model: Model, process: Element) -> bool:
    starts = children(process, "startEvent")
    return bool(starts) and all(model.kinds(event) for event in starts)


def _starts(model: Model) -> Iterator[tuple[Element, Element]]:
    for event in model.of("startEvent"):
        scope = event.getparent()
        if scope is not None:
            yield event, scope


def _foreign_kinds(model: Model, event: Element, allowed: frozenset[str], spot: str) -> Faults:
    wrong = set(model.kinds(event)) - allowed
    if wrong:
        yield (
            event,
            said(
                "Expected {spot} to be one of {listed}, but {event} has {other_listed}",
                spot=spot,
                listed=_listed(allowed),
                event=described(event),
                other_listed=_listed(wrong),
            ),
        )


def _listed(kinds: Iterable[str]) -> str:
    return listed(map(kind_name, sorted(set(kinds))))


RULES = rules_of(globals())
