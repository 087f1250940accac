"""Signals (`bpmn:signalEventDefinition`): broadcast to everything that waits for their name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.event import EventDefinition
from engine.bpmn.happenings import SignalThrown, SubscriptionClosed, SubscriptionOpened
from engine.bpmn.watching import deliver, waiting_for

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.event import Watch
    from engine.bpmn.expressions import Expression
    from engine.bpmn.node import Steps, Verdict
    from engine.bpmn.token import Token


class SignalEvent(EventDefinition):
    """A signal by its name."""

    kind = "signal"
    watched = True

    def __init__(self, element: str, signal: Expression) -> None:
        super().__init__(element)
        self.signal = signal

    def expressions(self) -> list[Expression]:
        """The name."""
        return [self.signal]

    def arm(self, case: Case, watch: Watch) -> Steps:
        """Subscribe. Raises Failure where the name is no text."""
        watch.notes["name"] = name = case.engine.words(self.signal, watch.scope)
        scope = watch.scope.id
        yield SubscriptionOpened(
            instance=watch.id, element=self.element, scope=scope, kind="signal", name=name
        )

    def disarm(self, case: Case, watch: Watch) -> Steps:
        """Wait no longer."""
        yield SubscriptionClosed(instance=watch.id, element=self.element)

    def fire(self, token: Token) -> Verdict:
        """Broadcast with the element's own variables; the case's own watches get it in their turn."""
        case = token.workflow.case
        name = case.engine.words(self.signal, token.scope)
        variables = {} if token.own is None else dict(token.own.variables)
        yield SignalThrown(instance=token.id, element=token.task_spec.name, name=name, variables=variables)
        deliver(case, waiting_for(case, "signal", name), variables)
        return True
