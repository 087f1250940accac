"""Rows of registers: kept under their key, found by their marks, each write an entry of a stream.

Called by casework inside the transaction of a job or an import. The stream `register:<id>` is the record;
rows and marks are derived from it and can be rebuilt. What a row must hold is a definition, not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, select

from engine import canonical
from engine.records import journal
from engine.records.entries import Entry, Event
from engine.records.shared_tables import register_mark as marks
from engine.records.shared_tables import register_row as rows
from engine.records.store import Store

MOST_FOUND = 500
LONGEST_KEY = 200
WRITTEN = "RegisterRowWritten"


@dataclass(frozen=True)
class Row:
    """One row as it stands: `data` without the key, `seq` its last entry in the register's stream."""

    register: str
    key: str
    data: Mapping[str, Any]
    case_id: int | None
    written_at: str
    seq: int


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Who writes, when, for which case and job; `salt` keeps short values from being guessed."""

    moment: str
    actor: Mapping[str, Any]
    salt: str
    case_id: int | None = None
    job: int | None = None


def stream(register: str) -> str:
    """The stream of a register's writes."""
    return f"register:{register}"


def access_stream(register: str) -> str:
    """The stream of the readings of a register by officers."""
    return f"access:register:{register}"


def get(connection: Connection, register: str, key: str) -> Row | None:
    """The row under a key, or None."""
    found = connection.execute(select(rows).where(rows.c.register == register, rows.c.key == key)).first()
    return _row(found) if found else None


def find(connection: Connection, register: str, wanted: Mapping[str, Sequence[str]]) -> list[Row]:
    """Rows whose indexed fields hold one of the wanted values each, newest first, at most MOST_FOUND."""
    query = select(rows).where(rows.c.register == register)
    for field, values in wanted.items():
        marked = select(marks.c.key).where(
            marks.c.register == register, marks.c.field == field, marks.c.value.in_(list(values))
        )
        query = query.where(rows.c.key.in_(marked))
    query = query.order_by(rows.c.written_at.desc(), rows.c.seq.desc(), rows.c.key).limit(MOST_FOUND)
    return [_row(found) for found in connection.execute(query)]


def every(connection: Connection, register: str) -> Iterator[Row]:
    """All rows of a register in order of key, read a piece at a time."""
    last = ""
    while True:
        query = select(rows).where(rows.c.register == register, rows.c.key > last)
        piece = connection.execute(query.order_by(rows.c.key).limit(MOST_FOUND)).all()
        yield from map(_row, piece)
        if len(piece) < MOST_FOUND:
            return
        last = piece[-1].key


def count(connection: Connection) -> dict[str, int]:
    """How many rows each register has."""
    query = select(rows.c.register, func.count()).group_by(rows.c.register)
    return {row[0]: row[1] for row in connection.execute(query)}


def put(
    store: Store,
    connection: Connection,
    register: str,
    key: str,
    data: Mapping[str, Any],
    indexed: Iterable[str],
    origin: Origin,
) -> Row:
    """Keep a row under its key, in place of the one there was, and record it in the register's stream."""
    fields = sorted(indexed)
    event = {
        "register": register,
        "key": key,
        "row": dict(data),
        "case_id": origin.case_id,
        "job": origin.job,
        "indexed": fields,
    }
    command = {"type": "WriteRegister", "register": register, "key": key}
    entry = journal.record(
        connection,
        stream(register),
        origin.moment,
        origin.actor,
        command,
        events=[Event(WRITTEN, event)],
        salt=origin.salt,
    )
    made = Row(register, key, data, origin.case_id, origin.moment, entry.seq)
    _keep(store, connection, made, fields)
    return made


def history(connection: Connection, register: str, key: str) -> list[Entry]:
    """Every entry that wrote a row, oldest first; entries disposed of tell nothing and are left out."""
    return [
        entry
        for entry in journal.read(connection, stream(register))
        if any(event.type == WRITTEN and event.data.get("key") == key for event in entry.events)
    ]


def rebuild(store: Store, connection: Connection, register: str) -> int:
    """Lay the rows and marks of a register anew from its stream; gives how many entries were read."""
    connection.execute(delete(rows).where(rows.c.register == register))
    connection.execute(delete(marks).where(marks.c.register == register))
    done = 0
    for entry in list(journal.read(connection, stream(register))):
        for event in entry.events:
            if event.type == WRITTEN and event.data:
                data = event.data
                row = Row(register, data["key"], data["row"], data["case_id"], entry.moment, entry.seq)
                _keep(store, connection, row, data["indexed"])
        done += 1
    return done


def _keep(store: Store, connection: Connection, row: Row, indexed: Sequence[str]) -> None:
    kept = {
        "register": row.register,
        "key": row.key,
        "data": canonical.dumps(row.data),
        "case_id": row.case_id,
        "written_at": row.written_at,
        "seq": row.seq,
    }
    store.upsert(connection, rows, [kept])
    connection.execute(delete(marks).where(marks.c.register == row.register, marks.c.key == row.key))
    store.insert_new(connection, marks, _marks(row, indexed))


def _marks(row: Row, indexed: Sequence[str]) -> list[dict[str, str]]:
    names = ("register", "field", "value", "key")
    found = sorted(marks_of(row.register, row.key, row.data, indexed))
    return [dict(zip(names, one, strict=True)) for one in found]


def marks_of(
    register: str, key: str, data: Mapping[str, Any], indexed: Iterable[str]
) -> set[tuple[str, str, str, str]]:
    """By what a row can be found: register, field, value as text, key; for each field that is indexed."""
    found = set()
    for field in indexed:
        value = data.get(field)
        values = value if isinstance(value, list) else [value]
        found |= {(register, field, mark_text(one), key) for one in values if one not in (None, "")}
    return found


def mark_text(value: Any) -> str:
    """A value as it is looked for: text as it is, anything else in its canonical form, shortened."""
    return (value if isinstance(value, str) else canonical.dumps(value))[:LONGEST_KEY]


def _row(found: Any) -> Row:
    return Row(
        found.register, found.key, canonical.loads(found.data), found.case_id, found.written_at, found.seq
    )
