"""The outputs of a table that are known before it is evaluated.

Called by the checks. An output is constant when its expression reads no variable and no clock; anything
else is a formula, which the checks probe but never take for known.
"""

from __future__ import annotations

from typing import Any

from engine.dmn.cells import Unclear, constant_of
from engine.dmn.expressions import Expression, Literal, Table, Text
from engine.dmn.types import ItemType, fit
from engine.feel.compare import equal


class Formula:
    """Marks an output that is no constant."""


FORMULA = Formula()


class Constants:
    """The constant outputs of a table by rule (from 0) and column, FORMULA where there is none."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.cells = [
            [_constant(cell, table.outputs[place].type) for place, cell in enumerate(rule.outputs)]
            for rule in table.rules
        ]
        self._rankings = [_values(output.ranking) for output in table.outputs]

    def agree(self, one: int, two: int) -> bool:
        """Whether two rules surely give the same outputs."""
        rules = self._table.rules
        pairs = zip(self.cells[one], self.cells[two], rules[one].outputs, rules[two].outputs, strict=True)
        return all(_same(*pair) for pair in pairs)

    def outranks(self, one: int, two: int) -> bool:
        """Whether rule `one` surely wins over `two` by the order of possible values (8.2.10)."""
        first, second = self._rank(one), self._rank(two)
        if first is None or second is None:
            return False
        return (first, one) < (second, two)

    def _rank(self, rule: int) -> list[int] | None:
        cells = self.cells[rule]
        if any(isinstance(cell, Formula) for cell in cells):
            return None
        return [_place(cell, ranking) for cell, ranking in zip(cells, self._rankings, strict=True)]


def _constant(cell: Expression, declared: ItemType | None) -> Any:
    if not isinstance(cell, Literal) or cell.text.fault:
        return FORMULA
    if cell.text.compiled is None:
        return None
    try:
        return fit(constant_of(cell.text.text), declared)[0]
    except Unclear:
        return FORMULA


def _values(ranking: Text | None) -> list[Any]:
    if ranking is None:
        return []
    try:
        found = constant_of(f"[{ranking.text}]")
    except Unclear:
        return []
    return found if isinstance(found, list) else []


def _place(value: Any, ranking: list[Any]) -> int:
    return next((at for at, known in enumerate(ranking) if equal(known, value) is True), len(ranking))


def _same(one: Any, two: Any, one_cell: Expression, two_cell: Expression) -> bool:
    if isinstance(one, Formula) or isinstance(two, Formula):
        return _text_of(one_cell) is not None and _text_of(one_cell) == _text_of(two_cell)
    return equal(one, two) is True


def _text_of(cell: Expression) -> str | None:
    return cell.text.text if isinstance(cell, Literal) else None
