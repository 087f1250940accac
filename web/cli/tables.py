"""`banjie tables`: decision tables proven, and the sheets of legal offices turned into them and back.

Works on files alone and opens no database. Files are only written where all of them can be.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import click

from engine.dmn import catalogue, report
from engine.dmn.reader import read
from engine.errors import Conflict, Malformed, NotFound, listed, said
from web.cli.door import Door, existing, line, main, pass_door

ENCODINGS = {"utf-8": "utf-8-sig", "gb18030": "gb18030"}
encoding_option = click.option(
    "--encoding", type=click.Choice(list(ENCODINGS)), help="Of a .csv file; default: found out, or UTF-8."
)


@main.group()
def tables() -> None:
    """Prove decision tables; import and export sheets of penalty items."""


@tables.command()
@click.argument("paths", nargs=-1, required=True, type=existing)
@click.option(
    "--report", "out", type=click.Path(path_type=Path), help="Keep the findings as a .csv or .xlsx file."
)
@pass_door
def prove(door: Door, paths: tuple[Path, ...], out: Path | None) -> None:
    """Prove the tables of DMN files or of folders of them; status 1 where there is a finding."""
    files = _files(paths)
    with click.progressbar(length=len(files), label=door.told(said("proving")), file=sys.stderr) as bar:
        made = report.prove_files(files, lambda _name: bar.update(1))
    if out is not None:
        out.write_bytes(_sheet(made.rows(), out, None))
    door.show(made.as_data(), [made.text()])
    click.get_current_context().exit(1 if made.findings else 0)


@tables.command("import")
@click.argument("sheet", type=existing)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the DMN files.")
@encoding_option
@pass_door
def import_(door: Door, sheet: Path, out: Path, encoding: str | None) -> None:
    """Turn a sheet (.xlsx or .csv) into one DMN file for each item; status 1 where a row is faulty.

    An item with a faulty row is left out whole.
    """
    if out.is_dir() and any(out.glob("*.dmn")):
        raise Conflict(said("Expected {folder} to hold no DMN files yet, but it does", folder=out))
    rows = catalogue.read_sheet(sheet.read_bytes(), ENCODINGS[encoding] if encoding else None)
    made = catalogue.import_sheet(rows)
    out.mkdir(parents=True, exist_ok=True)
    for id_, data in made.files.items():
        (out / f"{id_}.dmn").write_bytes(data)
    done = {"folder": str(out), "items": len(made.files), "faults": [each.as_dict() for each in made.faults]}
    laid = said("{number} items in {folder}", number=len(made.files), folder=out)
    door.show(done, [*map(line, made.faults), laid])
    click.get_current_context().exit(1 if made.faults else 0)


@tables.command()
@click.argument("folder", type=existing)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Sheet to write: .csv or .xlsx.")
@encoding_option
@pass_door
def export(door: Door, folder: Path, out: Path, encoding: str | None) -> None:
    """Turn a folder of DMN files into a sheet; unchanged rules come back in the words they came in."""
    rows = catalogue.export_sheet([read(data) for data in _files((folder,)).values()])
    data = _sheet(rows, out, encoding)
    out.write_bytes(data)
    done: dict[str, Any] = {"file": str(out), "rows": len(rows) - 1, "bytes": len(data)}
    door.show(done, [said("{file}: {number} rows", file=out, number=len(rows) - 1)])


def _sheet(rows: catalogue.Rows, out: Path, encoding: str | None) -> bytes:
    if out.suffix == ".xlsx":
        return catalogue.write_xlsx(rows)
    if out.suffix == ".csv":
        return catalogue.write_csv(rows, ENCODINGS[encoding or "utf-8"])
    raise Malformed(said("Expected a name that ends in .csv or .xlsx, but found {name!r}", name=out.name))


def _files(paths: tuple[Path, ...]) -> dict[str, bytes]:
    """The DMN files at paths: a file is itself, a folder all that lie in it, in their natural order."""
    found: dict[str, bytes] = {}
    for path in paths:
        inside = sorted(path.rglob("*.dmn"), key=_natural) if path.is_dir() else [path]
        found.update((str(each), each.read_bytes()) for each in inside)
    if not found:
        raise NotFound(
            said("Expected DMN files in {paths}, but there are none", paths=listed(map(str, paths)))
        )
    return found


def _natural(path: Path) -> list[tuple[int, str]]:
    """Item 10 comes after item 9."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", str(path))]
