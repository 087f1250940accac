"""How fast whole databases are replayed: `python -m benchmarks.replay_rate --lived 60 --cases 10000`.

Lives some cases of every procedure that ships, writes their rows again and again under streams of their own
until so many cases lie in the database, and replays all of it on one process and on all cores, through the
same sweep as `banjie replay --all`. A copy is read, decided and compared as its original is: nothing is kept
from one case to the next but the definitions. Prints cases a second by the clock and by the processor, and
with --profile where one process spends it.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle, islice

from sqlalchemy import text

from engine.audit import sweep
from engine.definitions import catalogue
from engine.errors import BanjieError
from timers import laboratory
from timers.laboratory import Laboratory

FIRST_DAY = date(2026, 1, 26)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lived", type=int, default=60, help="cases lived")
    parser.add_argument(
        "--cases", type=int, default=2000, help="cases stored and replayed, copies among them"
    )
    parser.add_argument("--alone", action="store_true", help="measure one worker too")
    parser.add_argument("--profile", action="store_true", help="say where one process spends its time")
    asked = parser.parse_args()
    with laboratory.of_its_own(FIRST_DAY, 7) as lab:
        made = live(lab, asked.lived)
        place = sweep.Place.of(lab.runtime.store, lab.runtime.settings)
        if asked.profile:
            profile(place, made)
        store(lab, made, asked.cases)
        ids = list(sweep.case_ids(lab.runtime.store))
        cores = os.cpu_count() or 1
        for workers in dict.fromkeys((1, cores) if asked.alone else (cores,)):
            measure(place, ids, workers)


def live(lab: Laboratory, number: int) -> list[int]:
    """Cases of every procedure in turn, lived to their end or for half a year."""
    shelf = lab.runtime.shelf
    with lab.runtime.store.reading() as connection:
        shelf.refresh(connection)
        bundle = shelf.bundle(connection, shelf.newest("catalogue", "catalogue"))
    items = {item.procedure: item for item in catalogue.read(bundle.texts(".toml")).values() if item.units}
    made = []
    for item in islice(cycle(items[name] for name in sorted(items)), number):
        try:
            made.append(lab.receive(item.code, item.units[0], {}).case_id)
        except BanjieError:
            continue  # an application filled in wrongly opens no case
    lab.run(made, FIRST_DAY + timedelta(days=180), wild=True)
    return made


def store(lab: Laboratory, made: list[int], number: int) -> None:
    """Write the rows of the cases again under numbers and streams of their own, until there are so many."""
    columns = "version, head_hash, status, procedure, package, item_code, unit, title, applicant, opened_at"
    more = "updated_at, level, state, marking, marking_digest"
    case = (
        f"INSERT INTO case_row (case_id, number, {columns}, {more}) SELECT :new, number || '-' || :new, "
        f"{columns}, {more} FROM case_row WHERE case_id = :old"
    )
    entries = (
        "INSERT INTO entry (stream, seq, case_id, moment, head, payload, hash) SELECT 'case:' || :new, seq, "
        "case_id, moment, head, payload, hash FROM entry WHERE stream = 'case:' || :old"
    )
    with lab.runtime.store.writing() as connection:
        newest = int(connection.execute(text("SELECT max(case_id) FROM case_row")).scalar_one())
        pairs = [
            {"new": newest + n, "old": old} for n, old in zip(range(1, number), cycle(made), strict=False)
        ]
        for statement in (case, entries):
            connection.execute(text(statement), pairs[: number - len(made)])


def profile(place: sweep.Place, ids: list[int]) -> None:
    """Replay some cases in this process and print what took the time."""
    unit = sweep.Unit(place, tuple(ids))
    sweep.decide_again(unit)
    profiler = cProfile.Profile()
    profiler.runcall(sweep.decide_again, unit)
    pstats.Stats(profiler, stream=sys.stdout).sort_stats("tottime").print_stats(40)


def measure(place: sweep.Place, ids: list[int], workers: int) -> None:
    """Replay the cases and print the rates."""
    found = sweep.Found()
    with sweep.processes(workers) as executor:
        list(sweep.sweep(executor, workers, warming(place, ids, workers)))
        began, busy = time.monotonic(), processor()
        for some in sweep.sweep(executor, workers, sweep.units(place, ids)):
            for verdict in some:
                found.take(verdict)
        seconds = time.monotonic() - began
    spent = processor() - busy  # the workers have ended: theirs, warming included, is in it now
    told = found.as_data()
    sys.stdout.write(
        f"{workers} worker(s): {told['cases']} cases ({told['conforming']} conform), {told['entries']} entries in "
        f"{seconds:.1f} s: {told['cases'] / seconds:.1f} cases/s; processor {spent * 1000 / told['cases']:.1f} ms "
        f"a case; 10,000 cases in {10_000 * seconds / told['cases'] / 60:.1f} min\n"
    )


def warming(place: sweep.Place, ids: list[int], workers: int) -> Iterator[sweep.Unit]:
    """Units that let every worker read the definitions once before it is timed."""
    for _ in range(workers * 2):
        yield sweep.Unit(place, tuple(ids[: sweep.UNIT]))


def processor() -> float:
    """Seconds of processor of this process and of its children that have ended."""
    return sum(os.times()[:4])


if __name__ == "__main__":
    main()
