"""FEEL and decision tables: a condition, a context, tables of 30 and 1,000 rules, proof of a catalogue.

    python -m benchmarks.decision_tables [--rounds 7] [--catalogue 6274] [--feelin build/feelin]

Every figure is the least of several rounds of CPU time in one process. With `--feelin` (a folder in which
`npm install feelin` was run) the same expressions and the same table go through feelin, the FEEL of
bpmn.io; it has no decision tables, so a loop over the cells stands for one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from benchmarks.penalty_catalogue import TABLES, catalogue
from engine import dmn, feel
from engine.dmn import report
from engine.dmn.catalogue.files import Item, Row, dmn_file

CONDITION = 'amount > 200 and party = "公民" or not(facts_certain)'
CONTEXT = """{
  base: amount * 2,
  rate: if base > 1000 then 0.05 else 0.03,
  late: base * rate,
  days: count(for i in 1..5 return i),
  capped: min(late * days, base),
  total: base + capped,
  words: upper case(party),
  listed: [base, late, total],
  highest: max(listed),
  result: decimal(total + highest, 2)
}"""
FACTS: dict[str, Any] = {"amount": Decimal(300), "party": "公民", "facts_certain": True}


def micros(act: Callable[[], object], rounds: int, seconds: float = 0.2) -> float:
    """CPU time of one act in µs: the least of several rounds, each of about so many seconds."""
    act()
    began = time.process_time()
    act()
    once = max(time.process_time() - began, 1e-6)
    count = max(1, int(seconds / once))
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        for _ in range(count):
            act()
        best = min(best, time.process_time() - began)
    return best / count * 1e6


def ranged(rules: int) -> Item:
    """A penalty table: an area in steps, earlier decisions 0 / 1 / 2 or more, so many rules."""
    rows = []
    for place in range(rules):
        step, prior = divmod(place, 3)
        last = step == (rules - 1) // 3
        area = f">= {step}" if last else f"< {step + 1}" if step == 0 else f"[{step}..{step + 1})"
        tests = {"area": area, "prior": ("<= 0", "1", ">= 2")[prior]}
        rows.append(Row(tests, {"kind": '"罚款"', "amount": str(50 + place)}, {}))
    facts = {"area": "number", "prior": "number"}
    return Item("T", "T", facts, {"kind": "kind", "amount": "amount"}, rows, {})


def constants(rules: int) -> Item:
    """A table of constants: a code and a place class, so many rules."""
    rows = [
        Row(
            {"code": f'"C{place // 2:04d}"', "place": ('"人行道"', '"车行道"')[place % 2]},
            {"kind": '"罚款"', "amount": str(place)},
            {},
        )
        for place in range(rules)
    ]
    facts = {"code": "string", "place": "string"}
    return Item("T", "T", facts, {"kind": "kind", "amount": "amount"}, rows, {})


def evaluation(item: Item, facts: dict[str, Any]) -> Callable[[], object]:
    """An evaluation with evidence, from the model that has been read."""
    model = dmn.read(dmn_file(item))
    assert dmn.evaluate(model, item.id, facts).value is not None
    return lambda: dmn.evaluate(model, item.id, facts)


RANGED_FACTS = {"area": Decimal("8.5"), "prior": Decimal(1)}
CODED_FACTS = {"code": "C0400", "place": "车行道"}


def ours(rounds: int) -> dict[str, float]:
    """Our figures in µs by what was measured."""
    condition, context = feel.compile(CONDITION), feel.compile(CONTEXT)
    acts: dict[str, Callable[[], object]] = {
        "condition, compiled": lambda: condition(FACTS),
        "condition, from its text (cached)": lambda: feel.evaluate(CONDITION, FACTS),
        "context of 10 lines, compiled": lambda: context(FACTS),
        "30 rules, ranges": evaluation(ranged(30), RANGED_FACTS),
        "1,000 rules, ranges": evaluation(ranged(1000), RANGED_FACTS),
        "30 rules, constants": evaluation(constants(30), {"code": "C0010", "place": "车行道"}),
        "1,000 rules, constants": evaluation(constants(1000), CODED_FACTS),
        "4,000 rules, constants": evaluation(constants(4000), CODED_FACTS),
    }
    return {name: micros(act, rounds) for name, act in acts.items()}


def theirs(folder: Path, rounds: int) -> dict[str, float]:
    """The figures of feelin for the same texts."""
    plain = {**FACTS, "amount": 300}
    job = {
        "rounds": rounds,
        "expressions": {
            "condition, from its text (cached)": [CONDITION, plain],
            "context of 10 lines, compiled": [CONTEXT, plain],
        },
        "tables": {
            "30 rules, ranges": _cells(ranged(30), {"area": 8.5, "prior": 1}),
            "1,000 rules, constants": _cells(constants(1000), CODED_FACTS),
        },
    }
    script = Path(__file__).with_name("feelin.mjs")
    entry = (folder / "node_modules" / "feelin").resolve()
    done = subprocess.run(
        ["node", str(script), str(entry)],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _cells(item: Item, facts: dict[str, Any]) -> list[Any]:
    return [[[row.tests[name] for name in item.facts] for row in item.rows], [facts[n] for n in item.facts]]


def proof(tables: int) -> str:
    """Draw a catalogue, read and prove all of it, and say how long that took."""
    files = {drawn.item.id: drawn.data for drawn in catalogue(1, tables)}
    began, cpu = time.perf_counter(), time.process_time()
    made = report.prove_files(files, _bar(len(files)))
    wall, cpu = time.perf_counter() - began, time.process_time() - cpu
    spoilt = list(catalogue(2, max(40, tables // 20), max(10, tables // 100)))
    told = {found.file for found in report.prove_files({d.item.id: d.data for d in spoilt}).findings}
    seeded = {drawn.item.id for drawn in spoilt if drawn.fault}
    return (
        f"{made.decisions} tables read and proven in {wall / 60:.2f} min ({cpu / 60:.2f} min of CPU), "
        f"{len(made.findings)} findings; of {len(spoilt)} tables with {len(seeded)} seeded faults, "
        f"{len(told & seeded)} were found and {len(told - seeded)} sound ones accused"
    )


def _bar(total: int) -> Callable[[str], None]:
    done = 0

    def told(_name: str) -> None:
        nonlocal done
        done += 1
        if done % 100 == 0 or done == total:
            sys.stderr.write(f"\rproving {done} of {total}")

    return told


def main(arguments: list[str] | None = None) -> None:
    """Measure, and print a table of figures."""
    parser = argparse.ArgumentParser(description="Measure FEEL, decision tables and their proof.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--catalogue", type=int, default=TABLES, help="Tables to prove; 0: none.")
    parser.add_argument("--feelin", type=Path, help="Folder in which feelin is installed.")
    chosen = parser.parse_args(arguments)
    beside = theirs(chosen.feelin, chosen.rounds) if chosen.feelin else {}
    sys.stdout.write("| measured | µs | feelin, µs |\n|---|---|---|\n")
    for name, figure in ours(chosen.rounds).items():
        other = f"{beside[name]:.1f}" if name in beside else "–"
        sys.stdout.write(f"| {name} | {figure:.1f} | {other} |\n")
    if chosen.catalogue:
        sys.stdout.write(f"\n{proof(chosen.catalogue)}\n")


if __name__ == "__main__":
    main()
