"""The executable definition as a Petri net, for those who prove a log against the model with tools of theirs.

Called by `banjie export --format pnml` and the mining tests. Drawn from the definition that runs, not from
the picture: boundary events, event sub-processes and repetitions are in it. A visible transition is an
activity, event or call by its id; gateways and everything between are silent. What an interruption takes
away is taken by silent transitions that only an interruption allows.

The net allows every trace the run can make, and some more: data decide nothing in it, an inclusive or
complex gateway may take any of its ways together, a repeated activity occurs any number of times.
Compensation has no net and is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from engine.audit.reduction import Net, Transition, reduced
from engine.bpmn.definition import Definition
from engine.errors import IllegalDefinition, said

MOST_WAYS = 8
"""Ways of one inclusive gateway: their sets are drawn one by one."""


def net_of(definition: Definition, process: str | None = None) -> Net:
    """The net of a process of a definition (of the only executable one).

    Raises IllegalDefinition for what has no net, NotFound.
    """
    found = definition.process(process)
    drawing = _Drawing(Net(found.id))
    scope = drawing.body(found.body, drawing.net.end)
    drawing.step(None, (drawing.net.start,), (scope.here, scope.active, scope.begin))
    drawing.finish()
    return reduced(drawing.net)


@dataclass
class _Scope:
    """A body being drawn: `here` holds a token while it lives, `active` until it is interrupted from inside,
    `ended` one for each token that has ended; `stopped` takes everything in it away, `halted` all but what
    an interrupting event sub-process goes on with."""

    id: str
    leave: str
    whole: list[str] = field(default_factory=list)
    inner: list[str] = field(default_factory=list)

    @property
    def here(self) -> str:
        return f"{self.id}:here"

    @property
    def active(self) -> str:
        return f"{self.id}:active"

    @property
    def ended(self) -> str:
        return f"{self.id}:ended"

    @property
    def begin(self) -> str:
        return f"{self.id}:begin"

    @property
    def stopped(self) -> str:
        return f"{self.id}:stopped"

    @property
    def halted(self) -> str:
        return f"{self.id}:halted"


class _Drawing:
    """Draws bodies into one net. A new place belongs to every region of `around`; whatever is visible needs a
    token on each of `guards`, so that nothing goes on in what was interrupted."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.around: list[list[str]] = []
        self.guards: tuple[str, ...] = ()
        self.drained: list[tuple[str, list[str]]] = []
        net.places += [net.start, net.end]

    def place(self, name: str) -> str:
        if name not in self.net.places:
            self.net.places.append(name)
            for region in self.around:
                region.append(name)
        return name

    def step(self, label: str | None, takes: Iterable[str], gives: Iterable[str]) -> None:
        taken, given = [*map(self.place, takes)], [*map(self.place, gives)]
        kept = [guard for guard in self.guards if label is not None and guard not in taken]
        name = f"t{len(self.net.transitions) + 1}"
        self.net.transitions.append(Transition(name, label, (*taken, *kept), (*given, *kept)))

    def drain(self, name: str, region: list[str]) -> str:
        """A place whose token takes away what is in a region (when all is drawn), and then itself."""
        if name not in self.net.places:
            self.place(name)
            self.drained.append((name, region))
        return name

    def finish(self) -> None:
        """Draw what the drains take away."""
        for drain, region in self.drained:
            for place in region:
                if place != drain:
                    self.step(None, (drain, place), (drain,))
            self.step(None, (drain,), ())

    # -- bodies --------------------------------------------------------------------------------------

    def body(self, body: Any, leave: str, closes: tuple[str, ...] = ()) -> _Scope:
        """A body: tokens on here, active and begin start it; one comes to `leave` when it has ended, and
        one is taken from each of `closes`."""
        scope = _Scope(body.element.id, leave)
        outside, guards = self.around, self.guards
        self.around = [*outside, scope.whole, scope.inner]
        self.guards = (*guards, scope.here, scope.active)
        for name in (scope.here, scope.active, scope.ended, scope.begin):
            self.place(name)
        done = self.place(f"{scope.id}:over")
        self.step(None, (scope.here, scope.active, scope.ended), (done,))
        self.step(None, (done, scope.ended), (done,))
        self.step(None, (done, *closes), (leave,))
        self._begin(body, scope)
        for node in body.nodes:
            self._node(node, scope)
        self.around = [*outside, scope.whole]
        self.guards = (*guards, scope.here)
        for owner in dict.fromkeys(start.body.owner for start in body.event_sub_processes):
            self._handler(owner, scope)
        self.around, self.guards = outside, guards
        return scope

    def _begin(self, body: Any, scope: _Scope) -> None:
        events = [node for node in body.starts if node.element.kind == "startEvent"]
        others = [f"{node.name}:in" for node in body.starts if node not in events]
        if body.element.kind == "adHocSubProcess":
            for name in others:
                self.step(None, (scope.begin,), (scope.begin, name))
            self.step(None, (scope.begin,), (scope.ended,))
        elif not events:
            self.step(None, (scope.begin,), others)

    def _handler(self, owner: Any, scope: _Scope) -> None:
        """An event sub-process: its start interrupts the body it stands in, or goes on beside it."""
        interrupts = any(start.interrupting for start in owner.inner.starts)
        around = self.around
        self.around = around if interrupts else [*around, scope.inner]
        # The body that was interrupted ends with the handler: what holds it open goes too.
        leave, closes = (scope.leave, (scope.here,)) if interrupts else (f"{owner.name}:gone", ())
        mine = self.body(owner.inner, leave, closes)
        self.around = around
        if not interrupts:
            self.step(None, (f"{owner.name}:gone",), ())
        for start in owner.inner.starts:
            after = (mine.here, mine.active, *self._after(start, mine))
            if start.interrupting:
                halted = self.drain(scope.halted, scope.inner)
                self.step(start.name, (scope.active,), (halted, *after))
            else:
                self.step(start.name, (scope.active,), (scope.active, *after))

    # -- nodes ---------------------------------------------------------------------------------------

    def _node(self, node: Any, scope: _Scope) -> None:
        kind = node.element.kind
        if any(one.kind == "compensation" for one in node.definitions) or getattr(node, "is_handler", False):
            raise IllegalDefinition(
                said("Expected a diagram that a net can show, but {name} compensates", name=node.name)
            )
        if kind in ("eventSubProcess", "boundaryEvent"):
            return  # drawn with what they belong to
        if kind == "startEvent":
            if node.body.element.kind != "eventSubProcess":
                self.step(node.name, (scope.begin,), self._after(node, scope))
        elif kind.endswith("Gateway"):
            self._gateway(node, scope)
        elif hasattr(node, "boundary"):
            self._activity(node, scope)
        else:
            self._event(node, scope)

    def _entries(self, node: Any) -> list[str]:
        """The places from which a token enters: flows, a link, a body without start event."""
        linked = any(one.kind == "link" for one in node.definitions)
        begun = not node.incoming or node in node.body.starts
        more = [f"{node.name}:linked"] if linked else [f"{node.name}:in"] if begun else []
        return [*(flow.id for flow in node.incoming), *more]

    def _after(self, node: Any, scope: _Scope) -> tuple[str, ...]:
        """Where a departure puts tokens; a place of its own where that is a choice."""
        flows = node.outgoing
        if not flows:
            return (scope.ended,)
        sure = [flow.id for flow in flows if flow.condition is None and not flow.default]
        may = [flow.id for flow in flows if flow.id not in sure]
        if not may:
            return tuple(sure)
        left = self.place(f"{node.name}:left")
        for some in _sets(node, may):
            if sure or some:
                self.step(None, (left,), (*sure, *some))
        return (left,)

    def _gateway(self, node: Any, scope: _Scope) -> None:
        entries, exits = self._entries(node), [flow.id for flow in node.outgoing] or [scope.ended]
        kind = node.element.kind
        if kind == "parallelGateway":
            self.step(None, entries, exits)
            return
        together = kind in ("inclusiveGateway", "complexGateway")
        passed = self.place(f"{node.name}:passed")
        for some in (
            (each for each in _sets(node, entries) if each) if together else ((one,) for one in entries)
        ):
            self.step(None, some, (passed,))
        for some in (each for each in _sets(node, exits) if each) if together else ((one,) for one in exits):
            self.step(None, (passed,), some)

    def _event(self, node: Any, scope: _Scope) -> None:
        kinds = {one.kind for one in node.definitions}
        ends = node.element.kind == "endEvent"
        gives = (scope.ended,) if ends else self._after(node, scope)
        if "link" in kinds and node.jumps():
            gives = tuple(f"{target}:linked" for target in node.jumps())
        for entry in self._entries(node):
            if ends and "terminate" in kinds:
                stopped = self.drain(scope.stopped, scope.whole)
                self.step(node.name, (entry, scope.here), (stopped, scope.leave))
            else:
                self.step(node.name, (entry,), gives)

    def _activity(self, node: Any, scope: _Scope) -> None:
        inside = hasattr(node, "inner")
        running = self.place(f"{node.name}:running")
        done = self.place(f"{node.name}:done")
        for entry in self._entries(node):
            self.step(None, (entry,), (running,))
        self.step(None, (done,), self._after(node, scope))
        lives, stopped = (self._sub_process if inside else self._leaf)(node, running, done)
        for event in node.boundary:
            after = self._after(event, scope)
            self.step(event.name, (lives,), (*stopped, *after) if event.interrupting else (lives, *after))

    def _leaf(self, node: Any, running: str, done: str) -> tuple[str, tuple[str, ...]]:
        """A task or call; gives where its token is while it lives, and what stops the rest of it."""
        if node.repetition is None:
            self.step(node.name, (running,), (done,))
        else:
            self.step(node.name, (running,), (running,))
            self.step(None, (running,), (done,))
        return running, ()

    def _sub_process(self, node: Any, running: str, done: str) -> tuple[str, tuple[str, ...]]:
        once = node.repetition is None
        inner = self.body(node.inner, done if once else self.place(f"{node.name}:gone"))
        begins = (inner.here, inner.active, inner.begin)
        stopped = (self.drain(inner.stopped, inner.whole),) if node.boundary or not once else ()
        if once:
            self.step(None, (running,), begins)
            return inner.here, stopped
        self.step(None, (running,), (running, *begins))
        self.step(None, (f"{node.name}:gone",), ())
        self.step(None, (running,), (done, *stopped))
        return running, stopped


def _sets(node: Any, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Every set of some names, the empty one too. Raises IllegalDefinition where they are too many."""
    if len(names) > MOST_WAYS:
        raise IllegalDefinition(
            said(
                "Expected at most {most_ways} ways at {name}, but found {count}: no net can show them",
                most_ways=MOST_WAYS,
                name=node.name,
                count=len(names),
            )
        )
    for size in range(len(names) + 1):
        yield from combinations(names, size)
