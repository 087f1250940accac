"""`banjie export`: the evidence handed out, for one case or for all.

Reads the record; writes one file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from sqlalchemy import Connection

from engine.audit import dossier, ocel, open_figures, petri, pnml, xes
from engine.definitions.shelf import Shelf
from engine.errors import Malformed, NotFound, said
from web.cli.door import Door, main, pass_door
from web.cli.proving import cases_asked

FORMATS = ("dossier", "xes", "ocel", "pnml", "figures")


@main.command()
@click.argument("target", required=False)
@click.option("--format", "kind", type=click.Choice(FORMATS), default="dossier", show_default=True)
@click.option(
    "--level", type=click.Choice(list(xes.LEVELS)), default="D", help="Of an XES log: how much is told."
)
@click.option("--out", type=click.Path(path_type=Path), required=True)
@pass_door
def export(door: Door, target: str | None, kind: str, level: str, out: Path) -> None:
    """Export the evidence.

    A dossier is one case as a ZIP file with its own verification program. xes and ocel are event logs of a
    case, or of all cases where none is named. pnml is the Petri net of a procedure: TARGET names a package
    (its newest version) or a version as NAME@NUMBER.
    figures are the open figures of all sealed cases, with the program that recomputes them.
    """
    runtime = door.record.runtime
    with runtime.store.reading() as connection:
        made: dict[str, Callable[[], bytes]] = {
            "dossier": lambda: dossier.make(connection, runtime, _one(connection, target)),
            "xes": lambda: xes.log(connection, runtime.shelf, _ids(connection, target), level),
            "ocel": lambda: ocel.log(connection, _ids(connection, target)),
            "figures": lambda: open_figures.make(connection),
            "pnml": lambda: _net(runtime.shelf, connection, target or ""),
        }
        data = made[kind]()
    out.write_bytes(data)
    door.show(
        {"file": str(out), "bytes": len(data)}, [said("{file}: {number} bytes", file=out, number=len(data))]
    )


def _one(connection: Connection, target: str | None) -> int:
    if target is None:
        raise Malformed(said("Expected the number of a case, but found none"))
    return _ids(connection, target)[0]


def _ids(connection: Connection, target: str | None) -> list[int]:
    return [row.case_id for row in cases_asked(connection, target)]


def _net(shelf: Shelf, connection: Connection, target: str) -> bytes:
    name, _, number = target.partition("@")
    versions = {str(one.version): one for one in shelf.versions("package", name)}
    if not versions or number not in ("", *versions):
        raise NotFound(
            said("Expected a deployed package, as NAME or NAME@VERSION, but found {target!r}", target=target)
        )
    found = versions[number] if number else list(versions.values())[-1]
    package = shelf.package(connection, found.digest)
    elements = package.definition.elements
    net = petri.net_of(package.definition, package.process)
    return pnml.written(net, {id_: element.name for id_, element in elements.items() if element.name})
