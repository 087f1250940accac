"""Terminate (`bpmn:terminateEventDefinition`): everything else in the body ends at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.event import EventDefinition
from engine.bpmn.watching import unwatch
from engine.bpmn.withdrawing import cancel

if TYPE_CHECKING:
    from engine.bpmn.node import Verdict
    from engine.bpmn.token import Token


class TerminateEvent(EventDefinition):
    """Ends the process or sub-process it stands in, without compensation (BPMN 2.0.2, 13.5.6)."""

    kind = "terminate"

    def fire(self, token: Token) -> Verdict:
        """Cancel all other tokens of the body."""
        frame = token.workflow
        frame.interrupted = True
        yield from unwatch(frame.case, frame)
        yield from cancel(frame.case, [other for other in frame.top_tokens() if other is not token])
        return True
