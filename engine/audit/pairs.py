"""Which inclusive gateway brings together again what another one has parted.

Called by `petri`. Where every way out of a gateway leads to an entry of its own of one other gateway, and one
token on a way stays one, that gateway waits for just the ways that were taken, and the net can say so. Where
it is not so, nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_ONE_WAY = ("exclusiveGateway", "eventBasedGateway")
_OTHERS = ("parallelGateway", "complexGateway", "endEvent")


@dataclass(frozen=True)
class Pair:
    """A gateway that parts, one that brings together, and by which entry each way out of the first comes."""

    split: Any
    join: Any
    entries: Mapping[str, str]


def pairs(nodes: Mapping[str, Any]) -> list[Pair]:
    """The pairs among some nodes by id, in the order of the file."""
    splits = [one for one in nodes.values() if _inclusive(one) and len(one.outgoing) > 1]
    return [pair for one in splits if (pair := _pair(one, nodes)) is not None]


def _inclusive(node: Any) -> bool:
    return bool(node.element.kind == "inclusiveGateway")


def _pair(split: Any, nodes: Mapping[str, Any]) -> Pair | None:
    found = {flow.id: _led_to(flow, nodes) for flow in split.outgoing}
    arrived = [flow for flow in found.values() if flow is not None]
    if len({flow.id for flow in arrived}) < len(found) or len({flow.target for flow in arrived}) != 1:
        return None
    join = nodes[arrived[0].target]
    entries = {name: flow.id for name, flow in found.items() if flow is not None}
    whole = {flow.id for flow in join.incoming} == set(entries.values())
    return Pair(split, join, entries) if whole and join is not split else None


def _led_to(first: Any, nodes: Mapping[str, Any]) -> Any | None:
    """The flow by which a token on a flow comes to an inclusive gateway, whatever is chosen on the way.

    None where there is no such flow, or several; where the token may end or multiply; where others join in.
    """
    passed, arrived, todo = {first.id: first}, dict[str, Any](), [first]
    seen: dict[str, Any] = {}
    while todo:
        flow = todo.pop()
        node = nodes.get(flow.target)
        if node is None or node.element.kind in _OTHERS:
            return None
        if _inclusive(node):
            arrived[flow.id] = flow
        elif node.name not in seen:
            seen[node.name] = node
            following = [one for one in _ways_on(node) if one is not None]
            if not following or None in _ways_on(node):
                return None
            todo += following
            passed.update((one.id, one) for one in following)
    alone = all(flow.id in passed for node in seen.values() for flow in node.incoming)
    return next(iter(arrived.values())) if alone and len(arrived) == 1 else None


def _ways_on(node: Any) -> Iterator[Any | None]:
    """The flows of which a token at a node takes one; None among them where it may take more, or vanish."""
    if len(node.outgoing) != 1 and node.element.kind not in _ONE_WAY:
        yield None
    yield from node.outgoing
    for event in getattr(node, "boundary", ()):
        if not event.interrupting or len(event.outgoing) != 1:
            yield None
        yield from event.outgoing


def one_token(body: Any) -> bool:
    """Whether a body never holds more than one token of its own, event sub-processes aside."""
    events = [node for node in body.starts if node.element.kind == "startEvent"]
    begun = len(events) > 0 or len(body.starts) == 1
    return begun and body.element.kind != "adHocSubProcess" and all(map(_keeps_one, body.nodes))


def _keeps_one(node: Any) -> bool:
    kind = node.element.kind
    if kind in ("parallelGateway", "inclusiveGateway", "complexGateway"):
        return len(node.outgoing) < 2 and len(node.incoming) < 2
    if len(node.outgoing) > 1 and kind not in _ONE_WAY:
        return False
    return all(event.interrupting for event in getattr(node, "boundary", ()))
