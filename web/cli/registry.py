"""`banjie registers`: rows brought in by adaptors, rows laid anew, registers held against each other.

An adaptor to an outside system is any program that hands rows over here or on the interface, as often as it
likes; what has not changed is not written. The contract is docs/registers.md.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from engine import canonical
from engine.casework import registers
from engine.definitions.registers import Register
from engine.errors import Malformed, said
from engine.records import registers as kept
from web.cli.door import Door, acting, existing, main, pass_door


@main.group("registers")
def group() -> None:
    """Bring rows into registers; hold registers against each other."""


@group.command("list")
@pass_door
def list_(door: Door) -> None:
    """List the registers with their number of rows."""
    runtime = door.house.runtime
    with door.house.store.reading() as connection:
        runtime.shelf.refresh(connection)
        known, counts = registers.book(runtime, connection), kept.count(connection)
    rows = [
        {"id": one.id, "name": one.title(door.language), "source": one.source, "rows": counts.get(one.id, 0)}
        for one in known.registers.values()
    ]
    door.show(rows, [f"{row['rows']:>8}  {row['id']:<14} {row['name']}" for row in rows])


@group.command("import")
@click.argument("register")
@click.argument("file", type=existing)
@acting
@pass_door
def import_(door: Door, register: str, file: Path, login: str | None) -> None:
    """Bring rows of a .json or .csv FILE into a REGISTER: all of them, or none where one is faulty."""
    runtime, actor = door.house.runtime, door.actor(login)
    with door.house.store.reading() as connection:
        runtime.shelf.refresh(connection)
        known = registers.book(runtime, connection).of(register)
    made = registers.bring(runtime, register, _rows(known, file), actor)
    data = {"written": made.written, "unchanged": made.unchanged}
    door.show(data, [said("{written} written, {unchanged} unchanged", **data)])


@group.command("compare")
@pass_door
def compare(door: Door) -> None:
    """Hold the registers against each other; status 1 where something is found."""
    runtime = door.house.runtime
    with door.house.store.reading() as connection:
        runtime.shelf.refresh(connection)
        found = [
            {
                "check": check.id,
                "what": check.title(door.language),
                "register": check.over,
                "key": one.row.key,
            }
            for check in registers.book(runtime, connection).checks
            for one in registers.compare(runtime, connection, check)
        ]
    lines = [f"{one['check']}  {one['key']}  {one['what']}" for one in found]
    door.show(found, lines or [said("nothing found")])
    click.get_current_context().exit(1 if found else 0)


@group.command("rebuild")
@click.argument("register")
@acting
@pass_door
def rebuild(door: Door, register: str, login: str | None) -> None:
    """Lay the rows of a REGISTER anew from its journal."""
    made = registers.lay_anew(door.house.runtime, register, door.actor(login))
    door.show({"entries": made}, [said("{number} entries read", number=made)])


def _rows(register: Register, file: Path) -> list[Mapping[str, Any]]:
    data = file.read_bytes()
    if file.suffix == ".json":
        rows = canonical.loads(data)
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            raise Malformed(
                said("Expected a list of objects in {file}, but found something else", file=file.name)
            )
        return rows
    try:
        table = csv.DictReader(io.StringIO(data.decode("utf-8-sig")), strict=True)
        return [register.typed({str(name): text or "" for name, text in row.items()}) for row in table]
    except (UnicodeDecodeError, csv.Error) as error:
        raise Malformed(
            said("Expected {file} to be a CSV file in UTF-8, but {error}", file=file.name, error=error)
        ) from error
