"""Inclusive gateways (`bpmn:inclusiveGateway`): all ways out that apply; wait for all that can come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.elements.joining import absorb, may_still_come
from engine.bpmn.node import Node
from engine.bpmn.token import LEAVE, WAITING

if TYPE_CHECKING:
    from engine.bpmn.node import Steps, Verdict
    from engine.bpmn.scope import Frame
    from engine.bpmn.token import Token


class InclusiveGateway(Node):
    """Whether a join may fire is asked only when nothing else of the case can move (13.4.3)."""

    def work(self, token: Token) -> Verdict:
        """Join: done at once when each incoming flow has a token."""
        if len(self.incoming) < 2:
            return True
        frame = token.workflow
        token._set_state(WAITING)
        frame.park(token)
        if len(frame.at(self.name)) < len(self.incoming):
            frame.case.wait_at(frame, self.name)
            return False
        yield from self._fire(frame, token)
        return True

    def rejoin(self, token: Token) -> None:
        """A token that waits at the join."""
        token.workflow.park(token)
        token.case.wait_at(token.workflow, self.name)

    def release(self, frame: Frame, stuck: bool) -> bool:
        """Fire the join if no token can come any more: True where it fires.

        The standard leaves joins that wait for each other in a circle waiting for ever; the first fires.
        """
        waiting = frame.at(self.name)
        if not waiting:
            frame.case.wait_no_more(frame, self.name)
            return False
        if not stuck and may_still_come(frame, self):
            return False
        oldest = min((queue[0] for queue in waiting.values()), key=lambda token: token.id)
        frame.case.later(self._released, oldest)
        return True

    def _released(self, token: Token) -> Steps:
        yield from self._fire(token.workflow, token)
        token.phase = LEAVE
        yield from self.proceed(token)

    def _fire(self, frame: Frame, winner: Token) -> Steps:
        yield from absorb(frame, self, list(frame.at(self.name)), winner)
        if self.name in frame.arrived:
            frame.case.wait_at(frame, self.name)  # a second token on one way in waits on
        else:
            frame.case.wait_no_more(frame, self.name)
