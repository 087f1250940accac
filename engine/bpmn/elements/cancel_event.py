"""Cancel (`bpmn:cancelEventDefinition`): a transaction is undone and left by its cancel boundary event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.elements.compensation_event import collect, undo_next
from engine.bpmn.event import EventDefinition
from engine.bpmn.expressions import Failure
from engine.bpmn.watching import unwatch
from engine.bpmn.withdrawing import cancel
from engine.errors import said

if TYPE_CHECKING:
    from engine.bpmn.node import Verdict
    from engine.bpmn.token import Token


class CancelEvent(EventDefinition):
    """Cancels what runs, compensates what is done, goes on at the boundary (BPMN 2.0.2, 13.5)."""

    kind = "cancel"

    def fire(self, token: Token) -> Verdict:
        """Thrown by a cancel end event inside a transaction. Raises Failure without a boundary event."""
        frame = token.workflow
        case = frame.case
        if "todo" not in token.notes:
            frame.interrupted = True
            yield from unwatch(case, frame)
            yield from cancel(case, [other for other in frame.top_tokens() if other is not token])
            token.notes["todo"] = collect(frame)
        if not (yield from undo_next(case, token)):
            return False
        owner = frame.owner
        boundary = [] if owner is None else getattr((owner.outer or owner).task_spec, "boundary", ())
        node = next((one for one in boundary if any(d.kind == "cancel" for d in one.definitions)), None)
        if node is None or owner is None:
            token.notes["todo"] = []
            raise Failure(
                "cancel",
                said(
                    "Expected a cancel boundary event to catch '{element}', but there is none",
                    element=self.element,
                ),
            )
        yield from cancel(case, [token], "completed")
        yield from node.happen(owner.outer or owner, {}, "cancelled")
        return False
