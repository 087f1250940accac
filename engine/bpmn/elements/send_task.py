"""Send tasks (`bpmn:sendTask`): send a message at once, or by a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.elements.service_task import ServiceTask
from engine.bpmn.throwing import throw_all
from engine.errors import said

if TYPE_CHECKING:
    from engine.bpmn.node import Verdict
    from engine.bpmn.token import Token


class SendTask(ServiceTask):
    """A task that throws its message (`messageRef`) unless a worker sends it."""

    def lacks(self) -> str:
        """What it needs to run."""
        return (
            said("a message (messageRef) or a job type")
            if not self.definitions and self.settings.job is None
            else ""
        )

    def work(self, token: Token) -> Verdict:
        """Throw the message, or create the job."""
        if self.settings.job is not None:
            return (yield from super().work(token))
        return (yield from throw_all(self, token))
