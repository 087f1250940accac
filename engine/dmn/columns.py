"""A table's columns as axes and masks: which rules accept which region of values.

Called by the rule index (evaluation) and by the proof. Built once per table; a cell that cannot be told
from its text is kept as unclear with the reason, so that neither caller can take it for known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from engine.dmn.asking import holds
from engine.dmn.axis import Axis, axis_of
from engine.dmn.cells import ANYTHING, Condition, Unclear, condition_of, constants, mask_of
from engine.dmn.expressions import Text
from engine.dmn.values import kind_of


@dataclass(slots=True)
class Column:
    """One column: `masks[r]` are the regions rule r accepts (null's bit included).

    Where `unclear` names a rule, its mask is meaningless and the reason stands there instead.
    """

    axis: Axis
    masks: list[int]
    unclear: dict[int, str] = field(default_factory=dict)

    def rules_by_region(self) -> list[int]:
        """For each region, null last, the mask of the rules that accept it; unclear rules always."""
        toggles = [0] * (self.axis.size + 2)
        for rule, mask in enumerate(self.masks):
            bit = 1 << rule
            for start, end in _runs((self.axis.all | self.axis.null) if rule in self.unclear else mask):
                toggles[start] ^= bit
                toggles[end] ^= bit
        found, current = [], 0
        for toggle in toggles[:-1]:
            current ^= toggle
            found.append(current)
        return found


def _runs(mask: int) -> Iterable[tuple[int, int]]:
    """The stretches of set bits, as (first, one past the last)."""
    at = 0
    while mask:
        gap = (mask & -mask).bit_length() - 1
        mask >>= gap
        length = (~mask & (mask + 1)).bit_length() - 1
        yield at + gap, at + gap + length
        at += gap + length
        mask >>= length


def conditions_of(cells: list[Text], names: frozenset[str] = frozenset()) -> list[Condition | str]:
    """Each cell's condition, or why it cannot be told."""
    return [_condition(cell, names) for cell in cells]


def _condition(cell: Text, names: frozenset[str]) -> Condition | str:
    if cell.is_any:
        return ANYTHING
    if cell.fault:
        return cell.fault
    try:
        return condition_of(cell.text, names)
    except Unclear as unclear:
        return str(unclear)


def kinds_of(conditions: Iterable[Condition | str]) -> set[str]:
    """The kinds of the constants that conditions speak of."""
    return {
        kind_of(c) for condition in conditions if not isinstance(condition, str) for c in constants(condition)
    }


def column_of(
    cells: list[Text],
    conditions: list[Condition | str],
    kind: str,
    *,
    more: Iterable[object] = (),
    whole: bool = False,
) -> Column:
    """The column of cells whose input is of a kind; `more` are constants that cut the axis besides.

    Raises Unorderable where the constants do not lie on one line.
    """
    known = [condition for condition in conditions if not isinstance(condition, str)]
    spoken = [constant for condition in known for constant in constants(condition)]
    axis = axis_of(kind, [c for c in [*spoken, *more] if kind_of(c) == kind], whole=whole)
    column = Column(axis, [])
    for rule, (cell, condition) in enumerate(zip(cells, conditions, strict=True)):
        column.masks.append(_mask(rule, cell, condition, column))
    return column


def _mask(rule: int, cell: Text, condition: Condition | str, column: Column) -> int:
    if isinstance(condition, str):
        column.unclear[rule] = condition
        return 0
    try:
        return mask_of(condition, column.axis) | _null_bit(cell, column.axis)
    except Unclear as unclear:
        column.unclear[rule] = str(unclear)
        return 0


def _null_bit(cell: Text, axis: Axis) -> int:
    """Whether the cell accepts null is asked of the cell itself; its text was found to need nothing else."""
    if cell.compiled is None:
        return axis.null
    return axis.null if holds(cell.compiled, None) else 0
