"""A node that beats until it is killed. Run by test_due_moments_under_stress as
`python beating_node.py DATABASE_URL NAME MOMENT`; it says `ready` and, after every beat, how much it did.
"""

from __future__ import annotations

import sys

from engine.casework.runtime import Runtime, Settings
from engine.clock import VirtualClock, read_moment
from engine.organisation.directory import Directory
from engine.records.store import Store
from timers.scheduler import Heartbeat


def main(url: str, name: str, moment: str) -> None:
    clock, settings = VirtualClock(read_moment(moment)), Settings()
    store = Store(url)
    runtime = Runtime(store, clock, settings, Directory(store, clock, zone=settings.zone))
    heartbeat = Heartbeat(runtime, name)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        sys.stdout.write(f"{heartbeat.beat()}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
