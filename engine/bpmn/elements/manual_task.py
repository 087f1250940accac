"""Manual tasks (`bpmn:manualTask`): work done without the engine's help; a person reports that it is done."""

from __future__ import annotations

from engine.bpmn.elements.user_task import UserTask


class ManualTask(UserTask):
    """Offered and completed as a user task; it has no form of its own."""
