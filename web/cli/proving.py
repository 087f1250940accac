"""`banjie verify`, `replay`, `export` and `seal`: proving.

Reads the record; writes nothing to any case. What does not hold ends the command with status 1.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection, Row, select

from engine import audit, canonical
from engine.audit import dossier, offline, xes
from engine.clock import moment_text
from engine.errors import NotFound
from engine.records import journal, seals
from engine.records.tables import case as case_table
from web.cli.door import Door, main, pass_door


@main.command()
@click.argument("target", required=False)
@click.option(
    "--seal", "seal_file", type=click.Path(exists=True, path_type=Path), help="A seal kept outside."
)
@pass_door
def verify(door: Door, target: str | None, seal_file: Path | None) -> None:
    """Verify a case (its number or id), an exported dossier FILE, or the whole database."""
    if target and Path(target).is_file():
        faults = offline.verify_file(Path(target), seal_file)
        door.show({"holds": not faults, "faults": faults}, "\n".join(faults) or "everything holds")
        click.get_current_context().exit(1 if faults else 0)
    house = door.house
    kept = canonical.loads(seal_file.read_bytes()) if seal_file else None
    found: list[dict[str, Any]] = []
    with house.store.reading() as connection:
        rows = _cases(connection, target)
        for place, row in enumerate(rows, start=1):
            if place % 50 == 0:
                door.say(f"{place} of {len(rows)} cases")
            checks = audit.verify_case(connection, row.case_id, dict(row._mapping))
            found += [{"case": row.number, **check.as_data()} for check in checks]
        if target is None:
            found += [check.as_data() for check in audit.verify_seals(connection, kept)]
    _verdict(door, found)


def _verdict(door: Door, found: list[dict[str, Any]]) -> None:
    broken = [check for check in found if not check["holds"]]
    lines = [f"✗ {c.get('case', '')} {c['number']} {c['question']}: {c['detail']}" for c in broken]
    door.show(
        {"holds": not broken, "checks": len(found), "broken": broken},
        "\n".join(lines) or f"{len(found)} checks hold",
    )
    click.get_current_context().exit(1 if broken else 0)


@main.command()
@click.argument("target", required=False)
@pass_door
def replay(door: Door, target: str | None) -> None:
    """Decide a case (or all cases) again from its journal and compare every event."""
    house = door.house
    verdicts = []
    with house.store.reading() as connection:
        rows = _cases(connection, target)
        for place, row in enumerate(rows, start=1):
            entries = journal.read(connection, journal.case_stream(row.case_id))
            verdict = audit.replay(connection, house.runtime.shelf, house.runtime.settings, entries)
            verdicts.append({"case": row.number, **verdict.as_data()})
            if place % 20 == 0:
                door.say(f"{place} of {len(rows)} cases")
    door.show(verdicts, "\n".join(f"{v['case']} {v['sentence']}" for v in verdicts))
    click.get_current_context().exit(0 if all(verdict["conforms"] for verdict in verdicts) else 1)


def _cases(connection: Connection, target: str | None) -> list[Row[Any]]:
    query = select(case_table).where(case_table.c.number.is_not(None)).order_by(case_table.c.case_id)
    if target:
        by_id = [case_table.c.case_id == int(target)] if target.isdigit() and len(target) < 10 else []
        condition = case_table.c.number == target
        query = query.where(condition | by_id[0] if by_id else condition)
    rows = list(connection.execute(query).all())
    if target and not rows:
        raise NotFound(f"没有案件{target}")
    return rows


@main.command()
@click.argument("target")
@click.option("--format", "kind", type=click.Choice(["dossier", "xes"]), default="dossier", show_default=True)
@click.option("--out", type=click.Path(path_type=Path), required=True)
@pass_door
def export(door: Door, target: str, kind: str, out: Path) -> None:
    """Export a case: a dossier (ZIP with its own verification program) or an XES event log."""
    house = door.house
    with house.store.reading() as connection:
        row = _cases(connection, target)[0]
        house.runtime.shelf.refresh(connection)
        data = (
            dossier.make(connection, house.runtime, row.case_id)
            if kind == "dossier"
            else xes.log(connection, [row.case_id])
        )
    out.write_bytes(data)
    door.show({"file": str(out), "bytes": len(data)}, f"{out}: {len(data)} bytes")


@main.command()
@click.option("--out", type=click.Path(path_type=Path), help="Keep the seal outside the database.")
@pass_door
def seal(door: Door, out: Path | None) -> None:
    """Seal everything recorded so far."""
    with door.house.store.writing() as connection:
        made = seals.make(connection, moment_text(door.house.clock.now()))
    if out:
        out.write_text(canonical.dumps(made.as_data()))
    door.show(made.as_data(), f"seal {made.number} {made.hash}")
