"""How fast whole databases are replayed: `python -m benchmarks.replay_rate --cases 60 --replays 2000`.

Lives some cases of every procedure that ships, then replays them round and round on one process and on all
cores, through the same sweep as `banjie replay --all`. Prints cases a second by the clock and by the processor.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle, islice

from engine.audit import sweep
from engine.definitions import catalogue
from engine.errors import BanjieError
from timers import laboratory
from timers.laboratory import Laboratory

FIRST_DAY = date(2026, 1, 26)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=60, help="cases lived")
    parser.add_argument(
        "--replays", type=int, default=2000, help="cases replayed, the same ones again and again"
    )
    asked = parser.parse_args()
    with laboratory.of_its_own(FIRST_DAY, 7) as lab:
        made = live(lab, asked.cases)
        place = sweep.Place.of(lab.runtime.store, lab.runtime.settings)
        ids = list(islice(cycle(made), asked.replays))
        for workers in dict.fromkeys((1, os.cpu_count() or 1)):
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
