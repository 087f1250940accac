"""Rules on sequence flows: borders, ends, conditions, defaults and their two-sided listing.

Run by `engine.bpmn.lint.check`. What a gateway demands of its flows stands in gateways.py.
"""

from __future__ import annotations

from engine.bpmn.lint.kinds import a, kind_name
from engine.bpmn.lint.model import (
    ACTIVITIES,
    FLOW_NODES,
    Model,
    described,
    has_condition,
    is_compensation_handler,
    is_event_sub_process,
)
from engine.bpmn.lint.rule import NOTE, STRICT, Faults, rule, rules_of
from engine.bpmn.xml import Element, children, flag, local, reference, references
from engine.errors import said

CONDITIONAL_SOURCES = ACTIVITIES | {"exclusiveGateway", "inclusiveGateway", "complexGateway"}


@rule("bpmn.flow.borders", "BPMN 2.0.2 §8.4.13, §10.3.5, §9.3")
def within_one_scope(model: Model) -> Faults:
    """A sequence flow stays inside one process and one sub-process: it crosses no border."""
    for flow in model.of("sequenceFlow"):
        source, target = model.ends(flow)
        if (
            source is None
            or target is None
            or local(source) not in FLOW_NODES
            or local(target) not in FLOW_NODES
        ):
            continue
        if source.getparent() is not target.getparent():
            yield (
                flow,
                said(
                    "Expected {flow} to stay inside one {border}, but it leads from {source} to {target}",
                    flow=described(flow),
                    border=_border(source, target),
                    source=_inside(source),
                    target=_inside(target),
                ),
            )


@rule("bpmn.flow.container", "BPMN 2.0.2 §8.4.8: a container owns its flow elements")
def stands_with_its_ends(model: Model) -> Faults:
    """A sequence flow is written in the process or sub-process whose elements it connects."""
    for flow in model.of("sequenceFlow"):
        source, target = model.ends(flow)
        if source is None or target is None or source.getparent() is not target.getparent():
            continue
        if local(source) in FLOW_NODES and flow.getparent() is not source.getparent():
            yield (
                flow,
                said(
                    "Expected {flow} to stand in {source}, but it stands in {other_flow}",
                    flow=described(flow),
                    source=_inside(source),
                    other_flow=_inside(flow),
                ),
            )


@rule("bpmn.flow.into-start", "BPMN 2.0.2 §10.5.2")
def none_into_start(model: Model) -> Faults:
    """No sequence flow leads into a start event."""
    for event in model.of("startEvent"):
        for flow in model.incoming[event]:
            yield (
                flow,
                said(
                    "Expected no flow into a start event, but {flow} leads into {event}",
                    flow=described(flow),
                    event=described(event),
                ),
            )


@rule("bpmn.flow.out-of-end", "BPMN 2.0.2 §10.5.3")
def none_out_of_end(model: Model) -> Faults:
    """No sequence flow leads out of an end event."""
    for event in model.of("endEvent"):
        for flow in model.outgoing[event]:
            yield (
                flow,
                said(
                    "Expected no flow out of an end event, but {flow} leaves {event}",
                    flow=described(flow),
                    event=described(event),
                ),
            )


@rule("bpmn.flow.into-boundary", "BPMN 2.0.2 §10.5.4")
def none_into_boundary(model: Model) -> Faults:
    """No sequence flow leads into a boundary event."""
    for event in model.of("boundaryEvent"):
        for flow in model.incoming[event]:
            yield (
                flow,
                said(
                    "Expected no flow into a boundary event, but {flow} leads into {event}",
                    flow=described(flow),
                    event=described(event),
                ),
            )


@rule("bpmn.flow.event-sub-process", "BPMN 2.0.2 §10.3.5, §8.4.13")
def none_at_event_sub_process(model: Model) -> Faults:
    """No sequence flow leads into or out of an event sub-process."""
    for node in model.of("subProcess"):
        if is_event_sub_process(node):
            for flow in (*model.incoming[node], *model.outgoing[node]):
                yield (
                    flow,
                    said(
                        "Expected no flow at event sub-process '{id}', but found {flow}",
                        id=node.get("id"),
                        flow=described(flow),
                    ),
                )


@rule("bpmn.flow.compensation-handler", "BPMN 2.0.2 §10.7.2")
def none_at_compensation_handler(model: Model) -> Faults:
    """No sequence flow leads into or out of an activity that is for compensation."""
    for node in model.of(*ACTIVITIES):
        if is_compensation_handler(node):
            for flow in (*model.incoming[node], *model.outgoing[node]):
                yield (
                    flow,
                    said(
                        "Expected no flow at the compensation activity '{id}', but found {flow}",
                        id=node.get("id"),
                        flow=described(flow),
                    ),
                )


@rule("bpmn.flow.condition-source", "BPMN 2.0.2 §8.4.13, §10.5.2, §10.6.4, §10.6.6")
def condition_only_where_allowed(model: Model) -> Faults:
    """Only flows out of activities and exclusive, inclusive and complex gateways carry a condition."""
    for flow in model.of("sequenceFlow"):
        source, _ = model.ends(flow)
        if source is None or local(source) in CONDITIONAL_SOURCES or local(source) not in FLOW_NODES:
            continue
        if has_condition(flow):
            yield (
                flow,
                said(
                    "Expected no condition on a flow out of {source_kind}, but {flow} has one",
                    source_kind=a(local(source)),
                    flow=described(flow),
                ),
            )


@rule("bpmn.flow.condition-alone", "BPMN 2.0.2 §8.4.13")
def condition_not_alone(model: Model) -> Faults:
    """An activity with a conditional flow has at least one other outgoing flow."""
    for node in model.of(*ACTIVITIES):
        flows = model.outgoing[node]
        if len(flows) == 1 and has_condition(flows[0]):
            yield (
                flows[0],
                said(
                    "Expected another flow beside the conditional {flows} out of {node}, but it is the only "
                    "one",
                    flows=described(flows[0]),
                    node=described(node),
                ),
            )


@rule("bpmn.flow.default-source", "BPMN 2.0.2 §8.4.13, table 10.3")
def default_leaves_its_node(model: Model) -> Faults:
    """The default flow of an activity or gateway leaves that activity or gateway."""
    for node in model.of(*CONDITIONAL_SOURCES):
        flow = model.default_of(node)
        if flow is not None and local(flow) == "sequenceFlow" and flow not in model.outgoing[node]:
            yield (
                node,
                said(
                    "Expected the default flow of {node} to leave it, but '{id}' does not",
                    node=described(node),
                    id=flow.get("id"),
                ),
            )


@rule("bpmn.flow.default-condition", "BPMN 2.0.2 §8.4.13")
def default_has_no_condition(model: Model) -> Faults:
    """A default flow carries no condition."""
    for node in model.of(*CONDITIONAL_SOURCES):
        flow = model.default_of(node)
        if flow is not None and flow in model.outgoing[node] and has_condition(flow):
            yield (
                flow,
                said(
                    "Expected no condition on {flow}, but it is the default flow of {node}",
                    flow=described(flow),
                    node=described(node),
                ),
            )


@rule("bpmn.flow.default-misplaced", "BPMN 2.0.2 §8.4.13: default on activities and three gateways alone")
def default_only_where_allowed(model: Model) -> Faults:
    """Only activities and exclusive, inclusive and complex gateways have a default flow."""
    for node in model.of(*(FLOW_NODES - CONDITIONAL_SOURCES)):
        if node.get("default") is not None:
            yield (
                node,
                said(
                    "Expected no default flow on {node_kind}, but {node} names one",
                    node_kind=a(local(node)),
                    node=described(node),
                ),
            )


@rule("bpmn.flow.listed-wrongly", "BPMN 2.0.2 §8.4.7, table FlowNode: incoming and outgoing")
def listed_where_it_leads(model: Model) -> Faults:
    """A flow that an element lists as incoming (outgoing) leads into (out of) that element."""
    for node in model.of(*FLOW_NODES):
        for side, attribute in (("incoming", "targetRef"), ("outgoing", "sourceRef")):
            for name in references(node, side):
                flow = model.find(name)
                if (
                    flow is not None
                    and local(flow) == "sequenceFlow"
                    and model.find(flow.get(attribute)) is not node
                ):
                    yield (
                        node,
                        said(
                            "Expected '{name}', {side} in {node}, to have it as {attribute}, but that is "
                            "'{reference}'",
                            name=name,
                            side=side,
                            node=described(node),
                            attribute=attribute,
                            reference=reference(flow.get(attribute)),
                        ),
                    )


@rule("bpmn.flow.unlisted", "BPMN 2.0.2 §8.4.7, table FlowNode: both ends of one association agree")
def listed_at_both_ends(model: Model) -> Faults:
    """In a process whose elements list their flows, every flow is listed at both its ends."""
    listing = {model.process_of.get(one) for one in model.of(*FLOW_NODES) if _lists(one)}
    listed = {
        (side, name)
        for node in model.of(*FLOW_NODES)
        for side in ("incoming", "outgoing")
        for name in references(node, side)
    }
    for flow in model.of("sequenceFlow"):
        if model.process_of.get(flow) not in listing:
            continue
        for side, node in zip(("outgoing", "incoming"), model.ends(flow), strict=True):
            if node is not None and (side, flow.get("id")) not in listed:
                yield (
                    flow,
                    said(
                        "Expected {node} to list {flow} as {side}, but it does not",
                        node=described(node),
                        flow=described(flow),
                        side=side,
                    ),
                )


@rule("bpmn.flow.immediate", "BPMN 2.0.2 §8.4.13, table SequenceFlow: isImmediate", STRICT)
def immediate_where_executable(model: Model) -> Faults:
    """A sequence flow of an executable process is not marked as one that may take other steps between."""
    for flow in model.of("sequenceFlow"):
        if not flag(flow, "isImmediate", True):
            yield (
                flow,
                said(
                    "Expected {flow} to be immediate in an executable process, but it is not",
                    flow=described(flow),
                ),
            )


@rule("bpmn.flow.twice", "BPMN 2.0.2 §8.4.13: legal, each flow carries its own token", NOTE)
def doubled_flow(model: Model) -> Faults:
    """Two flows without condition between the same two elements double the token."""
    seen: set[tuple[Element, Element]] = set()
    for flow in model.of("sequenceFlow"):
        source, target = model.ends(flow)
        if source is None or target is None or has_condition(flow) or local(source) not in ACTIVITIES:
            continue
        if (source, target) in seen:
            yield (
                flow,
                said(
                    "A second flow leads from {source} to {target}: the target runs twice",
                    source=described(source),
                    target=described(target),
                ),
            )
        seen.add((source, target))


def _lists(node: Element) -> bool:
    return bool(children(node, "incoming") or children(node, "outgoing"))


def _inside(element: Element) -> str:
    parent = element.getparent()
    return (
        said("no process")
        if parent is None
        else said("{kind} '{id}'", kind=kind_name(local(parent)), id=parent.get("id", ""))
    )


def _border(source: Element, target: Element) -> str:
    parents = {local(parent) for parent in (source.getparent(), target.getparent()) if parent is not None}
    return kind_name("process" if parents == {"process"} else "sub-process")


RULES = rules_of(globals())
