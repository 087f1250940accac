"""Replay: decide every recorded command again and demand the same events and the same marking.

Called by the auditor's page and `banjie replay`. It stands on what each entry recorded — command,
actor, answers, moment, digests of the definitions — and never calls out: no clock, no register, no
organisation of today.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection

from engine import canonical
from engine.bpmn.marking import Marking
from engine.casework import commands
from engine.casework.decide import Decision, decide
from engine.casework.recorded import ground_of
from engine.casework.runtime import Settings
from engine.casework.state import CaseState
from engine.definitions.shelf import Shelf
from engine.errors import BanjieError, said
from engine.records.entries import Entry, Event


@dataclass(frozen=True)
class Verdict:
    """What a replay found. `entry` and `event` are 1-based places of the first deviation; `disposed` says
    that the data of that entry was erased by an approved disposition, so that nobody can decide it again."""

    conforms: bool
    entries: int
    events: int
    entry: int | None = None
    event: int | None = None
    recorded: Any = None
    replayed: Any = None
    reason: str = ""
    disposed: bool = False

    def sentence(self) -> str:
        """The verdict in words."""
        if self.conforms:
            return said(
                "conforms: {entries} entries, {events} events decided again alike",
                entries=self.entries,
                events=self.events,
            )
        if self.disposed:
            return said(
                "cannot be decided again from entry {entry} on: {reason}",
                entry=self.entry,
                reason=self.reason,
            )
        place = (
            said("event {event} of entry {entry}", event=self.event, entry=self.entry)
            if self.event
            else said("entry {entry}", entry=self.entry)
        )
        if self.recorded is None and isinstance(self.replayed, str):  # why there is nothing to compare
            return said(
                "deviates at {place}: {reason}: {why}", place=place, reason=self.reason, why=self.replayed
            )
        return said(
            "deviates at {place}: {reason}; recorded {recorded}, replayed {replayed}",
            place=place,
            reason=self.reason,
            recorded=self.recorded,
            replayed=self.replayed,
        )

    def as_data(self) -> dict[str, Any]:
        """The verdict as plain data."""
        return {
            "conforms": self.conforms,
            "disposed": self.disposed,
            "entries": self.entries,
            "events": self.events,
            "entry": self.entry,
            "event": self.event,
            "reason": self.reason,
            "recorded": self.recorded,
            "replayed": self.replayed,
            "sentence": self.sentence(),
        }


def replay(connection: Connection, shelf: Shelf, settings: Settings, entries: Iterable[Entry]) -> Verdict:
    """Decide a case's entries again, from the first."""
    going = Replaying(connection, shelf, settings)
    for entry in entries:
        deviation = going.take(entry)
        if deviation is not None:
            return deviation
    return going.verdict()


@dataclass
class Replaying:
    """A replay under way: where it has come to. A copy goes on by itself."""

    connection: Connection
    shelf: Shelf
    settings: Settings
    state: CaseState | None = None
    marking: Marking | None = None
    entries: int = 0
    events: int = 0

    def verdict(self) -> Verdict:
        """What it has found so far: all that was taken conforms."""
        return Verdict(True, self.entries, self.events)

    def take(self, entry: Entry) -> Verdict | None:
        """Decide the next entry again; None where it conforms, else the verdict that ends the replay."""
        self.entries += 1
        if entry.erased:
            return replace(self._ended(entry, None, None, None, _DISPOSED), disposed=True)
        state = self.state or CaseState(case_id=entry.case_id or 0)
        try:
            ground = ground_of(self.connection, self.shelf, self.settings, entry)
            decision = decide(state, self.marking, commands.from_data(entry.command), ground)
        except (BanjieError, KeyError, TypeError, ValueError) as error:
            return self._ended(entry, None, None, _why(error), said("the command cannot be decided again"))
        found = _compare(entry, decision)
        if found is not None:
            return self._ended(entry, *found)
        self.events += len(entry.events)
        self.state, self.marking = decision.state, decision.marking
        return None

    def _ended(self, entry: Entry, event: int | None, recorded: Any, replayed: Any, reason: str) -> Verdict:
        return Verdict(False, self.entries, self.events, entry.seq, event, recorded, replayed, reason)


def _why(error: Exception) -> str:
    """Why an entry cannot be decided again, in words: what a forger left out or garbled raises no refusal."""
    if isinstance(error, BanjieError):
        return error.sentence
    if isinstance(error, KeyError):
        return said("Expected the entry to say {what}, but it does not", what=str(error.args[0]))
    return said("Expected the entry to be whole, but it cannot be read: {error}", error=error)


_DISPOSED = said("its data has been disposed of and cannot be decided again")


def _plain(value: Any) -> Any:
    raise TypeError(type(value).__name__)


_QUICK = json.JSONEncoder(sort_keys=True, allow_nan=False, check_circular=False, default=_plain)


def _alike(recorded: Event, replayed: Event) -> bool:
    """Whether two events have the same canonical text.

    Plain data whose texts by the encoder in C are the same have the same canonical text too; only where that
    does not say so (a decimal in it, or a difference) the canonical text is written.
    """
    try:
        if recorded.type == replayed.type and _QUICK.encode(recorded.data) == _QUICK.encode(replayed.data):
            return True
    except (TypeError, ValueError):
        pass
    return canonical.dumps(recorded.as_data()) == canonical.dumps(replayed.as_data())


def _compare(entry: Entry, decision: Decision) -> tuple[int | None, Any, Any, str] | None:
    for index, recorded in enumerate(entry.events, start=1):
        if index > len(decision.events):
            return index, recorded.as_data(), None, said("an event that does not follow")
        replayed = decision.events[index - 1]
        if not _alike(recorded, replayed):
            return index, recorded.as_data(), replayed.as_data(), said("another event follows")
    if len(decision.events) > len(entry.events):
        index = len(entry.events) + 1
        return index, None, decision.events[index - 1].as_data(), said("an event is missing")
    digest = decision.marking.digest if decision.marking else ""
    if digest != entry.marking:
        return None, entry.marking, digest, said("the marking differs")
    return None
