"""Checks 8, 15 and 16 on the database: what `authority` asks of stored rows, answered from the journal.

Called by `verify`. It reads the streams `organisation` and `register:officers`; what is asked stands in
`authority`, which the offline program carries along.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection

from engine.audit import stored
from engine.audit.authority import Authority, told_by
from engine.audit.past import STREAMS, Past
from engine.audit.stored import Stored
from engine.errors import BanjieError, said

_UNREADABLE = (BanjieError, KeyError, TypeError, ValueError, AttributeError, LookupError)


def past_of(connection: Connection) -> Past:
    """What the two streams say. Of an entry that cannot be read, nothing: its own checks name it."""
    told: list[tuple[str, str, Any]] = []
    for stream in STREAMS:
        for row in stored.read(connection, stream):
            with suppress(*_UNREADABLE):
                told += told_by(row.row, None if row.erased else row.data["events"])
    return Past(told)


def faults(rows: Iterable[Stored], past: Past) -> Iterator[tuple[int, str, int]]:
    """Every fault of a case: number of the check, sentence, entry. Unreadable entries are left to others."""
    case = Authority(past)
    for one in rows:
        try:
            told = None if one.erased else one.data["events"]
            for check, (sentence, parts) in case.follow(one.head, told):
                yield (
                    check,
                    said("{name}: {sentence}", name=one.name, sentence=said(sentence, **parts)),
                    one.seq,
                )
        except _UNREADABLE:
            case.whole = False
