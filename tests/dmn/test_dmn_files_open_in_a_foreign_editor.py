"""DMN files that ship, or that are made from sheets, open in the model library of Camunda's editors.

`foreign_editor.mjs` reads them with dmn-moddle and saves them again; what it saved must mean the same here.
Without Node.js the test says so and is skipped.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

import processes
from engine import dmn
from engine.dmn import catalogue
from engine.dmn.expressions import Expression, Literal, Table

_SCRIPT = Path(__file__).with_name("foreign_editor.mjs")
_SHIPPED = Path(processes.__file__).parent
_SHEET = [
    ["违法行为", "依据", "情节", "阶次", "处罚种类", "幅度", "备注"],
    ["占用道路经营", "条例第24条", "占用面积5平方米以下", "1", "罚款", "500元", "首次 & 小面积"],
    ["", "", "占用面积超过5平方米10平方米以下", "2", "罚款", "1000元", ""],
    ["", "", '占用面积超过10平方米；地点: not("车行道")', "3", "罚款", "1,500元", '写作"<10"的不算'],
    ["", "", "占用面积超过10平方米；地点 = 车行道", "4", "罚款", "0.3万元", "两行\n备注"],
    ["随地吐痰", "条例第56条", "已清理 = true；次数 = 0", "1", "不予处罚", "", ""],
    ["随地吐痰", "条例第56条", "已清理 = false", "2", "罚款", "50元以上200元以下", "𠮷"],
]

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None, reason="Node.js is not on PATH: no foreign editor to open the files with"
)


@lru_cache(maxsize=1)
def files() -> Mapping[str, bytes]:
    """What ships, and what is made of a sheet."""
    found = {f"{path.parent.name}/{path.name}": path.read_bytes() for path in sorted(_SHIPPED.rglob("*.dmn"))}
    return found | catalogue.import_sheet(_SHEET).files


@lru_cache(maxsize=1)
def opened() -> Mapping[str, Any]:
    """What the foreign editor saw in each file, and what it saved."""
    texts = {name: data.decode() for name, data in files().items()}
    run = subprocess.run(
        ["node", str(_SCRIPT)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, (
        f"Expected dmn-moddle to open the files (`make` installs it): {run.stderr[-800:]}"
    )
    found: Mapping[str, Any] = json.loads(run.stdout)
    return found


def tables(model: dmn.Model) -> Iterator[tuple[str, Table]]:
    for decision in model.elements.values():
        if isinstance(decision, dmn.Decision) and isinstance(decision.logic, Table):
            yield decision.id, decision.logic


def written(expression: Expression) -> str:
    return expression.text.text if isinstance(expression, Literal) else ""


def test_every_file_opens_without_a_warning() -> None:
    assert len(opened()) == len(files()) > 10
    assert {name: seen["warnings"] for name, seen in opened().items() if seen["warnings"]} == {}


def test_the_editor_sees_the_rules_and_properties_that_are_evaluated_here() -> None:
    for name, data in files().items():
        seen = {decision["id"]: decision for decision in opened()[name]["decisions"]}
        model = dmn.read(data)
        assert {id_ for id_, e in model.elements.items() if isinstance(e, dmn.Decision)} == set(seen)
        for id_, table in tables(model):
            assert seen[id_]["properties"] == model.extensions(id_)
            assert (seen[id_]["hitPolicy"] or "UNIQUE") == table.hit_policy
            rules = [
                [*(cell.text for cell in rule.tests), *map(written, rule.outputs)] for rule in table.rules
            ]
            assert [[cell.strip() for cell in rule] for rule in seen[id_]["rules"]] == [
                ["" if cell == "-" else cell for cell in rule] if _blank(seen[id_]) else rule
                for rule in rules
            ]


def _blank(seen: Mapping[str, Any]) -> bool:
    """Whether the file leaves the cells empty that accept everything."""
    return not any(cell.strip() == "-" for rule in seen["rules"] for cell in rule)


def test_what_the_editor_saves_is_the_same_model() -> None:
    for name, data in files().items():
        before, after = dmn.read(data), dmn.read(opened()[name]["xml"].encode())
        assert [(e.id, e.name, type(e)) for e in before.elements.values()] == [
            (e.id, e.name, type(e)) for e in after.elements.values()
        ]
        assert list(before.types) == list(after.types)
        for (id_, old), (_, new) in zip(tables(before), tables(after), strict=True):
            assert before.extensions(id_) == after.extensions(id_)
            assert (old.hit_policy, old.aggregation) == (new.hit_policy, new.aggregation)
            for rule, again in zip(old.rules, new.rules, strict=True):
                assert [cell.text for cell in rule.tests] == [cell.text for cell in again.tests]
                assert list(map(written, rule.outputs)) == list(map(written, again.outputs))
                assert (rule.id, rule.description, rule.annotations, rule.extensions) == (
                    *(again.id, again.description, again.annotations),
                    again.extensions,
                )


def test_a_sheet_goes_through_the_editor_and_comes_back_word_for_word() -> None:
    saved = [dmn.read(opened()[name]["xml"].encode()) for name in files() if name.startswith("item-")]
    assert catalogue.export_sheet(saved) == _SHEET
