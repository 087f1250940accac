"""The executable definition as a Petri net, for those who prove a log against the model with tools of theirs.

Called by `banjie export --format pnml` and the mining tests. Drawn from the definition that runs, not from
the picture: boundary events, event sub-processes and repetitions are in it. A visible transition is an
activity, event or call by its id; gateways and everything between are silent. An interruption is drawn as a
transition that clears the places of what it interrupts (`reduction`), and told without clearing at the end
(`resets`). A called process is a net of its own: the call is one visible transition.

The net allows every trace the run can make, and some more: data decide nothing in it, an inclusive or
complex gateway may take any of its ways together, a repeated activity occurs any number of times.
Compensation has no net and is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

from engine.audit.net_sheet import Scope, Sheet
from engine.audit.pairs import Pair, one_token, pairs
from engine.audit.reduction import Net, reduced
from engine.audit.resets import expanded
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
    drawing.step(None, (drawing.net.start,), scope.begins)
    drawing.finish()
    return reduced(expanded(reduced(drawing.net)))


class _Drawing(Sheet):
    """Draws bodies, node by node."""

    def __init__(self, net: Net) -> None:
        super().__init__(net)
        self.pairs: dict[str, Pair] = {}

    # -- bodies --------------------------------------------------------------------------------------

    def body(self, body: Any, leave: str, closes: tuple[str, ...] = (), watched: bool = False) -> Scope:
        """A body: tokens on all of `begins` start it; one comes to `leave` when it has ended, and one is
        taken from each of `closes`. `watched`: boundary events ask whether it lives."""
        owners = list(dict.fromkeys(start.body.owner for start in body.event_sub_processes))
        name, single = body.element.id, one_token(body)
        held = () if single and not owners and not watched else (f"{name}:here", f"{name}:active")
        scope = Scope(name, leave, closes, held)
        outside, guards = self.around, self.guards
        self.around = [*outside, scope.whole]
        for place in held[:1]:
            self.place(place)
        self.around = [*outside, scope.whole, scope.inner]
        self.guards = (*guards, *held)
        for place in (*held[1:], scope.begin):
            self.place(place)
        self._end(scope, single)
        self._begin(body, scope)
        for pair in pairs({node.name: node for node in body.nodes}):
            self.pairs |= {pair.split.name: pair, pair.join.name: pair}
        for node in body.nodes:
            self._node(node, scope)
        self.around = [*outside, scope.whole]
        for owner in owners:
            interrupts = any(start.interrupting for start in owner.inner.starts)
            self.guards = (*guards, *(held[:1] if interrupts else held))
            self._handler(owner, scope, interrupts)
        self.around, self.guards = outside, guards
        return scope

    def _end(self, scope: Scope, single: bool) -> None:
        """How a body ends whose tokens have ended one by one."""
        if single:
            self.step(None, (*scope.held, scope.ended, *scope.closes), (scope.leave,))
            return
        done = self.place(f"{scope.id}:over")
        self.step(None, (*scope.held, scope.ended), (done,))
        self.step(None, (done, scope.ended), (done,))
        self.step(None, (done, *scope.closes), (scope.leave,))

    def _begin(self, body: Any, scope: Scope) -> None:
        events = [node for node in body.starts if node.element.kind == "startEvent"]
        others = [f"{node.name}:in" for node in body.starts if node not in events]
        if body.element.kind == "adHocSubProcess":
            for name in others:
                self.step(None, (scope.begin,), (scope.begin, name))
            self.step(None, (scope.begin,), (scope.ended,))
        elif not events:
            self.step(None, (scope.begin,), others)

    def _handler(self, owner: Any, scope: Scope, interrupts: bool) -> None:
        """An event sub-process: its start interrupts the body it stands in, or goes on beside it."""
        around, many = self.around, self.many
        self.around = around if interrupts else [*around, scope.inner]
        self.many = many or not interrupts  # it may be begun again while it goes on
        # The body that was interrupted ends with the handler: what holds it open goes too.
        leave, closes = (
            (scope.leave, (scope.here, *scope.closes)) if interrupts else (f"{owner.name}:gone", ())
        )
        mine = self.body(owner.inner, leave, closes)
        if not interrupts:
            self.step(None, (f"{owner.name}:gone",), ())
        self.around, self.many = around, many
        for start in owner.inner.starts:
            after = (*mine.held, *self._after(start, mine))
            if start.interrupting:
                self.step(start.name, (scope.active,), after, scope.inner)
            else:
                self.step(start.name, (scope.active,), (scope.active, *after))

    # -- nodes ---------------------------------------------------------------------------------------

    def _node(self, node: Any, scope: Scope) -> None:
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
        elif hasattr(node, "boundary") and kind != "endEvent":
            self._activity(node, scope)
        else:
            self._event(node, scope)

    def _entries(self, node: Any) -> list[str]:
        """The places from which a token enters: flows, a link, a body without start event."""
        linked = any(one.kind == "link" for one in node.definitions)
        begun = not node.incoming or node in node.body.starts
        more = [f"{node.name}:linked"] if linked else [f"{node.name}:in"] if begun else []
        return [*(flow.id for flow in node.incoming), *more]

    def _after(self, node: Any, scope: Scope) -> tuple[str, ...]:
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

    def _gateway(self, node: Any, scope: Scope) -> None:
        entries, exits = self._entries(node), [flow.id for flow in node.outgoing] or [scope.ended]
        kind = node.element.kind
        if kind == "parallelGateway":
            self.step(None, entries, exits)
            return
        passed = self.place(f"{node.name}:passed")
        pair = self.pairs.get(node.name)
        together = kind in ("inclusiveGateway", "complexGateway")
        if together and pair is not None and node is pair.join:
            for some in _some(node, list(pair.entries.values())):
                self.step(None, (*some, _awaits(pair, some)), (passed,))
        else:
            for some in _some(node, entries) if together else ((one,) for one in entries):
                self.step(None, some, (passed,))
        awaits = pair is not None and node is pair.split
        for some in _some(node, exits) if together else ((one,) for one in exits):
            known = [_awaits(pair, [pair.entries[one] for one in some])] if pair and awaits else []
            self.step(None, (passed,), (*some, *known))

    def _event(self, node: Any, scope: Scope) -> None:
        kinds = {one.kind for one in node.definitions}
        ends = node.element.kind == "endEvent"
        gives = (scope.ended,) if ends else self._after(node, scope)
        if "link" in kinds and node.jumps():
            gives = tuple(f"{target}:linked" for target in node.jumps())
        for entry in self._entries(node):
            if ends and "terminate" in kinds:
                self.step(node.name, (entry, *scope.held[:1], *scope.closes), (scope.leave,), scope.whole)
            else:
                self.step(node.name, (entry,), gives)

    def _activity(self, node: Any, scope: Scope) -> None:
        inside = hasattr(node, "inner")
        running = self.place(f"{node.name}:running")
        done = self.place(f"{node.name}:done")
        for entry in self._entries(node):
            self.step(None, (entry,), (running,))
        self.step(None, (done,), self._after(node, scope))
        lives, region = (self._sub_process if inside else self._leaf)(node, running, done)
        for event in node.boundary:
            after = self._after(event, scope)
            if event.interrupting:
                self.step(event.name, (lives,), after, region)
            else:
                self.step(event.name, (lives,), (lives, *after))

    def _leaf(self, node: Any, running: str, done: str) -> tuple[str, list[str] | None]:
        """A task or call; gives where its token is while it lives, and what is cleared when it is stopped."""
        if node.repetition is None:
            self.step(node.name, (running,), (done,))
        else:
            self.step(node.name, (running,), (running,))
            self.step(None, (running,), (done,))
        return running, None

    def _sub_process(self, node: Any, running: str, done: str) -> tuple[str, list[str]]:
        if node.repetition is not None:
            return self._repeated(node, running, done)
        inner = self.body(node.inner, done, watched=bool(node.boundary))
        self.step(None, (running,), inner.begins)
        return inner.here, inner.whole

    def _repeated(self, node: Any, running: str, done: str) -> tuple[str, list[str]]:
        """A sub-process that is repeated: one run after the other, or any number of them at once."""
        lives, free, gone = (self.place(f"{node.name}:lives"), f"{node.name}:free", f"{node.name}:gone")
        at_once = not getattr(node.repetition, "sequential", True)
        ends_early = getattr(node.repetition, "condition", None) is not None
        region: list[str] = []
        around, guards, many = self.around, self.guards, self.many
        self.around, self.guards, self.many = [*around, region], (*guards, lives), many or at_once
        inner = self.body(node.inner, self.place(gone))
        begins = inner.begins
        if at_once:
            self.step(None, (running,), (lives,))
            self.step(None, (lives,), (lives, *begins))
            self.step(None, (gone,), ())
            self.step(None, (lives,), (done,), region if ends_early else None)
        else:
            self.step(None, (running,), (lives, free))
            self.step(None, (free,), begins)
            self.step(None, (gone,), (free,))
            self.step(None, (lives, free), (done,))
        self.around, self.guards, self.many = around, guards, many
        return lives, region


def _awaits(pair: Pair, entries: Iterable[str]) -> str:
    """The place that says which entries a gateway waits for."""
    return f"{pair.join.name}:awaits.{'.'.join(sorted(entries))}"


def _some(node: Any, names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return (each for each in _sets(node, names) if each)


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
