"""What no rule covers: an exact search over the grid, without looking at every combination.

Called by the checks. Walks dimension by dimension carrying the set of rules still alive; two prefixes
that leave the same rules alive have the same future, so each such state is looked at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.dmn.proof.grid import Grid

STATE_LIMIT = 200_000
"""How many states one search may visit; beyond it the table counts as too large to prove."""


class TooManyStates(Exception):
    """The search met its limit."""


class Coverage:
    """Looks for combinations of regions that none of some rules accepts."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._groups = [dimension.groups() for dimension in grid.dimensions]
        self._rest = _accepting_the_rest(grid)
        self.states = 0

    def holes(self, rules: int, within: dict[int, int] | None = None) -> Iterator[dict[int, int]]:
        """Combinations, as regions by dimension, that lie within a box and that none of the rules accepts.

        Regions of dimensions not named are free. Each is as wide as the walk allows. Raises
        TooManyStates.
        """
        covered: set[tuple[int, int]] = set()
        yield from self._walk(0, rules, {}, within or {}, covered)

    def _walk(
        self,
        depth: int,
        alive: int,
        chosen: dict[int, int],
        within: dict[int, int],
        covered: set[tuple[int, int]],
    ) -> Iterator[dict[int, int]]:
        if alive == 0:
            yield {**{d: r for d, r in within.items() if d >= depth}, **chosen}
            return
        if alive & self._rest[depth] or (depth, alive) in covered:
            return
        self._count()
        found = False
        for after, regions in self._parted(depth, alive, within):
            for hole in self._walk(depth + 1, after, {**chosen, depth: regions}, within, covered):
                found = True
                yield hole
        if not found:
            covered.add((depth, alive))

    def _parted(self, depth: int, alive: int, within: dict[int, int]) -> list[tuple[int, int]]:
        """The regions of a dimension by which of the living rules accept them."""
        found: dict[int, int] = {}
        for rules, regions in self._groups[depth]:
            inside = regions & within.get(depth, -1)
            if inside:
                found[rules & alive] = found.get(rules & alive, 0) | inside
        return list(found.items())

    def _count(self) -> None:
        self.states += 1
        if self.states > STATE_LIMIT:
            raise TooManyStates


def _accepting_the_rest(grid: Grid) -> list[int]:
    """For each depth, the rules that accept everything from that dimension on; all of them at the end."""
    current = (1 << len(grid.table.rules)) - 1
    found = [current]
    for dimension in reversed(grid.dimensions):
        full = sum(1 << rule for rule, must in enumerate(dimension.must) if must == dimension.domain)
        current &= full
        found.append(current)
    return found[::-1]
