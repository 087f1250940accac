"""A token: one stay at one element, a task of SpiffWorkflow that lives until it is left.

Made by frames and elements. Ids are integers of the case's counter; a token that is left is removed from
the tree at once, so the tree holds what is live and nothing that was. Whoever changes a token, or looks into
its memory, leaves its id among what the case has touched.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.rows import kept

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.node import Node
    from engine.bpmn.scope import Frame, Scope

ENTER, ARM, LISTEN, WORK, LEAVE = range(5)
"""The phases of a stay; an incident keeps the phase it happened in, so that a retry begins there."""

WAITING = TaskState.WAITING
STARTED = TaskState.STARTED
ERROR = TaskState.ERROR
READY = TaskState.READY


class Token(Task):  # type: ignore[misc]
    """A live stay. `notes` is its small plain JSON memory (loop counters, results not yet mapped)."""

    id: int
    workflow: Frame
    task_spec: Node
    own: Scope | None = kept("own")
    phase: int = kept("phase")
    entered: bool = kept("entered")
    _state: int = kept("state")
    # What the stock keeps of its own and nothing here asks for: variables live in scopes.
    data = MappingProxyType[str, Any]({})
    triggered = False
    thread_id = 0
    last_state_change = 0

    def __init__(
        self,
        frame: Frame,
        node: Any,
        parent: Token | None,
        *,
        id: int,
        came_by: str | None = None,
        notes: dict[str, Any] | None = None,
    ) -> None:
        # The stock constructor draws a random id and reads the clock; neither may decide anything here.
        self.id = id
        self.touched = frame.case.touched.tokens
        self.workflow = frame
        self.task_spec = node
        self._parent = None if parent is None else parent.id
        self._children: dict[int, None] = {}
        self.internal_data: dict[str, Any] = {} if notes is None else notes
        self.came_by = came_by
        self.outer = None if parent is None or parent._parent is None else parent
        self.alive = True
        self.watches: dict[int, None] = {}
        self.kept_own: Scope | None = None
        self.kept_phase = ENTER
        self.kept_entered = False
        self.kept_state = READY
        self.touched.add(id)
        frame.tasks[id] = self
        if parent is not None:
            parent._children[id] = None

    def _set_state(self, value: int) -> None:
        self._state = value  # without the stock's clock and log lines

    @property
    def case(self) -> Case:
        """The case the token belongs to."""
        return self.workflow.case

    @property
    def notes(self) -> dict[str, Any]:
        """What the element remembers during the stay."""
        self.touched.add(self.id)
        return self.internal_data

    @property
    def scope(self) -> Scope:
        """The scope the element runs in: its own, or that of its frame."""
        return self.own or self.workflow.scope

    @property
    def responsible(self) -> Token:
        """Whose incident a failure of its steps is."""
        return self

    @property
    def is_stay_of_process(self) -> bool:
        """Whether this is the stay of a process as a whole, the root of its frame."""
        return self._parent is None and bool(getattr(self.task_spec, "is_process", False))
