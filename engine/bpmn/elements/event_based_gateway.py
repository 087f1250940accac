"""Event-based gateways (`bpmn:eventBasedGateway`): the first event that happens decides the way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.bpmn.event import CHOICE
from engine.bpmn.node import Node
from engine.bpmn.watching import unwatch, watch

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.node import Steps, Verdict
    from engine.bpmn.scope import Frame
    from engine.bpmn.token import Token


class EventBasedGateway(Node):
    """Waits for the triggers of all elements it leads to (13.4.4)."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.instantiates = False
        self.parallel = False

    def work(self, token: Token) -> Verdict:
        """Arm every trigger behind the gateway."""
        body = self.body
        for flow in self.outgoing:
            yield from watch(self.case(token), CHOICE, token, body.task_specs[flow.target])
        return False

    def decided(self, token: Token, node: Node, payload: Mapping[str, Any]) -> Steps:
        """The trigger of that element came: the token moves there, nothing else is waited for."""
        case, frame = self.case(token), token.workflow
        yield from unwatch(case, token)
        yield self.left(token, "completed")
        case.remove(token)
        flow = next(flow for flow in self.outgoing if flow.target == node.name)
        case.place(frame, node, came_by=flow.id, caught=True, result=dict(payload))

    def begin_beside(self, case: Case, frame: Frame, happened: Node) -> None:
        """A parallel gateway began the process with one event: the others are waited for (10.6.6)."""
        for flow in self.outgoing:
            if flow.target != happened.name:
                case.place(frame, self.body.task_specs[flow.target], came_by=flow.id)
