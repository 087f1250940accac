"""Escalations (`bpmn:escalationEventDefinition`): tell a higher place, which may interrupt or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.event import EventDefinition
from engine.bpmn.throwing import find
from engine.bpmn.withdrawing import cancel

if TYPE_CHECKING:
    from engine.bpmn.node import Verdict
    from engine.bpmn.token import Token


class EscalationEvent(EventDefinition):
    """An escalation by its code; without a code it catches any."""

    kind = "escalation"

    def __init__(self, element: str, code: str | None) -> None:
        super().__init__(element)
        self.code = code

    def fire(self, token: Token) -> Verdict:
        """Escalate. What nobody catches is no fault: the flow goes on (BPMN 2.0.2, 10.5.1)."""
        found = find(token, "escalation", self.code)
        if found is None:
            return True
        host, node = found
        if node.interrupting:
            yield from cancel(token.workflow.case, [token], "completed")
        payload = {} if token.own is None else dict(token.own.variables)
        yield from node.happen(host, payload, "cancelled")
        return bool(token.alive)
