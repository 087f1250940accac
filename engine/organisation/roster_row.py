"""One row of a roster file: its cells read with their faults noted, never raised.

Used by `roster`. It knows nothing of the organisation the rows describe.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from engine.errors import said

_CODE = re.compile(r"[a-z0-9]+([.\-_][a-z0-9]+)*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LENGTHS = {"code": 80, "name_zh": 200, "name_en": 200, "short_zh": 40, "name": 200}


@dataclass(frozen=True)
class Row:
    """One row of a file; row 1 holds the column names."""

    file: str
    number: int
    cells: Mapping[str, str]
    fault: Callable[[str, int, str, str], None]

    def text(self, column: str, *, needed: bool = True) -> str:
        """What stands in a cell; at fault where it is needed and empty, or too long."""
        value = self.cells.get(column, "")
        if needed and not value:
            self.refuse(column, said("a value, but the cell is empty"))
        elif len(value) > _LENGTHS.get(column, len(value)):
            self.refuse(
                column,
                said(
                    "at most {lengths} characters, but found {count}",
                    lengths=_LENGTHS[column],
                    count=len(value),
                ),
            )
        return value

    def code(self, column: str, pattern: re.Pattern[str] = _CODE, *, needed: bool = True) -> str:
        """A code or whatever else the pattern asks for."""
        value = self.text(column, needed=needed)
        if value and not pattern.fullmatch(value):
            self.refuse(
                column, said("lower-case letters, digits and . - _, but found “{value}”", value=value)
            )
        return value

    def several(self, column: str) -> tuple[str, ...]:
        """The values of a cell that a semicolon separates, each once."""
        # Spreadsheets with a Chinese keyboard give the full-width semicolon.
        parts = self.cells.get(column, "").replace("；", ";").split(";")
        return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))

    def day(self, column: str) -> date | None:
        """The day of a cell; None where it is empty or, at fault, no day."""
        value = self.cells.get(column, "")
        if not value:
            return None
        try:
            if not _DATE.fullmatch(value):
                raise ValueError(value)
            return date.fromisoformat(value)
        except ValueError:
            self.refuse(column, said("a date such as 2026-01-31, but found “{value}”", value=value))
            return None

    def refuse(self, column: str, rest: str) -> None:
        """Report a fault of the cell: "Expected " and the rest of the sentence."""
        self.fault(self.file, self.number, column, said("Expected {rest}", rest=rest))
