"""Parallel gateways (`bpmn:parallelGateway`): wait for one token on each way in, go all ways out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.elements.joining import absorb
from engine.bpmn.node import Node
from engine.bpmn.token import WAITING

if TYPE_CHECKING:
    from engine.bpmn.definition import Flow
    from engine.bpmn.node import Verdict
    from engine.bpmn.token import Token


class ParallelGateway(Node):
    """Consumes exactly one token from each incoming flow; more of them stay waiting (13.4.1)."""

    def work(self, token: Token) -> Verdict:
        """Join: done when each incoming flow has a token."""
        if len(self.incoming) < 2:
            return True
        frame = token.workflow
        token._set_state(WAITING)
        frame.park(token)
        waiting = frame.at(self.name)
        if len(waiting) < len(self.incoming):
            return False
        yield from absorb(frame, self, [flow.id for flow in self.incoming], token)
        return True

    def rejoin(self, token: Token) -> None:
        """A token that waits at the join."""
        token.workflow.park(token)

    def choose(self, token: Token) -> list[Flow]:
        """All ways out, whatever is written on them."""
        return list(self.outgoing)
