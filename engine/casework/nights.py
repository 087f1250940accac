"""The book of the patrol: what each night's check found, kept in a stream of the journal of its own.

Written by the heartbeat, read by the supervisor's pages. Being journalled, a finding is sealed with
everything else and cannot be made to disappear. It checks nothing itself (`patrol`) and repairs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from engine.casework.patrol import Missed
from engine.casework.runtime import Runtime
from engine.clock import moment_text
from engine.organisation.model import Actor
from engine.records import journal
from engine.records.entries import Entry, Event

STREAM = "patrol"
LISTED = 30
FOUND, FINISHED = "PatrolFound", "PatrolFinished"


@dataclass(frozen=True)
class Night:
    """One patrol: when it was written down, how many cases it looked at, what it found.

    `found` are the facts of `Missed`, and the person or node that ran it is `by`.
    """

    number: int
    moment: str
    by: str
    cases: int
    found: tuple[Mapping[str, Any], ...]


def write(runtime: Runtime, cases: int, found: Iterable[Missed], node: str, *, salt: str) -> None:
    """Write a patrol down: one entry, with one event for each finding and one that it is finished.

    salt: drawn by the caller, 32 hexadecimal digits.
    """
    listed = list(found)
    events = [Event(FOUND, asdict(one)) for one in listed]
    finished = Event(FINISHED, {"cases": cases, "found": len(listed)})
    with runtime.store.writing() as connection:
        journal.record(
            connection,
            STREAM,
            moment_text(runtime.clock.now()),
            Actor.system().as_data(),
            {"type": "Patrol", "node": node},
            events=[*events, finished],
            salt=salt,
        )


def newest(connection: Connection, limit: int = LISTED) -> list[Night]:
    """The newest patrols, the last first."""
    last, _hash = journal.last(connection, STREAM)
    entries = journal.read(connection, STREAM, first=max(1, last - limit + 1))
    return [_night(entry) for entry in entries][::-1]


def _night(entry: Entry) -> Night:
    finished = next((event.data for event in entry.events if event.type == FINISHED), {})
    return Night(
        number=entry.seq,
        moment=entry.moment,
        by=str(entry.command.get("node", "")),
        cases=int(finished.get("cases", 0)),
        found=tuple(event.data for event in entry.events if event.type == FOUND),
    )
