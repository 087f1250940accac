"""Variables by scope, and the bodies that run in them.

A scope holds the variables of a process, a sub-process, one instance of a repeated activity or an
activity with mapped inputs; a frame is a running body (process or sub-process) with its tokens. Used by
the run and the elements; written to the marking, never a history.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow

from engine.bpmn.rows import kept
from engine.bpmn.token import WAITING, Token

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.definition import Definition
    from engine.bpmn.node import Body


class Scope:
    """Local variables and the scope around them; `barrier` hides what is outside (a called process)."""

    __slots__ = ("_chain", "barrier", "element", "id", "parent", "variables")

    def __init__(self, identifier: int, parent: Scope | None, element: str, *, barrier: bool = False) -> None:
        self.id = identifier
        self.parent = parent
        self.element = element
        self.barrier = barrier
        self.variables: dict[str, Any] = {}
        self._chain: tuple[int, ...] | None = None

    def visible(self) -> Iterator[Scope]:
        """This scope and those around it, up to the process it belongs to."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = None if scope.barrier else scope.parent

    def holder(self, name: str) -> Scope | None:
        """The nearest visible scope that has the variable."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.variables:
                return scope
            scope = None if scope.barrier else scope.parent
        return None

    def root(self) -> Scope:
        """The scope of the process this one belongs to."""
        scope = self
        while not scope.barrier and scope.parent is not None:
            scope = scope.parent
        return scope

    def get(self, name: str) -> Any:
        """The value seen from here, None where there is no such variable."""
        holder = self.holder(name)
        return None if holder is None else holder.variables[name]

    def chain(self) -> tuple[int, ...]:
        """The ids from here to the outermost scope of the case, past the bounds of called processes."""
        if self._chain is None:
            ids = []
            scope: Scope | None = self
            while scope is not None:
                ids.append(scope.id)
                scope = scope.parent
            self._chain = tuple(ids)
        return self._chain


class Frame(BpmnSubWorkflow):  # type: ignore[misc]
    """A running body: its tokens hang flat below one root task, whatever happened before."""

    spec: Body
    tasks: dict[int, Token]
    interrupted: bool = kept("interrupted")
    records: list[dict[str, Any]] = kept("records")

    def __init__(
        self, case: Case, body: Body, scope: Scope, owner: Token | None, definition: Definition
    ) -> None:
        super().__init__(body, None if owner is None else owner.id, case, deserializing=True)
        self.case = case
        self.scope = scope
        self.owner = owner
        self.definition = definition
        self.alive = True
        self.memory: dict[str, Any] = {}
        self.arrived: dict[str, dict[str, deque[Token]]] = {}
        self.watches: dict[int, None] = {}
        self.id = scope.id
        self.touched = case.touched.frames
        self.interrupted = False
        self.records = []
        self.task_tree = Token(self, body.start, None, id=scope.id)
        self.is_process = self.task_tree.is_stay_of_process

    def _calculate_depth(self) -> int:
        return 0  # the chain of scopes tells depth; walking tasks would cost time with each level

    @property
    def notes(self) -> dict[str, Any]:
        """What elements remember of the body as a whole (`memory`, for someone who may change it)."""
        self.touched.add(self.id)
        return self.memory

    @property
    def parent_workflow(self) -> Frame | None:
        """The frame of the activity this body belongs to."""
        return None if self.owner is None else self.owner.workflow

    @property
    def keeper(self) -> Token:
        """The stay that ends when the body does: the process's own, or that of its activity."""
        return self.task_tree if self.is_process or self.owner is None else self.owner

    @property
    def responsible(self) -> Token:
        """Whose incident a failure of its steps is."""
        return self.keeper

    def remember(self, record: dict[str, Any]) -> None:
        """Something was completed that can be compensated."""
        self.records.append(record)
        self.touched.add(self.id)

    def top_tokens(self) -> Iterator[Token]:
        """The tokens of the flow (not the single instances of repeated activities), oldest first."""
        return (self.tasks[child] for child in self.task_tree._children)

    @property
    def empty(self) -> bool:
        """Whether no token is left."""
        return len(self.tasks) == 1

    @property
    def stuck(self) -> bool:
        """Whether every token waits at a join, so that none can ever move by itself."""
        return all(token._state == WAITING for token in self.top_tokens())

    def at(self, node: str) -> dict[str, deque[Token]]:
        """Tokens that wait at a join, by the flow they came by (oldest first)."""
        return self.arrived.setdefault(node, {})

    def park(self, token: Token) -> None:
        """Leave a token waiting at a join."""
        self.touched.add(self.id)
        self.at(token.task_spec.name).setdefault(token.came_by or "", deque()).append(token)

    def settle(self) -> None:
        """At rest tokens wait at joins in the order of their ids, as they are when they are read back."""
        for join, flows in list(self.arrived.items()):
            if sum(map(len, flows.values())) < 2:
                continue
            waiting = sorted((token for tokens in flows.values() for token in tokens), key=lambda one: one.id)
            del self.arrived[join]
            for token in waiting:
                self.park(token)

    def take(self, node: str, flow: str) -> Token:
        """The oldest token that waits on a flow of a join."""
        waiting = self.arrived[node]
        token = waiting[flow].popleft()
        if not waiting[flow]:
            del waiting[flow]
        if not waiting:
            del self.arrived[node]
        return token

    def forget(self, token: Token) -> None:
        """A token waits at a join no longer: it was cancelled or stopped."""
        waiting = self.arrived.get(token.task_spec.name, {})
        flow = token.came_by or ""
        if token not in waiting.get(flow, ()):
            return
        waiting[flow].remove(token)
        if not waiting[flow]:
            del waiting[flow]
        if not waiting:
            del self.arrived[token.task_spec.name]
