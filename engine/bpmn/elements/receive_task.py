"""Receive tasks (`bpmn:receiveTask`): wait for a message; an instantiating one begins its process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.bpmn.activity import Activity
from engine.bpmn.elements.intermediate_catch_event import Catching
from engine.errors import said

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.event import Watch
    from engine.bpmn.node import Steps, Verdict
    from engine.bpmn.scope import Frame
    from engine.bpmn.token import Token


class ReceiveTask(Activity, Catching):
    """A task that is done when its message arrives."""

    def lacks(self) -> str:
        """What it needs to run."""
        return "" if self.definitions else said("a message (messageRef)")

    def work(self, token: Token) -> Verdict:
        """Wait for the message."""
        return (yield from self.wait(self, token))

    def triggered(self, role: str, host: Token, payload: Mapping[str, Any], watch: Watch) -> Steps:
        """The message arrived."""
        yield from self.caught(self, role, host, payload)

    def begin(self, case: Case, frame: Frame) -> None:
        """The message that begins the process has arrived."""
        self.begin_here(self, case, frame)
