"""Checks 8, 15 and 16 on the database: what `authority` asks of stored rows, answered from the journal.

Called by `verify`. It reads the streams `organisation` and `register:officers`; what is asked stands in
`authority`, which the offline program carries along.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection

from engine.audit.authority import Authority, events_told
from engine.audit.past import STREAMS, Past
from engine.errors import BanjieError, said
from engine.records import journal

_UNREADABLE = (BanjieError, KeyError, TypeError, ValueError, AttributeError, LookupError)


def past_of(connection: Connection) -> Past:
    """What the two streams say. Of an entry that cannot be read, nothing: its own checks name it."""
    told: list[tuple[str, str, Any]] = []
    for stream in STREAMS:
        for row in journal.rows(connection, stream):
            with suppress(*_UNREADABLE):
                told += events_told(dict(row))
    return Past(told)


def faults(rows: Iterable[Mapping[str, Any]], past: Past) -> Iterator[tuple[int, str, int]]:
    """Every fault of a case: number of the check, sentence, entry. Unreadable entries are left to others."""
    case = Authority(past)
    for row in rows:
        try:
            for check, (sentence, parts) in case.take(dict(row)):
                place = {"stream": row["stream"], "seq": row["seq"]}
                told = said(sentence, **parts)
                yield check, said("{stream} #{seq}: {sentence}", **place, sentence=told), row["seq"]
        except _UNREADABLE:
            case.whole = False
