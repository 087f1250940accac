"""A token: one stay at one element, a task of SpiffWorkflow that lives until it is left.

Made by frames and elements. Ids are integers of the case's counter; a token that is left is removed from
the tree at once, so the tree holds what is live and nothing that was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

if TYPE_CHECKING:
    from engine.bpmn.node import Node
    from engine.bpmn.scope import Frame, Scope

ENTER, ARM, LISTEN, WORK, LEAVE = range(5)
"""The phases of a stay; an incident keeps the phase it happened in, so that a retry begins there."""

WAITING = TaskState.WAITING
STARTED = TaskState.STARTED
ERROR = TaskState.ERROR
READY = TaskState.READY
STATES = {READY: "ready", WAITING: "waiting", STARTED: "started", ERROR: "incident"}


class Token(Task):  # type: ignore[misc]
    """A live stay. `notes` is its small plain JSON memory (loop counters, results not yet mapped)."""

    id: int
    workflow: Frame
    task_spec: Node

    def __init__(
        self, frame: Frame, node: Any, parent: Token | None, *, id: int, came_by: str | None = None
    ) -> None:
        # The stock constructor draws a random id and reads the clock; neither may decide anything here.
        self.id = id
        self.workflow = frame
        self.task_spec = node
        self._parent = None if parent is None else parent.id
        self._children: dict[int, None] = {}
        self._state = READY
        self.triggered = False
        self.thread_id = 0
        self.last_state_change = 0
        self.data: dict[str, Any] = {}
        self.internal_data: dict[str, Any] = {}
        self.came_by = came_by
        self.own: Scope | None = None
        self.phase = ENTER
        self.alive = True
        self.entered = False
        self.watches: dict[int, None] = {}
        frame.tasks[id] = self
        if parent is not None:
            parent._children[id] = None

    def _set_state(self, value: int) -> None:
        self._state = value  # without the stock's clock and log lines

    @property
    def notes(self) -> dict[str, Any]:
        """What the element remembers during the stay."""
        return self.internal_data

    @property
    def scope(self) -> Scope:
        """The scope the element runs in: its own, or that of its frame."""
        return self.workflow.scope if self.own is None else self.own

    @property
    def responsible(self) -> Token:
        """Whose incident a failure of its steps is."""
        return self

    @property
    def is_stay_of_process(self) -> bool:
        """Whether this is the stay of a process as a whole, the root of its frame."""
        return self._parent is None and bool(getattr(self.task_spec, "is_process", False))

    @property
    def outer(self) -> Token | None:
        """The stay of the repeated activity this token is one instance of."""
        parent = self.parent
        return None if parent is None or parent is self.workflow.task_tree else parent
