"""The packages that ship, as the tests of this folder read them: from the source tree, without a store."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from lxml import etree

from engine.bpmn.xml import BPMN
from engine.definitions import bundles, packages
from engine.definitions.packages import Package
from engine.periods import RuleBook

ROOT = Path(__file__).parents[2]
PROCESSES = ROOT / "processes"
NAMES = tuple(sorted(path.parent.name for path in PROCESSES.glob("*/*.bpmn")))
MAIN = ("huji", "xk_general")


@cache
def package(name: str) -> Package:
    """A package, read as deployment reads it; raises IllegalDefinition where it is not legal."""
    folders = (("", PROCESSES / name), ("forms/", ROOT / "forms" / name))
    return packages.read(bundles.from_folder("package", name, *folders))


@cache
def diagram(name: str):
    """The diagram's XML."""
    return etree.parse(PROCESSES / name / f"{name}.bpmn").getroot()


def elements(name: str, *kinds: str):
    """The elements of those BPMN kinds in the file's order."""
    return [one for one in diagram(name).iter() if etree.QName(one).namespace == BPMN and kind(one) in kinds]


def kind(element) -> str:
    """The BPMN name of an element."""
    return etree.QName(element).localname


def properties(element) -> dict[str, str]:
    """The element's own zeebe properties."""
    path = "./{*}extensionElements/{*}properties/{*}property"
    return {one.get("name"): one.get("value") for one in element.findall(path)}


@cache
def law() -> RuleBook:
    """The periods that ship."""
    files = {path.name: path.read_text() for path in (PROCESSES / "law").glob("*.toml")}
    return RuleBook.read(files)


def unit_codes() -> set[str]:
    """The units of the demo city."""
    with (PROCESSES / "organisation" / "units.csv").open() as file:
        return {row["code"] for row in csv.DictReader(file)}
