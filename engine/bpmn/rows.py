"""Rows of a marking by id, in versions that share what did not change.

Used by `marking`. A step of a case touches a few rows of perhaps thousands: the newest version takes the rows
over and changes them in place, the one before remembers what it takes to be rebuilt. So a step costs what it
touches, and an older marking still reads as it was. Never asked by elements or the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from functools import cached_property
from operator import attrgetter
from typing import Any, TypeVar

from engine import canonical

Fields = list[Any]
T = TypeVar("T")


class Row:
    """The fields of one row, not to be changed, and their canonical text once it was asked for."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields

    @cached_property
    def text(self) -> str:
        """The canonical text."""
        return canonical.dumps(self.fields)


class Table:
    """One version of the rows of a kind, each under its id (the first of its fields)."""

    def __init__(self, rows: dict[int, Row]) -> None:
        self._rows = rows
        self._newer: Table | None = None
        self._before: Mapping[int, Row | None] = {}

    @classmethod
    def of(cls, written: Iterable[Fields]) -> Table:
        """The table of written rows."""
        return cls({fields[0]: Row(fields) for fields in written})

    def rows(self) -> Mapping[int, Row]:
        """The rows by id, in no order."""
        if self._newer is not None:
            self._rebuild()
        return self._rows

    def ordered(self) -> list[Row]:
        """The rows by rising id."""
        rows = self.rows()
        return [rows[identifier] for identifier in sorted(rows)]

    def changed(self, touched: Set[int], live: Mapping[int, T], fields: Callable[[T], Fields]) -> Table:
        """The next version: of what was touched, what lives has these fields now, the rest is gone."""
        if not touched:
            return self
        self.rows()
        rows, before = self._rows, {}
        for identifier in touched:
            before[identifier] = rows.pop(identifier, None)
            if identifier in live:
                rows[identifier] = Row(fields(live[identifier]))
        newer = Table(rows)
        self._rows, self._newer, self._before = {}, newer, before
        return newer

    def _rebuild(self) -> None:
        """Stand on its own again: the newest rows, with every change since taken back, the last first."""
        undo, version = [self._before], self
        while version._newer is not None:
            undo.append(version._before)
            version = version._newer
        rows = dict(version._rows)
        for before in reversed(undo):
            for identifier, row in before.items():
                if row is None:
                    rows.pop(identifier, None)
                else:
                    rows[identifier] = row
        self._rows, self._newer, self._before = rows, None, {}


class Touched:
    """The ids of what a run has touched since the last marking, by kind: the rows to write anew."""

    __slots__ = ("frames", "scopes", "tokens", "watches")

    def __init__(self) -> None:
        self.scopes: set[int] = set()
        self.frames: set[int] = set()
        self.tokens: set[int] = set()
        self.watches: set[int] = set()

    def forget(self) -> None:
        """Everything is written."""
        for one in (self.scopes, self.frames, self.tokens, self.watches):
            one.clear()


def kept(name: str) -> Any:
    """An attribute that a marking keeps: setting it leaves its owner among what was touched.

    Its owner has an `id` and, as `touched`, the ids of its kind; it begins by setting `kept_<name>` itself.
    """
    place = f"kept_{name}"

    def put(one: Any, value: object) -> None:
        setattr(one, place, value)
        one.touched.add(one.id)

    return property(attrgetter(place), put)
