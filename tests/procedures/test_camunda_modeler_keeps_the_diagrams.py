"""Camunda Modeler's own parser (bpmn-moddle with zeebe descriptors) reads every diagram and loses nothing."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from shipped_packages import NAMES, PROCESSES, ROOT

from web import assets

SCRIPT = Path(__file__).with_name("modeler_round_trip.mjs")
ZEEBE = ROOT / "node_modules" / "zeebe-bpmn-moddle" / "resources" / "zeebe.json"
BPMN_OWN = ROOT / "node_modules" / "bpmn-moddle" / "resources" / "bpmn" / "json" / "bpmn.json"

Facts = tuple[str, str, tuple[tuple[str, str], ...], str]
"""Where an element stands (the id of what is around it), its name, its attributes, its text."""


@cache
def through_the_modeler(paths: tuple[Path, ...]) -> dict[str, Any]:
    """Every diagram read and written in one run of Node."""
    assert ZEEBE.exists(), "Expected the locked npm packages; `make` installs them"
    node, _npm = assets.find_node()
    command = [node, str(SCRIPT), str(ZEEBE), *map(str, paths)]
    ran = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert ran.returncode == 0, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


def shipped(name: str) -> Path:
    return PROCESSES / name / f"{name}.bpmn"


def modelled(name: str) -> dict[str, Any]:
    told: dict[str, Any] = through_the_modeler(tuple(shipped(each) for each in NAMES))[str(shipped(name))]
    return told


@pytest.mark.parametrize("name", NAMES)
def test_the_modeler_reads_a_diagram_without_a_warning(name: str) -> None:
    assert modelled(name)["warnings"] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_the_modeler_writes_holds_every_element_attribute_and_extension(name: str) -> None:
    written = facts(etree.fromstring(modelled(name)["written"].encode()).iter())
    original = facts(etree.parse(shipped(name)).getroot().iter())
    assert original - written == Counter()
    assert written - original == Counter()


@pytest.mark.parametrize("name", NAMES)
def test_reading_what_was_written_changes_nothing_more(name: str) -> None:
    assert modelled(name)["stable"]


@pytest.mark.parametrize(
    ("lost", "message"),
    [
        ('<bpmn:task id="t" unheard="1"><bpmn:unheard/></bpmn:task>', "unknown attribute|unparsable"),
        ('<bpmn:sequenceFlow id="f" sourceRef="nobody" targetRef="nothing"/>', "unresolved reference"),
    ],
)
def test_the_check_sees_what_the_modeler_does_not_understand(lost: str, message: str, tmp_path: Path) -> None:
    bpmn = "http://www.omg.org/spec/BPMN/20100524/MODEL"
    path = tmp_path / "broken.bpmn"
    path.write_text(
        f'<bpmn:definitions xmlns:bpmn="{bpmn}" id="d" targetNamespace="urn:x">'
        f'<bpmn:process id="p">{lost}</bpmn:process></bpmn:definitions>'
    )
    warnings = through_the_modeler((path,))[str(path)]["warnings"]
    assert any(part in warning for warning in warnings for part in message.split("|"))


def facts(elements: Iterable[Any]) -> Counter[Facts]:
    """Every element of a file as often as it stands there; numbers as numbers, layout of the text aside."""
    return Counter(
        (
            next((above.get("id") for above in one.iterancestors() if above.get("id")), ""),
            str(one.tag),
            tuple(sorted((str(key), plain(str(value))) for key, value in said(one))),
            (one.text or "").strip(),
        )
        for one in elements
        if isinstance(one.tag, str)
    )


def said(element: Any) -> Iterable[tuple[Any, Any]]:
    """An element's attributes; one that says what holds without it is not written by the Modeler."""
    silent = defaults().get(etree.QName(element).localname.lower(), {})
    return ((key, value) for key, value in element.attrib.items() if silent.get(str(key)) != value)


@cache
def defaults() -> dict[str, dict[str, str]]:
    """Element → attribute → the value it has where it is not written, as both descriptors say."""
    kinds = {
        kind["name"]: kind for path in (ZEEBE, BPMN_OWN) for kind in json.loads(path.read_text())["types"]
    }

    def of(name: str) -> dict[str, str]:
        kind = kinds.get(name, {})
        above = [pair for parent in kind.get("superClass", ()) for pair in of(parent).items()]
        own = [(one["name"], one["default"]) for one in kind.get("properties", ()) if "default" in one]
        return {
            key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in above + own
        }

    return {name.lower(): of(name) for name in kinds}


def plain(value: str) -> str:
    """7 and 7.0 are one number."""
    return value.removesuffix(".0")
