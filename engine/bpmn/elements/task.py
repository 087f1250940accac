"""The task without a type (`bpmn:task`): nothing to do, the token passes."""

from __future__ import annotations

from engine.bpmn.activity import Activity


class Task(Activity):
    """An abstract task: drawn to show a step that no engine performs (BPMN 2.0.2, 13.3.3)."""
