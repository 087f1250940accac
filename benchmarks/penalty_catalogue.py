"""Draws a catalogue of penalty tables as large as a city's, from a seed.

    python -m benchmarks.penalty_catalogue FOLDER [--seed 1] [--tables 6274] [--faults 0]

Called by the benchmarks and by the tests of the proof. The figures are those of a published catalogue:
6,274 items, 5.3 tiers on average, 26 at most, 996 without discretion. A table parts its facts one after
the other, so it is sound by construction; with `--faults N` exactly N tables get one fault each, and
`faults.csv` says which. It is no data of any city.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from random import Random

from engine.dmn.catalogue.files import Item, Row, dmn_file

TABLES, MEAN_TIERS, MOST_TIERS, WITHOUT_DISCRETION = 6_274, 5.3, 26, 996
FAULTS = ("gap", "overlap", "band", "gravity", "vague", "unreachable", "range-output")

_NUMBERS = ("占用面积", "违法所得", "货值金额", "超限吨数", "持续天数", "涉案数量")
_COUNTS = ("此前处罚件数", "拒不改正次数")
_FLAGS = ("按期改正", "主动消除后果")
_KINDS = (("场地", ("车行道", "人行道", "其他公共场地")), ("主体", ("公民", "组织")))


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact a table looks at: its type, the tests that part it from light to grave, its gravity."""

    name: str
    type: str
    tests: tuple[str, ...]
    gravity: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A table of the catalogue, and the fault it was given ("": none)."""

    item: Item
    fault: str = ""

    @property
    def data(self) -> bytes:
        """The DMN file."""
        return dmn_file(self.item)


def catalogue(seed: int = 1, tables: int = TABLES, faults: int = 0) -> Iterator[Drawn]:
    """The tables of a catalogue; the same seed gives the same bytes."""
    random = Random(seed)
    sizes = _sizes(random, tables)
    spoilt = set(random.sample([n for n, size in enumerate(sizes) if size > 2], faults))
    for number, size in enumerate(sizes):
        item = _item(random, f"item-{number + 1:04d}", size)
        yield spoil(item, random) if number in spoilt else Drawn(item)


def _sizes(random: Random, tables: int) -> list[int]:
    """How many tiers each table has: the average and the most of the published figures."""
    fixed = tables * WITHOUT_DISCRETION // TABLES
    sizes = [1] * fixed + [min(MOST_TIERS, 2 + int(random.expovariate(0.25))) for _ in range(tables - fixed)]
    sizes[-1] = MOST_TIERS
    missing = round(tables * MEAN_TIERS) - sum(sizes)
    while missing:
        place = random.randrange(fixed, tables - 1)
        step = 1 if missing > 0 else -1
        if 2 <= sizes[place] + step <= MOST_TIERS:
            sizes[place] += step
            missing -= step
    random.shuffle(sizes)
    return sizes


# One table


def _item(random: Random, id_: str, size: int) -> Item:
    facts = _facts(random, size)
    boxes = list(_parts(random, size, facts))
    low = random.choice((50, 100, 200, 500, 1000, 5000))
    step = random.choice((50, 100, 500, 1000))
    high = low + step * len(boxes)
    rows = [
        Row(tests, {"kind": '"罚款"', "amount": str(low + step * place)}, {"阶次": str(place + 1)})
        for place, tests in enumerate(boxes)
    ]
    used = [fact for fact in facts if any(fact.name in row.tests for row in rows)]
    properties = {"banjie.item": id_, "banjie.band": f"[{low}..{high}]"}
    gravity = ", ".join(fact.gravity for fact in used if fact.gravity)
    whole = ", ".join(fact.name for fact in used if fact.name in _COUNTS)
    properties |= {"banjie.gravity": gravity} if gravity else {}
    properties |= {"banjie.integer": whole} if whole else {}
    outputs = {"kind": "处罚种类", "amount": "幅度"}
    return Item(id_, f"事项{id_[5:]}", {fact.name: fact.type for fact in used}, outputs, rows, properties)


def _facts(random: Random, size: int) -> list[Fact]:
    """Enough facts to part into so many tiers."""
    makers = [_number, _count, _number, _kind, _flag, _date]
    chosen = [_number(random, _NUMBERS[:3]), _count(random)] if size > 8 else []
    for make in random.sample(makers, 3):
        fact = make(random)
        if fact.name not in {each.name for each in chosen}:
            chosen.append(fact)
    return chosen


def _number(random: Random, names: tuple[str, ...] = _NUMBERS) -> Fact:
    name, edges = random.choice(names), sorted(random.sample(range(1, 60), 5))
    edges = [edge * random.choice((1, 10, 100)) for edge in edges[:1]] + edges[1:]
    edges = sorted(set(edges))
    inner = [f"[{a}..{b})" for a, b in pairwise(edges)]
    return Fact(name, "number", (f"< {edges[0]}", *inner, f">= {edges[-1]}"), name)


def _count(random: Random) -> Fact:
    name, most = random.choice(_COUNTS), random.randint(2, 4)
    return Fact(name, "number", ("<= 0", *map(str, range(1, most)), f">= {most}"), name)


def _flag(random: Random) -> Fact:
    name = random.choice(_FLAGS)
    return Fact(name, "boolean", ("true", "false"), f"{name} desc")


def _kind(random: Random) -> Fact:
    name, values = random.choice(_KINDS)
    return Fact(name, "string", (f'not("{values[0]}")', f'"{values[0]}"'), "")


def _date(random: Random) -> Fact:
    day = f'date("20{random.randint(20, 26)}-{random.randint(1, 12):02d}-01")'
    return Fact("行为日", "date", (f"< {day}", f">= {day}"), "")


def _parts(random: Random, size: int, facts: list[Fact]) -> Iterator[dict[str, str]]:
    """Boxes from light to grave that part the facts: each fact is parted inside a part of the one before."""
    if size == 1 or not facts:
        yield {}
        return
    fact, rest = facts[0], facts[1:]
    room = 1
    for each in rest:
        room *= len(each.tests)
    least = -(-size // room)
    pieces = min(len(fact.tests), size, max(least, random.randint(2, 4)))
    tests = _merged(fact, pieces)
    shares = _shares(random, size, pieces, room)
    for test, share in zip(tests, shares, strict=True):
        for inner in _parts(random, share, rest):
            yield {fact.name: test, **inner}


def _merged(fact: Fact, pieces: int) -> list[str]:
    """The tests of a fact, the gravest of them run together so that as many remain as asked."""
    if pieces == len(fact.tests):
        return list(fact.tests)
    kept = list(fact.tests[: pieces - 1])
    edge = fact.tests[pieces - 1].strip("[").split("..")[0].removeprefix(">= ")
    return [*kept, f">= {edge}"]


def _shares(random: Random, size: int, pieces: int, room: int) -> list[int]:
    """How many tiers each part gets: at least one, at most what the remaining facts can part."""
    shares = [1] * pieces
    for _ in range(size - pieces):
        open_ = [place for place, share in enumerate(shares) if share < room]
        if not open_:
            break
        shares[random.choice(open_)] += 1
    return shares


# Faults


def spoil(item: Item, random: Random, fault: str = "") -> Drawn:
    """The table with one fault of a kind (any, where none is named) that its shape allows."""
    for kind in [fault] if fault else random.sample(FAULTS, len(FAULTS)):
        rows = _SPOILERS[kind](list(item.rows), item)
        if rows is not None:
            return Drawn(replace(item, rows=rows), kind)
    raise ValueError(f"Expected a table that can be given the fault {fault}, but {item.id} cannot")


def _gap(rows: list[Row], item: Item) -> list[Row] | None:
    return rows[:-1] if len(rows) > 1 else None


def _overlap(rows: list[Row], item: Item) -> list[Row] | None:
    """The last tier forgets one of its conditions."""
    if len(rows) < 2 or not rows[-1].tests:
        return None
    first = next(iter(rows[-1].tests))
    rest = {name: test for name, test in rows[-1].tests.items() if name != first}
    return [*rows[:-1], replace(rows[-1], tests=rest)]


def _band(rows: list[Row], item: Item) -> list[Row] | None:
    return [*rows[:-1], _with(rows[-1], "amount", str(int(rows[-1].results["amount"]) * 10))]


def _gravity(rows: list[Row], item: Item) -> list[Row] | None:
    """The amounts of the lightest and the gravest tier are exchanged where one fact alone parts them."""
    first, last = rows[0], rows[-1]
    facts = [name for name in item.facts if first.tests.get(name) != last.tests.get(name)]
    if len(item.facts) != 1 or len(facts) != 1 or "banjie.gravity" not in item.properties:
        return None
    least, most = first.results["amount"], last.results["amount"]
    return [_with(first, "amount", most), *rows[1:-1], _with(last, "amount", least)]


def _vague(rows: list[Row], item: Item) -> list[Row] | None:
    name = next(
        (name for name, kind in item.facts.items() if kind == "string" and name in rows[-1].tests), ""
    )
    return [*rows[:-1], replace(rows[-1], tests={**rows[-1].tests, name: '"情节严重"'})] if name else None


def _unreachable(rows: list[Row], item: Item) -> list[Row] | None:
    name = next((name for name, kind in item.facts.items() if kind == "number"), "")
    return [*rows, replace(rows[-1], tests={name: "? > 5 and ? < 5"})] if name else None


def _range_output(rows: list[Row], item: Item) -> list[Row] | None:
    return [*rows[:-1], _with(rows[-1], "kind", '"罚款50元以上200元以下"')]


def _with(row: Row, output: str, text: str) -> Row:
    return replace(row, results={**row.results, output: text})


_SPOILERS = {
    "gap": _gap,
    "overlap": _overlap,
    "band": _band,
    "gravity": _gravity,
    "vague": _vague,
    "unreachable": _unreachable,
    "range-output": _range_output,
}


def main(arguments: list[str] | None = None) -> None:
    """Write a catalogue into a folder."""
    parser = argparse.ArgumentParser(description="Draw a catalogue of penalty tables.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tables", type=int, default=TABLES)
    parser.add_argument("--faults", type=int, default=0)
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    with (chosen.folder / "faults.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for drawn in catalogue(chosen.seed, chosen.tables, chosen.faults):
            (chosen.folder / f"{drawn.item.id}.dmn").write_bytes(drawn.data)
            if drawn.fault:
                writer.writerow((drawn.item.id, drawn.fault))


if __name__ == "__main__":
    main()
