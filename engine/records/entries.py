"""The written and hashed form of what happened: events, and entries that hold them.

One accepted command is one entry. Its **head** is what the hash covers: who, when, which command, the
digests of the data, the digests of the definitions it ran under, the digest of the marking after it,
the hash of the entry before. Its **payload** is the data itself, beside a salt that keeps a short value
(an identity number) from being guessed from its digest once the payload was disposed of. So a payload
can be erased by an approved disposition and the chain still verifies.

Used by `journal` and by the audit; knows no database.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine import canonical
from engine.errors import Broken, said
from engine.records import hashing

VERSION = 1
GENESIS = "0" * 64  # stands where the first entry of a stream names its predecessor


def fresh_salt() -> str:
    """A salt for one entry: 32 random hexadecimal digits, drawn outside every decision."""
    return secrets.token_hex(16)


@dataclass(frozen=True)
class Event:
    """What happened, in the past tense: `type` and plain JSON `data`."""

    type: str
    data: Mapping[str, Any] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """The event as plain data."""
        return {"type": self.type, "data": dict(self.data)}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One accepted command with everything that followed from it.

    `command` and `answers` are plain data; `command["type"]` names the command. `digests` name what it
    ran under by kind (package, law, calendar, supervision, units, engine). `marking` is "" in streams
    that run no diagram. `erased` is true when the payload was disposed of: command data and answers are then
    empty, there are no events, and only their digests remain in `kept_head`. `algorithm` names the hash
    function (hashing.KNOWN); the head names it too where it is not SHA-256.
    """

    stream: str
    seq: int
    case_id: int | None
    moment: str
    actor: Mapping[str, Any]
    command: Mapping[str, Any]
    answers: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    digests: Mapping[str, str] = field(default_factory=dict)
    marking: str = ""
    previous: str = GENESIS
    salt: str = ""
    erased: bool = False
    kept_head: str | None = None
    algorithm: str = field(default_factory=hashing.chosen)

    @cached_property
    def head(self) -> str:
        """The canonical text the hash covers."""
        if self.kept_head is not None:
            return self.kept_head
        command, answers, events = self._texts
        return canonical.dumps(
            {
                "v": VERSION,
                "stream": self.stream,
                "seq": self.seq,
                "moment": self.moment,
                "actor": self.actor,
                "command": {"type": self.command["type"], "data": self._salted(command)},
                "answers": self._salted(answers),
                "events": [{"type": type_, "data": self._salted(data)} for type_, data in events],
                "digests": self.digests,
                "marking": self.marking,
                "previous": self.previous,
                **({} if self.algorithm == hashing.SHA256 else {"alg": self.algorithm}),
            }
        )

    @cached_property
    def payload(self) -> str | None:
        """The canonical text of the data, None when erased: {answers, command, events, salt}."""
        if self.erased:
            return None
        command, answers, texts = self._texts
        # Each part is written once: its text stands here and is what the digest in the head is of.
        events = ",".join(f'{{"data":{data},"type":{canonical.dumps(type_)}}}' for type_, data in texts)
        salt = canonical.dumps(self.salt)
        return f'{{"answers":{answers},"command":{command},"events":[{events}],"salt":{salt}}}'

    @cached_property
    def _texts(self) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        """The canonical text of the command, of the answers, and of each event's data beside its type."""
        events = tuple((event.type, canonical.dumps(dict(event.data))) for event in self.events)
        return canonical.dumps(self.command), canonical.dumps(self.answers), events

    @cached_property
    def hash(self) -> str:
        """The digest of the head."""
        return hashing.digest(self.algorithm, self.head.encode())

    def _salted(self, text: str) -> str:
        return hashing.digest(self.algorithm, (self.salt + text).encode())


def from_row(stream: str, seq: int, case_id: int | None, head: str, payload: str | None) -> Entry:
    """The entry a row holds, its stored head kept as it is. Raises Broken where the row is no entry.

    Nothing is verified here: the audit compares `head` with what the payload says.
    """
    row = {"stream": stream, "seq": seq, "case_id": case_id, "head": head, "payload": payload}
    return from_parts(row, canonical.loads(head), None if payload is None else canonical.loads(payload))


def from_parts(row: Mapping[str, Any], written: Any, data: Any) -> Entry:
    """The same of a row whose head (`written`) and payload (`data`) were read already."""
    erased = row["payload"] is None
    try:
        data = _erased(written) if erased else data
        return Entry(
            stream=row["stream"],
            seq=row["seq"],
            case_id=row["case_id"],
            moment=written["moment"],
            actor=written["actor"],
            command=data["command"],
            answers=data["answers"],
            events=tuple(Event(e["type"], e["data"]) for e in data["events"]),
            digests=written["digests"],
            marking=written["marking"],
            previous=written["previous"],
            salt=data["salt"],
            erased=erased,
            kept_head=row["head"],
            algorithm=written.get("alg", hashing.SHA256),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Broken(
            said(
                "Expected entry {seq} of {stream} to be an entry, but it cannot be read: {error}",
                seq=row["seq"],
                stream=row["stream"],
                error=error,
            )
        ) from error


def _erased(written: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "salt": "",
        "command": {"type": written["command"]["type"]},
        "answers": {},
        "events": [],
    }
