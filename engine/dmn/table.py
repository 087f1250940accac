"""Evaluates a decision table: which rules hit, and what the hit policy makes of them (DMN 1.5, chapter 8).

Called by `engine.dmn.logic`. Every evaluation writes its evidence: the inputs each column saw, the rules
that hit with their annotations and outputs, the result, the reason of a null. UNIQUE and ANY are truly
checked: two hits where one is allowed give null and the reason, never the first of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

from engine.dmn.index import RuleIndex
from engine.dmn.model import Expression, InputClause, OutputClause, Rule, Table, Text, Variable
from engine.dmn.record import Record, plain
from engine.dmn.types import show
from engine.feel.compare import equal
from engine.feel.values import NUMBERS

Scope = dict[str, Any]


class Evaluator(Protocol):
    """What a table needs of the logic that evaluates it."""

    record: Record

    def value(self, expression: Expression | None, scope: Scope) -> Any:
        """The value of an expression."""

    def text(self, text: Text, scope: Scope, *, quiet: bool = False) -> Any:
        """The value of a FEEL text."""

    def fitted(self, value: Any, variable: Variable) -> Any:
        """The value made to fit a variable's type."""


@dataclass(slots=True)
class Hit:
    """A rule that matched, and its outputs by column."""

    rule: Rule
    outputs: list[Any]


@dataclass(slots=True)
class _Sitting:
    """One evaluation of one table."""

    table: Table
    scope: Scope
    logic: Evaluator
    seen: list[Any] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def refuse(self, sentence: str) -> None:
        """The table's result is null, and this is why."""
        self.reasons.append(sentence)
        self.logic.record.reason(sentence)


def decide(table: Table, scope: Scope, logic: Evaluator) -> Any:
    """The table's value in a scope; its evidence goes to the record of the logic."""
    sitting = _Sitting(table, scope, logic)
    sitting.seen = [_input(clause, sitting) for clause in table.inputs]
    value = None
    if not sitting.reasons:
        sitting.hits = [Hit(rule, _outputs(rule, sitting)) for rule in _matching(sitting)]
        value = _result(sitting)
    logic.record.table(_evidence(sitting, value))
    return value


# Conditions


def _input(clause: InputClause, sitting: _Sitting) -> Any:
    """What a column looks at. A value outside the column's possible values refuses the table (8.3.2)."""
    logic = sitting.logic
    value = logic.value(clause.expression, sitting.scope)
    if clause.values is not None and value is not None:
        accepted = logic.text(clause.values, {**sitting.scope, "?": value}, quiet=True)
        if accepted is not True:
            sitting.refuse(
                f"Expected {clause.source} to be one of {clause.values.text}, but it is {show(value)}"
            )
    return value


def _matching(sitting: _Sitting) -> list[Rule]:
    """The rules all of whose tests accept their input, in the order of the table."""
    scope = dict(sitting.scope)

    def accepts(cell: Text, value: Any) -> bool:
        scope["?"] = value
        return sitting.logic.text(cell, scope, quiet=True) is True

    return _index(sitting.table).hits(sitting.seen, accepts)


@lru_cache(maxsize=4096)
def _index(table: Table) -> RuleIndex:
    """The index of a table, built at its first evaluation."""
    return RuleIndex(table)


# Results


def _outputs(rule: Rule, sitting: _Sitting) -> list[Any]:
    pairs = zip(sitting.table.outputs, rule.outputs, strict=True)
    return [_output(clause, cell, sitting) for clause, cell in pairs]


def _output(clause: OutputClause, cell: Expression | None, sitting: _Sitting) -> Any:
    """A cell's value, null where it is not among the possible values of its column (8.3.3)."""
    logic = sitting.logic
    value = logic.fitted(logic.value(cell, sitting.scope), Variable(clause.name, clause.type))
    if clause.values is None or value is None:
        return value
    if logic.text(clause.values, {**sitting.scope, "?": value}, quiet=True) is True:
        return value
    logic.record.reason(
        f"Expected {clause.name or 'the output'} to be one of {clause.values.text}, but it is {show(value)}"
    )
    return None


def _result(sitting: _Sitting) -> Any:
    table = sitting.table
    if not sitting.hits and any(clause.default is not None for clause in table.outputs):
        value = _shaped([_output(clause, clause.default, sitting) for clause in table.outputs], table)
        return [value] if _is_listing(table) else value
    return _POLICIES[table.hit_policy](sitting)


def _is_listing(table: Table) -> bool:
    return table.hit_policy in ("RULE ORDER", "OUTPUT ORDER") or (
        table.hit_policy == "COLLECT" and not table.aggregation
    )


def _shaped(outputs: list[Any], table: Table) -> Any:
    """One output is its value; several are a context by name."""
    if len(table.outputs) == 1:
        return outputs[0]
    return {clause.name: value for clause, value in zip(table.outputs, outputs, strict=True)}


def _numbers_of(hits: list[Hit]) -> str:
    return ", ".join(str(hit.rule.index) for hit in hits)


def _single(sitting: _Sitting) -> Any:
    """The first hit's value, or null with the reason that nothing hit."""
    if not sitting.hits:
        seen = ", ".join(
            f"{clause.source} = {show(plain(value))}"
            for clause, value in zip(sitting.table.inputs, sitting.seen, strict=True)
        )
        sitting.refuse(f"Expected a rule to match, but none does ({seen})")
        return None
    return _shaped(sitting.hits[0].outputs, sitting.table)


def _unique(sitting: _Sitting) -> Any:
    """8.2.10: no two rules may match."""
    if len(sitting.hits) > 1:
        sitting.refuse(f"Expected one rule to match (UNIQUE), but rules {_numbers_of(sitting.hits)} do")
        return None
    return _single(sitting)


def _any(sitting: _Sitting) -> Any:
    """8.2.10: rules that match together must agree."""
    outputs = [hit.outputs for hit in sitting.hits]
    if any(not _same(outputs[0], other) for other in outputs[1:]):
        sitting.refuse(
            f"Expected matching rules to agree (ANY), but rules {_numbers_of(sitting.hits)} do not"
        )
        return None
    return _single(sitting)


def _same(left: list[Any], right: list[Any]) -> bool:
    return equal(left, right) is True


def _priority(sitting: _Sitting) -> Any:
    sitting.hits = _by_priority(sitting)
    return _single(sitting)


def _output_order(sitting: _Sitting) -> Any:
    sitting.hits = _by_priority(sitting)
    return _all(sitting)


def _all(sitting: _Sitting) -> list[Any]:
    return [_shaped(hit.outputs, sitting.table) for hit in sitting.hits]


def _by_priority(sitting: _Sitting) -> list[Hit]:
    """Hits by the place of their outputs among the possible values, first column first (8.2.10)."""
    ranks = [_ranking(clause, sitting) for clause in sitting.table.outputs]
    return sorted(
        sitting.hits, key=lambda hit: [_rank(v, r) for v, r in zip(hit.outputs, ranks, strict=True)]
    )


def _ranking(clause: OutputClause, sitting: _Sitting) -> list[Any]:
    """The possible values of an output, best first; those of its type where the column lists none."""
    if clause.ranking is not None:
        return list(sitting.logic.text(clause.ranking, sitting.scope, quiet=True) or ())
    return []


def _rank(value: Any, ranking: list[Any]) -> int:
    for place, candidate in enumerate(ranking):
        if equal(candidate, value) is True:
            return place
    return len(ranking)


def _collect(sitting: _Sitting) -> Any:
    if not sitting.table.aggregation:
        return _all(sitting)
    if sitting.table.aggregation == "COUNT":
        return Decimal(len(sitting.hits))
    if len(sitting.table.outputs) > 1:
        sitting.refuse("Expected one output to aggregate, but the table has several")
        return None
    return _aggregate([hit.outputs[0] for hit in sitting.hits], sitting)


def _aggregate(values: list[Any], sitting: _Sitting) -> Any:
    """Sum, least or greatest of the outputs; null where there are none or they cannot be compared."""
    aggregation = sitting.table.aggregation
    if not values:
        sitting.refuse(f"Expected a rule to match, but there is nothing to aggregate ({aggregation})")
        return None
    try:
        return _AGGREGATES[aggregation](values)
    except (TypeError, ArithmeticError):
        sitting.refuse(
            f"Expected outputs that can be aggregated ({aggregation}), but found {show(plain(values))}"
        )
        return None


def _sum(values: list[Any]) -> Decimal:
    total = Decimal(0)
    for value in values:
        total = NUMBERS.add(total, value)
    return total


_AGGREGATES: dict[str, Callable[[list[Any]], Any]] = {"SUM": _sum, "MIN": min, "MAX": max}

_POLICIES: dict[str, Callable[[_Sitting], Any]] = {
    "UNIQUE": _unique,
    "ANY": _any,
    "FIRST": _single,
    "PRIORITY": _priority,
    "OUTPUT ORDER": _output_order,
    "RULE ORDER": _all,
    "COLLECT": _collect,
}


# Evidence


def _evidence(sitting: _Sitting, value: Any) -> dict[str, Any]:
    table = sitting.table
    return {
        "table": table.id,
        "hit_policy": f"{table.hit_policy} {table.aggregation}".strip(),
        "inputs": [
            {"column": clause.source, "label": clause.label, "value": plain(seen)}
            for clause, seen in zip(table.inputs, sitting.seen, strict=True)
        ],
        "rules": [_evidence_of(hit, table) for hit in sitting.hits],
        "value": plain(value),
        "reasons": list(sitting.reasons),
    }


def _evidence_of(hit: Hit, table: Table) -> dict[str, Any]:
    names = [clause.name or clause.label or str(place) for place, clause in enumerate(table.outputs, start=1)]
    found: dict[str, Any] = {
        "id": hit.rule.id,
        "index": hit.rule.index,
        "outputs": dict(zip(names, map(plain, hit.outputs), strict=True)),
    }
    if hit.rule.annotations:
        found["annotations"] = dict(hit.rule.annotations)
    if hit.rule.description:
        found["description"] = hit.rule.description
    return found
