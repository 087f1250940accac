"""One stream by itself: whether places, hashes, data, links and moments of its rows are what they claim.

Called by `verify`. A check trusts no neighbour: heads are made anew from the data, hashes from heads, the
chain from hashes. Of seals, persons and rights it knows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from engine import canonical
from engine.audit.stored import Stored
from engine.errors import BanjieError, said
from engine.records import hashing
from engine.records.entries import GENESIS, Entry

_NUMBER = re.compile("[1-9][0-9]{0,17}")
_UNREADABLE = (BanjieError, KeyError, TypeError, ValueError, AttributeError, ArithmeticError)


class Fault(NamedTuple):
    """What a check found: the check's number, the sentence, the entry's place where it is one entry."""

    check: int
    detail: str
    entry: int | None = None


def digest(written: Mapping[str, Any], text: str) -> str:
    """The digest of a text by the function it names itself; "" where it names none that can be computed."""
    try:
        return hashing.digest(str(written.get("alg", hashing.SHA256)), text.encode())
    except (BanjieError, UnicodeEncodeError):
        return ""


def faults(rows: Iterable[Stored]) -> Iterator[Fault]:
    """Every fault of a stream: places (1), hashes of heads (2), data (3), links (4), moments (5)."""
    previous, last_moment = GENESIS, ""
    for place, one in enumerate(rows, start=1):
        row, name, entry = one.row, one.name, one.entry
        if row["seq"] != place:
            detail = said(
                "Expected {stream} #{place} here, but found {name}",
                stream=row["stream"],
                place=place,
                name=name,
            )
            yield Fault(1, detail, place)
        if row["case_id"] != _case_of(row["stream"]):
            detail = said(
                "{name}: Expected the case of its stream, but the row names {case}",
                name=name,
                case=row["case_id"],
            )
            yield Fault(1, detail, row["seq"])
        if digest(one.head, row["head"]) != row["hash"]:
            yield Fault(
                2,
                said("{name}: Expected the hash of its head, but the row holds another", name=name),
                row["seq"],
            )
        if entry is None:
            yield Fault(3, said("{name}: {sentence}", name=name, sentence=one.fault), row["seq"])
            previous = row["hash"]
            continue
        yield from _data(one, entry)
        if entry.previous != previous:
            named, found = f"{str(entry.previous)[:12]}…", f"{str(previous)[:12]}…"
            yield Fault(
                4,
                said(
                    "{name}: Expected the entry before to be {named}, but it is {found}",
                    name=name,
                    named=named,
                    found=found,
                ),
                row["seq"],
            )
        moment = str(entry.moment)
        if row["moment"] != entry.moment or moment < last_moment:
            detail = said(
                "{name}: Expected a moment not before {last_moment}, but found {moment}",
                name=name,
                last_moment=last_moment,
                moment=row["moment"],
            )
            yield Fault(5, detail, row["seq"])
        previous, last_moment = row["hash"], moment


def _case_of(stream: str) -> int | None:
    """The case that a stream belongs to, as its name says."""
    kind, _, number = stream.partition(":")
    return int(number) if kind in ("case", "access") and _NUMBER.fullmatch(number) else None


def _data(one: Stored, entry: Entry) -> Iterator[Fault]:
    """The head names this place, and its digests are those of the data, which stand in canonical form."""
    name, row, written = one.name, one.row, one.head
    place = f"{written.get('stream')} #{written.get('seq')}"
    if (written.get("stream"), written.get("seq")) != (row["stream"], row["seq"]):
        yield Fault(
            1,
            said("{name}: Expected this place in its head, but it names {place}", name=name, place=place),
            row["seq"],
        )
    if entry.erased:
        return
    made = replace(entry, kept_head=None)
    try:
        head, payload = made.head, made.payload
    except _UNREADABLE as error:
        yield Fault(
            3,
            said(
                "{name}: Expected an entry's data, but it cannot be read: {error!r}", name=name, error=error
            ),
            row["seq"],
        )
        return
    if head != row["head"]:
        difference = _first_difference(head, written)
        yield Fault(
            3,
            said(
                "{name}: Expected data with the digests in its head, but {difference}",
                name=name,
                difference=difference,
            ),
            row["seq"],
        )
    if payload != row["payload"]:
        yield Fault(
            3,
            said("{name}: Expected the canonical form of its data, but the bytes differ", name=name),
            row["seq"],
        )


def _first_difference(made: str, theirs: Mapping[str, Any]) -> str:
    ours = canonical.loads(made)
    if ours["command"] != theirs.get("command"):
        return said("the command differs")
    if ours["answers"] != theirs.get("answers"):
        return said("the answers differ")
    told = theirs.get("events")
    others = told if isinstance(told, list) else []
    for index, (mine, other) in enumerate(zip(ours["events"], others, strict=False), start=1):
        if mine != other:
            return said("event {index} ({type}) differs", index=index, type=mine["type"])
    return said("it differs")
