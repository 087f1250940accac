"""Runs the test cases of a DMN Technology Compatibility Kit folder against this engine.

    python -m tests.conformance.dmn_tck FOLDER --out results.csv

Writes one CSV line per test case in the kit's own form (folder, test file, case id, SUCCESS | ERROR |
IGNORED, detail) and prints passed / failed / total per level. Reads the kit from where it lies; nothing
of it is part of this project.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine import dmn
from engine.dmn.xml import Node, parse
from engine.errors import BanjieError
from engine.feel import feel_string, read_date, read_date_time, read_duration, read_time
from engine.feel.compare import equal

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_TOLERANCE = Decimal("1E-8")
_HOST = {"now": dt.datetime(2026, 1, 26, 9, 30, tzinfo=dt.UTC)}
_READERS: dict[str, Any] = {
    "boolean": lambda text: text.strip() == "true",
    "date": read_date,
    "time": read_time,
    "dateTime": read_date_time,
    **dict.fromkeys(("duration", "dayTimeDuration", "yearMonthDuration"), read_duration),
    "string": lambda text: text,
    "": lambda text: text,
    **dict.fromkeys(("decimal", "double", "float", "integer", "int", "long", "short", "byte"), Decimal),
}


@dataclass(frozen=True)
class Result:
    """One line of the kit's result file."""

    folder: str
    file: str
    case: str
    status: str
    detail: str = ""

    @property
    def level(self) -> str:
        """The compliance level the case belongs to."""
        return self.folder.split("/")[0]


def run(folder: Path) -> Iterator[Result]:
    """The results of every test case under a folder, in the order of the files."""
    for path in sorted(folder.rglob("*-test-*.xml")):
        place = path.parent.relative_to(folder).as_posix()
        cases = parse(path.read_bytes())
        model_name = cases.first("modelName")
        for case in cases.each("testCase"):
            status, detail = _judge(path.parent / (model_name.text.strip() if model_name else ""), case)
            yield Result(place, path.stem, case.get("id"), status, detail)


def _judge(model_path: Path, case: Node) -> tuple[str, str]:
    try:
        model = load(model_path)
        faults = list(_faults(model, case))
    except BanjieError as error:
        return "ERROR", error.sentence
    except (OSError, ValueError, ArithmeticError, LookupError, TypeError, RecursionError) as error:
        return "ERROR", f"{type(error).__name__}: {error}"  # one case must not end the run of all others
    return ("ERROR", "; ".join(faults)) if faults else ("SUCCESS", "")


def _faults(model: dmn.Model, case: Node) -> Iterator[str]:
    variables = _variables(model, case)
    service = case.get("invocableName") if case.get("type") in ("decisionService", "bkm") else ""
    for node in case.each("resultNode"):
        outcome = _outcome(model, service, node, variables)
        wanted_node = node.first("expected")
        wanted = value_of(wanted_node) if wanted_node else None
        if not alike(outcome.value, wanted):
            found, expected = feel_string(outcome.value), feel_string(wanted)
            yield f"{node.get('name')}: expected {expected}, but found {found} {list(outcome.reasons)[:3]}"


def _outcome(model: dmn.Model, service: str, node: Node, variables: dict[str, Any]) -> dmn.Evaluation:
    owner = _model_of(model, node.get("namespace")) or model
    if not service:
        return dmn.evaluate(owner, node.get("name"), variables, host=_HOST)
    outcome = dmn.evaluate(owner, service, variables, host=_HOST)
    several = service in owner.services and len(owner.services[service].outputs) > 1
    if several and isinstance(outcome.value, dict) and node.get("name") in outcome.value:
        return dmn.Evaluation(outcome.value[node.get("name")], [], outcome.reasons)
    return outcome


def _variables(model: dmn.Model, case: Node) -> dict[str, Any]:
    """The inputs of a case; one of an imported model stands under the name of its import."""
    found: dict[str, Any] = {}
    for node in case.each("inputNode"):
        holder = found
        for step in _path_to(model, node.get("namespace")):
            holder = holder.setdefault(step, {})
        holder[node.get("name")] = value_of(node)
    return found


def _path_to(model: dmn.Model, namespace: str) -> tuple[str, ...]:
    if namespace in ("", model.namespace):
        return ()
    for name, imported in model.imports.items():
        if imported.namespace == namespace:
            return (name,)
        deeper = _path_to(imported, namespace)
        if deeper:
            return (name, *deeper)
    return ()


def _model_of(model: dmn.Model, namespace: str) -> dmn.Model | None:
    for step in _path_to(model, namespace):
        model = model.imports[step]
    return model


def value_of(node: Node) -> Any:
    """A value of the kit: a plain value, a list of items or a context of components."""
    listing, value = node.first("list"), node.first("value")
    if listing is not None:
        return None if _is_nil(listing) else [value_of(item) for item in listing.each("item")]
    components = list(node.each("component"))
    if components:
        return {child.get("name"): None if _is_nil(child) else value_of(child) for child in components}
    return None if value is None or _is_nil(value) else _plain_value(value)


def _plain_value(value: Node) -> Any:
    kind = value.get(f"{_XSI}type").rpartition(":")[2]
    reader = _READERS.get(kind, _READERS["string"])
    return reader(value.text if kind in ("", "string") else value.text.strip())


def _is_nil(node: Node) -> bool:
    return node.get(f"{_XSI}nil") == "true"


def alike(found: Any, wanted: Any) -> bool:
    """Whether a value is the expected one; numbers may differ by 1E-8 of their size."""
    if isinstance(found, Decimal) and isinstance(wanted, Decimal):
        return abs(found - wanted) <= _TOLERANCE * max(abs(wanted), Decimal(1))
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(alike, found, wanted))
    if isinstance(found, dict) and isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(alike(found[key], wanted[key]) for key in wanted)
    return type(found) is type(wanted) and equal(found, wanted) is True


@lru_cache(maxsize=64)
def load(path: Path) -> dmn.Model:
    """The model in a file, with the models beside it that it imports."""
    data = path.read_bytes()
    beside = {parse(other.read_bytes()).get("namespace"): other for other in path.parent.glob("*.dmn")}
    wanted = [node.get("namespace") for node in parse(data).each("import")]
    imports = {name: load(beside[name]) for name in wanted if name in beside and beside[name] != path}
    return dmn.read(data, imports, strict=False)


def main(arguments: list[str] | None = None) -> int:
    """Run the kit and write its result file; 1 where a case failed."""
    parser = argparse.ArgumentParser(description="Run DMN TCK cases and write the kit's result file.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path, default=None)
    chosen = parser.parse_args(arguments)
    results = list(run(chosen.folder))
    if chosen.out is not None:
        with chosen.out.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerows((r.folder, r.file, r.case, r.status, r.detail) for r in results)
    for line in summary(results):
        sys.stdout.write(line + "\n")
    return int(any(result.status == "ERROR" for result in results))


def summary(results: list[Result]) -> Iterator[str]:
    """Passed, failed and total, per level and in all."""
    levels = sorted({result.level for result in results})
    for level in [*levels, ""]:
        chosen = [result for result in results if level in ("", result.level)]
        passed = sum(result.status == "SUCCESS" for result in chosen)
        yield f"{level or 'all levels'}: {passed} passed, {len(chosen) - passed} failed, {len(chosen)} in all"


if __name__ == "__main__":
    raise SystemExit(main())
