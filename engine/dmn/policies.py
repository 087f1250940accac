"""What a hit policy makes of the rules that matched (DMN 1.5, 8.2.10).

Called by `engine.dmn.table`. UNIQUE and ANY are truly checked: two hits where one is allowed give null and
the reason, never the first of them. Nothing here looks at conditions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cmp_to_key
from typing import Any, Protocol

from engine.dmn.expressions import Expression, OutputClause, Rule, Table, Text, Variable
from engine.dmn.record import Record
from engine.dmn.types import show
from engine.errors import said
from engine.feel import DaysTime, Fault, YearsMonths
from engine.feel.arithmetic import calculate
from engine.feel.compare import equal, order

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
class Sitting:
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


def shaped(outputs: list[Any], table: Table) -> Any:
    """One output is its value; several are a context by name."""
    if len(table.outputs) == 1:
        return outputs[0]
    return {clause.name: value for clause, value in zip(table.outputs, outputs, strict=True)}


def _numbers_of(hits: list[Hit]) -> str:
    return ", ".join(str(hit.rule.index) for hit in hits)


def _single(sitting: Sitting) -> Any:
    """The first hit's value, or null with the reason that nothing hit."""
    if not sitting.hits:
        seen = ", ".join(
            f"{clause.source} = {show(value)}"
            for clause, value in zip(sitting.table.inputs, sitting.seen, strict=True)
        )
        sitting.refuse(said("Expected a rule to match, but none does ({seen})", seen=seen))
        return None
    return shaped(sitting.hits[0].outputs, sitting.table)


def _unique(sitting: Sitting) -> Any:
    """8.2.10: no two rules may match."""
    if len(sitting.hits) > 1:
        sitting.refuse(
            said(
                "Expected one rule to match (UNIQUE), but rules {numbers_of} do",
                numbers_of=_numbers_of(sitting.hits),
            )
        )
        return None
    return _single(sitting)


def _any(sitting: Sitting) -> Any:
    """8.2.10: rules that match together must agree."""
    outputs = [hit.outputs for hit in sitting.hits]
    if any(not _same(outputs[0], other) for other in outputs[1:]):
        sitting.refuse(
            said(
                "Expected matching rules to agree (ANY), but rules {numbers_of} do not",
                numbers_of=_numbers_of(sitting.hits),
            )
        )
        return None
    return _single(sitting)


def _same(left: list[Any], right: list[Any]) -> bool:
    return equal(left, right) is True


def _priority(sitting: Sitting) -> Any:
    sitting.hits = _by_priority(sitting)
    return _single(sitting)


def _output_order(sitting: Sitting) -> Any:
    sitting.hits = _by_priority(sitting)
    return _all(sitting)


def _all(sitting: Sitting) -> list[Any]:
    return [shaped(hit.outputs, sitting.table) for hit in sitting.hits]


def _by_priority(sitting: Sitting) -> list[Hit]:
    """Hits by the place of their outputs among the possible values, first column first (8.2.10)."""
    ranks = [_ranking(clause, sitting) for clause in sitting.table.outputs]
    return sorted(
        sitting.hits, key=lambda hit: [_rank(v, r) for v, r in zip(hit.outputs, ranks, strict=True)]
    )


def _ranking(clause: OutputClause, sitting: Sitting) -> list[Any]:
    """The possible values of an output, best first; those of its type where the column lists none."""
    if clause.ranking is not None:
        return list(sitting.logic.text(clause.ranking, sitting.scope, quiet=True) or ())
    return []


def _rank(value: Any, ranking: list[Any]) -> int:
    for place, candidate in enumerate(ranking):
        if equal(candidate, value) is True:
            return place
    return len(ranking)


def _collect(sitting: Sitting) -> Any:
    if not sitting.table.aggregation:
        return _all(sitting)
    if sitting.table.aggregation == "COUNT":
        return Decimal(len(sitting.hits))
    if len(sitting.table.outputs) > 1:
        sitting.refuse(said("Expected one output to aggregate, but the table has several"))
        return None
    return _aggregate([hit.outputs[0] for hit in sitting.hits], sitting)


def _aggregate(values: list[Any], sitting: Sitting) -> Any:
    """Sum, least or greatest of the outputs; null where there are none or they cannot be compared."""
    aggregation = sitting.table.aggregation
    if not values:
        sitting.refuse(
            said(
                "Expected a rule to match, but there is nothing to aggregate ({aggregation})",
                aggregation=aggregation,
            )
        )
        return None
    try:
        return _AGGREGATES[aggregation](values)
    except Fault as fault:
        sitting.refuse(said("{sentence} ({aggregation})", sentence=fault.sentence, aggregation=aggregation))
        return None


def _sum(values: list[Any]) -> Any:
    total = values[0]
    if not isinstance(total, Decimal | DaysTime | YearsMonths):
        raise Fault(said("Expected outputs that can be added up, but found {values}", values=show(values)))
    for value in values[1:]:
        total = calculate("+", total, value)
    return total


def _in_order(values: list[Any]) -> list[Any]:
    order(values[0], values[0])  # even one value must be of a kind that has an order
    return sorted(values, key=cmp_to_key(order))


_AGGREGATES: dict[str, Callable[[list[Any]], Any]] = {
    "SUM": _sum,
    "MIN": lambda values: _in_order(values)[0],
    "MAX": lambda values: _in_order(values)[-1],
}

POLICIES: dict[str, Callable[[Sitting], Any]] = {
    "UNIQUE": _unique,
    "ANY": _any,
    "FIRST": _single,
    "PRIORITY": _priority,
    "OUTPUT ORDER": _output_order,
    "RULE ORDER": _all,
    "COLLECT": _collect,
}
