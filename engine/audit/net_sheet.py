"""The sheet on which a net is drawn: places and transitions, and the bodies they belong to.

Used by `petri` alone. It knows regions and guards; it knows no element of a diagram.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from engine.audit.reduction import Net, Transition


@dataclass
class Scope:
    """A body being drawn: `here` holds a token while it lives, `active` until it is interrupted from inside,
    `ended` one for each token that has ended. It leaves to `leave` and takes a token from each of `closes`.
    `begins` are the places that begin it; a body of one token that nobody interrupts has neither `here` nor
    `active` (`held`). `whole` are all its places, `inner` all but what an interrupting event sub-process
    goes on with."""

    id: str
    leave: str
    closes: tuple[str, ...]
    held: tuple[str, ...]
    whole: list[str] = field(default_factory=list)
    inner: list[str] = field(default_factory=list)

    @property
    def here(self) -> str:
        """Where a token lies while it lives."""
        return f"{self.id}:here"

    @property
    def active(self) -> str:
        """Where a token lies until it is interrupted from inside."""
        return f"{self.id}:active"

    @property
    def ended(self) -> str:
        """Where each token comes that has ended."""
        return f"{self.id}:ended"

    @property
    def begin(self) -> str:
        """Where the first token lies."""
        return f"{self.id}:begin"

    @property
    def begins(self) -> tuple[str, ...]:
        """The places that begin it."""
        return (*self.held, self.begin)


class Sheet:
    """A net being drawn. A new place belongs to every region of `around`. In what may run many times at once
    (`many`), whatever is visible needs a token on each of `guards`: it is not cleared but swept in the end,
    and until then nothing goes on in what was interrupted."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.around: list[list[str]] = []
        self.guards: tuple[str, ...] = ()
        self.many = False
        self.known = {net.start, net.end}
        self.clearing: list[tuple[int, list[str]]] = []
        net.places += [net.start, net.end]

    def place(self, name: str) -> str:
        """A place of that name, drawn once."""
        if name not in self.known:
            self.known.add(name)
            self.net.places.append(name)
            if self.many:
                self.net.many.add(name)
            for region in self.around:
                region.append(name)
        return name

    def step(
        self,
        label: str | None,
        takes: Iterable[str],
        gives: Iterable[str],
        clears: list[str] | None = None,
    ) -> None:
        """A transition; it clears what is in a region when all is drawn."""
        taken, given = [*map(self.place, takes)], [*map(self.place, gives)]
        guarded = label is not None and self.many
        kept = [guard for guard in self.guards if guarded and guard not in taken]
        if clears is not None:
            self.clearing.append((len(self.net.transitions), clears))
        name = f"t{len(self.net.transitions) + 1}"
        self.net.transitions.append(Transition(name, label, (*taken, *kept), (*given, *kept)))

    def finish(self) -> None:
        """Say of each transition what it clears."""
        for index, region in self.clearing:
            one = self.net.transitions[index]
            self.net.transitions[index] = replace(one, clears=frozenset(region))
