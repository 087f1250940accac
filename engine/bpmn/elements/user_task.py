"""User tasks (`bpmn:userTask`): work for a person, offered by lane, role and assignment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.bpmn.activity import Activity
from engine.bpmn.expressions import Expression, Failure
from engine.bpmn.happenings import WorkItemOffered
from engine.errors import said

if TYPE_CHECKING:
    from engine.bpmn.node import Verdict
    from engine.bpmn.token import Token


class UserTask(Activity):
    """A task a person completes. Without an assignment it goes to the post its lane names."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.manual = True

    def work(self, token: Token) -> Verdict:
        """Offer the work item and wait."""
        settings, element = self.settings, self.element
        properties = self.evaluated(token)
        item = WorkItemOffered(
            instance=token.id,
            element=self.name,
            scope=token.scope.id,
            name=element.name or self.name,
            form=settings.form,
            lane=element.lane,
            role=element.role,
            act=element.act,
            unit=self.unit(token, properties),
            assignee=self._text(token, settings.assignee),
            candidate_groups=self._names(token, settings.groups),
            candidate_users=self._names(token, settings.users),
            priority=self._number(token, settings.priority),
            due=self._text(token, settings.due),
            follow_up=self._text(token, settings.follow_up),
            properties=properties,
        )
        token.notes["item"] = True
        yield item
        return False

    def _text(self, token: Token, expression: Expression | None) -> str | None:
        """A text; null leaves the setting out, so that an assignee not yet known is no fault."""
        if expression is None:
            return None
        value = self.case(token).engine.value(expression, token.scope)
        if value is None or isinstance(value, str):
            return value or None
        raise _wrong(expression, said("a text"), value)

    def _number(self, token: Token, expression: Expression | None) -> int | None:
        return None if expression is None else self.case(token).engine.number(expression, token.scope)

    def _names(self, token: Token, expression: Expression | None) -> tuple[str, ...]:
        """Names: a list of texts, or one text with commas."""
        if expression is None:
            return ()
        value = self.case(token).engine.value(expression, token.scope)
        if value is None:
            return ()
        if isinstance(value, str):
            value = [part.strip() for part in value.split(",") if part.strip()]
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        raise _wrong(expression, said("a list of texts"), value)


def _wrong(expression: Expression, wanted: str, value: Any) -> Failure:
    return Failure(
        "expression",
        said(
            "Expected {place} of {element} to be {wanted}, but it is {value}",
            place=expression.place,
            element=expression.element,
            wanted=wanted,
            value=value,
        ),
    )
