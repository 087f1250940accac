"""Finds the rules that hit through an index instead of trying every rule.

Built by `engine.dmn.table` when a table is first evaluated. Each column turns its value into the mask of
the rules that may accept it; what is left after all columns are rules that hit, but for cells the index
could not read, which are evaluated one by one. It never decides anything the cells would not.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.dmn.axis import Unorderable, key_of, places
from engine.dmn.columns import column_of, conditions_of, kinds_of
from engine.dmn.expressions import Rule, Table, Text
from engine.dmn.values import kind_of

_INDEXED = frozenset({"number", "string", "boolean", "date"})

MOST_RULES = 4_000
"""A table with more rules is scanned: the masks of an index grow with the square of its rules."""

Test = Callable[[Text, Any], bool]
"""Whether a cell accepts a value, asked of the cell itself."""


@dataclass(slots=True)
class _IndexedColumn:
    """A column whose values find their rules by bisection."""

    kind: str
    keys: list[Any]
    rules: list[int]
    unclear: int
    null: int

    def candidates(self, value: Any) -> tuple[int, int]:
        """The rules that may accept the value, and among them those whose cell must be asked."""
        if value is None:
            found = self.rules[self.null]
        elif kind_of(value) == self.kind:
            key = key_of(value)
            at = bisect_left(self.keys, key)
            found = self.rules[2 * at + (at < len(self.keys) and self.keys[at] == key)]
        else:
            return -1, -1
        return found, found & self.unclear


class RuleIndex:
    """The index of one table."""

    def __init__(self, table: Table) -> None:
        self._rules = table.rules
        self._all = (1 << len(table.rules)) - 1
        small = len(table.rules) <= MOST_RULES
        self._columns = [
            _indexed([rule.tests[place] for rule in table.rules]) if small else None
            for place in range(len(table.inputs))
        ]

    def hits(self, seen: list[Any], test: Test) -> list[Rule]:
        """The rules that accept what the columns see, in the order of the table."""
        alive = self._all
        asked: list[tuple[int, int]] = []
        for place, (column, value) in enumerate(zip(self._columns, seen, strict=True)):
            found, doubtful = column.candidates(value) if column else (-1, -1)
            alive &= found
            if doubtful:
                asked.append((place, doubtful))
        for place, doubtful in asked:
            for rule in places(alive & doubtful):
                cell = self._rules[rule].tests[place]
                if not cell.is_any and not test(cell, seen[place]):
                    alive &= ~(1 << rule)
        return [self._rules[rule] for rule in places(alive)]


def _indexed(cells: list[Text]) -> _IndexedColumn | None:
    conditions = conditions_of(cells)
    kinds = kinds_of(conditions) or {"string"}
    if len(kinds) > 1 or not kinds <= _INDEXED:
        return None
    try:
        column = column_of(cells, conditions, next(iter(kinds)))
    except Unorderable:
        return None
    unclear = sum(1 << rule for rule in column.unclear)
    return _IndexedColumn(
        column.axis.kind, column.axis.keys, column.rules_by_region(), unclear, column.axis.size
    )
