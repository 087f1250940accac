"""Nodes that beat until they are killed. Run by `nodes` as `python beating_node.py DATABASE_URL`.

For each line `NAME MOMENT` on standard input one node is forked, its clock standing at that moment; it says
its process number and beats. Forked, so that the engine is imported and the definitions are read once and
not once a kill: a node is at work a few hundredths of a second after it was asked for.
"""

from __future__ import annotations

import os
import signal
import sys

from engine.casework.runtime import Runtime, Settings
from engine.clock import VirtualClock, read_moment
from engine.definitions.shelf import Shelf
from engine.organisation.directory import Directory
from engine.records.store import Store
from timers.scheduler import Heartbeat

ITEM = "HJ-LH-0004"  # what the flood is made of


def over(url: str, moment: str) -> Runtime:
    """A runtime with a database and a clock of its own."""
    clock, settings = VirtualClock(read_moment(moment)), Settings()
    store = Store(url)
    return Runtime(store, clock, settings, Directory(store, clock, zone=settings.zone))


def read_definitions(url: str) -> Shelf:
    """The definitions that a node needs, read already; no connection is left open."""
    runtime = over(url, "2026-01-01T00:00:00.000Z")
    with runtime.store.reading() as connection:
        runtime.shelf.refresh(connection)
        runtime.package_for(connection, ITEM)
        runtime.calendar(connection)
        runtime.organisation(connection)
    runtime.store.close()
    return runtime.shelf


def beat(url: str, name: str, moment: str, shelf: Shelf) -> None:
    """One node's life."""
    runtime = over(url, moment)
    runtime.shelf = shelf
    heartbeat = Heartbeat(runtime, name)
    os.write(sys.stdout.fileno(), f"{os.getpid()}\n".encode())
    while True:
        heartbeat.beat()


def main(url: str) -> None:
    """Fork a node for each line that is read."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    shelf = read_definitions(url)
    for line in sys.stdin:
        name, moment = line.split()
        if os.fork() == 0:
            beat(url, name, moment, shelf)


if __name__ == "__main__":
    main(sys.argv[1])
