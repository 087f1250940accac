"""A table as a grid: one dimension for each thing its conditions look at, cut into regions.

Called by the checks of this package. Two columns that look at the same expression are one dimension, so
that no witness gives one fact two values. A cell that cannot be told is unknown: it counts as accepting
nothing where coverage is asked and everything where collision is asked, and it is always reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from engine.dmn.axis import OTHER_TEXT, Axis, Unorderable, places
from engine.dmn.cells import Condition, constants, names_null
from engine.dmn.columns import Column, column_of, conditions_of, kinds_of
from engine.dmn.expressions import InputClause, Table, Text
from engine.dmn.proof.shown import show_regions
from engine.dmn.record import plain
from engine.dmn.types import ItemType

_LOOKED_AT = 32
"""How many regions are looked through for a plain sample."""


@dataclass(slots=True)
class Dimension:
    """One fact the table looks at.

    `domain` are the regions that can occur. For each rule `must` are the regions it surely accepts and
    `may` those it possibly accepts; they differ only where a cell is unknown. `declared` are the values
    a declaration lists, in its order.
    """

    source: str
    axis: Axis
    domain: int
    must: list[int] = field(default_factory=list)
    may: list[int] = field(default_factory=list)
    declared: tuple[Any, ...] = ()

    def groups(self) -> list[tuple[int, int]]:
        """The domain parted by which rules surely accept it: (rules, regions), in rising order."""
        found: dict[int, int] = {}
        rules = Column(self.axis, self.must).rules_by_region()
        for region in places(self.domain):
            found[rules[region]] = found.get(rules[region], 0) | 1 << region
        return list(found.items())

    def sample(self, regions: int) -> Any:
        """A value in one of the regions, as FEEL has it: the one that reads most plainly."""
        first = islice(places(regions), _LOOKED_AT)
        return min(((region, self.axis.sample(region)) for region in first), key=_plainness)[1]

    def shown(self, regions: int) -> str:
        """The regions in words: `area_m2 > 10`."""
        return show_regions(self.source, self.axis, regions, self.domain)


@dataclass(slots=True)
class Unknown:
    """A cell, column or declaration that the proof cannot read, and why."""

    source: str
    rule: int | None
    text: str
    why: str


@dataclass(slots=True)
class Grid:
    """All dimensions of a table, and what could not be read of it."""

    table: Table
    dimensions: list[Dimension]
    unknown: list[Unknown]

    @property
    def rules(self) -> range:
        """The places of the rules, from 0."""
        return range(len(self.table.rules))

    def witness(self, chosen: Mapping[int, int]) -> dict[str, Any]:
        """A concrete input as plain data: for each dimension a value in the chosen regions."""
        return {
            dimension.source: plain(dimension.sample(chosen.get(place, dimension.domain)))
            for place, dimension in enumerate(self.dimensions)
        }

    def box(self, rule: int) -> dict[int, int]:
        """The regions a rule possibly accepts, by dimension."""
        return {place: d.may[rule] & d.domain for place, d in enumerate(self.dimensions)}


TypeOf = Mapping[str, ItemType]
"""The declared types of the expressions columns look at, by their text."""


def grid_of(table: Table, types: TypeOf, whole: frozenset[str] = frozenset()) -> Grid:
    """The grid of a table. `whole` names expressions whose numbers have no fractions."""
    unknown: list[Unknown] = []
    groups: dict[str, list[int]] = {}
    for place, clause in enumerate(table.inputs):
        groups.setdefault(clause.source or clause.id, []).append(place)
    dimensions = [
        _Builder(table, source, columns, types.get(source), unknown, whole=source in whole).dimension()
        for source, columns in groups.items()
    ]
    return Grid(table, dimensions, unknown)


class _Builder:
    """Builds the dimension of one expression, from every column that looks at it."""

    def __init__(
        self,
        table: Table,
        source: str,
        columns: list[int],
        declared: ItemType | None,
        unknown: list[Unknown],
        *,
        whole: bool,
    ) -> None:
        self._table = table
        self._source = source
        self._clauses = [table.inputs[place] for place in columns]
        self._cells = [[rule.tests[place] for rule in table.rules] for place in columns]
        self._types = [*_lineage(declared), *(t for c in self._clauses for t in _lineage(_type_of(c)))]
        self._unknown = unknown
        self._whole = whole or any(each.whole for each in self._types)

    def dimension(self) -> Dimension:
        """The dimension; where its values lie on no line, every cell of it is unknown."""
        limits = self._limits()
        read = [conditions_of(cells) for cells in self._cells]
        limit_conditions = conditions_of(limits)
        everything = [condition for column in [*read, limit_conditions] for condition in column]
        kind = self._kind(everything)
        more = [c for condition in everything if not isinstance(condition, str) for c in constants(condition)]
        try:
            columns = [
                self._column(cells, found, kind, more) for cells, found in zip(self._cells, read, strict=True)
            ]
            domain = self._column(limits, limit_conditions, kind, more)
        except Unorderable as unorderable:
            return self._dark(str(unorderable))
        self._note_unclear(columns)
        spoken = any(not isinstance(condition, str) and names_null(condition) for condition in everything)
        found = self._joined(columns, self._domain(limits, domain, null=spoken))
        found.declared = tuple(
            c for each in limit_conditions if not isinstance(each, str) for c in constants(each)
        )
        return found

    def _column(
        self, cells: list[Text], conditions: list[Condition | str], kind: str, more: Iterable[object]
    ) -> Column:
        return column_of(cells, conditions, kind, more=more, whole=self._whole)

    def _limits(self) -> list[Text]:
        """Every declaration of which values can occur."""
        declared = [Text(c.text, 0, c.tests) for each in self._types for c in each.constraints]
        return [*declared, *(clause.values for clause in self._clauses if clause.values is not None)]

    def _kind(self, conditions: list[Condition | str]) -> str:
        """The kind of the values: declared, or that of most constants; text where nothing tells."""
        for each in self._types:
            if each.kind not in ("Any", "list", "context", "function", "range"):
                return each.kind
        kinds = sorted(kinds_of(conditions))
        return kinds[0] if kinds else "string"

    def _domain(self, limits: list[Text], column: Column, *, null: bool) -> int:
        """The regions that can occur; null only where a declaration or a cell speaks of it."""
        axis = column.axis
        mask = axis.inhabited
        for place, limit in enumerate(limits):
            if place in column.unclear:
                self._unknown.append(Unknown(self._source, None, limit.text, column.unclear[place]))
            else:
                mask &= column.masks[place]
        return mask | (axis.null if null else 0)

    def _note_unclear(self, columns: list[Column]) -> None:
        for cells, column in zip(self._cells, columns, strict=True):
            for rule, why in column.unclear.items():
                self._unknown.append(Unknown(self._source, rule, cells[rule].text, why))

    def _joined(self, columns: list[Column], domain: int) -> Dimension:
        found = Dimension(self._source, columns[0].axis, domain)
        for rule in range(len(self._table.rules)):
            must = may = domain
            for column in columns:
                must &= 0 if rule in column.unclear else column.masks[rule]
                may &= domain if rule in column.unclear else column.masks[rule]
            found.must.append(must)
            found.may.append(may)
        return found

    def _dark(self, why: str) -> Dimension:
        """A dimension nothing is known of: only an empty cell surely accepts it."""
        axis = Axis("unknown", ())
        found = Dimension(self._source, axis, axis.all)
        for rule in range(len(self._table.rules)):
            cells = [column[rule] for column in self._cells]
            surely = all(cell.is_any for cell in cells)
            found.must.append(axis.all if surely else 0)
            found.may.append(axis.all)
            self._unknown.extend(
                Unknown(self._source, rule, cell.text, why) for cell in cells if not cell.is_any
            )
        return found


def _plainness(sample: tuple[int, Any]) -> tuple[bool, bool]:
    """Whole numbers before fractions, values the table names before others, then the order of the axis."""
    region, value = sample
    if isinstance(value, Decimal):
        return value != value.to_integral_value(), False
    return isinstance(value, str) and region % 2 == 0, isinstance(value, str) and value != OTHER_TEXT


def _lineage(declared: ItemType | None) -> list[ItemType]:
    return declared.lineage() if declared else []


def _type_of(clause: InputClause) -> ItemType | None:
    return clause.expression.type if clause.expression else None
