"""Service tasks (`bpmn:serviceTask`): a job for a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.activity import Activity
from engine.errors import said

if TYPE_CHECKING:
    from engine.bpmn.node import Verdict
    from engine.bpmn.token import Token


class ServiceTask(Activity):
    """A task that waits for its job."""

    def lacks(self) -> str:
        """What it needs to run."""
        return said("a job type (zeebe:taskDefinition)") if self.settings.job is None else ""

    def work(self, token: Token) -> Verdict:
        """Create the job and wait."""
        yield from self.hire(token)
        return False

    def hire(self, token: Token) -> Verdict:
        """Create the job of the element's task definition; False where it has none."""
        settings = self.settings
        if settings.job is None:
            return False
        yield self.job(self.case(token), token, settings.job, settings.retries, settings.headers, token.id)
        return True
