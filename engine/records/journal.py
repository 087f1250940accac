"""The journal: appending entries and reading them back.

Called inside the transaction of whoever records something. Appending is one insert; the database
refuses every later change (see `triggers`). Streams: `case:<id>` (one per case), `access:<id>`
(readings of its file), `definitions`, `organisation`, `security`, `patrol` (what each night's check found),
`dispositions` (whose data were erased, approved by whom), `operations` (what befell the installation itself).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from engine.errors import Conflict, said
from engine.records.entries import GENESIS, Entry, Event, from_row
from engine.records.tables import entry as entry_table

DEFINITIONS = "definitions"
ORGANISATION = "organisation"
SECURITY = "security"
DISPOSITIONS = "dispositions"
OPERATIONS = "operations"


def case_stream(case_id: int) -> str:
    """The stream of a case."""
    return f"case:{case_id}"


def access_stream(case_id: int) -> str:
    """The stream of the readings of a case's file: chained beside the case, no version bump of it."""
    return f"access:{case_id}"


def append(connection: Connection, entry: Entry) -> None:
    """Write one entry. Raises Conflict where its place in the stream is taken."""
    row = {
        "stream": entry.stream,
        "seq": entry.seq,
        "case_id": entry.case_id,
        "moment": entry.moment,
        "head": entry.head,
        "payload": entry.payload,
        "hash": entry.hash,
    }
    try:
        connection.execute(insert(entry_table).values(row))
    except IntegrityError as error:
        raise Conflict(
            said(
                "Expected entry {seq} of {stream} to be free, but it has been written",
                seq=entry.seq,
                stream=entry.stream,
            )
        ) from error


def record(
    connection: Connection,
    stream: str,
    moment: str,
    actor: Mapping[str, Any],
    command: Mapping[str, Any],
    *,
    salt: str,
    events: Sequence[Event] = (),
    case_id: int | None = None,
) -> Entry:
    """Append to a stream that is no case: its last entry is looked up under lock."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:stream))"), {"stream": stream})
    seq, previous = last(connection, stream)
    made = Entry(
        stream=stream,
        seq=seq + 1,
        case_id=case_id,
        moment=moment,
        actor=actor,
        command=command,
        events=tuple(events),
        previous=previous,
        salt=salt,
    )
    append(connection, made)
    return made


def last(connection: Connection, stream: str) -> tuple[int, str]:
    """Sequence number and hash of the newest entry of a stream; (0, GENESIS) for a new one."""
    query = (
        select(entry_table.c.seq, entry_table.c.hash)
        .where(entry_table.c.stream == stream)
        .order_by(entry_table.c.seq.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return (row.seq, row.hash) if row else (0, GENESIS)


def read(connection: Connection, stream: str, *, first: int = 1) -> Iterator[Entry]:
    """The entries of a stream in order, from sequence number `first`."""
    query = (
        select(entry_table)
        .where(entry_table.c.stream == stream, entry_table.c.seq >= first)
        .order_by(entry_table.c.seq)
    )
    for row in connection.execute(query):
        yield from_row(row.stream, row.seq, row.case_id, row.head, row.payload)


def rows(connection: Connection, stream: str) -> Iterator[Mapping[str, Any]]:
    """The stored rows of a stream as they are, for verification and export."""
    query = select(entry_table).where(entry_table.c.stream == stream).order_by(entry_table.c.seq)
    for row in connection.execute(query):
        yield dict(row._mapping)


def heads(connection: Connection) -> list[tuple[str, int, str]]:
    """Stream, sequence number and hash of the newest entry of every stream, in order of stream."""
    newest = (
        select(entry_table.c.stream, func.max(entry_table.c.seq).label("seq"))
        .group_by(entry_table.c.stream)
        .subquery()
    )
    query = select(entry_table.c.stream, entry_table.c.seq, entry_table.c.hash).join(
        newest, (entry_table.c.stream == newest.c.stream) & (entry_table.c.seq == newest.c.seq)
    )
    return sorted((row.stream, row.seq, row.hash) for row in connection.execute(query))
