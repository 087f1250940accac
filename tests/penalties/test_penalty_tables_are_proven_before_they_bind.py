"""Deployment refuses a penalty table with a fault, and says which input shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

import processes
from engine.definitions import deployment
from engine.definitions.bundles import Bundle
from engine.errors import IllegalDefinition

FOLDER = Path(processes.__file__).parent / "penalties"
TABLES = {path.name: path.read_bytes() for path in sorted(FOLDER.glob("*.dmn"))}

_DIAGRAM = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:t">
<process id="p" isExecutable="true"><startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="e"/>
<endEvent id="e"/></process></definitions>"""


def changed(name: str, before: str, after: str) -> bytes:
    data = TABLES[name].decode()
    assert before in data
    return data.replace(before, after, 1).encode()


def faults(bundle: Bundle) -> list[str]:
    with pytest.raises(IllegalDefinition) as caught:
        deployment.check(bundle)
    return [finding.rule for finding in caught.value.findings]


def test_what_ships_is_deployed_as_a_bundle_of_its_own() -> None:
    shipped = {bundle.name: bundle for bundle in deployment.shipped()}
    assert set(TABLES) < set(shipped["penalties"].files)
    assert shipped["penalties"].kind == "penalties"
    deployment.check(shipped["penalties"])


@pytest.mark.parametrize(
    ("name", "before", "after", "rule"),
    [
        ("advertising.dmn", "(10..30]", "(10..29]", "dmn.proof.gap"),
        ("advertising.dmn", "(10..30]", "[10..30]", "dmn.proof.overlap"),
        ("advertising.dmn", "<text>12000</text>", "<text>21000</text>", "dmn.proof.band"),
        ("littering.dmn", "<text>150</text>", "<text>60</text>", "dmn.proof.gravity"),
        ("littering.dmn", "<text>&gt;= 2</text>", "<text>&gt;= 1</text>", "dmn.proof.subsumed"),
        (
            "street_trading_2018.dmn",
            "<text>&gt; 10</text>",
            "<text>? &gt; 10 and ? &lt; 10</text>",
            "dmn.proof.gap",
        ),
        (
            "advertising.dmn",
            "<text>8000</text>",
            "<text>[8000..9000]</text>",
            "dmn.proof.band",
        ),
    ],
)
def test_a_seeded_fault_keeps_the_bundle_out(name: str, before: str, after: str, rule: str) -> None:
    bundle = Bundle("penalties", "penalties", {**TABLES, name: changed(name, before, after)})
    assert rule in faults(bundle)


def test_a_package_with_a_penalty_table_is_proven_too() -> None:
    table = changed("advertising.dmn", "(10..30]", "(10..29]")
    package = {"p.bpmn": _DIAGRAM.encode(), "table.dmn": TABLES["advertising.dmn"]}
    deployment.check(Bundle("package", "p", package))
    assert faults(Bundle("package", "p", {**package, "table.dmn": table})) == ["dmn.proof.gap"]


_FEE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="fee" namespace="urn:fee">
<inputData id="area" name="area"><variable name="area" typeRef="number"/></inputData>
<decision id="fee" name="fee"><variable name="fee"/>
<informationRequirement><requiredInput href="#area"/></informationRequirement>
<decisionTable id="table"><input><inputExpression><text>area</text></inputExpression></input>
<output name="amount"/>
<rule id="low"><inputEntry><text>{low}</text></inputEntry><outputEntry><text>10</text></outputEntry></rule>
<rule id="high"><inputEntry><text>{high}</text></inputEntry><outputEntry><text>20</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


@pytest.mark.parametrize(
    ("low", "high", "kinds"),
    [
        ("&lt;= 5", "&gt; 5", []),
        ("&lt; 5", "&gt; 5", ["dmn.proof.gap"]),
        ("&lt;= 5", "&gt;= 5", ["dmn.proof.overlap"]),
    ],
)
def test_a_table_that_fixes_no_penalty_is_proven_too_but_only_noted(
    low: str, high: str, kinds: list[str]
) -> None:
    fee = _FEE.format(low=low, high=high).encode()
    bundle = Bundle("package", "p", {"p.bpmn": _DIAGRAM.encode(), "fee.dmn": fee})
    deployment.check(bundle)
    notes = deployment.table_notes(bundle)
    assert [(note.rule, note.severity) for note in notes] == [(kind, "note") for kind in kinds]
    assert all(note.where.startswith("fee.dmn:") for note in notes)


def test_penalty_tables_and_files_that_cannot_be_read_are_not_noted_twice() -> None:
    files = {"p.bpmn": _DIAGRAM.encode(), "a.dmn": TABLES["advertising.dmn"], "b.dmn": b"<nothing/>"}
    assert deployment.table_notes(Bundle("package", "p", files)) == []
