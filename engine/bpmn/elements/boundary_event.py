"""Boundary events (`bpmn:boundaryEvent`): what may happen while an activity runs, interrupting it or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.bpmn.node import Node
from engine.bpmn.watching import go_on_watching
from engine.bpmn.withdrawing import cancel

if TYPE_CHECKING:
    from engine.bpmn.event import Watch
    from engine.bpmn.node import Steps
    from engine.bpmn.token import Token


class BoundaryEvent(Node):
    """An event on the edge of an activity. Compensation boundary events never get a token."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.interrupting = True
        self.attached_to = ""

    def triggered(self, role: str, host: Token, payload: Mapping[str, Any], watch: Watch) -> Steps:
        """A watched trigger came."""
        yield from self.happen(host, payload, "cancelled")
        if not self.interrupting:
            yield from go_on_watching(host.workflow.case, watch)

    def happen(self, host: Token, payload: Mapping[str, Any], outcome: str) -> Steps:
        """The event happens on a live activity: interrupt it (left with that outcome) and go on from here."""
        frame = host.workflow
        if self.interrupting:
            yield from cancel(frame.case, [host], outcome)
        frame.case.place(frame, self, result=dict(payload))
