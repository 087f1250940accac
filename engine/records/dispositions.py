"""What was disposed of, and who approved it: read from the rows that let the database erase it.

Called by casework, by the audit and by the pages that must say why data are gone. Writes nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from engine.errors import said
from engine.records.tables import disposition


class Approved(NamedTuple):
    """One disposition of data of a stream: how many entries, who approved it, when, on what basis."""

    entries: int
    approved_by: str
    approved_at: str
    basis: str

    @property
    def sentence(self) -> str:
        """The disposition in words."""
        return said(
            "the data of {entries} entries were disposed of on {day}, approved by {approver} ({basis})",
            entries=self.entries,
            day=self.approved_at[:10],
            approver=self.approved_by,
            basis=self.basis,
        )


def file_stream(sha256: str) -> str:
    """Under which name the disposition of a file stands."""
    return f"blob:{sha256}"


def of_stream(connection: Connection, stream: str) -> list[Approved]:
    """The dispositions of a stream's data, oldest first; none for most."""
    t = disposition.c
    grouped = (t.approved_by, t.approved_at, t.basis)
    query = select(func.count(), *grouped).where(t.stream == stream).group_by(*grouped)
    return [Approved(*row) for row in connection.execute(query.order_by(t.approved_at))]
