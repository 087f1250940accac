"""Verify: numbered checks that stored entries, seals and bytes are what they claim to be.

Called by the auditor's page and `banjie verify`. A check never trusts a neighbour: heads are recomputed
from payloads, hashes from heads, the chain from hashes, seals from chains, blobs from their bytes. The
offline program does the same on an exported dossier without this package.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine import canonical
from engine.audit import chain, derived, erased, persons, ran_under, stored
from engine.audit import sealed as sealing
from engine.audit.chain import Fault
from engine.audit.past import Past, Row
from engine.audit.sealed import Sealed
from engine.audit.stored import Stored
from engine.errors import said
from engine.records import blobs, journal
from engine.records.store import legible

Files = Mapping[str, tuple[str, str]]
"""What is wrong with the bytes under a hash ("" where nothing is), and the media type of their row."""


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


@dataclass(frozen=True)
class Known:
    """What who verifies many streams has read once: the streams that others are held against (`past`, what
    the seals say, what was disposed of), every stored file (`files`: by hash what is wrong with it, and its
    media type), and some cases' drawn rows.
    """

    past: Past
    sealed: Sealed
    approved: list[Row]
    files: Files
    drawn: derived.Kept


def verify_case(
    connection: Connection, case_id: int, row: Mapping[str, Any], known: Known | None = None
) -> list[Check]:
    """All checks on one case. `row` is its whole case row; `known` what is known when many are verified."""
    stream = journal.case_stream(case_id)
    with legible(connection):
        rows = stored.read(connection, stream)
        past = known.past if known else persons.past_of(connection)
        drawn = known.drawn if known else derived.kept(connection, [case_id])
        broken = tuple(chain.faults(rows))
        faults = (
            *broken,
            *_current(rows, row),
            # Rows follow from entries that are whole; from others nothing follows.
            *(() if broken else (Fault(6, *one) for one in derived.faults(rows, row, drawn))),
            *_files(connection, rows, known),
            *(() if known else (Fault(*one) for one in ran_under.faults(connection, rows))),
            *(Fault(*one) for one in persons.faults(rows, past)),
            *_gone_or_unsealed(connection, stream, rows, known),
        )
    return _checks(QUESTIONS, faults)


def verify_stream(connection: Connection, stream: str, known: Known | None = None) -> list[Check]:
    """The checks that concern any stream: order, digests, chain, time, seals."""
    with legible(connection):
        rows = stored.read(connection, stream)
        faults = (*chain.faults(rows), *_gone_or_unsealed(connection, stream, rows, known))
    return _checks((1, 2, 3, 4, 5, 9), faults)


def _gone_or_unsealed(
    connection: Connection, stream: str, rows: list[Stored], known: Known | None
) -> Iterator[Fault]:
    """Of any stream: data that are gone were disposed of (3), the rows are as the seals have them (9)."""
    told = stored.rows_of(rows)
    yield from (
        Fault(*one) for one in erased.of_stream(connection, stream, told, known.approved if known else None)
    )
    against = known.sealed if known else sealing.read(connection, stream)
    yield from (Fault(9, sentence, seq) for seq, sentence in against.faults(told))


def _checks(numbers: Iterable[int], faults: Iterable[Fault]) -> list[Check]:
    first: dict[int, Fault] = {}
    for fault in faults:
        first.setdefault(fault.check, fault)
    sound = Fault(0, "")
    return [
        Check(n, QUESTIONS[n], n not in first, first.get(n, sound).detail, first.get(n, sound).entry)
        for n in numbers
    ]


def _current(rows: list[Stored], row: Mapping[str, Any]) -> Iterator[Fault]:
    if not rows or row["version"] != rows[-1].seq or row["head_hash"] != rows[-1].row["hash"]:
        newest = rows[-1].seq if rows else 0
        detail = said(
            "Expected the case to stand at entry {version}, but the journal ends at {newest}",
            version=row["version"],
            newest=newest,
        )
        yield Fault(6, detail, newest or None)
        return
    digest = canonical.digest_bytes(row["marking"].encode()) if row["marking"] else ""
    recorded = rows[-1].head.get("marking")
    if digest != row["marking_digest"] or digest != recorded:
        detail = said(
            "Expected the marking of entry {version}, but the stored one has another digest",
            version=row["version"],
        )
        yield Fault(6, detail, row["version"])


def _files(connection: Connection, rows: list[Stored], known: Known | None) -> Iterator[Fault]:
    """Every file that an entry names is kept as it was, under the media type that the entry says."""
    named: dict[tuple[str, str], Stored] = {}
    for one in rows:
        # What names no file is not walked through; data in another than the canonical form fail check 3.
        if one.data is not None and '"sha256"' in one.row["payload"]:
            for file in blobs.files_in(one.data):
                named.setdefault((file["sha256"], str(file["media_type"])), one)
    kept = known.files if known else seen(blobs.several(connection, (sha256 for sha256, _ in named)))
    for (sha256, media_type), one in named.items():
        gone = said("Expected a file with the hash {hash}…, but there is none", hash=sha256[:12])
        fault, found = kept.get(sha256, (gone, ""))
        # Bytes that were deployed or drafted before somebody handed them in keep their first type.
        if not fault and found not in (media_type, blobs.BYTES):
            fault = said(
                "Expected the file {hash}… to be {media_type}, but its row says {found}",
                hash=sha256[:12],
                media_type=media_type,
                found=found,
            )
        if fault:
            yield Fault(7, said("{name}: {sentence}", name=one.name, sentence=fault), one.seq)


def seen(kept: Iterable[blobs.Kept]) -> Files:
    """What is found of stored files, by their hash."""
    return {one.sha256: (one.fault, one.media_type) for one in kept}
