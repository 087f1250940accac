"""Script tasks (`bpmn:scriptTask`): a FEEL expression whose value becomes a variable, or a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.elements.service_task import ServiceTask

if TYPE_CHECKING:
    from engine.bpmn.node import Verdict
    from engine.bpmn.token import Token


class ScriptTask(ServiceTask):
    """`zeebe:script expression resultVariable`, evaluated at once; nothing is ever executed."""

    def lacks(self) -> str:
        """What it needs to run."""
        return ""

    def work(self, token: Token) -> Verdict:
        """Evaluate, or create the job."""
        settings = self.settings
        if settings.script is None:
            return settings.job is None or (yield from super().work(token))
        value = self.case(token).engine.value(settings.script, token.scope)
        if settings.result is not None:
            token.notes["result"] = {settings.result: value}
        return True
