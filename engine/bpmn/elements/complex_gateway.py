"""Complex gateways (`bpmn:complexGateway`): a condition tells when enough tokens have come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.bpmn import xml
from engine.bpmn.elements.joining import absorb, may_still_come
from engine.bpmn.expressions import Expression
from engine.bpmn.node import Node
from engine.bpmn.token import LEAVE, WAITING
from engine.errors import said

if TYPE_CHECKING:
    from engine.bpmn.definition import Flow
    from engine.bpmn.node import Steps, Verdict
    from engine.bpmn.reading import Reading
    from engine.bpmn.scope import Frame
    from engine.bpmn.token import Token


class ComplexGateway(Node):
    """Waits for start, fires when the activation condition holds, then waits for reset (13.4.5).

    `activationCount` counts the tokens on the ways in, `waitingForStart` tells the phase.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.condition: Expression | None = None

    def read(self, reading: Reading, element: xml.Element) -> None:
        """The activation condition."""
        child = xml.child(element, "activationCondition")
        if child is not None and xml.text(child):
            text = xml.text(child)
            self.condition = reading.expression(
                child, self.name, said("the activation condition"), text, always=True
            )

    def work(self, token: Token) -> Verdict:
        """A token came: fire when waiting for start and the condition holds."""
        if len(self.incoming) < 2:
            return True
        frame = token.workflow
        waiting = frame.at(self.name)
        parked = token in waiting.get(token.came_by or "", ())
        resetting = self.name in frame.notes
        active = not resetting and self._active(token, sum(map(len, waiting.values())) + (not parked))
        if not parked:
            frame.park(token)
        token._set_state(WAITING)
        if resetting:
            frame.case.wait_at(frame, self.name)
        if not active:
            return False
        oldest = frame.at(self.name)[token.came_by or ""][0]
        yield from self._fire(frame, oldest)
        if oldest is not token:
            oldest.phase = LEAVE
            frame.case.later(self.proceed, oldest)
        return oldest is token

    def rejoin(self, token: Token) -> None:
        """A token that waits at the join."""
        frame = token.workflow
        frame.park(token)
        if self.name in frame.notes:
            frame.case.wait_at(frame, self.name)

    def _active(self, token: Token, count: int) -> bool:
        if self.condition is None:
            return True
        figures = {"activationCount": count, "waitingForStart": True}
        return self.case(token).engine.truth(self.condition, token.scope, figures)

    def _fire(self, frame: Frame, winner: Token) -> Steps:
        """Take one token of each way in; the others are then waited for until the reset."""
        taken = list(frame.at(self.name))
        yield from absorb(frame, self, taken, winner)
        winner.notes["starts"] = True
        if len(taken) < len(self.incoming):
            frame.notes[self.name] = taken
            frame.case.wait_at(frame, self.name)
        else:
            self._reopen(frame)

    def release(self, frame: Frame, stuck: bool) -> bool:
        """Reset when every way in that was missing has a token, or none can come any more."""
        taken = frame.notes.get(self.name)
        if taken is None:
            frame.case.wait_no_more(frame, self.name)
            return False
        waiting = frame.at(self.name)
        missing = [flow.id for flow in self.incoming if flow.id not in taken and flow.id not in waiting]
        if missing and not stuck and may_still_come(frame, self, besides=taken):
            return False
        del frame.notes[self.name]
        frame.case.wait_no_more(frame, self.name)
        late = [flow.id for flow in self.incoming if flow.id not in taken and flow.id in waiting]
        if late:
            oldest = min((waiting[flow][0] for flow in late), key=lambda token: token.id)
            oldest.notes["late"] = late
            frame.case.later(self._reset, oldest)
        else:
            self._reopen(frame)
        return True

    def _reset(self, token: Token) -> Steps:
        frame = token.workflow
        yield from absorb(frame, self, token.notes.pop("late"), token)
        token.notes["starts"] = False
        token.phase = LEAVE
        self._reopen(frame)
        yield from self.proceed(token)

    def _reopen(self, frame: Frame) -> None:
        """Tokens that came twice by one way begin the next round."""
        for queue in frame.at(self.name).values():
            frame.case.later(self.proceed, queue[0])
            return

    def choose(self, token: Token) -> list[Flow]:
        """All ways out that apply; after a reset there may be none."""
        if len(self.incoming) < 2 or len(self.outgoing) < 2:
            return [] if token.notes.get("starts") is False else list(super().choose(token))
        starts = token.notes.get("starts", True)
        figures = {"activationCount": 0, "waitingForStart": starts}
        engine = self.case(token).engine
        chosen = [
            flow
            for flow in self.outgoing
            if flow.condition is not None and engine.truth(flow.condition, token.scope, figures)
        ]
        if starts:
            chosen += [flow for flow in self.outgoing if flow.condition is None and not flow.default]
            if not chosen and self.default is not None:
                return [self.default]
            if not chosen:
                raise self.no_flow()
        return chosen
