"""Waiting for events: arming, firing and disarming of watches.

Used by catch events, boundary events, event-based gateways, event sub-processes and by the stimuli that
come from outside. What a trigger means is the event definition's matter; who is waiting is the host's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.bpmn.event import CATCH, Watch
from engine.bpmn.token import Token

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.node import Node, Steps
    from engine.bpmn.scope import Frame


def watch(case: Case, role: str, host: Token | Frame, node: Node) -> Steps:
    """Wait for the triggers of an event node; those already waited for are left as they are.

    Raises Failure where an expression of a trigger has the wrong type.
    """
    armed = {case.watches[one].index for one in host.watches if case.watches[one].node is node}
    for index, definition in enumerate(node.definitions):
        if not definition.watched or index in armed:
            continue
        own = role == CATCH and index == 0 and isinstance(host, Token)
        one = Watch(host.id if own else case.new_id(), role, host, node, index)
        yield from definition.arm(case, one)
        case.listen(one)


def unwatch(case: Case, host: Token | Frame, node: Node | None = None) -> Steps:
    """Wait no longer for anything of this host (or for that node's triggers alone)."""
    for identifier in list(host.watches):
        one = case.watches[identifier]
        if node is None or one.node is node:
            yield from drop(case, one)


def drop(case: Case, one: Watch) -> Steps:
    """Wait no longer for this trigger."""
    case.listen_no_more(one)
    if not one.notes.get("got"):
        yield from one.definition.disarm(case, one)


def trigger(case: Case, one: Watch, payload: Mapping[str, Any]) -> Steps:
    """A trigger came: its host acts, at once or (parallel multiple) when all its siblings came too."""
    if one.node.parallel_multiple and not one.notes.get("got"):
        one.notes["got"] = True
        one.notes["payload"] = dict(payload)
        yield from one.definition.disarm(case, one)
        siblings = [case.watches[other] for other in one.host.watches]
        siblings = [other for other in siblings if other.node is one.node]
        if not all(other.notes.get("got") for other in siblings):
            return
        payload = {name: value for other in siblings for name, value in other.notes["payload"].items()}
    yield from one.node.triggered(one.role, one.host, payload, one)


def go_on_watching(case: Case, one: Watch) -> Steps:
    """After a trigger that interrupted nothing: wait for the next one, if there can be one."""
    if not one.alive:
        return
    if one.node.parallel_multiple:
        node, role, host = one.node, one.role, one.host
        yield from unwatch(case, host, node)
        yield from watch(case, role, host, node)
    elif not (yield from one.definition.again(case, one)):
        yield from drop(case, one)


def deliver(case: Case, watches: Iterable[Watch], payload: Mapping[str, Any]) -> None:
    """Let triggers come, each in its turn."""
    for one in watches:
        case.later(partial(trigger, case, payload=dict(payload)), one)


def waiting_for(case: Case, kind: str, name: str) -> list[Watch]:
    """The watches for messages or signals of a name, oldest first."""
    return [one for one in case.listeners(kind, name) if not one.notes.get("got")]


def look_at_conditions(case: Case) -> None:
    """After variables changed: conditions that have become true trigger (BPMN 2.0.2, 10.5.5)."""
    case.dirty = False
    for one in case.listeners("conditional"):
        if not one.notes.get("got"):
            case.later(partial(_condition, case), one)


def look_outside(case: Case) -> bool:
    """Have conditions looked at that can change without a variable being written; whether there are any."""
    if any(one.definition.moves for one in case.listeners("conditional")):
        case.dirty = True
    return case.dirty


def _condition(case: Case, one: Watch) -> Steps:
    holds = one.definition.holds(case, one)
    before, one.notes["held"] = one.notes.get("held", False), holds
    if holds and not before:
        yield from trigger(case, one, {})


def follow_periods(case: Case) -> Steps:
    """Timers that speak of a period move with its ledger: arm anew what has changed."""
    for one in case.listeners("period"):
        if not one.notes.get("got"):
            yield from one.definition.move(case, one)
