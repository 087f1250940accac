"""Start events (`bpmn:startEvent`): where a process, a sub-process or an event sub-process begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.node import Node

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.scope import Frame


class StartEvent(Node):
    """A start event. What triggers it has happened when a token stands on it."""

    def begin(self, case: Case, frame: Frame) -> None:
        """Begin the body here."""
        case.place(frame, self)
