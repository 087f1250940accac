"""A rule on what may be asked for beside a case: an open request must not keep the case from its end.

Run by `engine.bpmn.lint.check`. It never asks whether the request is lawful; that is the designer's to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.model import FLOW_NODES, Model, described, is_event_sub_process
from engine.bpmn.lint.rule import NOTE, Faults, rule, rules_of
from engine.bpmn.xml import Element, child, children, flag, is_bpmn, properties
from engine.errors import said

# Acts by which somebody asks for something the case can be decided without. Not among them: a hearing, which
# the decision has to wait for (《行政处罚法》第六十二条), and what somebody has been ordered to do.
ASKING = frozenset({"apply", "draft", "avoid", "change", "extend"})
_WAITS = frozenset(
    {"userTask", "manualTask", "callActivity", "receiveTask", "intermediateCatchEvent", "eventBasedGateway"}
)


@rule("banjie.request.holds", "BPMN 2.0.2 §13.5.6: a level completes when no token is left in it", NOTE)
def open_requests_hold_nothing(model: Model) -> Faults:
    """What is asked for beside the flow does not keep its level from ending once the flow is done."""
    for scope in model.scopes():
        for event, body, ends in _asked_beside(model, scope):
            asks = properties(event).get("banjie.act") in ASKING
            if asks and ends and any(_holds(model, one) for one in body):
                yield (
                    event,
                    said(
                        "Expected {end} to end its level although {event} is open, but it waits for it; "
                        "end the level with a terminate event, or the request by a condition",
                        end=described(ends[0]),
                        event=described(event),
                    ),
                )


def _asked_beside(model: Model, scope: Element) -> Iterator[tuple[Element, list[Element], list[Element]]]:
    """Each event that opens something beside the flow, what it opens, and the plain ends it can outlive."""
    for sub in (one for one in model.nodes(scope) if is_event_sub_process(one)):
        for start in children(sub, "startEvent"):
            if not flag(start, "isInterrupting", True):
                body = [one for one in sub.iterdescendants() if is_bpmn(one, FLOW_NODES)]
                yield start, body, _plain(model, model.nodes(scope))
    for event in children(scope, "boundaryEvent"):
        host = model.find(event.get("attachedToRef"))
        if host is not None and not flag(event, "cancelActivity", True):
            own, after = _from(model, event), _from(model, host)
            yield event, own, _plain(model, [one for one in after if one not in own])


def _plain(model: Model, nodes: list[Element]) -> list[Element]:
    return [one for one in nodes if is_bpmn(one, ("endEvent",)) and not model.definitions(one)]


def _from(model: Model, node: Element) -> list[Element]:
    """The flow nodes that follow a node, in the order they are met."""
    met, ahead = [node], [node]
    while ahead:
        for flow in model.outgoing[ahead.pop()]:
            target = model.ends(flow)[1]
            if target is not None and target not in met:
                met.append(target)
                ahead.append(target)
    return met


def _holds(model: Model, node: Element) -> bool:
    """Whether a token waits at the node until somebody acts, and no condition ends the waiting."""
    return is_bpmn(node, _WAITS) and not any(
        child(event, "conditionalEventDefinition") is not None and flag(event, "cancelActivity", True)
        for event in model.boundaries[node]
    )


RULES = rules_of(globals())
