"""Checks 3 and 18 on dispositions: what is gone was disposed of, and what is marked so was approved.

Called by `verify` and `verify_whole`. The rules stand in `approvals`, which the offline program carries
along; here they are asked of the stored rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Select, select

from engine.audit.approvals import DISPOSITIONS, approved_in, covers, unapproved
from engine.audit.past import Row
from engine.errors import said
from engine.records import journal
from engine.records.tables import disposition

Found = Iterator[tuple[int, str, int]]
"""Number of the check, sentence, place of the entry."""
_UNREADABLE = (KeyError, TypeError, ValueError, AttributeError)
_MARKED = select(disposition).order_by(disposition.c.stream, disposition.c.seq)


def approved(connection: Connection) -> list[Row]:
    """What the stream of dispositions tells. Of an entry that cannot be read, nothing: its checks name it."""
    acts: list[Row] = []
    for row in journal.rows(connection, DISPOSITIONS):
        with suppress(*_UNREADABLE):
            acts += approved_in(dict(row))
    return acts


def of_stream(
    connection: Connection, stream: str, rows: Sequence[Mapping[str, Any]], acts: list[Row] | None
) -> Found:
    """Data that are gone were disposed of with an approval, which the stream of dispositions tells of."""
    marked = _marked(connection, _MARKED.where(disposition.c.stream == stream))
    gone = [row for row in rows if row["payload"] is None]
    if marked or gone:
        told = approved(connection) if acts is None else acts
        hashes = {str(row["seq"]): row["hash"] for row in rows}
        for seq, (sentence, parts) in unapproved(marked, told, stream, hashes):
            yield 3, said(sentence, **parts), seq
    kept = {row["seq"] for row in marked}
    for row in gone:
        if row["seq"] not in kept:
            detail = said(
                "{stream} #{seq}: Expected its data, or an approval of their disposal, but found none",
                stream=row["stream"],
                seq=row["seq"],
            )
            yield 3, detail, row["seq"]


def of_all(connection: Connection, acts: list[Row]) -> Iterator[str]:
    """Check 18: the table of dispositions says what the stream says, no row more and none less."""
    marked = _marked(connection, _MARKED)
    yield from (said(sentence, **parts) for _, (sentence, parts) in unapproved(marked, acts, "", {}))
    for act in acts:
        wanted = max(act["last"], 1)
        found = sum(covers(act, row) for row in marked)
        if found != wanted:
            yield said(
                "dispositions #{act}: Expected {wanted} rows of what it disposed of {stream}, but found "
                "{found}",
                act=act["act"],
                wanted=wanted,
                stream=act["stream"],
                found=found,
            )


def _marked(connection: Connection, query: Select[Any]) -> list[Row]:
    return [dict(row._mapping) for row in connection.execute(query)]
