"""Rules on compensation: boundary event, association, handler, and what a throw may name.

Run by `engine.bpmn.lint.check`.
"""

from __future__ import annotations

from engine.bpmn.lint.model import ACTIVITIES, Model, described, is_compensation_handler, is_event_sub_process
from engine.bpmn.lint.rule import NOTE, Faults, rule, rules_of
from engine.bpmn.xml import Element, ancestors, flag, local


@rule("bpmn.compensation.association", "BPMN 2.0.2 §10.7.2")
def boundary_has_handler(model: Model) -> Faults:
    """A compensation boundary event is associated with exactly one activity that is for compensation."""
    for event in _compensation_boundaries(model):
        targets = _associated(model, event)
        handlers = [one for one in targets if is_compensation_handler(one)]
        if not targets:
            yield (
                event,
                f"Expected an association from {described(event)} to a compensation activity, "
                "but there is none",
            )
        elif not handlers:
            yield (
                event,
                f"Expected {described(targets[0])} to be for compensation (isForCompensation), but it is not",
            )
        elif len(handlers) > 1:
            yield (
                event,
                f"Expected one compensation activity for {described(event)}, but it has {len(handlers)}",
            )


@rule("bpmn.compensation.boundary-flow", "BPMN 2.0.2 §10.5.4, §10.7.2")
def boundary_has_no_flow(model: Model) -> Faults:
    """A compensation boundary event has no sequence flow out."""
    for event in _compensation_boundaries(model):
        if model.outgoing[event]:
            yield event, f"Expected no flow out of the compensation {described(event)}, but it has one"


@rule("bpmn.compensation.handler-scope", "BPMN 2.0.2 §10.7.2, §8.4.8")
def handler_beside_event(model: Model) -> Faults:
    """A compensation activity stands in the same scope as the boundary event it belongs to."""
    for event in _compensation_boundaries(model):
        for handler in _associated(model, event):
            if handler.getparent() is not event.getparent():
                yield (
                    event,
                    f"Expected {described(handler)} in the scope of {described(event)}, but it is in another",
                )


@rule("bpmn.compensation.handler-boundary", "BPMN 2.0.2 §10.7.2: a handler stands outside normal flow")
def handler_has_no_boundary(model: Model) -> Faults:
    """A compensation activity has no compensation boundary event of its own."""
    for event in _compensation_boundaries(model):
        activity = model.find(event.get("attachedToRef"))
        if activity is not None and is_compensation_handler(activity):
            yield (
                event,
                f"Expected no compensation event on the compensation {described(activity)}, but found one",
            )


@rule("bpmn.compensation.handler-unused", "BPMN 2.0.2 §10.7.2", NOTE)
def handler_is_used(model: Model) -> Faults:
    """A compensation activity no boundary event is associated with never runs."""
    used = {handler for event in _compensation_boundaries(model) for handler in _associated(model, event)}
    for activity in model.of(*ACTIVITIES):
        if is_compensation_handler(activity) and activity not in used:
            yield activity, f"No compensation event is associated with {described(activity)}: it never runs"


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
                    f"Expected {described(event)} to name an activity of its scope, "
                    f"but {described(activity)} is of another",
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
                    f"{described(activity)}, named by {described(event)}, has no compensation",
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
                f'Expected no cancelActivity="false" on the compensation {described(event)}, but it has it',
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
