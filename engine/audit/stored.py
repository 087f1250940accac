"""The rows of a stream, each read once for all checks that ask something of it.

Called by `verify` and by what it asks. A row that cannot be read is no reason to stop: it says why, and the
checks of its own entry name it; every other check passes it over.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from engine import canonical
from engine.errors import BanjieError
from engine.records import journal
from engine.records.entries import Entry, from_parts


class Stored:
    """One row of a stream: as it is stored, its head and data as they read, the entry they make.

    `head` is empty where it is no head; `data` is None where it was disposed of or cannot be read; `entry`
    is None where the row is no entry, and `fault` then says why.
    """

    __slots__ = ("data", "entry", "fault", "head", "row")

    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row
        self.head: dict[str, Any] = {}
        self.data: Any = None
        self.entry: Entry | None = None
        self.fault = ""
        written: Any = None
        faults = []
        try:
            written = canonical.loads(row["head"])
        except BanjieError as error:
            faults.append(error.sentence)
        if isinstance(written, dict):
            self.head = written
        try:
            self.data = None if row["payload"] is None else canonical.loads(row["payload"])
        except BanjieError as error:
            faults.append(error.sentence)
        try:
            self.entry = None if faults else from_parts(row, written, self.data)
        except BanjieError as error:
            faults.append(error.sentence)
        self.fault = "".join(faults[:1])

    @property
    def name(self) -> str:
        """The place of the row, as people read it."""
        return f"{self.row['stream']} #{self.row['seq']}"

    @property
    def seq(self) -> Any:
        """Its number, or whatever stands in its place."""
        return self.row["seq"]

    @property
    def erased(self) -> bool:
        """Whether its data were disposed of."""
        return self.row["payload"] is None


def read(connection: Connection, stream: str) -> list[Stored]:
    """The rows of a stream in their order."""
    return [Stored(dict(row)) for row in journal.rows(connection, stream)]


def rows_of(stored: Iterable[Stored]) -> list[dict[str, Any]]:
    """The rows alone, as they are stored."""
    return [one.row for one in stored]
