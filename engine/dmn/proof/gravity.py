"""Monotony: a graver fact never gives a lighter penalty (domain reference 3.16.1, rule 4).

Called by `prove`. `banjie.gravity` names the columns in which facts grow graver:
`prior_12m, area_m2; place: 人行道 = 其他公共场地 < 车行道; corrected desc`. A column alone rises with its
numbers, dates or declared values (false before true); `desc` turns it round; after a colon stands an
order of its own, `=` for facts of equal weight. Two inputs that differ in one such column alone are
compared; every pair of rules that could stand on either side is looked at, so the proof is exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice

from engine.dmn.axis import places
from engine.dmn.proof.band import amount_column
from engine.dmn.proof.constants import Constants
from engine.dmn.proof.coverage import TooManyStates
from engine.dmn.proof.finding import ProofFinding, place_of
from engine.dmn.proof.grid import Dimension, Grid
from engine.dmn.proof.rules import winners
from engine.errors import said

GRAVITY = "banjie.gravity"
MOST_FINDINGS = 20
_PAIR_STATES = 20_000
_DECIDED = ("UNIQUE", "ANY", "FIRST", "PRIORITY")


@dataclass(frozen=True, slots=True)
class Scale:
    """How grave each region of a dimension is."""

    place: int
    grades: Mapping[int, int]

    def lightest(self, regions: int) -> int | None:
        """The region of least gravity; None where none is graded."""
        graded = [region for region in places(regions) if region in self.grades]
        return min(graded, key=lambda region: self.grades[region], default=None)

    def gravest(self, regions: int) -> int | None:
        """The region of most gravity."""
        graded = [region for region in places(regions) if region in self.grades]
        return max(graded, key=lambda region: self.grades[region], default=None)


def monotony(grid: Grid, constants: Constants, properties: Mapping[str, str]) -> Iterator[ProofFinding]:
    """Pairs of inputs of which the graver one is treated more lightly."""
    text = properties.get(GRAVITY, "").strip()
    if not text:
        return
    scales = [_scale(grid, entry) for entry in _entries(text)]
    yield from (_not_proven(grid, scale) for scale in scales if isinstance(scale, str))
    column = amount_column(grid.table, constants, properties)
    if isinstance(column, str):
        yield _not_proven(grid, column)
    elif grid.table.hit_policy not in _DECIDED:
        yield _not_proven(
            grid,
            said(
                "a table with {hit_policy} has no single amount for an input",
                hit_policy=grid.table.hit_policy,
            ),
        )
    else:
        known = [scale for scale in scales if isinstance(scale, Scale)]
        yield from islice(_Pairs(grid, constants, column).inversions(known), MOST_FINDINGS)


def _not_proven(grid: Grid, why: str) -> ProofFinding:
    return ProofFinding(
        "not-proven", said("Expected to prove monotony, but {why}", why=why), **place_of(grid.table, ())
    )


# Reading banjie.gravity


def _entries(text: str) -> Iterator[str]:
    for part in re.split(r"[;；\n]", text):
        pieces = [part] if ":" in part or "：" in part else re.split(r"[,，]", part)
        yield from (piece.strip() for piece in pieces if piece.strip())


def _scale(grid: Grid, entry: str) -> Scale | str:
    name, _, order = entry.replace("：", ":").partition(":")
    falling = name.strip().endswith(" desc")
    source = name.strip().removesuffix(" desc").strip()
    for place, dimension in enumerate(grid.dimensions):
        if dimension.source == source:
            grades = _ordered(dimension, order) if order.strip() else _natural(dimension)
            if isinstance(grades, str):
                return grades
            return Scale(place, {region: -grade if falling else grade for region, grade in grades.items()})
    return said("{gravity} names no column: {source}", gravity=GRAVITY, source=source)


def _natural(dimension: Dimension) -> dict[int, int] | str:
    axis = dimension.axis
    if axis.kind != "string":
        return {region: region for region in range(axis.size)}
    if not dimension.declared:
        return said(
            "{source} is text without an order; write it as {gravity} = {source}: a < b",
            source=dimension.source,
            gravity=GRAVITY,
        )
    return {axis.region(value): grade for grade, value in enumerate(dimension.declared)}


def _ordered(dimension: Dimension, order: str) -> dict[int, int] | str:
    axis = dimension.axis
    named = {str(point): axis.region(point) for point in axis.points}
    grades: dict[int, int] = {}
    for grade, group in enumerate(order.split("<")):
        for value in group.split("="):
            text = value.strip().strip('"“”')
            if text not in named:
                return said(
                    "{gravity} names {text!r}, which {source} never is",
                    gravity=GRAVITY,
                    text=text,
                    source=dimension.source,
                )
            grades[named[text]] = grade
    return grades


# Looking for inversions


class _Pairs:
    """Pairs of rules, and the inputs on which they would contradict the order of gravity."""

    def __init__(self, grid: Grid, constants: Constants, column: int) -> None:
        self._grid = grid
        self._groups = [dimension.groups() for dimension in grid.dimensions]
        self._before = [winners(grid, constants, rule) for rule in grid.rules]
        self._amounts: dict[int, Decimal] = {}
        self._formulas: list[int] = []
        for rule, cells in enumerate(constants.cells):
            if isinstance(cells[column], Decimal):
                self._amounts[rule] = cells[column]
            else:
                self._formulas.append(rule)

    def inversions(self, scales: list[Scale]) -> Iterator[ProofFinding]:
        """One finding for each pair of rules and column."""
        if self._formulas:
            numbers = ", ".join(str(rule + 1) for rule in self._formulas)
            yield _not_proven(
                self._grid, said("the amounts of rule(s) {numbers} are no constants", numbers=numbers)
            )
        for scale in scales:
            for light, heavy in self._amounts.items():
                for grave, lighter in self._amounts.items():
                    if lighter < heavy:
                        found = self._inverted(scale, light, grave)
                        if found is not None:
                            yield self._finding(scale, light, grave, *found)

    def _inverted(self, scale: Scale, light: int, grave: int) -> tuple[dict[int, int], dict[int, int]] | None:
        """An input of each rule, alike but for the scale's column, where the second is the graver one."""
        one, two = self._grid.box(light), self._grid.box(grave)
        shared = {place: one[place] & two[place] for place in one if place != scale.place}
        least, most = scale.lightest(one[scale.place]), scale.gravest(two[scale.place])
        if not all(shared.values()) or least is None or most is None:
            return None
        if scale.grades[least] >= scale.grades[most]:
            return None
        if not self._before[light] and not self._before[grave]:
            return {**shared, scale.place: 1 << least}, {**shared, scale.place: 1 << most}
        return _Deciding(self._groups, scale, one, two).find(self._before[light], self._before[grave])

    def _finding(
        self, scale: Scale, light: int, grave: int, one: dict[int, int], two: dict[int, int]
    ) -> ProofFinding:
        grid, source = self._grid, self._grid.dimensions[scale.place].source
        rules = (light + 1, grave + 1)
        sentence = said(
            "Expected a graver {source} never to be treated more lightly, but rule {light} "
            "gives {amounts} and, graver, rule {grave} gives {other_amounts}",
            source=source,
            light=light + 1,
            amounts=self._amounts[light],
            grave=grave + 1,
            other_amounts=self._amounts[grave],
        )
        certain = all(d.may[r] == d.must[r] for d in grid.dimensions for r in (light, grave))
        lighter, graver = grid.witness(one), grid.witness(two)
        return ProofFinding(
            "gravity", sentence, rules, lighter, graver, certain=certain, **place_of(grid.table, rules)
        )


class _Deciding:
    """The same search where some rules take inputs away from others (FIRST, PRIORITY)."""

    def __init__(
        self, groups: list[list[tuple[int, int]]], scale: Scale, one: dict[int, int], two: dict[int, int]
    ) -> None:
        self._groups, self._scale, self._one, self._two = groups, scale, one, two
        self._failed: set[tuple[int, int, int]] = set()

    def find(self, before_one: int, before_two: int) -> tuple[dict[int, int], dict[int, int]] | None:
        """Two inputs that none of the winning rules takes; None where there are none."""
        return self._walk(0, before_one, before_two)

    def _walk(self, depth: int, one: int, two: int) -> tuple[dict[int, int], dict[int, int]] | None:
        if depth == len(self._groups):
            return ({}, {}) if not one and not two else None
        if (depth, one, two) in self._failed:
            return None
        for x, y, one_after, two_after in self._steps(depth, one, two):
            found = self._walk(depth + 1, one_after, two_after)
            if found is not None:
                return {**found[0], depth: x}, {**found[1], depth: y}
        self._failed.add((depth, one, two))
        if len(self._failed) > _PAIR_STATES:
            raise TooManyStates
        return None

    def _steps(self, depth: int, one: int, two: int) -> Iterator[tuple[int, int, int, int]]:
        if depth != self._scale.place:
            for rules, regions in self._groups[depth]:
                shared = regions & self._one[depth] & self._two[depth]
                if shared:
                    yield shared, shared, one & rules, two & rules
            return
        for x_rules, x_regions in self._groups[depth]:
            least = self._scale.lightest(x_regions & self._one[depth])
            for y_rules, y_regions in self._groups[depth] if least is not None else ():
                most = self._scale.gravest(y_regions & self._two[depth])
                if least is not None and most is not None and self._rises(least, most):
                    yield 1 << least, 1 << most, one & x_rules, two & y_rules

    def _rises(self, least: int, most: int) -> bool:
        return self._scale.grades[least] < self._scale.grades[most]
