"""A program that works until it is killed: receives cases, completes what waits, says what was accepted.

Run by test_killed_at_any_moment as `python office_worker.py DATABASE_URL SEED`. Each line it prints names
an act whose `handle` has returned: such an act must never be lost.
"""

from __future__ import annotations

import random
import sys

from engine.casework import commands, jobs
from engine.casework.runtime import Runtime, Settings
from engine.clock import SystemClock
from engine.errors import BanjieError
from engine.organisation.directory import Directory
from engine.records.store import Store
from timers.laboratory import Laboratory
from timers.scheduler import Heartbeat


class _Announcing(Runtime):
    """A runtime that says on standard output what it has accepted."""

    def handle(self, command, actor):  # type: ignore[no-untyped-def]
        outcome = super().handle(command, actor)
        if isinstance(command, commands.Receive | commands.Complete | commands.Send):
            key = getattr(command, "key", 0)
            sys.stdout.write(f"{outcome.case_id} {outcome.version} {command.type} {key}\n")
            sys.stdout.flush()
        return outcome


def main(url: str, seed: int) -> None:
    clock, settings = SystemClock(), Settings()
    store = Store(url)
    runtime = _Announcing(store, clock, settings, Directory(store, clock, zone=settings.zone))
    laboratory = Laboratory(runtime, clock, seed)  # type: ignore[arg-type]
    heartbeat = Heartbeat(runtime, f"worker-{seed}")
    rng = random.Random(seed)
    cases: list[int] = []
    while True:
        try:
            if len(cases) < 3 or rng.random() < 0.3:
                item, unit = rng.choice((("HJ-LH-0004", "shinan.ga.zs"), ("XK-SR-0035", "shinan.cg")))
                cases.append(laboratory.receive(item, unit, {}).case_id)
            elif not laboratory.advance(rng.choice(cases)):
                jobs.run_waiting(runtime)
            heartbeat.beat()
        except BanjieError:
            continue


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
