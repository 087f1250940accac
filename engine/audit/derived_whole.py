"""Check 19: the tables of registers and of the organisation say what their streams say.

Called by `verify_whole`. Rows that people read and rights that are asked of them are drawn from the streams
`register:…` and `organisation`; whoever changes a row writes no entry. Passwords stand in no stream, and
cannot be held against any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, select

from engine import canonical
from engine.errors import BanjieError, said
from engine.records import journal, registers, shared_tables, tables
from engine.records.entries import Entry, from_row

Told = dict[tuple[str, ...], dict[str, Any]]
"""By key: the columns that follow from the stream."""
_UNREADABLE = (BanjieError, KeyError, TypeError, ValueError, AttributeError)
_REGISTER = "register:"
_ORGANISATION = {
    "unit": (tables.unit, ("code",)),
    "post": (tables.post, ("code",)),
    "person": (tables.person, ("login",)),
    "holding": (tables.holding, ("login", "post", "valid_from")),
}


def faults(connection: Connection) -> Iterator[str]:
    """Every row that its stream does not tell of as it stands, and every one that is gone."""
    yield from _organisation(connection)
    yield from _registers(connection)


def _organisation(connection: Connection) -> Iterator[str]:
    told: dict[str, Told] = {what: {} for what in _ORGANISATION}
    for entry in _entries(connection, journal.ORGANISATION):
        if entry.erased:
            return  # what it told is not known any more
        for event in entry.events:
            what, data = event.data.get("what"), event.data.get("data")
            if what in _ORGANISATION and isinstance(data, Mapping):
                keys = _ORGANISATION[what][1]
                told[what][tuple(str(data[key]) for key in keys)] = _columns(str(what), data)
    for what, (table, keys) in _ORGANISATION.items():
        rows = {
            tuple(str(row[key]) for key in keys): row
            for row in (dict(one._mapping) for one in connection.execute(select(table)))
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


def _registers(connection: Connection) -> Iterator[str]:
    told: Told = {}
    marks: set[tuple[str, str, str, str]] = set()
    for stream, _, _ in journal.heads(connection):
        if stream.startswith(_REGISTER):
            for entry in _entries(connection, stream):
                for event in entry.events:
                    if event.type == registers.WRITTEN:
                        _written(told, entry, event.data)
    for row in told.values():
        marks |= registers.marks_of(row["register"], row["key"], row.pop("row"), row.pop("indexed"))
    table = shared_tables.register_row
    stored = [dict(one._mapping) for one in connection.execute(select(table))]
    rows: Told = {(row["register"], row["key"]): row for row in stored}
    yield from _apart(table.name, told, rows)
    kept = {tuple(row) for row in connection.execute(select(shared_tables.register_mark))}
    for one in sorted(kept ^ marks):
        yield said(
            "Expected the marks by which rows are found as the register's stream tells, but {mark} differs",
            mark=" ".join(map(str, one)),
        )


def _written(told: Told, entry: Entry, data: Mapping[str, Any]) -> None:
    told[str(data["register"]), str(data["key"])] = {
        "register": data["register"],
        "key": data["key"],
        "data": canonical.dumps(data["row"]),
        "case_id": data["case_id"],
        "written_at": entry.moment,
        "seq": entry.seq,
        "row": data["row"],
        "indexed": data["indexed"],
    }


def _apart(table: str, told: Told, rows: Mapping[tuple[str, ...], Mapping[str, Any]]) -> Iterator[str]:
    for key in sorted({*told, *rows}):
        name = f"{table} {' '.join(key)}"
        if key not in rows:
            yield said("Expected the row {name}, of which its stream tells, but it is gone", name=name)
        elif key not in told:
            yield said("Expected no row {name}, since its stream tells of none, but there is one", name=name)
        else:
            other = sorted(part for part, value in told[key].items() if rows[key][part] != value)
            if other:
                yield said(
                    "Expected the row {name} as its stream tells of it, but {part} differs",
                    name=name,
                    part=other[0],
                )


def _entries(connection: Connection, stream: str) -> Iterator[Entry]:
    """The entries that can be read; the checks of the stream name the others."""
    for row in journal.rows(connection, stream):
        with suppress(*_UNREADABLE):
            yield from_row(row["stream"], row["seq"], row["case_id"], row["head"], row["payload"])
