"""Workers that work until they are killed: they receive cases, complete what waits, say what was accepted.

Run by test_killed_at_any_moment as `python office_worker.py DATABASE_URL`. For each seed on standard input
one worker is forked, so that the engine is imported and the definitions are read once and not once a kill. A
worker's lines begin with its process number; each names an act whose `handle` has returned: such an act must
never be lost.
"""

from __future__ import annotations

import os
import random
import sys

from engine.casework import commands, jobs
from engine.casework.runtime import Runtime, Settings
from engine.clock import SystemClock
from engine.definitions.shelf import Shelf
from engine.errors import BanjieError
from engine.organisation.directory import Directory
from engine.records.store import Store
from timers.laboratory import Laboratory
from timers.scheduler import Heartbeat

ITEMS = (("HJ-LH-0004", "shinan.ga.zs"), ("XK-SR-0035", "shinan.cg"))


def say(line: str) -> None:
    """Write a line whole: one call to the system, which a kill cannot cut in two."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


class _Announcing(Runtime):
    """A runtime that says on standard output what it has accepted."""

    def handle(self, command, actor):  # type: ignore[no-untyped-def]
        outcome = super().handle(command, actor)
        if isinstance(command, commands.Receive | commands.Complete | commands.Send):
            key = getattr(command, "key", 0)
            say(f"{os.getpid()} {outcome.case_id} {outcome.version} {command.type} {key}")
        return outcome


def over(url: str) -> _Announcing:
    """A runtime with connections of its own."""
    clock, settings = SystemClock(), Settings()
    store = Store(url)
    return _Announcing(store, clock, settings, Directory(store, clock, zone=settings.zone))


def read_definitions(url: str) -> Shelf:
    """The definitions that a worker needs, read already; no connection is left open."""
    runtime = over(url)
    with runtime.store.reading() as connection:
        runtime.shelf.refresh(connection)
        for item, _unit in ITEMS:
            runtime.package_for(connection, item)
        runtime.calendar(connection)
        runtime.organisation(connection)
    runtime.store.close()
    return runtime.shelf


def work(url: str, seed: int, shelf: Shelf) -> None:
    """One worker's life."""
    runtime = over(url)
    runtime.shelf = shelf
    laboratory = Laboratory(runtime, runtime.clock, seed)  # type: ignore[arg-type]
    heartbeat = Heartbeat(runtime, f"worker-{seed}")
    rng = random.Random(seed)
    cases: list[int] = []
    while True:
        try:
            if len(cases) < 3 or rng.random() < 0.3:
                item, unit = rng.choice(ITEMS)
                cases.append(laboratory.receive(item, unit, {}).case_id)
            elif not laboratory.advance(rng.choice(cases)):
                jobs.run_waiting(runtime)
            heartbeat.beat()
        except BanjieError:
            continue


def main(url: str) -> None:
    """Fork a worker for each seed that is read; say when it is gone."""
    shelf = read_definitions(url)
    for line in sys.stdin:
        worker = os.fork()
        if worker == 0:
            work(url, int(line), shelf)
        os.waitpid(worker, 0)
        say("gone")


if __name__ == "__main__":
    main(sys.argv[1])
