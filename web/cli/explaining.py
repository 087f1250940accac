"""`banjie explain`: why a period of a case ends when it does, day by day, as text, data and picture.

Reads a case of the database, or an exported dossier and then nothing else. Writes at most the picture asked
for.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from engine.audit import counted
from engine.audit.counted import Counted
from engine.casework import state
from engine.errors import Malformed, said
from engine.periods import picture
from web.cli.door import Door, main, pass_door
from web.cli.proving import cases_asked

LARGEST = 512 * 1024 * 1024


@main.command()
@click.argument("target")
@click.option("--period", "wanted", default="", help="One period only: its id (xk.decision) or its number.")
@click.option("--picture", "drawn", type=click.Path(dir_okay=False, path_type=Path), help="Draw it as SVG.")
@pass_door
def explain(door: Door, target: str, wanted: str, drawn: Path | None) -> None:
    """Explain the periods of a case (its number or id), or of an exported dossier FILE, day by day.

    A dossier is counted anew from its entries and notices, as it stood after its last entry; no database is
    opened.
    """
    found = counted.one(
        list(_of_file(Path(target)) if Path(target).is_file() else _at_hand(door, target)), wanted
    )
    if drawn is not None:
        _draw(found, drawn, door.language)
    lines = [each.explanation.text(door.language) for each in found]
    door.show([each.as_data() for each in found], lines or [said("no period has begun")])


def _of_file(path: Path) -> Iterator[Counted]:
    if path.stat().st_size > LARGEST:
        raise Malformed(said("Expected a dossier of at most {most} bytes, but it is larger", most=LARGEST))
    exported = counted.of_dossier(path.read_bytes())
    return counted.counted(exported.case, exported.calendar, exported.moment)


def _at_hand(door: Door, target: str) -> Iterator[Counted]:
    runtime = door.record.runtime
    with runtime.store.reading() as connection:
        row = cases_asked(connection, target)[0]
        calendar = runtime.calendar(connection)
    return counted.counted(state.loads(row.state), calendar, runtime.clock.now())


def _draw(found: list[Counted], path: Path, language: str) -> None:
    if len(found) != 1:
        named = ", ".join(f"{one.number} {one.explanation.ledger.rule.id}" for one in found)
        raise Malformed(said("Expected one period to draw (--period), but found {periods}", periods=named))
    path.write_text(picture(found[0].explanation, language), encoding="utf-8")
