"""Gaps, overlaps, subsumed and unreachable rules of a table: the checks of its conditions.

Called by `prove`. Exact over everything the grid can read; a fault that hangs on an unreadable cell is
told as possible, not as certain.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice

from engine.dmn.proof.constants import Constants
from engine.dmn.proof.coverage import Coverage
from engine.dmn.proof.finding import ProofFinding, place_of
from engine.dmn.proof.grid import Grid
from engine.errors import listed, said, sayable

MOST_GAPS = 20
MOST_PAIRS = 50
"""How many findings of a kind are told; a table with more has one fault in common."""

_SINGLE = ("UNIQUE", "ANY", "FIRST", "PRIORITY")


def gaps(grid: Grid, coverage: Coverage) -> Iterator[ProofFinding]:
    """Inputs for which no rule matches; a table that collects, or has a default, need not match."""
    table = grid.table
    if table.hit_policy not in _SINGLE or any(output.default for output in table.outputs):
        return
    everything = (1 << len(table.rules)) - 1
    holes = list(islice(coverage.holes(everything), MOST_GAPS + 1))
    for hole in holes[:MOST_GAPS]:
        certain = not _possibly_accepted(grid, hole)
        sentence = said("Expected a rule for {words}, but none matches", words=_words(grid, hole))
        yield ProofFinding("gap", sentence, (), grid.witness(hole), certain=certain, **place_of(table, ()))
    if len(holes) > MOST_GAPS:
        sentence = said(
            "Expected a rule for every input, but more than {most_gaps} kinds of input have none",
            most_gaps=MOST_GAPS,
        )
        yield ProofFinding("gap", sentence, (), grid.witness(holes[-1]), **place_of(table, ()))


def _possibly_accepted(grid: Grid, hole: dict[int, int]) -> bool:
    """Whether a rule with an unreadable cell might accept part of the hole."""
    return any(
        all(d.may[rule] & hole.get(place, d.domain) for place, d in enumerate(grid.dimensions))
        for rule in grid.rules
    )


def _words(grid: Grid, hole: dict[int, int]) -> str:
    named = [grid.dimensions[place].shown(regions) for place, regions in sorted(hole.items())]
    telling = [words for words in named if not words.startswith("any ")]
    return listed(telling, " and ") if telling else said("any input")


def collisions(grid: Grid, constants: Constants) -> Iterator[ProofFinding]:
    """Rules that match together where the hit policy forbids it, and rules that add nothing."""
    found = (_collision(grid, constants, one, two) for one, two in combinations(grid.rules, 2))
    yield from islice((finding for finding in found if finding is not None), MOST_PAIRS)


def _collision(grid: Grid, constants: Constants, one: int, two: int) -> ProofFinding | None:
    shared = {p: d.may[one] & d.may[two] & d.domain for p, d in enumerate(grid.dimensions)}
    if not all(shared.values()):
        return None
    policy, agree = grid.table.hit_policy, constants.agree(one, two)
    if policy in ("FIRST", "PRIORITY") or (policy not in _SINGLE and not agree):
        return None
    kind = _relation(grid, one, two)
    if policy == "ANY" and agree and kind == "overlap":
        return None
    if policy not in _SINGLE and kind != "duplicate":
        return None
    certain = all(d.must[one] & d.must[two] for d in grid.dimensions)
    rules = (one + 1, two + 1)
    sentence = said(_SENTENCES[kind], policy=policy, one=one + 1, two=two + 1)
    return ProofFinding(
        kind, sentence, rules, grid.witness(shared), certain=certain, **place_of(grid.table, rules)
    )


_SENTENCES = {
    "overlap": sayable(
        "Expected at most one rule to match ({policy}), but rules {one} and {two} match together"
    ),
    "subsumed": sayable(
        "Expected each rule to have inputs of its own ({policy}), but one of rules {one} and {two} "
        "matches wherever the other does"
    ),
    "duplicate": sayable("Expected each rule once, but rules {one} and {two} have the same conditions"),
}


def _relation(grid: Grid, one: int, two: int) -> str:
    """How two boxes that meet lie to each other: duplicate, subsumed or overlap."""
    if any(d.may[rule] != d.must[rule] for d in grid.dimensions for rule in (one, two)):
        return "overlap"
    inside = all(d.may[one] & ~d.may[two] == 0 for d in grid.dimensions)
    around = all(d.may[two] & ~d.may[one] == 0 for d in grid.dimensions)
    return "duplicate" if inside and around else "subsumed" if inside or around else "overlap"


def unreachable(grid: Grid, coverage: Coverage, constants: Constants) -> Iterator[ProofFinding]:
    """Rules that can never match, and rules that never decide because others always come before them."""
    for rule in grid.rules:
        empty = [d for d in grid.dimensions if not d.may[rule] & d.domain]
        if empty:
            yield _never(
                grid, rule, said("no {source} that can occur satisfies its condition", source=empty[0].source)
            )
            continue
        before = winners(grid, constants, rule)
        if before and next(coverage.holes(before, grid.box(rule)), None) is None:
            numbers = ", ".join(str(place + 1) for place in grid.rules if before >> place & 1)
            yield _never(
                grid, rule, said("wherever it matches, rule(s) {numbers} decide before it", numbers=numbers)
            )


def winners(grid: Grid, constants: Constants, rule: int) -> int:
    """The rules that win over a rule whenever both match: earlier ones (FIRST), higher ones (PRIORITY)."""
    if grid.table.hit_policy == "FIRST":
        return (1 << rule) - 1
    if grid.table.hit_policy == "PRIORITY":
        return sum(1 << other for other in grid.rules if constants.outranks(other, rule))
    return 0


def _never(grid: Grid, rule: int, why: str) -> ProofFinding:
    sentence = said("Expected rule {rule} to decide some input, but it cannot: {why}", rule=rule + 1, why=why)
    box = {place: regions for place, regions in grid.box(rule).items() if regions}
    return ProofFinding(
        "unreachable", sentence, (rule + 1,), grid.witness(box), **place_of(grid.table, (rule + 1,))
    )
