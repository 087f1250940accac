"""Verify: numbered checks that stored entries, seals and bytes are what they claim to be.

Called by the auditor's page and `banjie verify`. A check never trusts a neighbour: heads are recomputed
from payloads, hashes from heads, the chain from hashes, seals from chains, blobs from their bytes. The
offline program does the same on an exported dossier without this package.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection

from engine import canonical
from engine.audit import erased, persons, ran_under
from engine.audit import sealed as sealing
from engine.audit.past import Past, Row
from engine.audit.sealed import Sealed
from engine.errors import BanjieError, said
from engine.records import blobs, hashing, journal
from engine.records.entries import GENESIS, Entry, Event, from_row
from engine.records.store import legible


@dataclass(frozen=True)
class Check:
    """One numbered check: its number, what it asks, whether it holds, and where it first does not.

    `entry` is the place in its stream of the first entry that fails, where it is one entry that does.
    """

    number: int
    question: str
    holds: bool
    detail: str = ""
    entry: int | None = None

    def as_data(self) -> dict[str, Any]:
        """The check as plain data."""
        return {
            "number": self.number,
            "question": self.question,
            "holds": self.holds,
            "detail": self.detail,
            "entry": self.entry,
        }


QUESTIONS = {
    1: "序号连续，无缺失、无重复",
    2: "每条记录的摘要与其内容一致",
    3: "每条记录的数据与其摘要一致",
    4: "每条记录指向前一条记录的摘要",
    5: "时间先后一致",
    6: "案件当前状态与最后一条记录一致",
    7: "文书和附件的字节与其摘要一致",
    8: "被阻止的行为没有生效",
    9: "与封存一致",
    15: "办理人员当日在岗、有权，职责分离",
    16: "执法证件当日有效，与登记库一致",
}


def verify_case(
    connection: Connection,
    case_id: int,
    row: Mapping[str, Any],
    past: Past | None = None,
    sealed: Sealed | None = None,
    approved: list[Row] | None = None,
) -> list[Check]:
    """All checks on one case. `row` is its case row (version, head_hash, marking, marking_digest).

    `past` is `persons.past_of` the connection, `sealed` what its seals say and `approved` its dispositions,
    for who verifies many (and reads all bytes himself).
    """
    stream = journal.case_stream(case_id)
    with legible(connection):
        rows = list(journal.rows(connection, stream))
        faults = (
            *_chain(rows),
            *_current(rows, row),
            *_bytes(connection, rows),
            *(() if past else (Fault(*one) for one in ran_under.faults(connection, rows))),
            *(Fault(*one) for one in persons.faults(rows, past or persons.past_of(connection))),
            *(Fault(*one) for one in erased.of_stream(connection, stream, rows, approved)),
            *_sealed(sealed or sealing.read(connection, stream), rows),
        )
    return _checks(QUESTIONS, faults)


def verify_stream(
    connection: Connection, stream: str, sealed: Sealed | None = None, approved: list[Row] | None = None
) -> list[Check]:
    """The checks that concern any stream: order, digests, chain, time, seals."""
    with legible(connection):
        rows = list(journal.rows(connection, stream))
        against = _sealed(sealed or sealing.read(connection, stream), rows)
        gone = (Fault(*one) for one in erased.of_stream(connection, stream, rows, approved))
        return _checks((1, 2, 3, 4, 5, 9), (*_chain(rows), *gone, *against))


_NUMBER = re.compile("[1-9][0-9]{0,17}")
_UNREADABLE = (BanjieError, KeyError, TypeError, ValueError, AttributeError, ArithmeticError)


class Fault(NamedTuple):
    """What a check found: the check's number, the sentence, the entry's place where it is one entry."""

    check: int
    detail: str
    entry: int | None = None


def _checks(numbers: Iterable[int], faults: Iterable[Fault]) -> list[Check]:
    first: dict[int, Fault] = {}
    for fault in faults:
        first.setdefault(fault.check, fault)
    sound = Fault(0, "")
    return [
        Check(n, QUESTIONS[n], n not in first, first.get(n, sound).detail, first.get(n, sound).entry)
        for n in numbers
    ]


def _head(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The head of a row as data; one that is no head at all reads as empty (check 3 names it)."""
    try:
        head = canonical.loads(row["head"])
    except BanjieError:
        return {}
    return head if isinstance(head, Mapping) else {}


def digest(written: Mapping[str, Any], text: str) -> str:
    """The digest of a text by the function it names itself; "" where it names none that can be computed."""
    try:
        return hashing.digest(str(written.get("alg", hashing.SHA256)), text.encode())
    except (BanjieError, UnicodeEncodeError):
        return ""


def _chain(rows: list[Mapping[str, Any]]) -> Iterator[Fault]:
    previous, last_moment = GENESIS, ""
    for place, row in enumerate(rows, start=1):
        name = f"{row['stream']} #{row['seq']}"
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
        if digest(_head(row), row["head"]) != row["hash"]:
            yield Fault(
                2,
                said("{name}: Expected the hash of its head, but the row holds another", name=name),
                row["seq"],
            )
        try:
            entry = from_row(row["stream"], row["seq"], row["case_id"], row["head"], row["payload"])
        except BanjieError as error:
            yield Fault(3, said("{name}: {sentence}", name=name, sentence=error.sentence), row["seq"])
            previous = row["hash"]
            continue
        yield from _payload(name, row, entry)
        if entry.previous != previous:
            named, found = f"{entry.previous[:12]}…", f"{previous[:12]}…"
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
        if row["moment"] != entry.moment or entry.moment < last_moment:
            detail = said(
                "{name}: Expected a moment not before {last_moment}, but found {moment}",
                name=name,
                last_moment=last_moment,
                moment=row["moment"],
            )
            yield Fault(5, detail, row["seq"])
        previous, last_moment = row["hash"], entry.moment


def _case_of(stream: str) -> int | None:
    """The case that a stream belongs to, as its name says."""
    kind, _, number = stream.partition(":")
    return int(number) if kind in ("case", "access") and _NUMBER.fullmatch(number) else None


def _payload(name: str, row: Mapping[str, Any], entry: Entry) -> Iterator[Fault]:
    written = _head(row)
    place = f"{written.get('stream')} #{written.get('seq')}"
    if (written.get("stream"), written.get("seq")) != (row["stream"], row["seq"]):
        yield Fault(
            1,
            said("{name}: Expected this place in its head, but it names {place}", name=name, place=place),
            row["seq"],
        )
    if entry.erased:
        return
    made = Entry(
        stream=entry.stream,
        seq=entry.seq,
        case_id=entry.case_id,
        moment=entry.moment,
        actor=entry.actor,
        command=entry.command,
        answers=entry.answers,
        events=tuple(Event(e.type, e.data) for e in entry.events),
        digests=entry.digests,
        marking=entry.marking,
        previous=entry.previous,
        salt=entry.salt,
        algorithm=entry.algorithm,
    )
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


def _current(rows: list[Mapping[str, Any]], row: Mapping[str, Any]) -> Iterator[Fault]:
    if not rows or row["version"] != rows[-1]["seq"] or row["head_hash"] != rows[-1]["hash"]:
        newest = rows[-1]["seq"] if rows else 0
        detail = said(
            "Expected the case to stand at entry {version}, but the journal ends at {newest}",
            version=row["version"],
            newest=newest,
        )
        yield Fault(6, detail, newest or None)
        return
    digest = canonical.digest_bytes(row["marking"].encode()) if row["marking"] else ""
    recorded = _head(rows[-1]).get("marking")
    if digest != row["marking_digest"] or digest != recorded:
        detail = said(
            "Expected the marking of entry {version}, but the stored one has another digest",
            version=row["version"],
        )
        yield Fault(6, detail, row["version"])


def _bytes(connection: Connection, rows: list[Mapping[str, Any]]) -> Iterator[Fault]:
    """Every file that an entry names is kept as it was, under the media type that the entry says."""
    named: dict[tuple[str, str], Mapping[str, Any]] = {}
    for row in rows:
        for file in blobs.files_in(_written(row)):
            named.setdefault((file["sha256"], str(file["media_type"])), row)
    kept = {one.sha256: one for one in blobs.several(connection, (sha256 for sha256, _ in named))}
    faults = {sha256: one.fault for sha256, one in kept.items()}
    for (sha256, media_type), row in named.items():
        gone = said("Expected a file with the hash {hash}…, but there is none", hash=sha256[:12])
        fault = faults.get(sha256, gone)
        # Bytes that were deployed or drafted before somebody handed them in keep their first type.
        if not fault and kept[sha256].media_type not in (media_type, blobs.BYTES):
            fault = said(
                "Expected the file {hash}… to be {media_type}, but its row says {found}",
                hash=sha256[:12],
                media_type=media_type,
                found=kept[sha256].media_type,
            )
        if fault:
            place = {"stream": row["stream"], "seq": row["seq"]}
            yield Fault(7, said("{stream} #{seq}: {sentence}", **place, sentence=fault), row["seq"])


def _written(row: Mapping[str, Any]) -> Any:
    """The data of a row; nothing of what was disposed of or cannot be read (check 3 names that)."""
    try:
        return None if row["payload"] is None else canonical.loads(row["payload"])
    except BanjieError:
        return None


def _sealed(sealed: Sealed, rows: list[Mapping[str, Any]]) -> Iterator[Fault]:
    return (Fault(9, sentence, seq) for seq, sentence in sealed.faults(rows))
