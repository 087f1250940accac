"""What joins share: taking the tokens that waited and leaving one that goes on.

Used by the parallel, inclusive and complex gateway.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.bpmn.token import READY, Token

if TYPE_CHECKING:
    from engine.bpmn.node import Body, Node, Steps
    from engine.bpmn.scope import Frame


def absorb(frame: Frame, node: Node, flows: Iterable[str], winner: Token) -> Steps:
    """Take the oldest token of each of these flows; all but the winner end here."""
    for flow in flows:
        token = frame.take(node.name, flow)
        if token is not winner:
            yield token.task_spec.merged(token)
            frame.case.remove(token)
    winner._set_state(READY)


def reaching(node: Node, flow: str) -> frozenset[str]:
    """The nodes from which a token can come to an incoming flow of a join without passing the join.

    A path follows sequence flows, the links of its body and, from an activity, its boundary events.
    """
    if flow not in node.reaching:
        node.reaching[flow] = _search(node, flow)
    return node.reaching[flow]


def _search(node: Node, flow: str) -> frozenset[str]:
    sources = _sources(node.body)
    start = next(one.source for one in node.incoming if one.id == flow)
    seen = {start} - {node.name}
    stack = list(seen)
    while stack:
        for source in sources.get(stack.pop(), ()):
            if source not in seen and source != node.name:
                seen.add(source)
                stack.append(source)
    return frozenset(seen)


def _sources(body: Body) -> dict[str, set[str]]:
    if body.sources is None:
        body.sources = _all_sources(body)
    return body.sources


def _all_sources(body: Body) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for node in body.nodes:
        for flow in node.outgoing:
            found.setdefault(flow.target, set()).add(node.name)
        for event in getattr(node, "boundary", ()):
            found.setdefault(event.name, set()).add(node.name)
        for target in node.jumps():
            found.setdefault(target, set()).add(node.name)
    return found


def may_still_come(frame: Frame, node: Node, besides: Iterable[str] = ()) -> bool:
    """Whether a token elsewhere in the body can still reach a way in that has none (13.4.3).

    One that can as well reach a way in that already has a token does not hold the join up. `besides` are
    ways in that count as having one.
    """
    waiting = {*frame.arrived.get(node.name, ()), *besides}
    empty = [reaching(node, flow.id) for flow in node.incoming if flow.id not in waiting]
    full = [reaching(node, flow.id) for flow in node.incoming if flow.id in waiting]
    for token in frame.top_tokens():
        place = token.task_spec.name
        if token.task_spec is node:
            continue
        if any(place in one for one in empty) and not any(place in one for one in full):
            return True
    return False
