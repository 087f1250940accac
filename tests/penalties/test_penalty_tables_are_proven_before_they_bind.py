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
