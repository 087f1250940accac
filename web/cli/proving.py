"""`banjie verify`, `replay` and `seal`: proving.

Reads the record; writes nothing to any case. What does not hold ends the command with status 1.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection, Row, select

from engine import audit, canonical
from engine.audit import offline, sweep
from engine.errors import Malformed, NotFound, said
from engine.records import dispositions, journal
from engine.records.tables import case as case_table
from timers import stamping
from web.cli.door import Door, existing, main, pass_door


@main.command()
@click.argument("target", required=False)
@click.option(
    "--seal", "seal_file", type=click.Path(exists=True, path_type=Path), help="A seal kept outside."
)
@click.option("--tsa-roots", type=existing, help="Certificates (PEM) that time-stamps must lead to.")
@pass_door
def verify(door: Door, target: str | None, seal_file: Path | None, tsa_roots: Path | None) -> None:
    """Verify a case (its number or id), an exported dossier FILE, or everything in the database."""
    if target and Path(target).is_file():
        faults, notes = offline.examine(Path(target), seal_file)
        lines = [*(faults or [said("everything holds")]), *notes]
        door.show({"holds": not faults, "faults": faults, "notes": notes}, lines)
        click.get_current_context().exit(1 if faults else 0)
    house = door.record
    kept = canonical.loads(seal_file.read_bytes()) if seal_file else None
    with house.store.reading() as connection:
        if target is None:
            roots = tsa_roots.read_bytes() if tsa_roots else None
            found = list(_checks_of_all(door, connection, kept, roots))
        else:
            row = cases_asked(connection, target)[0]
            checks = audit.verify_case(connection, row.case_id, dict(row._mapping))
            found = [{"case": row.number, **check.as_data()} for check in checks]
        notes = [*_disposed(connection, target), *audit.notes(connection)]
    _verdict(door, found, notes)


def _disposed(connection: Connection, target: str | None) -> list[str]:
    """What must be said beside the checks: whose data were disposed of, with whose approval."""
    return [
        said("{case}: {sentence}", case=row.number, sentence=one.sentence)
        for row in cases_asked(connection, target)
        for one in dispositions.of_stream(connection, journal.case_stream(row.case_id))
    ]


def _checks_of_all(
    door: Door, connection: Connection, kept: dict[str, Any] | None, roots: bytes | None
) -> Iterator[dict[str, Any]]:
    """Every check on everything stored, told as it goes."""
    number = len(journal.heads(connection))
    about = ""
    with click.progressbar(length=number, label=door.told(said("verifying")), file=sys.stderr) as bar:
        for name, check in audit.verify_all(connection, kept, roots):
            if name and name != about:
                bar.update(1)
            about = name
            yield {"case": name, **check.as_data()}


def _verdict(door: Door, found: list[dict[str, Any]], notes: list[str]) -> None:
    broken = [check for check in found if not check["holds"]]
    lines = [
        said(
            "✗ {case} {number} {question}: {detail}",
            case=c.get("case", ""),
            number=c["number"],
            question=c["question"],
            detail=c["detail"],
        )
        for c in broken
    ]
    door.show(
        {"holds": not broken, "checks": len(found), "broken": broken, "notes": notes},
        [*(lines or [said("{number} checks hold", number=len(found))]), *notes],
    )
    click.get_current_context().exit(1 if broken else 0)


@main.command()
@click.argument("target", required=False)
@click.option("--all", "everything", is_flag=True, help="Every case, on all cores; can be interrupted.")
@click.option(
    "--verdicts",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("var/replay.jsonl"),
    show_default=True,
    help="With --all: the file of verdicts. What it has of an unchanged case is not done again.",
)
@click.option("--workers", type=click.IntRange(1, 1024), help="With --all: processes (default: the cores).")
@click.option("--cluster", metavar="ADDRESS", help="With --all: a Dask scheduler whose workers do it.")
@click.option("--anew", is_flag=True, help="With --all: forget the verdicts of earlier sweeps.")
@pass_door
def replay(
    door: Door,
    target: str | None,
    everything: bool,
    verdicts: Path,
    workers: int | None,
    cluster: str | None,
    anew: bool,
) -> None:
    """Decide a case again from its journal and compare every event; --all: every case."""
    if target and everything:
        raise Malformed(said("Expected a case or --all, but found both"))
    if target is None:
        _replay_all(door, sweep.Kept(verdicts), workers or os.cpu_count() or 1, cluster, anew)
        return
    house = door.record
    with house.store.reading() as connection:
        row = cases_asked(connection, target)[0]
        entries = journal.read(connection, journal.case_stream(row.case_id))
        verdict = audit.replay(connection, house.runtime.shelf, house.runtime.settings, entries)
        notes = _disposed(connection, target)
    sentence = said("{case} {sentence}", case=row.number, sentence=verdict.sentence())
    door.show({"case": row.number, **verdict.as_data(), "notes": notes}, [sentence, *notes])
    click.get_current_context().exit(0 if verdict.conforms else 1)


def _replay_all(door: Door, kept: sweep.Kept, workers: int, cluster: str | None, anew: bool) -> None:
    house, found = door.record, sweep.Found()
    heads = sweep.case_ids(house.store)
    known = [] if anew else kept.known(heads)
    for verdict in known:
        found.take(verdict)
    done = {verdict["id"] for verdict in known}
    todo = [case_id for case_id in heads if case_id not in done]
    if done and todo:
        door.say(
            said(
                "{done} of {number} cases have been replayed before and have not changed since",
                done=len(done),
                number=len(heads),
            )
        )
    place = sweep.Place.of(house.store, house.runtime.settings)
    workers = min(workers, -(-len(todo) // sweep.UNIT) or 1)
    bar = click.progressbar(length=len(todo), label=door.told(said("replaying")), file=sys.stderr)
    began = time.monotonic()
    try:
        with _hands(workers, cluster) as (executor, number), kept.adding(known) as add, bar:
            for some in sweep.sweep(executor, number, sweep.units(place, todo)):
                add(some)
                for verdict in some:
                    found.take(verdict)
                bar.update(len(some))
    except KeyboardInterrupt:
        door.say("")
        door.say(
            said(
                "interrupted: {done} of {number} cases replayed; run it again to go on",
                done=found.cases,
                number=len(heads),
            )
        )
        click.get_current_context().exit(130)
    _show_sweep(door, found, kept.path, time.monotonic() - began)


@contextmanager
def _hands(workers: int, address: str | None) -> Iterator[tuple[Executor, int]]:
    """Who does the work: processes of this machine, or a cluster."""
    if address:
        with sweep.cluster(address) as found:
            yield found
    else:
        with sweep.processes(workers) as executor:
            yield executor, workers


def _show_sweep(door: Door, found: sweep.Found, path: Path, seconds: float) -> None:
    lines = [
        said("{case} {sentence}", case=v["case"], sentence=v["sentence"])
        for v in (*found.deviating, *found.disposed)
    ]
    figures = found.as_data()
    lines.append(
        said(
            "{cases} cases, {entries} entries: {conforming} conform, {deviating} deviate, "
            "{disposed} were disposed of; {seconds} s; {path}",
            cases=figures["cases"],
            entries=figures["entries"],
            conforming=figures["conforming"],
            deviating=len(found.deviating),
            disposed=len(found.disposed),
            seconds=round(seconds),
            path=path,
        )
    )
    door.show({**figures, "verdicts": str(path)}, lines)
    click.get_current_context().exit(1 if found.deviating else 0)


def cases_asked(connection: Connection, target: str | None) -> list[Row[Any]]:
    """The rows of a case (by number or id), or of all. Raises NotFound."""
    query = select(case_table).where(case_table.c.number.is_not(None)).order_by(case_table.c.case_id)
    if target:
        by_id = [case_table.c.case_id == int(target)] if target.isdigit() and len(target) < 10 else []
        condition = case_table.c.number == target
        query = query.where(condition | by_id[0] if by_id else condition)
    rows = list(connection.execute(query).all())
    if target and not rows:
        raise NotFound(said("没有案件{case_id}", case_id=target))
    return rows


@main.command()
@click.option("--out", type=click.Path(path_type=Path), help="Keep the seal outside the database.")
@pass_door
def seal(door: Door, out: Path | None) -> None:
    """Seal everything recorded so far; have it stamped where BANJIE_TSA names an authority."""
    made, stamp, problem = stamping.seal_and_stamp(door.house.runtime, stamping.configured())
    if out:
        out.write_text(canonical.dumps(made.as_data()))
    if problem:
        door.say(problem)
    data = {**made.as_data(), "stamped": stamp.moment if stamp else None}
    lines = [said("seal {number} {hash}", number=made.number, hash=made.hash)]
    lines += [said("stamped {moment}", moment=stamp.moment)] if stamp else []
    door.show(data, lines)
