"""Ad-hoc sub-processes (`bpmn:adHocSubProcess`): activities without an order, until a condition holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.bpmn import xml
from engine.bpmn.elements.sub_process import SubProcess
from engine.bpmn.expressions import Expression
from engine.bpmn.withdrawing import cancel
from engine.errors import said

if TYPE_CHECKING:
    from engine.bpmn.node import Steps, Verdict
    from engine.bpmn.reading import Reading
    from engine.bpmn.scope import Frame
    from engine.bpmn.token import Token


class AdHocSubProcess(SubProcess):
    """Everything no flow leads to may be done: all at once, or one after the other (BPMN 2.0.2, 13.3.5).

    Without a completion condition each is done once; with one, they are offered again until it holds.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.sequential = False
        self.cancels = True
        self.condition: Expression | None = None

    def read(self, reading: Reading, element: xml.Element) -> None:
        """Ordering, condition and what becomes of instances still open."""
        self.sequential = element.get("ordering") == "Sequential"
        self.cancels = xml.flag(element, "cancelRemainingInstances", True)
        child = xml.child(element, "completionCondition")
        if child is not None and xml.text(child):
            text = xml.text(child)
            self.condition = reading.expression(
                child, self.name, said("the completion condition"), text, always=True
            )

    def work(self, token: Token) -> Verdict:
        """Start the body; after an incident of the completion condition, look at it again."""
        frame = self.case(token).frame_of(token)
        if frame is None or "next" not in frame.notes:
            return (yield from super().work(token))
        yield from self.body_ended(token, frame)
        return False

    def begin_body(self, frame: Frame, start: str | None) -> None:
        """Offer the activities, the first alone where they come one after the other."""
        starts = frame.spec.starts
        frame.notes["next"] = 1 if self.sequential else len(starts)
        for node in starts[: frame.notes["next"]]:
            frame.case.place(frame, node)
        frame.case.settle(frame)

    def _complete(self, frame: Frame) -> bool:
        return self.condition is not None and frame.case.engine.truth(self.condition, frame.scope)

    def body_ended(self, token: Token, frame: Frame) -> Steps:
        """A path through the body ended: complete, go on with the next, or offer all again."""
        if not frame.notes.get("over") and self._complete(frame):
            frame.notes["over"] = True
            if self.cancels:
                yield from cancel(frame.case, list(frame.top_tokens()))
        if not frame.empty:
            return
        starts = frame.spec.starts
        place = frame.notes["next"]
        if not frame.notes.get("over") and place < len(starts):
            frame.notes["next"] = place + 1
            frame.case.place(frame, starts[place])
        elif not frame.notes.get("over") and self.condition is not None and starts:
            self.begin_body(frame, None)
        else:
            yield from super().body_ended(token, frame)
