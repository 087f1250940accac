"""Evaluates a decision table: which rules hit, and what the hit policy makes of them (DMN 1.5, chapter 8).

Called by `engine.dmn.logic`. Every evaluation writes its evidence: the inputs each column saw, the rules
that hit with their annotations and outputs, the result, the reason of a null. What the hits amount to is
for `engine.dmn.policies` to say.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from engine.dmn.expressions import (
    Expression,
    InputClause,
    OutputClause,
    Rule,
    Table,
    Text,
    Variable,
)
from engine.dmn.index import RuleIndex
from engine.dmn.policies import POLICIES, Evaluator, Hit, Scope, Sitting, shaped
from engine.dmn.record import plain
from engine.dmn.types import show
from engine.errors import said


def decide(table: Table, scope: Scope, logic: Evaluator) -> Any:
    """The table's value in a scope; its evidence goes to the record of the logic."""
    sitting = Sitting(table, scope, logic)
    sitting.seen = [_input(clause, sitting) for clause in table.inputs]
    value = None
    if not sitting.reasons:
        matching = _matching(sitting)
        deciding = matching[:1] if table.hit_policy == "FIRST" else matching
        sitting.hits = [Hit(rule, _outputs(rule, sitting)) for rule in deciding]
        value = _result(sitting)
    logic.record.table(_evidence(sitting, value))
    return value


# Conditions


def _input(clause: InputClause, sitting: Sitting) -> Any:
    """What a column looks at. A value outside the column's possible values refuses the table (8.3.2)."""
    logic = sitting.logic
    value = logic.value(clause.expression, sitting.scope)
    if clause.values is not None and value is not None:
        accepted = logic.text(clause.values, {**sitting.scope, "?": value}, quiet=True)
        if accepted is not True:
            sitting.refuse(
                said(
                    "Expected {source} to be one of {text}, but it is {value}",
                    source=clause.source,
                    text=clause.values.text,
                    value=show(value),
                )
            )
    return value


def _matching(sitting: Sitting) -> list[Rule]:
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


def _outputs(rule: Rule, sitting: Sitting) -> list[Any]:
    pairs = zip(sitting.table.outputs, rule.outputs, strict=True)
    return [_output(clause, cell, sitting) for clause, cell in pairs]


def _output(clause: OutputClause, cell: Expression | None, sitting: Sitting) -> Any:
    """A cell's value, null where it is not among the possible values of its column (8.3.3)."""
    logic = sitting.logic
    value = logic.fitted(logic.value(cell, sitting.scope), Variable(clause.name, clause.type))
    if clause.values is None or value is None:
        return value
    if logic.text(clause.values, {**sitting.scope, "?": value}, quiet=True) is True:
        return value
    logic.record.reason(
        said(
            "Expected {name} to be one of {text}, but it is {value}",
            name=clause.name or said("the output"),
            text=clause.values.text,
            value=show(value),
        )
    )
    return None


def _result(sitting: Sitting) -> Any:
    table = sitting.table
    if not sitting.hits and any(clause.default is not None for clause in table.outputs):
        return shaped([_output(clause, clause.default, sitting) for clause in table.outputs], table)
    return POLICIES[table.hit_policy](sitting)


# Evidence


def _evidence(sitting: Sitting, value: Any) -> dict[str, Any]:
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
