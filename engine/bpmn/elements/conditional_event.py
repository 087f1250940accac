"""Conditions (`bpmn:conditionalEventDefinition`): trigger when they become true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.event import EventDefinition
from engine.bpmn.expressions import Expression, Failure

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.event import Watch
    from engine.bpmn.node import Steps


class ConditionalEvent(EventDefinition):
    """Looked at when armed and whenever a variable is written; one that speaks of time, of a period or of
    the case also at the end of every run. It must be false in between to trigger anew.
    """

    kind = "conditional"
    watched = True

    def __init__(self, element: str, condition: Expression) -> None:
        super().__init__(element)
        self.condition = condition
        self.moves = condition.looks_outside

    def expressions(self) -> list[Expression]:
        """The condition."""
        return [self.condition]

    def arm(self, case: Case, watch: Watch) -> Steps:
        """Have the condition looked at before anything else happens."""
        case.dirty = True
        yield from ()

    def holds(self, case: Case, watch: Watch) -> bool:
        """Whether the condition is true now; while it cannot be told, it is not."""
        try:
            return case.engine.value(self.condition, watch.scope) is True
        except Failure:
            return False
