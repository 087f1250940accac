"""Errors (`bpmn:errorEventDefinition`): thrown by end events, caught around them; always interrupting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.event import EventDefinition
from engine.bpmn.throwing import throw_error

if TYPE_CHECKING:
    from engine.bpmn.node import Verdict
    from engine.bpmn.token import Token


class ErrorEvent(EventDefinition):
    """An error by its code; without a code it catches any (BPMN 2.0.2, 10.5.1)."""

    kind = "error"

    def __init__(self, element: str, code: str | None) -> None:
        super().__init__(element)
        self.code = code

    def fire(self, token: Token) -> Verdict:
        """Throw the error; the token is gone when something catches it."""
        yield from throw_error(token.workflow.case, token, self.code or "", {}, outcome="completed")
        return False
