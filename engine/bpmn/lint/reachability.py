"""Rules on reaching and leaving elements: what never runs, and what ends without saying so.

Run by `engine.bpmn.lint.check`.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.model import (
    ACTIVITIES,
    FLOW_NODES,
    GATEWAYS,
    Model,
    described,
    is_compensation_handler,
    is_event_sub_process,
)
from engine.bpmn.lint.rule import LETTER, NOTE, Faults, rule, rules_of
from engine.bpmn.xml import Element, children, flag, local
from engine.errors import said


@rule("bpmn.flow.start-leads-out", "BPMN 2.0.2 §10.5.2: a start event MUST be a source", LETTER)
def start_leads_out(model: Model) -> Faults:
    """A start event has at least one flow out."""
    for event in model.of("startEvent"):
        if not model.outgoing[event]:
            yield event, said("Expected a flow out of {event}, but it has none", event=described(event))


@rule("bpmn.flow.end-led-to", "BPMN 2.0.2 §10.5.3: an end event MUST be a target")
def end_is_led_to(model: Model) -> Faults:
    """An end event has at least one flow in."""
    for event in model.of("endEvent"):
        if not model.incoming[event]:
            yield event, said("Expected a flow into {event}, but it has none", event=described(event))


@rule("bpmn.flow.intermediate-led-to", "BPMN 2.0.2 §10.5.4, sequence flow connections")
def intermediate_is_led_to(model: Model) -> Faults:
    """An intermediate event in normal flow other than a catching link has at least one flow in."""
    for event in model.of("intermediateCatchEvent", "intermediateThrowEvent"):
        catching_link = local(event) == "intermediateCatchEvent" and "link" in model.kinds(event)
        if not catching_link and not model.incoming[event] and not _in_ad_hoc(event):
            yield event, said("Expected a flow into {event}, but it has none", event=described(event))


@rule("bpmn.flow.intermediate-leads-out", "BPMN 2.0.2 §10.5.4, sequence flow connections", LETTER)
def intermediate_leads_out(model: Model) -> Faults:
    """An intermediate event in normal flow other than a throwing link has at least one flow out."""
    for event in model.of("intermediateCatchEvent", "intermediateThrowEvent"):
        throwing_link = local(event) == "intermediateThrowEvent" and "link" in model.kinds(event)
        if not throwing_link and not model.outgoing[event] and not _in_ad_hoc(event):
            yield event, said("Expected a flow out of {event}, but it has none", event=described(event))


@rule("bpmn.flow.start-needed", "BPMN 2.0.2 §10.5.2: an end event requires a start event")
def end_needs_start(model: Model) -> Faults:
    """A level that has an end event has a start event, or an instantiating gateway or task in its place."""
    for scope in model.scopes():
        if not children(scope, "endEvent") or children(scope, "startEvent"):
            continue
        if not any(flag(one, "instantiate", False) for one in model.nodes(scope)):
            yield (
                scope,
                said(
                    "Expected a start event in {scope}, which has an end event, but it has none",
                    scope=described(scope),
                ),
            )


@rule("bpmn.flow.end-needed", "BPMN 2.0.2 §10.5.3: a start event requires an end event", LETTER)
def start_needs_end(model: Model) -> Faults:
    """A level that has a start event has an end event."""
    for scope in model.scopes():
        if children(scope, "startEvent") and not children(scope, "endEvent"):
            yield (
                scope,
                said(
                    "Expected an end event in {scope}, which has a start event, but it has none",
                    scope=described(scope),
                ),
            )


@rule("bpmn.flow.no-way-in", "BPMN 2.0.2 §10.5.2: where a start event is used, every flow object is a target")
def every_node_is_led_to(model: Model) -> Faults:
    """On a level with a start event every activity and gateway has a flow in."""
    for node in _inner_nodes(model, "startEvent"):
        if not model.incoming[node] and not flag(node, "instantiate", False):
            yield (
                node,
                said(
                    "Expected a flow into {node}, since the level has a start event, but it has none",
                    node=described(node),
                ),
            )


@rule(
    "bpmn.flow.no-way-out",
    "BPMN 2.0.2 §10.5.3: where an end event is used, every flow object is a source",
    LETTER,
)
def every_node_leads_out(model: Model) -> Faults:
    """On a level with an end event every activity and gateway has a flow out."""
    for node in _inner_nodes(model, "endEvent"):
        if not model.outgoing[node]:
            yield (
                node,
                said(
                    "Expected a flow out of {node}, since the level has an end event, but it has none",
                    node=described(node),
                ),
            )


@rule("bpmn.flow.unreachable", "BPMN 2.0.2 §13.2", NOTE)
def every_node_is_reached(model: Model) -> Faults:
    """Every flow node can be reached from where its level begins."""
    for scope in model.scopes():
        nodes = model.nodes(scope)
        reached = _reached(model, nodes)
        for node in nodes:
            if node not in reached and model.incoming[node]:
                yield node, said("{node} cannot be reached from a start of its level", node=described(node))


def _inner_nodes(model: Model, event: str) -> Iterator[Element]:
    for scope in model.scopes():
        if not children(scope, event):
            continue
        for node in model.nodes(scope):
            outside = is_compensation_handler(node) or is_event_sub_process(node)
            if local(node) in ACTIVITIES | GATEWAYS and not outside:
                yield node


def _in_ad_hoc(node: Element) -> bool:
    parent = node.getparent()
    return parent is not None and local(parent) == "adHocSubProcess"


def _reached(model: Model, nodes: list[Element]) -> set[Element]:
    catches = {
        (definition.get("name") or ""): node
        for node in nodes
        if local(node) == "intermediateCatchEvent"
        for definition in model.definitions(node)
        if local(definition) == "linkEventDefinition"
    }
    stack = [one for one in nodes if _is_entry(model, one)]
    reached: set[Element] = set()
    while stack:
        node = stack.pop()
        if node in reached:
            continue
        reached.add(node)
        stack.extend(_next(model, node, catches))
    return reached


def _is_entry(model: Model, node: Element) -> bool:
    if local(node) == "boundaryEvent":
        return model.find(node.get("attachedToRef")) is None
    return not model.incoming[node]


def _next(model: Model, node: Element, catches: dict[str, Element]) -> Iterator[Element]:
    for flow in model.outgoing[node]:
        target = model.ends(flow)[1]
        if target is not None and local(target) in FLOW_NODES:
            yield target
    yield from model.boundaries[node]
    if local(node) == "intermediateThrowEvent":
        for definition in model.definitions(node):
            found = catches.get(definition.get("name") or "")
            if local(definition) == "linkEventDefinition" and found is not None:
                yield found


RULES = rules_of(globals())
