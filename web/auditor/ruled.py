"""Decision tables a step asked, with what each column saw and the rules that hit shown in their place.

Called by the replay page. Reads the evidence the journal kept and the table as it was in force then; decides
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine import canonical, dmn
from engine.errors import BanjieError
from web.auditor.moments import Moment
from web.casefile import facts, naming
from web.casefile.opening import CaseFile
from web.language import _
from web.signin.who import house

_QUOTED = re.compile(r'"([^"\\]*)"')
_ONLY_QUOTED = re.compile(r'"[^"\\]*"(\s*,\s*"[^"\\]*")*')
_PLAIN_WORDS = ("true", "false", "null")
MOST_ROWS = 40
"""Rows of a table that are shown; of a longer one only those that hit."""


@dataclass(frozen=True)
class Row:
    """A rule: its number, its cells (conditions, then results), whether it hit."""

    index: int
    cells: tuple[str, ...]
    hit: bool


@dataclass(frozen=True)
class Ruled:
    """A table as it was asked: `seen` is what each condition column looked at."""

    title: str
    columns: tuple[str, ...]
    seen: tuple[str, ...]
    results: tuple[str, ...]
    rows: tuple[Row, ...]
    hits: tuple[int, ...]
    shortened: bool


def tables(at: Moment) -> list[Ruled]:
    """Every table the step asked, in order."""
    found, names = [], Names(at.then)
    for event in at.step.of("DecisionMade"):
        models = {model.digest: model for model in _models(at)}
        for told, digest in _decisions(event.data):
            model = models.get(digest)
            decision = model.decisions.get(str(told.get("decision"))) if model else None
            for evidence in told.get("tables", ()):
                found.append(_ruled(str(told.get("name") or ""), decision, evidence, names))
    return found


def _decisions(data: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The decisions of the evidence, each with the digest of its model; of several versions, the one that
    binds."""
    evidence = data.get("evidence") or {}
    for one in evidence.get("decisions", ()):
        yield one, str(data.get("digest"))
    in_time = evidence.get("in_time") or {}
    for version in in_time.get("versions", ()):
        if version.get("of") == in_time.get("chosen"):
            for one in version.get("decisions", ()):
                yield one, str(version.get("model"))


def _models(at: Moment) -> Iterator[dmn.Model]:
    for package in at.then.packages.values():
        yield from package.models
    digest = at.entry.digests.get("penalties")
    if digest:
        with house().store.reading() as connection:
            try:
                yield from house().runtime.shelf.penalties(connection, digest)
            except BanjieError:
                return  # what is gone cannot be shown; verifying says so


def _ruled(title: str, decision: dmn.Decision | None, evidence: Mapping[str, Any], names: Names) -> Ruled:
    """The table as it stood, or, where it cannot be had, the rules that the evidence names."""
    hits = {int(rule["index"]): rule for rule in evidence.get("rules", ())}
    inputs = evidence.get("inputs", ())
    table = decision.logic if decision is not None and isinstance(decision.logic, dmn.Table) else None
    if table is None:
        rows = [
            Row(index, ("",) * len(inputs) + (_plain(_written(rule.get("outputs"))),), True)
            for index, rule in hits.items()
        ]
        results: tuple[str, ...] = ("",)
    else:
        asked = [str(one.get("column") or "") for one in inputs] + [output.name for output in table.outputs]
        rows = [Row(rule.index, _cells(rule, asked, names), rule.index in hits) for rule in table.rules]
        results = tuple(output.label or output.name for output in table.outputs)
    shortened = len(rows) > MOST_ROWS
    return Ruled(
        title=title,
        columns=tuple(str(one.get("label") or one.get("column") or "") for one in inputs),
        seen=tuple(_shown(one.get("value"), names, str(one.get("column") or "")) for one in inputs),
        results=results,
        rows=tuple(row for row in rows if row.hit or not shortened),
        hits=tuple(sorted(hits)),
        shortened=shortened,
    )


class Names:
    """What the codes in a table are called: a choice as the form shows it, a unit, a period."""

    def __init__(self, case: CaseFile) -> None:
        self._case = case
        self._known: dict[tuple[str, str], str] = {}

    def told(self, column: str, code: str) -> str:
        """The name with the code behind it; the code alone where it has no name of its own."""
        key = column, code
        if key not in self._known:
            name = facts.choice_name(self._case.schema(column), code) or naming.code_name(code)
            self._known[key] = (
                _("%(name)s（%(code)s）", name=name, code=code) if name not in ("", code) else code
            )
        return self._known[key]


def _cells(rule: Any, asked: Sequence[str], names: Names) -> tuple[str, ...]:
    """The cells of a rule, conditions then results; `asked` is what each column is about."""
    tests = [test.text.strip() for test in rule.tests]
    texts = [_plain(_named(text, names, column)) or "-" for text, column in zip(tests, asked, strict=False)]
    results = [_text(output) for output in rule.outputs]
    told = [
        _plain(_named(text, names, name)) for text, name in zip(results, asked[len(tests) :], strict=False)
    ]
    return tuple(texts + told)


def _named(text: str, names: Names, column: str) -> str:
    """An expression with each code in quotation marks led by its name."""
    return _QUOTED.sub(lambda found: f'"{names.told(column, found[1])}"', text)


def _plain(text: str) -> str:
    """A cell as people read it: texts without their quotation marks, where nothing else stands in it."""
    if text in _PLAIN_WORDS:
        return {"true": _("是"), "false": _("否"), "null": "—"}[text]
    return "、".join(_QUOTED.findall(text)) if _ONLY_QUOTED.fullmatch(text) else text


def _text(expression: Any) -> str:
    text = getattr(expression, "text", None)
    return str(getattr(text, "text", "")).strip()


def _shown(value: Any, names: Names, column: str) -> str:
    if isinstance(value, str):
        return names.told(column, value)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "、".join(names.told(column, one) for one in value) or "—"
    return _plain(_written(value))


def _written(value: Any) -> str:
    return value if isinstance(value, str) else canonical.dumps(value)
