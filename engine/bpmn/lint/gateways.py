"""Rules on gateways: conditions, directions, the event-based gateway's targets, instantiation.

Run by `engine.bpmn.lint.check`.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.lint.kinds import a, kind_name
from engine.bpmn.lint.model import GATEWAYS, Model, described, has_condition
from engine.bpmn.lint.rule import EXECUTION, LETTER, Faults, rule, rules_of
from engine.bpmn.xml import Element, child, flag, local, text
from engine.errors import listed, said

AWAITED = frozenset({"message", "signal", "timer", "conditional"})


@rule("bpmn.gateway.conditions", "BPMN 2.0.2 §10.6.2, §10.6.3, §13.4.2, §13.4.3", EXECUTION)
def conditions_present(model: Model) -> Faults:
    """A splitting exclusive or inclusive gateway has a condition on every flow but the default."""
    for node in model.of("exclusiveGateway", "inclusiveGateway"):
        default = model.default_of(node)
        flows = model.outgoing[node]
        if len(flows) < 2:
            continue
        for flow in flows:
            if flow is not default and not has_condition(flow):
                yield (
                    flow,
                    said(
                        "Expected a condition on {flow} out of {node}, but it has none and is not "
                        "the default "
                        "flow",
                        flow=described(flow),
                        node=described(node),
                    ),
                )


@rule("bpmn.gateway.direction", "BPMN 2.0.2 §8.4.9, table gatewayDirection")
def direction_is_true(model: Model) -> Faults:
    """A converging gateway has one flow out at most, a diverging one has one flow in at most."""
    for node in model.of(*GATEWAYS):
        direction = node.get("gatewayDirection", "Unspecified")
        if direction == "Converging" and len(model.outgoing[node]) > 1:
            yield (
                node,
                said(
                    "Expected one flow out of the converging {node}, but it has {count}",
                    node=described(node),
                    count=len(model.outgoing[node]),
                ),
            )
        if direction == "Diverging" and len(model.incoming[node]) > 1:
            yield (
                node,
                said(
                    "Expected one flow into the diverging {node}, but it has {count}",
                    node=described(node),
                    count=len(model.incoming[node]),
                ),
            )


@rule("bpmn.gateway.direction-mixed", "BPMN 2.0.2 §8.4.9, table gatewayDirection")
def mixed_is_mixed(model: Model) -> Faults:
    """A mixed gateway has several flows in and several out."""
    for node in model.of(*GATEWAYS):
        if node.get("gatewayDirection") != "Mixed":
            continue
        if len(model.incoming[node]) < 2 or len(model.outgoing[node]) < 2:
            yield (
                node,
                said(
                    "Expected several flows into and out of the mixed {node}, but it has not",
                    node=described(node),
                ),
            )


@rule("bpmn.gateway.splits-or-merges", "BPMN 2.0.2 §10.6.1", LETTER)
def splits_or_merges(model: Model) -> Faults:
    """A gateway has several flows in or several out."""
    for node in model.of(*GATEWAYS):
        if len(model.incoming[node]) < 2 and len(model.outgoing[node]) < 2:
            yield (
                node,
                said(
                    "Expected several flows into or out of {node}, but it neither splits nor merges",
                    node=described(node),
                ),
            )


@rule("bpmn.gateway.no-way-out", "BPMN 2.0.2 §10.6.1: a gateway routes; it is no end", EXECUTION)
def has_a_way_out(model: Model) -> Faults:
    """A gateway has at least one flow out."""
    for node in model.of(*(GATEWAYS - {"eventBasedGateway"})):
        if not model.outgoing[node]:
            yield (
                node,
                said("Expected at least one flow out of {node}, but it has none", node=described(node)),
            )


@rule("bpmn.gateway.event.ways", "BPMN 2.0.2 §10.6.6")
def event_gateway_has_two_ways(model: Model) -> Faults:
    """An event-based gateway has two or more flows out."""
    for node in model.of("eventBasedGateway"):
        if len(model.outgoing[node]) < 2:
            yield (
                node,
                said(
                    "Expected two or more flows out of {node}, but it has {count}",
                    node=described(node),
                    count=len(model.outgoing[node]),
                ),
            )


@rule("bpmn.gateway.event.target", "BPMN 2.0.2 §10.6.6")
def event_gateway_targets(model: Model) -> Faults:
    """An event-based gateway leads to receive tasks "
    "and message, signal, timer or conditional catches alone."""
    for node, target in _event_targets(model):
        if local(target) == "receiveTask":
            continue
        kinds = set(model.kinds(target))
        if local(target) == "intermediateCatchEvent" and kinds and kinds <= AWAITED:
            continue
        found: str = a(local(target))
        if kinds:
            found = said("{found} ({kinds})", found=found, kinds=listed(map(kind_name, sorted(kinds))))
        yield (
            node,
            said(
                "Expected {node} to lead to receive tasks or catches of a message, signal, timer or "
                "condition, but '{id}' is {found}",
                node=described(node),
                id=target.get("id"),
                found=found,
            ),
        )


@rule("bpmn.gateway.event.mixed-messages", "BPMN 2.0.2 §10.6.6")
def message_catch_or_receive_task(model: Model) -> Faults:
    """Behind one event-based gateway stand message catches or receive tasks, never both."""
    for node in model.of("eventBasedGateway"):
        targets = _targets(model, node)
        tasks = any(local(target) == "receiveTask" for target in targets)
        catches = any(
            local(target) != "receiveTask" and "message" in model.kinds(target) for target in targets
        )
        if tasks and catches:
            yield (
                node,
                said(
                    "Expected message events or receive tasks behind {node}, but found both",
                    node=described(node),
                ),
            )


@rule("bpmn.gateway.event.single-entry", "BPMN 2.0.2 §10.6.6")
def target_has_single_entry(model: Model) -> Faults:
    """A target of an event-based gateway has no other flow in."""
    for node, target in _event_targets(model):
        if len(model.incoming[target]) > 1:
            yield (
                target,
                said(
                    "Expected no flow but that of {node} into {target}, but it has others",
                    node=described(node),
                    target=described(target),
                ),
            )


@rule("bpmn.gateway.event.boundary", "BPMN 2.0.2 §10.6.6")
def target_without_boundary(model: Model) -> Faults:
    """A receive task behind an event-based gateway has no boundary events."""
    for node, target in _event_targets(model):
        for event in model.boundaries[target]:
            yield (
                event,
                said(
                    "Expected no boundary event on {target} behind {node}, but found one",
                    target=described(target),
                    node=described(node),
                ),
            )


@rule("bpmn.gateway.event.instantiates", "BPMN 2.0.2 §10.6.6, §13.4.4")
def instantiating_gateway_begins(model: Model) -> Faults:
    """An instantiating event-based gateway has no flow in."""
    for node in model.of("eventBasedGateway"):
        if flag(node, "instantiate", False) and model.incoming[node]:
            yield (
                node,
                said(
                    "Expected no flow into the instantiating {node}, but it has {count}",
                    node=described(node),
                    count=len(model.incoming[node]),
                ),
            )


@rule("bpmn.gateway.event.parallel", "BPMN 2.0.2 §10.6.6, table eventGatewayType")
def parallel_only_when_instantiating(model: Model) -> Faults:
    """An event-based gateway is of type Parallel only where it instantiates the process."""
    for node in model.of("eventBasedGateway"):
        if node.get("eventGatewayType") == "Parallel" and not flag(node, "instantiate", False):
            yield (
                node,
                said("Expected the parallel {node} to be instantiating, but it is not", node=described(node)),
            )


@rule(
    "bpmn.gateway.event.parallel-messages", "BPMN 2.0.2 §10.6.6: a parallel start has message triggers alone"
)
def parallel_start_waits_for_messages(model: Model) -> Faults:
    """A parallel event-based gateway that instantiates leads to message catches and receive tasks alone."""
    for node, target in _event_targets(model):
        if node.get("eventGatewayType") != "Parallel" or not flag(node, "instantiate", False):
            continue
        if local(target) == "intermediateCatchEvent" and set(model.kinds(target)) != {"message"}:
            yield (
                node,
                said(
                    "Expected the parallel instantiating {node} to wait for messages alone, but '{id}' waits "
                    "for something else",
                    node=described(node),
                    id=target.get("id"),
                ),
            )


@rule("bpmn.gateway.event.instantiates-scope", "BPMN 2.0.2 §10.6.6, §13.2", EXECUTION)
def instantiating_gateway_on_top(model: Model) -> Faults:
    """An instantiating gateway or receive task stands in a process, not in a sub-process."""
    for node in model.of("eventBasedGateway", "receiveTask"):
        parent = node.getparent()
        if flag(node, "instantiate", False) and parent is not None and local(parent) != "process":
            yield (
                node,
                said(
                    "Expected the instantiating {node} in a process, but it stands in {parent_kind}",
                    node=described(node),
                    parent_kind=a(local(parent)),
                ),
            )


@rule("bpmn.gateway.complex.activation", "BPMN 2.0.2 §10.6.5, §13.4.5", EXECUTION)
def complex_gateway_activation(model: Model) -> Faults:
    """A complex gateway that merges says with an activation condition when it goes on."""
    for node in model.of("complexGateway"):
        if len(model.incoming[node]) > 1 and not text(child(node, "activationCondition")):
            yield (
                node,
                said(
                    "Expected an activationCondition on the merging {node}, but it has none",
                    node=described(node),
                ),
            )


def _event_targets(model: Model) -> Iterator[tuple[Element, Element]]:
    for node in model.of("eventBasedGateway"):
        for target in _targets(model, node):
            yield node, target


def _targets(model: Model, node: Element) -> list[Element]:
    ends = (model.ends(flow)[1] for flow in model.outgoing[node])
    return [target for target in ends if target is not None]


RULES = rules_of(globals())
