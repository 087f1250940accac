"""Messages (`bpmn:messageEventDefinition`, `messageRef`): waited for by name and key, or sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.event import EventDefinition
from engine.bpmn.happenings import MessageThrown, SubscriptionClosed, SubscriptionOpened

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.event import Watch
    from engine.bpmn.expressions import Expression
    from engine.bpmn.node import Steps, Verdict
    from engine.bpmn.scope import Scope
    from engine.bpmn.token import Token


class MessageEvent(EventDefinition):
    """A message: its name and, where given, its correlation key (`zeebe:subscription`)."""

    kind = "message"
    watched = True

    def __init__(self, element: str, message: Expression, key: Expression | None) -> None:
        super().__init__(element)
        self.message = message
        self.key = key

    def expressions(self) -> list[Expression]:
        """Name and key."""
        return [self.message] if self.key is None else [self.message, self.key]

    def arm(self, case: Case, watch: Watch) -> Steps:
        """Subscribe. Raises Failure where name or key is no text."""
        name, key = self._terms(case, watch.scope)
        watch.notes.update({"name": name} if key is None else {"name": name, "key": key})
        scope = watch.scope.id
        yield SubscriptionOpened(
            instance=watch.id, element=self.element, scope=scope, kind="message", name=name, key=key
        )

    def disarm(self, case: Case, watch: Watch) -> Steps:
        """Wait no longer."""
        yield SubscriptionClosed(instance=watch.id, element=self.element)

    def fire(self, token: Token) -> Verdict:
        """Send the message with the element's own variables; or by a job, where one is defined."""
        case, node = token.workflow.case, token.task_spec
        if node.settings.job is not None:
            if token.notes.pop("sent", False):
                return True
            yield node.job(
                case, token, node.settings.job, node.settings.retries, node.settings.headers, token.id
            )
            token.notes["sent"] = True
            return False
        name, key = self._terms(case, token.scope)
        variables = {} if token.own is None else dict(token.own.variables)
        yield MessageThrown(instance=token.id, element=node.name, name=name, key=key, variables=variables)
        return True

    def _terms(self, case: Case, scope: Scope) -> tuple[str, str | None]:
        name = case.engine.words(self.message, scope)
        return name, None if self.key is None else case.engine.words(self.key, scope)
