"""Check 19: the tables of registers and of the organisation say what their streams say.

Called by `verify_whole`, which leaves out the streams that are not whole: their own checks say so, and what
follows from such a stream cannot be known. Rows that people read and rights that are asked of them are drawn
from the streams `register:…` and `organisation`; whoever changes a row writes no entry. Passwords stand in no
stream, and cannot be held against any.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, select

from engine import canonical
from engine.audit import stored
from engine.audit.stored import Stored
from engine.errors import BanjieError, said
from engine.records import journal, registers, shared_tables, tables

Told = dict[tuple[str, ...], dict[str, Any]]
"""By key: the columns that follow from the stream."""
_UNREADABLE = (BanjieError, LookupError, TypeError, ValueError, AttributeError)
_ORGANISATION = {
    "unit": (tables.unit, ("code",)),
    "post": (tables.post, ("code",)),
    "person": (tables.person, ("login",)),
    "holding": (tables.holding, ("login", "post", "valid_from")),
}


def faults(connection: Connection, broken: Container[str] = ()) -> Iterator[str]:
    """Every row that its stream does not tell of as it stands, and every one that is gone.

    `broken`: the streams that are not whole, of which nothing is asked.
    """
    if journal.ORGANISATION not in broken:
        yield from _organisation(connection)
    written = {stream for stream, _, _ in journal.heads(connection)}
    rows, marks = shared_tables.register_row, shared_tables.register_mark
    drawn = {registers.stream(name) for table in (rows, marks) for name in _registers(connection, table)}
    for stream in sorted(drawn | {one for one in written if one.startswith(registers.stream(""))}):
        if stream not in broken:
            yield from _register(connection, stream)


def _registers(connection: Connection, table: Any) -> list[str]:
    return list(connection.execute(select(table.c.register).distinct()).scalars())


def _organisation(connection: Connection) -> Iterator[str]:
    told: dict[str, Told] = {what: {} for what in _ORGANISATION}
    entries = stored.read(connection, journal.ORGANISATION)
    if any(one.erased for one in entries):
        return  # what it told is not known any more
    for data in _events(entries):
        with suppress(*_UNREADABLE):
            keys = _ORGANISATION[data["what"]][1]
            row = _columns(data["what"], data["data"])
            told[data["what"]][tuple(str(row[key]) for key in keys)] = row
    for what, (table, keys) in _ORGANISATION.items():
        rows = {
            tuple(str(row[key]) for key in keys): row
            for row in map(dict, connection.execute(select(table)).mappings())
        }
        yield from _apart(table.name, told[what], rows)


def _columns(what: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """A row as `organisation.importing` writes it."""
    row = dict(data)
    if what == "unit":
        row["parent"] = row["parent"] or None
    if what == "post":
        row["roles"] = canonical.dumps(row["roles"])
    return row


def _register(connection: Connection, stream: str) -> Iterator[str]:
    name = stream.removeprefix(registers.stream(""))
    entries = stored.read(connection, stream)
    if any(one.erased for one in entries):
        return
    told: Told = {}
    marks: dict[str, set[tuple[str, ...]]] = {}
    for one in entries:
        for data in _events([one]):
            with suppress(*_UNREADABLE):
                row = _written(one, name, data)
                marks[row["key"]] = {*registers.marks_of(name, row["key"], data["row"], data["indexed"])}
                told[name, row["key"]] = row
    table, found_by = shared_tables.register_row, shared_tables.register_mark
    rows: Told = {
        (name, str(row["key"])): dict(row)
        for row in connection.execute(select(table).where(table.c.register == name)).mappings()
    }
    yield from _apart(table.name, told, rows)
    kept = {tuple(row) for row in connection.execute(select(found_by).where(found_by.c.register == name))}
    for mark in sorted(kept ^ {mark for those in marks.values() for mark in those}, key=str):
        yield said(
            "Expected the marks by which rows are found as the register's stream tells, but {mark} differs",
            mark=" ".join(map(str, mark)),
        )


def _written(one: Stored, register: str, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "register": register,
        "key": str(data["key"]),
        "data": canonical.dumps(data["row"]),
        "case_id": data["case_id"],
        "written_at": one.head["moment"],
        "seq": one.seq,
    }


def _apart(table: str, told: Told, rows: Mapping[tuple[str, ...], Mapping[str, Any]]) -> Iterator[str]:
    for key in sorted({*told, *rows}):
        name = f"{table} {' '.join(key)}"
        if key not in rows:
            yield said("Expected the row {name}, of which its stream tells, but it is gone", name=name)
        elif key not in told:
            yield said("Expected no row {name}, since its stream tells of none, but there is one", name=name)
        else:
            other = sorted(part for part, value in told[key].items() if rows[key].get(part) != value)
            if other:
                yield said(
                    "Expected the row {name} as its stream tells of it, but {part} differs",
                    name=name,
                    part=other[0],
                )


def _events(entries: Sequence[Stored]) -> Iterator[Mapping[str, Any]]:
    """The data of all events; of what is none, nothing."""
    for one in entries:
        for event in one.entry.events if one.entry else ():
            if isinstance(event.data, Mapping):
                yield event.data
