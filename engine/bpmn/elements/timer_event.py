"""Timers (`bpmn:timerEventDefinition`): a date, a duration or a cycle, in words or as FEEL."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from engine.bpmn.event import EventDefinition
from engine.bpmn.expressions import Expression, Failure
from engine.bpmn.happenings import DueArmed, DueDisarmed
from engine.bpmn.timing import Due, due, following
from engine.clock import moment_text, read_moment
from engine.errors import said

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.event import Watch
    from engine.bpmn.node import Steps, Verdict


class TimerEvent(EventDefinition):
    """Waits for a moment. The host keeps the due moments and says when one has come."""

    kind = "timer"
    watched = True

    def __init__(self, element: str, expression: Expression) -> None:
        super().__init__(element)
        self.expression = expression
        self.moves = expression.moves

    def expressions(self) -> list[Expression]:
        """The timer's expression."""
        return [self.expression]

    def arm(self, case: Case, watch: Watch) -> Steps:
        """Work out the due moment. One that follows a period without a due date waits unarmed."""
        found = self._due(case, watch)
        if found is not None:
            yield self._armed(watch, found)

    def disarm(self, case: Case, watch: Watch) -> Steps:
        """Wait no longer."""
        if watch.notes.get("at") is not None:
            yield DueDisarmed(instance=watch.id, element=self.element)

    def again(self, case: Case, watch: Watch) -> Verdict:
        """The next round of a cycle, if there is one."""
        notes = watch.notes
        end = read_moment(notes["end"]) if notes.get("end") else None
        since = read_moment(notes["since"]) if notes.get("since") else None
        left, every, number = notes.get("left", 0), notes.get("every"), notes.get("round", 0)
        last = Due(read_moment(notes["at"]), left, every, end, since, number)
        found = following(last, case.context.zone)
        if found is None:
            return False
        yield self._armed(watch, found)
        return True

    def move(self, case: Case, watch: Watch) -> Steps:
        """Arm anew if the timer follows a period and the period has moved."""
        try:
            found = self._due(case, watch)
        except Failure:
            return  # what was armed stays armed; a fault of the expression shows at its next arming
        before = watch.notes.get("at")
        if found is None and before is not None:
            watch.notes["at"] = None
            yield DueDisarmed(instance=watch.id, element=self.element)
        elif found is not None and moment_text(found.at) != before:
            yield self._armed(watch, found)

    def _due(self, case: Case, watch: Watch) -> Due | None:
        value = case.engine.value(self.expression, watch.scope)
        if value is None and self.moves:
            return None
        try:
            if not isinstance(value, str):
                raise ValueError(said("it is {value}", value=value))
            return due(value, case.context.moment, case.context.zone)
        except ValueError as error:
            raise Failure(
                "timer",
                said(
                    "Expected the timer of '{element}' to be a date, a date and time, a duration or a cycle, "
                    "but {error}",
                    element=self.element,
                    error=error,
                ),
            ) from error

    def _armed(self, watch: Watch, found: Due) -> DueArmed:
        watch.notes["at"] = at = moment_text(found.at)
        if found.every is not None:
            watch.notes.update(left=found.left, every=found.every, end=_text(found.end))
        if found.since is not None:
            watch.notes.update(since=_text(found.since), round=found.round)
        return DueArmed(
            instance=watch.id,
            element=self.element,
            scope=watch.scope.id,
            at=at,
            moves=self.moves,
        )


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment_text(moment)
