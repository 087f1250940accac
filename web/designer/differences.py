"""What changed inside the files of two versions: form by form, rule by rule, period by period.

Called by the pages that compare. Every difference is a `Change` with its details in words, so that all of
them are drawn the same way.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from engine.bpmn.definition import Definition
from engine.definitions.bundles import Bundle
from engine.dmn import xml as dmn_xml
from engine.dmn.xml import Node
from engine.errors import BanjieError
from web.designer import fields
from web.designer.changes import Change
from web.designer.fields import CASEFILE
from web.language import _

Facts = Mapping[str, str]


def compare(old: Mapping[str, Facts], new: Mapping[str, Facts]) -> list[Change]:
    """Things by name with their facts by label, before and after → what changed; "" holds the title."""
    found = []
    for name in (*new, *(name for name in old if name not in new)):
        was, now = old.get(name), new.get(name)
        if was == now:
            continue
        what = "changed" if was and now else "added" if now else "removed"
        labels = [label for label in dict.fromkeys((*(was or {}), *(now or {}))) if label]
        details = tuple(
            (label, (was or {}).get(label, ""), (now or {}).get(label, ""))
            for label in labels
            if (was or {}).get(label, "") != (now or {}).get(label, "")
        )
        found.append(Change(what, name, (now or was or {}).get("", ""), details))
    return found


# --- forms -------------------------------------------------------------------------------------------


def forms(before: Bundle, after: Bundle) -> list[Change]:
    """The fields of every form that were added, taken out or changed."""
    return compare(_fields(before), _fields(after))


def _fields(bundle: Bundle) -> dict[str, Facts]:
    casefile = _json(bundle, CASEFILE)
    found: dict[str, Facts] = {}
    for path in sorted(bundle.files):
        if path.startswith("forms/") and path.endswith(".schema.json"):
            schema = _json(bundle, path)
            stem = path.removeprefix("forms/").removesuffix(".schema.json")
            for name, one in schema.get("properties", {}).items():
                if isinstance(one, Mapping):
                    found[f"{stem}/{name}"] = _field(one, casefile, name in schema.get("required", ()))
    return found


def _field(one: Mapping[str, Any], casefile: Mapping[str, Any], required: bool) -> Facts:
    seen = fields.whole(one, casefile)
    kind = fields.kind_of(seen)
    return {
        "": str(seen.get("title", "")),
        _("名称"): str(seen.get("title", "")),
        _("类型"): fields.kind_names().get(kind, kind),
        _("必填"): _("是") if required else _("否"),
        _("选项"): fields.choices_text(seen),
        _("填写说明"): str(seen.get("description", "")),
    }


def _json(bundle: Bundle, path: str) -> dict[str, Any]:
    try:
        found = json.loads(bundle.files.get(path, b"{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


# --- decision tables ---------------------------------------------------------------------------------


def tables(before: Bundle, after: Bundle) -> list[Change]:
    """The rules of every decision table that were added, taken out or changed, cell by cell."""
    return compare(_rules(before), _rules(after))


def _rules(bundle: Bundle) -> dict[str, Facts]:
    found: dict[str, Facts] = {}
    for path, data in sorted(bundle.files.items()):
        if path.endswith(".dmn"):
            try:
                root = dmn_xml.parse(data)
            except BanjieError:
                continue
            for decision in root.each("decision"):
                table = decision.first("decisionTable")
                if table is not None:
                    found |= _table(decision, table)
    return found


def _table(decision: Node, table: Node) -> dict[str, Facts]:
    heads = [one.get("label") or _inner(one, "inputExpression") for one in table.each("input")]
    heads += [one.get("label") or one.get("name") for one in table.each("output")]
    name, key = decision.get("name") or decision.get("id"), decision.get("id")
    found: dict[str, Facts] = {key: {"": name, _("命中策略"): table.get("hitPolicy", "UNIQUE")}}
    for number, rule in enumerate(table.each("rule"), start=1):
        cells = [_inner(one, "text") for one in rule.each("inputEntry", "outputEntry")]
        told = {
            label or str(place): cell for place, (label, cell) in enumerate(zip(heads, cells, strict=False))
        }
        title = _("%(name)s 规则 %(number)s", name=name, number=number)
        found[f"{key}/{rule.get('id') or number}"] = {"": title, **told}
    return found


def _inner(node: Node, name: str) -> str:
    """The text of a child, or of the text inside it."""
    child = node.first(name)
    if child is None:
        return ""
    deeper = child.first("text")
    return (deeper if deeper is not None else child).text.strip()


# --- periods -----------------------------------------------------------------------------------------


def periods(
    before: Definition, after: Definition, told: Callable[[Definition, bool], list[dict[str, Any]]]
) -> list[Change]:
    """The periods a diagram points at, with their limits; `told` gives those of the older or newer law."""
    return compare(_period_facts(told(before, False)), _period_facts(told(after, True)))


def _period_facts(rows: list[dict[str, Any]]) -> dict[str, Facts]:
    return {
        row["id"]: {
            "": row["title"],
            _("时限"): row["limit"],
            _("依据"): row["basis"],
            _("中止事由"): row["suspends"],
            _("从哪里起算"): _("、").join(row["at"]),
        }
        for row in rows
    }
