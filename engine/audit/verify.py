"""Verify: numbered checks that stored entries, seals and bytes are what they claim to be.

Called by the auditor's page and `banjie verify`. A check never trusts a neighbour: heads are recomputed
from payloads, hashes from heads, the chain from hashes, seals from chains, blobs from their bytes. The
offline program does the same on an exported dossier without this package.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection

from engine import canonical
from engine.errors import BanjieError, said
from engine.records import blobs, hashing, journal, seals
from engine.records.entries import GENESIS, Entry, Event, from_row


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
    9: "与封存清单一致",
}


def verify_case(connection: Connection, case_id: int, row: Mapping[str, Any]) -> list[Check]:
    """All checks on one case. `row` is its case row (version, head_hash, marking, marking_digest)."""
    rows = list(journal.rows(connection, journal.case_stream(case_id)))
    faults = (
        *_chain(rows),
        *_current(rows, row),
        *_bytes(connection, rows),
        *_blocked(rows),
        *_sealed(connection, rows),
    )
    return _checks(QUESTIONS, faults)


def verify_stream(connection: Connection, stream: str) -> list[Check]:
    """The checks that concern any stream: order, digests, chain, time, seals."""
    rows = list(journal.rows(connection, stream))
    return _checks((1, 2, 3, 4, 5, 9), (*_chain(rows), *_sealed(connection, rows)))


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
    except BanjieError:
        return ""


def _chain(rows: list[Mapping[str, Any]]) -> Iterator[Fault]:
    previous, last_moment = GENESIS, ""
    for place, row in enumerate(rows, start=1):
        name = f"{row['stream']} #{row['seq']}"
        if row["seq"] != place:
            detail = said(
                "Expected entry {place}, but found {seq} in {stream}",
                place=place,
                seq=row["seq"],
                stream=row["stream"],
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
    except (BanjieError, KeyError, TypeError) as error:
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
        return "the command differs"
    if ours["answers"] != theirs.get("answers"):
        return "the answers differ"
    told = theirs.get("events")
    for index, (mine, other) in enumerate(zip(ours["events"], told or (), strict=False), start=1):
        if mine != other:
            return f"event {index} ({mine['type']}) differs"
    return "it differs"


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
    for row in rows:
        if row["payload"] is None:
            continue
        try:
            payload = canonical.loads(row["payload"])
        except BanjieError:
            continue  # check 3 names it
        for sha256 in sorted(set(blobs.named_in(payload))):
            try:
                blobs.get(connection, sha256)
            except BanjieError as error:
                yield Fault(
                    7,
                    said(
                        "{stream} #{seq}: {sentence}",
                        stream=row["stream"],
                        seq=row["seq"],
                        sentence=error.sentence,
                    ),
                    row["seq"],
                )


def _blocked(rows: list[Mapping[str, Any]]) -> Iterator[Fault]:
    allowed = {"ActRefused", "CardIssued"}
    for row in rows:
        events = _head(row).get("events") or ()
        types = {str(event.get("type")) for event in events if isinstance(event, Mapping)}
        if "ActRefused" in types and not types <= allowed:
            more = ", ".join(sorted(types - allowed))
            detail = said(
                "{stream} #{seq}: Expected nothing but the refusal, but found {more}",
                stream=row["stream"],
                seq=row["seq"],
                more=more,
            )
            yield Fault(8, detail, row["seq"])


def _sealed(connection: Connection, rows: list[Mapping[str, Any]]) -> Iterator[Fault]:
    hashes = {(row["stream"], row["seq"]): row["hash"] for row in rows}
    streams = {row["stream"] for row in rows}
    for seal in seals.all_seals(connection):
        for stream, seq, digest in heads(seal):
            if stream in streams and hashes.get((stream, seq)) != digest:
                sentence = said(
                    "Expected entry {seq} of {stream} as seal {number} has it",
                    seq=seq,
                    stream=stream,
                    number=seal.number,
                )
                yield Fault(9, said("{sentence}, but it differs or is gone", sentence=sentence), seq)


def heads(seal: seals.Seal) -> list[tuple[str, int, str]]:
    """What a seal says of each stream; of one that cannot be read, nothing (check 10 names it)."""
    try:
        return [(stream, seq, digest) for stream, seq, digest in canonical.loads(seal.body)["heads"]]
    except (BanjieError, KeyError, TypeError, ValueError):
        return []
