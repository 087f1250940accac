"""Exclusive gateways (`bpmn:exclusiveGateway`): one way out, the first in the file that applies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.node import Node

if TYPE_CHECKING:
    from engine.bpmn.definition import Flow
    from engine.bpmn.token import Token


class ExclusiveGateway(Node):
    """Every token passes on its own; its way is decided by the conditions (BPMN 2.0.2, 13.4.2)."""

    def choose(self, token: Token) -> list[Flow]:
        """The first flow whose condition is true, else the default. Raises Failure where none applies."""
        for flow in self.outgoing:
            if not flow.default and self.applies(flow, token):
                return [flow]
        if self.default is not None:
            return [self.default]
        if self.outgoing:
            raise self.no_flow()
        return []
