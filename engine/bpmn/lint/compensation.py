"""Rules on compensation: boundary event, association, handler, and what a throw may name.

Run by `engine.bpmn.lint.check`.
"""

from __future__ import annotations

from engine.bpmn.lint.model import ACTIVITIES, Model, described, is_compensation_handler, is_event_sub_process
from engine.bpmn.lint.rule import NOTE, Faults, rule, rules_of
from engine.bpmn.xml import Element, ancestors, flag, local
from engine.errors import said


@rule("bpmn.compensation.association", "BPMN 2.0.2 §10.7.2")
def boundary_has_handler(model: Model) -> Faults:
    """A compensation boundary event is associated with exactly one activity that is for compensation."""
    for event in _compensation_boundaries(model):
        targets = _associated(model, event)
        handlers = [one for one in targets if is_compensation_handler(one)]
        if not targets:
            yield (
                event,
                said(
                    "Expected an association from {event} to a compensation activity, but there is none",
                    event=described(event),
                ),
            )
        elif not handlers:
            yield (
                event,
                said(
                    "Expected {targets} to be for compensation (isForCompensation), but it is not",
                    targets=described(targets[0]),
                ),
            )
        elif len(handlers) > 1:
            yield (
                event,
                said(
                    "Expected one compensation activity for {event}, but it has {count}",
                    event=described(event),
                    count=len(handlers),
                ),
            )


@rule("bpmn.compensation.boundary-flow", "BPMN 2.0.2 §10.5.4, §10.7.2")
def boundary_has_no_flow(model: Model) -> Faults:
    """A compensation boundary event has no sequence flow out."""
    for event in _compensation_boundaries(model):
        if model.outgoing[event]:
            yield (
                event,
                said(
                    "Expected no flow out of the compensation {event}, but it has one", event=described(event)
                ),
            )


@rule("bpmn.compensation.handler-scope", "BPMN 2.0.2 §10.7.2, §8.4.8")
def handler_beside_event(model: Model) -> Faults:
    """A compensation activity stands in the same scope as the boundary event it belongs to."""
    for event in _compensation_boundaries(model):
        for handler in _associated(model, event):
            if handler.getparent() is not event.getparent():
                yield (
                    event,
                    said(
                        "Expected {handler} in the scope of {event}, but it is in another",
                        handler=described(handler),
                        event=described(event),
                    ),
                )


@rule("bpmn.compensation.handler-boundary", "BPMN 2.0.2 §10.7.2: a handler stands outside normal flow")
def handler_has_no_boundary(model: Model) -> Faults:
    """A compensation activity has no compensation boundary event of its own."""
    for event in _compensation_boundaries(model):
        activity = model.find(event.get("attachedToRef"))
        if activity is not None and is_compensation_handler(activity):
            yield (
                event,
                said(
                    "Expected no compensation event on the compensation {activity}, but found one",
                    activity=described(activity),
                ),
            )


@rule("bpmn.compensation.handler-unused", "BPMN 2.0.2 §10.7.2", NOTE)
def handler_is_used(model: Model) -> Faults:
    """A compensation activity no boundary event is associated with never runs."""
    used = {handler for event in _compensation_boundaries(model) for handler in _associated(model, event)}
    for activity in model.of(*ACTIVITIES):
        if is_compensation_handler(activity) and activity not in used:
            yield (
                activity,
                said(
                    "No compensation event is associated with {activity}: it never runs",
                    activity=described(activity),
                ),
            )


@rule("bpmn.compensation.activity-ref", "BPMN 2.0.2 §10.5.5, compensate event definition; §10.7.3")
def thrown_activity_in_scope(model: Model) -> Faults:
    """A compensation throw names an activity of its scope (in an event sub-process also: the one around)."""
    for event in model.of("intermediateThrowEvent", "endEvent"):
        for definition in model.definitions(event):
            activity = model.find(definition.get("activityRef"))
            if activity is None or local(definition) != "compensateEventDefinition":
                continue
            if local(activity) in ACTIVITIES and not _reaches(event, activity):
                yield (
                    event,
                    said(
                        "Expected {event} to name an activity of its scope, but {activity} is of another",
                        event=described(event),
                        activity=described(activity),
                    ),
                )


@rule("bpmn.compensation.activity-has-handler", "BPMN 2.0.2 §10.7.3: without a handler nothing happens", NOTE)
def thrown_activity_has_handler(model: Model) -> Faults:
    """Compensating an activity without handler does nothing."""
    for event in model.of("intermediateThrowEvent", "endEvent"):
        for definition in model.definitions(event):
            activity = model.find(definition.get("activityRef"))
            if (
                activity is not None
                and local(activity) in ACTIVITIES
                and not _can_be_compensated(model, activity)
            ):
                yield (
                    event,
                    said(
                        "{activity}, named by {event}, has no compensation",
                        activity=described(activity),
                        event=described(event),
                    ),
                )


@rule(
    "bpmn.compensation.boundary-interrupting",
    "BPMN 2.0.2 §10.5.4, table BoundaryEvent: cancelActivity does not apply",
)
def boundary_without_cancel_activity(model: Model) -> Faults:
    """A compensation boundary event is not marked as non-interrupting."""
    for event in _compensation_boundaries(model):
        if not flag(event, "cancelActivity", True):
            yield (
                event,
                said(
                    'Expected no cancelActivity="false" on the compensation {event}, but it has it',
                    event=described(event),
                ),
            )


def _compensation_boundaries(model: Model) -> list[Element]:
    return [event for event in model.of("boundaryEvent") if "compensation" in model.kinds(event)]


def _associated(model: Model, event: Element) -> list[Element]:
    return [other for other in model.associated[event] if local(other) in ACTIVITIES]


def _reaches(event: Element, activity: Element) -> bool:
    inside = activity.getparent()
    for scope in ancestors(event):
        if scope is inside:
            return True
        if not is_event_sub_process(scope):
            return False
    return False


def _can_be_compensated(model: Model, activity: Element) -> bool:
    if any("compensation" in model.kinds(event) for event in model.boundaries[activity]):
        return True
    return any(local(one) in ACTIVITIES for one in activity)  # a sub-process compensates what it holds


RULES = rules_of(globals())
