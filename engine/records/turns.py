"""Turns at the one pen: the writers of a SQLite file write in the order in which they came.

Called by `store` alone. SQLite lets a writer that waits look again now and then, so one that writes
without pause (a flood of due moments) can keep another (a clerk) waiting to the end. Between processes
there is no queue: `store` looks again every other millisecond; rooms and heartbeat of a node share a process.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock

from engine.errors import Conflict, said


class Turns:
    """A lock that is fair: first come, first served."""

    def __init__(self, patience: float) -> None:
        """`patience` is how many seconds a writer waits before it is refused."""
        self._patience = patience
        self._guard = Lock()
        self._queue: deque[Event] = deque()  # the first of them has the pen

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the pen, keep it for the block, hand it on. Raises Conflict after the patience."""
        mine = Event()
        with self._guard:
            self._queue.append(mine)
            if self._queue[0] is mine:
                mine.set()
        try:
            if not mine.wait(self._patience):
                raise Conflict(
                    said(
                        "Expected the database to be free within {patience:g} seconds, but others write",
                        patience=self._patience,
                    )
                )
            yield
        finally:
            self._leave(mine)

    def _leave(self, mine: Event) -> None:
        with self._guard:
            self._queue.remove(mine)
            if self._queue:
                self._queue[0].set()
