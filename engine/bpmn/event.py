"""What triggers an event: the common shape of all event definitions, and a watch for one of them.

Subclassed by the event elements; armed by catch events, boundary events, event-based gateways and event
sub-processes. A definition holds what the diagram says; a watch is what a run waits for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition as SpiffEventDefinition

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.expressions import Expression
    from engine.bpmn.node import Node, Steps, Verdict
    from engine.bpmn.scope import Frame, Scope
    from engine.bpmn.token import Token

CATCH, BOUNDARY, CHOICE, START = "catch", "boundary", "choice", "start"
"""Who waits: a token at its own event, an activity for its boundary, a gateway, a body for its start."""


Heard = tuple[str, str | None]
"""What makes a watch act: the kind of an event and, for messages and signals, the name."""


class Watch:
    """Something a run waits for. `notes` is its small plain JSON memory (due moment, rounds left)."""

    __slots__ = ("alive", "host", "id", "index", "memory", "node", "role", "touched")

    def __init__(self, identifier: int, role: str, host: Token | Frame, node: Node, index: int) -> None:
        self.id = identifier
        self.role = role
        self.host = host
        self.node = node
        self.index = index
        self.touched = host.case.touched.watches
        self.memory: dict[str, Any] = {}
        self.alive = True

    @property
    def notes(self) -> dict[str, Any]:
        """What is remembered while waiting (`memory`, for someone who may change it)."""
        self.touched.add(self.id)
        return self.memory

    @property
    def definition(self) -> EventDefinition:
        """The event definition waited for."""
        return self.node.definitions[self.index]

    @property
    def heard(self) -> Heard:
        """Under what it is found. Timers are found by their id, but for those that follow a period."""
        kind = self.definition.kind
        if kind == "timer":
            return ("period" if self.definition.moves else kind, None)
        return kind, self.memory.get("name")

    @property
    def responsible(self) -> Token:
        """Whose incident a failure of its steps is."""
        return self.host.responsible

    @property
    def scope(self) -> Scope:
        """The scope its expressions are read in: the activity's own for a boundary event."""
        return self.host.scope


class EventDefinition(SpiffEventDefinition):  # type: ignore[misc]
    """One event definition of an event."""

    kind = "none"
    watched = False
    moves = False
    """Whether it can come due or true without a variable being written: it speaks of a period, of time."""
    code: str | None = None
    target: str | None = None

    def __init__(self, element: str) -> None:
        super().__init__(element, None)
        self.element = element

    def expressions(self) -> list[Expression]:
        """The expressions of the definition."""
        return []

    def arm(self, case: Case, watch: Watch) -> Steps:
        """Begin to wait. Raises Failure where an expression has the wrong type."""
        yield from ()

    def disarm(self, case: Case, watch: Watch) -> Steps:
        """Wait no longer."""
        yield from ()

    def again(self, case: Case, watch: Watch) -> Verdict:
        """After the watch fired without ending its host: True where it waits on."""
        yield from ()
        return True

    def fire(self, token: Token) -> Verdict:
        """Throw the event from a token: True where the token goes on, False where it waits or is gone."""
        yield from ()
        return True
