"""A net whose transitions clear places, told without clearing: tools of process mining read plain nets.

Called by `petri` after the first reduction. What may lie in a region that is cleared is found by playing the
region by itself; the transition is then drawn once for each, taking just those tokens. That is the same net
(an interruption stays one step), and no silent search is left in it. Where any number of tokens may lie, the
interruption leaves a mark instead, and what has been left behind is swept away when the process is over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from engine.audit.reduction import Net, Transition

MOST_MARKINGS = 4_000
"""Ways in which tokens may lie in one region: one that has more is swept in the end."""
MOST_TOKENS = 4
"""Tokens on one place of a region; beyond that there is no end to them."""

Lying = frozenset[tuple[str, int]]


def expanded(net: Net) -> Net:
    """A net of the same traces without clearing. The given one stays as it is."""
    known: dict[frozenset[str], frozenset[Lying] | None] = {}
    swept = _Swept(net)
    found: list[Transition] = []
    for one in net.transitions:
        bounded = one.clears - net.many
        if bounded not in known:
            known[bounded] = lying_on(net, bounded)
        ways = known[bounded]
        left = one.clears if ways is None else one.clears - bounded
        gives = (*one.gives, swept.mark(left)) if left else one.gives
        plain = replace(one, gives=gives, clears=frozenset())
        found += [plain] if ways is None else _told(plain, bounded, ways)
    found = swept.drawn(found)
    places = dict.fromkeys(place for one in found for place in (*one.takes, *one.gives))
    kept = [place for place in net.places if place in places or place in (net.start, net.end)]
    return Net(net.id, [*kept, *(place for place in places if place not in kept)], found, net.start, net.end)


def _told(one: Transition, region: frozenset[str], ways: Iterable[Lying]) -> Iterator[Transition]:
    """The transition for each way in which tokens may lie where it clears."""
    wanted = Counter(place for place in one.takes if place in region)
    outside = tuple(place for place in one.takes if place not in region)
    fitting = [way for way in map(Counter, map(dict, ways)) if not wanted - way]
    for number, way in enumerate(sorted(fitting, key=lambda way: sorted(way.items())), start=1):
        name = f"{one.id}.{number}" if len(fitting) > 1 else one.id
        yield replace(one, id=name, takes=(*outside, *sorted(way.elements())))


@dataclass(frozen=True)
class _Move:
    """What a transition does to a region; what it does elsewhere is taken to be possible."""

    takes: Counter[str]
    clears: frozenset[str]
    gives: Counter[str]

    def after(self, marking: Counter[str]) -> Counter[str]:
        left = Counter({place: n for place, n in (marking - self.takes).items() if place not in self.clears})
        return left + self.gives


def lying_on(net: Net, region: frozenset[str]) -> frozenset[Lying] | None:
    """Every way in which tokens may lie on a region, the empty one too, and maybe some that never come about.

    None where they are too many. A region is entered when nothing is in it.
    """
    moves = [
        _Move(
            Counter(place for place in one.takes if place in region),
            one.clears & region,
            Counter(place for place in one.gives if place in region),
        )
        for one in net.transitions
        if region.intersection((*one.takes, *one.gives))
    ]
    seen: set[Lying] = {frozenset()}
    todo: list[Lying] = [frozenset()]
    while todo:
        marking = Counter(dict(todo.pop()))
        for move in moves:
            if (bool(move.takes) if not marking else not move.takes) or move.takes - marking:
                continue
            found = move.after(marking)
            if max(found.values(), default=0) > MOST_TOKENS or len(seen) > MOST_MARKINGS:
                return None
            following = frozenset(found.items())
            if following not in seen:
                seen.add(following)
                todo.append(following)
    return frozenset(seen)


class _Swept:
    """What is swept away when the process is over."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.marks: dict[frozenset[str], str] = {}

    def mark(self, region: frozenset[str]) -> str:
        """The place whose token lets that be swept."""
        return self.marks.setdefault(region, f"{self.net.id}:swept{len(self.marks) + 1}")

    def drawn(self, transitions: list[Transition]) -> list[Transition]:
        """The transitions, and those that sweep between the end of the process and the end of the net."""
        if not self.marks:
            return transitions
        over, end = f"{self.net.id}:swept", self.net.end
        found = [
            replace(one, gives=tuple(over if place == end else place for place in one.gives))
            for one in transitions
        ]
        for mark in self.marks.values():
            found.append(Transition(f"{mark}:all", None, (over, mark), (over,)))
        for number, (region, mark) in enumerate(self.marks.items(), start=1):
            for place in sorted(region):
                found.append(Transition(f"{place}:swept{number}", None, (over, mark, place), (over, mark)))
        return [*found, Transition(f"{over}:end", None, (over,), (end,))]
