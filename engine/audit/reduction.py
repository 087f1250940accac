"""A Petri net made smaller without changing what it allows: silent steps that decide nothing are left out.

Called by `petri`, so that tools which search for alignments find them in seconds. Every rule keeps the set of
visible traces from the start to the end; none looks at a label. The rules are those of Murata (1989, V.B),
fusion of series and of parallel places, in the form that nets with clearing transitions demand: places are
fused only where the very same transitions clear them (Wynn, Verbeek, van der Aalst, ter Hofstede and Edmond
2009, reduction rules for reset workflow nets).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Transition:
    """What takes a token from each place of `takes`, then all that lies on `clears`, and puts one on each of
    `gives`; silent without label."""

    id: str
    label: str | None
    takes: tuple[str, ...]
    gives: tuple[str, ...]
    clears: frozenset[str] = frozenset()


@dataclass
class Net:
    """A net that begins with one token on `start` and is done with one on `end` and no other.

    `many` are places that may hold any number of tokens: what they belong to may run many times at once.
    """

    id: str
    places: list[str] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)
    start: str = "start"
    end: str = "end"
    many: set[str] = field(default_factory=set)

    @property
    def labels(self) -> frozenset[str]:
        """The ids of all visible transitions."""
        return frozenset(one.label for one in self.transitions if one.label is not None)


def reduced(net: Net) -> Net:
    """A net of the same traces, as small as the rules make it. The given one stays as it is."""
    work = _Work(net)
    while work.drop_twins() or work.drop_parallel_places() or work.fuse():
        pass
    transitions = list(work.transitions.values())
    places = {place for one in transitions for place in (*one.takes, *one.gives)}
    kept = [place for place in net.places if place in places or place in (net.start, net.end)]
    transitions = [replace(one, clears=one.clears & places) for one in transitions]
    return replace(net, places=kept, transitions=transitions, many=net.many & places)


class _Work:
    """Transitions by id, and which of them take from, give to and clear each place."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.ends = (net.start, net.end)
        self.transitions = {one.id: one for one in net.transitions}
        self.takers: dict[str, set[str]] = defaultdict(set)
        self.givers: dict[str, set[str]] = defaultdict(set)
        self.clearers: dict[str, set[str]] = defaultdict(set)
        for one in net.transitions:
            self._link(one)

    def _link(self, one: Transition) -> None:
        for side, places in self._sides(one):
            for place in places:
                side[place].add(one.id)

    def _remove(self, one: Transition) -> None:
        del self.transitions[one.id]
        for side, places in self._sides(one):
            for place in places:
                side[place].discard(one.id)

    def _sides(self, one: Transition) -> tuple[tuple[dict[str, set[str]], Iterable[str]], ...]:
        return (self.takers, one.takes), (self.givers, one.gives), (self.clearers, one.clears)

    def _put(self, old: Transition, takes: Iterable[str], gives: Iterable[str]) -> None:
        self._remove(old)
        made = replace(old, takes=tuple(takes), gives=tuple(gives))
        self.transitions[old.id] = made
        self._link(made)

    def _alike(self, place: str, others: Iterable[str]) -> bool:
        """Whether places are cleared by the same transitions and hold as many tokens as they like, or not."""
        many = self.net.many
        return all(
            self.clearers[other] == self.clearers[place] and (other in many) == (place in many)
            for other in others
        )

    # -- what says the same twice --------------------------------------------------------------------

    def drop_twins(self) -> bool:
        """Silent steps that change nothing, and of transitions that do the same all but one."""
        seen: set[tuple[object, ...]] = set()
        gone = []
        for one in self.transitions.values():
            shape = (one.label, tuple(sorted(one.takes)), tuple(sorted(one.gives)), one.clears)
            idle = one.label is None and not one.clears and shape[1] == shape[2]
            if idle or shape in seen:
                gone.append(one)
            seen.add(shape)
        for one in gone:
            self._remove(one)
        return bool(gone)

    def drop_parallel_places(self) -> bool:
        """Of places that always hold as many tokens as another, and are asked alike, all but one."""
        shapes: dict[tuple[frozenset[object], ...], list[str]] = defaultdict(list)
        for place in sorted({*self.takers, *self.givers} - {*self.ends}):
            uses = frozenset(
                (name, self.transitions[name].takes.count(place), self.transitions[name].gives.count(place))
                for name in self.takers[place] | self.givers[place]
            )
            if uses:
                shapes[uses, frozenset(self.clearers[place]), frozenset({place in self.net.many})].append(
                    place
                )
        twins = [place for same in shapes.values() for place in same[1:]]
        for place in twins:
            for name in sorted(self.takers[place] | self.givers[place]):
                one = self.transitions[name]
                self._put(one, _without(one.takes, place), _without(one.gives, place))
        return bool(twins)

    # -- series --------------------------------------------------------------------------------------

    def fuse(self) -> bool:
        """Leave silent steps out that only hand on what came before, or gather what comes after."""
        done = False
        for name in list(self.transitions):
            one = self.transitions.get(name)
            if one is not None and one.label is None:
                done = self._hands_on(one) or self._gathers(one) or done
        return done

    def _hands_on(self, one: Transition) -> bool:
        """From one place, which nothing else takes from: whoever gives to it may give what this gave."""
        (place, *others) = one.takes
        if others or place in self.ends or place in one.gives or one.clears:
            return False
        if self.takers[place] != {one.id} or not self._alike(place, one.gives):
            return False
        self._remove(one)
        for name in sorted(self.givers[place]):
            found = self.transitions[name]
            self._put(found, found.takes, _swapped(found.gives, place, one.gives))
        return True

    def _gathers(self, one: Transition) -> bool:
        """To one place, which nothing else fills: whoever takes from it may take what this took."""
        if len(one.gives) != 1 or one.gives[0] in (*self.ends, *one.takes) or one.clears:
            return False
        place = one.gives[0]
        takers = [self.transitions[name] for name in self.takers[place]]
        keeps = any(place in taker.gives or taker.takes.count(place) > 1 for taker in takers)
        if self.givers[place] != {one.id} or keeps or not self._alike(place, one.takes):
            return False
        if self.net.start in one.takes or len(takers) * len(one.takes) > _MOST:
            return False
        self._remove(one)
        for taker in sorted(takers, key=lambda found: found.id):
            self._put(taker, _swapped(taker.takes, place, one.takes), taker.gives)
        return True


_MOST = 12
"""Arcs that leaving one step out may cost: beyond that the net would grow."""


def _without(places: tuple[str, ...], gone: str) -> tuple[str, ...]:
    return tuple(place for place in places if place != gone)


def _swapped(places: tuple[str, ...], old: str, new: tuple[str, ...]) -> tuple[str, ...]:
    """The places with each token of one replaced by tokens on others."""
    return tuple(one for place in places for one in (new if place == old else (place,)))
