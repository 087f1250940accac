"""A drawn catalogue is sound; every fault seeded into it is found, with an input that shows it."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from benchmarks.penalty_catalogue import FAULTS, MEAN_TIERS, MOST_TIERS, TABLES, Drawn, catalogue, spoil
from engine import dmn
from engine.dmn import report

_SAME = {"overlap": {"overlap", "subsumed", "duplicate"}}
"""Two rules that meet are told by how they lie to each other."""


def proven(drawn: Drawn) -> list[dmn.ProofFinding]:
    return dmn.prove(dmn.read(drawn.data), drawn.item.id)


def spoilt(fault: str, count: int) -> list[Drawn]:
    found: list[Drawn] = []
    for drawn in catalogue(seed=7, tables=400):
        if len(drawn.item.rows) > 1 and len(found) < count:
            try:
                found.append(spoil(drawn.item, Random(len(found)), fault))
            except ValueError:
                continue
    return found


def test_the_drawn_catalogue_has_the_published_figures_and_is_the_same_each_time() -> None:
    sizes = [len(drawn.item.rows) for drawn in catalogue(seed=1)]
    assert (len(sizes), max(sizes), min(sizes)) == (TABLES, MOST_TIERS, 1)
    assert round(sum(sizes) / len(sizes), 1) == MEAN_TIERS
    one, two = (next(iter(catalogue(seed=3, tables=20))).data for _ in range(2))
    assert one == two


def test_sound_tables_are_never_accused() -> None:
    for drawn in catalogue(seed=5, tables=80):
        assert proven(drawn) == [], drawn.item.id


@pytest.mark.parametrize("fault", FAULTS)
def test_every_seeded_fault_is_found(fault: str) -> None:
    seeded = spoilt(fault, 12)
    assert seeded
    for drawn in seeded:
        kinds = {finding.kind for finding in proven(drawn)}
        assert kinds & _SAME.get(fault, {fault}), (drawn.item.id, kinds)


@pytest.mark.parametrize("fault", ["gap", "overlap", "band"])
def test_the_input_of_a_finding_makes_the_fault_happen(fault: str) -> None:
    for drawn in spoilt(fault, 6):
        model = dmn.read(drawn.data)
        for finding in proven(drawn):
            matched = _matched(model, drawn.item.id, finding)
            if finding.kind == "gap":
                assert matched == set()
            elif finding.kind in ("overlap", "subsumed", "duplicate", "band"):
                assert set(finding.rules) <= matched


def _matched(model: dmn.Model, decision: str, finding: dmn.ProofFinding) -> set[int]:
    evidence = dmn.evaluate(model, decision, finding.input).evidence
    return {rule["index"] for rule in evidence[0]["tables"][0]["rules"]}


def test_a_report_over_a_catalogue_names_exactly_the_spoilt_tables() -> None:
    drawn = list(catalogue(seed=11, tables=60, faults=12))
    heard: list[str] = []
    made = report.prove_files({each.item.id: each.data for each in drawn}, heard.append)
    assert {found.file for found in made.findings} == {each.item.id for each in drawn if each.fault}
    assert (heard, made.files, made.decisions) == ([each.item.id for each in drawn], 60, 60)
    counted = Counter(row[3] for row in made.rows()[1:])
    assert made.text().endswith(", ".join(f"{n} {kind}" for kind, n in sorted(counted.items())))
    assert len(made.as_data()["findings"]) == len(made.findings)
