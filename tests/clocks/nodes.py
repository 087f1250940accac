"""Nodes for the stress tests: processes of their own that beat over one database and are killed at work."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from subprocess import PIPE, Popen

from floods import AFTER

from engine.casework import due_moments
from engine.clock import moment_text

PROGRAM = Path(__file__).with_name("beating_node.py")
LEASES_OVER = 2 * due_moments.LEASE
NEIGHBOURS = due_moments.LEASE * 0.6


class Nodes:
    """Starts nodes and kills them. Each one's clock stands `apart` from the one before.

    With two alive and `NEIGHBOURS` between them, each respects what the other has claimed, and the one that
    follows a killed node finds its leases over, as it would after some minutes of the clock on the wall.
    """

    def __init__(self, program: Popen[str], apart: timedelta) -> None:
        self._program = program
        self._apart = apart
        self._started = 0
        self.alive: list[tuple[int, str]] = []  # process and name, the oldest first

    def start(self) -> None:
        """One node more; returns when it is about to beat."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        name = f"node-{self._started}"
        moment = moment_text(AFTER + self._started * self._apart)
        self._started += 1
        self._program.stdin.write(f"{name} {moment}\n")
        said = self._program.stdout.readline()
        assert said, "the nodes' program is gone"
        self.alive.append((int(said), name))

    def kill_the_oldest(self) -> str:
        """SIGKILL; gives its name."""
        process, name = self.alive.pop(0)
        os.kill(process, signal.SIGKILL)
        return name


@contextmanager
def nodes_over(url: str, number: int, apart: timedelta = NEIGHBOURS) -> Iterator[Nodes]:
    """So many nodes at work; all of them are killed at the end."""
    root = PROGRAM.parents[2]
    program = Popen(
        [sys.executable, str(PROGRAM), url],
        stdin=PIPE,
        stdout=PIPE,
        encoding="utf-8",
        bufsize=1,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    with program:
        made = Nodes(program, apart)
        try:
            for _ in range(number):
                made.start()
            yield made
        finally:
            while made.alive:
                made.kill_the_oldest()
            program.kill()
