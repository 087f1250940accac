"""A Petri net made smaller without changing what it allows: silent steps that decide nothing are left out.

Called by `petri`, so that tools which search for alignments find them in seconds. Every rule keeps the set of
visible traces from the start to the end; none looks at a label. The rules are those of Murata (1989, V.B),
fusion of series and of parallel places, told for nets in which a drain may take away what lies on a place.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Transition:
    """What takes a token from each place of `takes` and puts one on each of `gives`; silent without label."""

    id: str
    label: str | None
    takes: tuple[str, ...]
    gives: tuple[str, ...]


@dataclass
class Net:
    """A net that begins with one token on `start` and is done with one on `end` and no other."""

    id: str
    places: list[str] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)
    start: str = "start"
    end: str = "end"

    @property
    def labels(self) -> frozenset[str]:
        """The ids of all visible transitions."""
        return frozenset(one.label for one in self.transitions if one.label is not None)


def reduced(net: Net) -> Net:
    """A net of the same traces, as small as the rules make it. The given one stays as it is."""
    work = _Work(net)
    while work.drop_twins() or work.drop_parallel_places() or work.fuse():
        pass
    places = {place for one in work.transitions.values() for place in (*one.takes, *one.gives)}
    kept = [place for place in net.places if place in places or place in (net.start, net.end)]
    return Net(net.id, kept, list(work.transitions.values()), net.start, net.end)


class _Work:
    """Transitions by id, and which of them take from and give to each place."""

    def __init__(self, net: Net) -> None:
        self.net = net
        self.transitions = {one.id: one for one in net.transitions}
        self.takers: dict[str, set[str]] = defaultdict(set)
        self.givers: dict[str, set[str]] = defaultdict(set)
        for one in net.transitions:
            self._link(one)

    def _link(self, one: Transition) -> None:
        for place in one.takes:
            self.takers[place].add(one.id)
        for place in one.gives:
            self.givers[place].add(one.id)

    def _remove(self, one: Transition) -> None:
        del self.transitions[one.id]
        for place in one.takes:
            self.takers[place].discard(one.id)
        for place in one.gives:
            self.givers[place].discard(one.id)

    def _put(self, old: Transition, takes: Iterable[str], gives: Iterable[str]) -> None:
        self._remove(old)
        made = Transition(old.id, old.label, tuple(takes), tuple(gives))
        self.transitions[old.id] = made
        self._link(made)

    # -- what says the same twice --------------------------------------------------------------------

    def drop_twins(self) -> bool:
        """Silent steps that change nothing, and of transitions that do the same all but one."""
        seen: set[tuple[str | None, tuple[str, ...], tuple[str, ...]]] = set()
        gone = []
        for one in self.transitions.values():
            shape = (one.label, tuple(sorted(one.takes)), tuple(sorted(one.gives)))
            idle = one.label is None and shape[1] == shape[2]
            if idle or shape in seen:
                gone.append(one)
            seen.add(shape)
        for one in gone:
            self._remove(one)
        return bool(gone)

    def drop_parallel_places(self) -> bool:
        """Of places that always hold as many tokens as another, and are asked alike, all but one."""
        shapes: dict[tuple[frozenset[tuple[str, int, int]], ...], list[str]] = defaultdict(list)
        for place in sorted({*self.takers, *self.givers} - {self.net.start, self.net.end}):
            uses = frozenset(
                (name, self.transitions[name].takes.count(place), self.transitions[name].gives.count(place))
                for name in self.takers[place] | self.givers[place]
            )
            if uses:
                shapes[(uses,)].append(place)
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
        """From one place, which nothing else empties but drains that would empty what it gives as well."""
        if len(one.takes) != 1 or one.takes[0] in (self.net.start, self.net.end) or one.takes[0] in one.gives:
            return False
        place = one.takes[0]
        drains = self._drains(place, one)
        if drains is None or not one.gives or not self._drained_too(drains, one.gives):
            return False
        self._remove(one)
        self._replace(place, one.gives, drains, self.givers)
        return True

    def _gathers(self, one: Transition) -> bool:
        """To one place, which nothing else fills: whoever takes from it may take what this took."""
        if len(one.gives) != 1 or one.gives[0] in (self.net.start, self.net.end) or one.gives[0] in one.takes:
            return False
        place = one.gives[0]
        drains = {
            drain: name for name in self.takers[place] for drain in self._drain(self.transitions[name], place)
        }
        fillers = self.givers[place] - set(drains.values()) - {one.id}
        takers = [self.transitions[name] for name in self.takers[place] - set(drains.values())]
        keeps = any(place in taker.gives or taker.takes.count(place) > 1 for taker in takers)
        if fillers or keeps or not self._drained_too(drains, one.takes):
            return False
        if self.net.start in one.takes or len(takers) * len(one.takes) > _MOST:
            return False
        self._remove(one)
        self._replace(place, one.takes, drains, self.takers)
        return True

    def _replace(
        self, place: str, by: tuple[str, ...], drains: dict[str, str], side: dict[str, set[str]]
    ) -> None:
        for name in drains.values():
            self._remove(self.transitions[name])
        for name in sorted(side[place]):
            found = self.transitions[name]
            if side is self.givers:
                self._put(found, found.takes, _swapped(found.gives, place, by))
            else:
                self._put(found, _swapped(found.takes, place, by), found.gives)

    def _drains(self, place: str, but: Transition) -> dict[str, str] | None:
        """The drains of a place, each with its transition; None where something else takes from it."""
        found = {}
        for name in self.takers[place] - {but.id}:
            drain = next(self._drain(self.transitions[name], place), None)
            if drain is None:
                return None
            found[drain] = name
        return found

    def _drain(self, one: Transition, place: str) -> Iterator[str]:
        """The place whose token lets a silent step take a token of `place` away, where it does just that."""
        if one.label is None and len(one.takes) == 2 and len(one.gives) == 1:
            (drain,) = one.gives
            if drain != place and Counter(one.takes) == Counter((drain, place)):
                yield drain

    def _drained_too(self, drains: Iterable[str], places: Iterable[str]) -> bool:
        """Whether each of the places is emptied by exactly those drains."""
        wanted = set(drains)
        return all(
            wanted
            == {drain for name in self.takers[place] for drain in self._drain(self.transitions[name], place)}
            for place in places
        )


_MOST = 12
"""Arcs that leaving one step out may cost: beyond that the net would grow."""


def _without(places: tuple[str, ...], gone: str) -> tuple[str, ...]:
    return tuple(place for place in places if place != gone)


def _swapped(places: tuple[str, ...], old: str, new: tuple[str, ...]) -> tuple[str, ...]:
    """The places with each token of one replaced by tokens on others."""
    return tuple(one for place in places for one in (new if place == old else (place,)))
