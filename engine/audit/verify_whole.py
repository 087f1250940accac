"""Verify the whole database: every stream, the seals and their time-stamps, stored bytes, deployed versions.

Called by `banjie verify` without a target, by the auditor's page and by the operator's. What is asked of one
stream stands in `verify`; here are the checks that look at everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from engine import canonical
from engine.audit import chain, derived, derived_whole, erased, persons, sealed, verify
from engine.audit.verify import Check, Files
from engine.definitions.deployment import MANIFEST_TYPE
from engine.definitions.word_templates import WordTemplate
from engine.errors import BanjieError, said
from engine.records import blobs, guards, journal, seals, stamps
from engine.records.entries import GENESIS
from engine.records.store import legible
from engine.records.tables import case as case_table
from engine.records.tables import definition_version
from engine.records.tables import entry as entry_table

_AT_ONCE = 200  # streams whose rows are asked for in one statement
_OF_ENTRIES = (1, 2, 3, 4)
"""What is drawn from a stream of which one of these does not hold cannot be known."""
_KEPT_AS = (blobs.BYTES, MANIFEST_TYPE, WordTemplate.media_type)
"""Media types of a definition's files: a template may have been handed in as a document before."""


def verify_seals(connection: Connection, kept: Mapping[str, Any] | None = None) -> list[Check]:
    """The chain of seals, and all streams against it. `kept` is a seal kept outside the database."""
    stored = seals.all_seals(connection)
    found = next(_seal_faults(connection, stored), "")
    checks = [Check(10, "封存前后相连，根摘要一致", not found, found)]
    if kept is not None:
        match = next((seal for seal in stored if seal.number == kept.get("number")), None)
        same = match is not None and match.as_data() == dict(kept)
        detail = (
            ""
            if same
            else said(
                "Expected seal {number} as kept outside, but the database differs", number=kept.get("number")
            )
        )
        checks.append(Check(11, "与库外保存的封存一致", same, detail))
    return checks


def _seal_faults(connection: Connection, stored: list[seals.Seal]) -> Iterator[str]:
    try:
        yield from _links(stored)
        yield from _roots(connection, stored)
    except (BanjieError, KeyError, TypeError, ValueError) as error:
        yield said("Expected seals and their heads, but they cannot be read: {error!r}", error=error)


def _links(stored: list[seals.Seal]) -> Iterator[str]:
    previous = GENESIS
    for place, seal in enumerate(stored, start=1):
        body = seal.told
        if chain.digest(body, seal.body) != seal.hash:
            yield said("Expected seal {place} to have its own hash, but it was changed", place=place)
        if (seal.number, body.get("number"), body.get("previous")) != (place, place, previous):
            yield said("Expected seal {place} to follow the one before, but the link is broken", place=place)
        if body.get("moment") != seal.moment:
            yield said(
                "Expected seal {place} to be of {moment}, but the row says {seal_moment}",
                place=place,
                moment=body.get("moment"),
                seal_moment=seal.moment,
            )
        previous = seal.hash


def _roots(connection: Connection, stored: list[seals.Seal]) -> Iterator[str]:
    """Every root follows from the heads that moved until then; every head kept is in its chain.

    One pass: what a seal did not move is not hashed again.
    """
    standing, rows = seals.Standing(), dict(seals.moved(connection))
    newest = {stream: seq for stream, seq, _ in journal.heads(connection)}
    for seal in stored:
        heads, body = rows.pop(seal.number, []), seal.told
        odd = [one for one in heads if standing.heads.get(one[0]) == one or not isinstance(one[1], int)]
        yield from (_astray(seal.number, head) for head in odd)
        tree = standing.move(heads, seal.algorithm)
        if (tree.root, len(tree)) != (body.get("root"), body.get("count")):
            yield from (_astray(seal.number, head) for head in _not_recorded(connection, heads))
            yield said(
                "Expected seal {number} to have the root of its heads, but one was changed, put in or "
                "taken out",
                number=seal.number,
            )
            return
        yield from _ends_before(seal.number, heads, newest)
    yield from (_astray(number, head) for number, heads in rows.items() for head in heads)


def _astray(number: int, head: seals.Head) -> str:
    return said(
        "Expected the heads of seal {number} as it was made, but {stream} #{seq} is none of them",
        number=number,
        stream=head[0],
        seq=head[1],
    )


def _not_recorded(connection: Connection, heads: list[seals.Head]) -> Iterator[seals.Head]:
    """Those of the heads of a seal that are in no chain: which one was changed, where that can be told."""
    t = entry_table.c
    for stream, seq, digest in heads:
        there = select(t.seq).where(t.stream == stream, t.seq == seq, t.hash == digest)
        if connection.execute(there).first() is None:
            yield stream, seq, digest


def _ends_before(number: int, heads: list[seals.Head], newest: Mapping[str, int]) -> Iterator[str]:
    """The streams that end before the place at which the seal has seen them."""
    for stream, seq, _ in heads:
        end = newest.get(stream, 0)
        if not isinstance(end, int) or end < seq:
            yield said(
                "Expected {stream} to reach entry {seq} as seal {place} says, but it ends at {end}",
                stream=stream,
                seq=seq,
                place=number,
                end=end,
            )


def verify_stamps(connection: Connection, roots: bytes | None = None) -> Check:
    """Every time-stamp is of the seal it says; with `roots` (PEM) its signature leads to them as well."""
    fault = next(_stamp_faults(connection, roots), "")
    return Check(14, "时间戳与其封存一致", not fault, fault)


def _stamp_faults(connection: Connection, roots: bytes | None) -> Iterator[str]:
    stored = {seal.number: seal for seal in seals.all_seals(connection)}
    try:
        for stamp in stamps.kept(connection):
            if stamp.seal not in stored:
                yield said(
                    "Expected seal {seal} beside its time-stamp of {moment}, but it is gone",
                    seal=stamp.seal,
                    moment=stamp.moment,
                )
                return
            stamps.read(stored[stamp.seal], stamp.authority, stamp.response, roots)
    except BanjieError as error:
        yield error.sentence
    except (KeyError, TypeError, ValueError) as error:
        yield said(
            "Expected the stream {stream} to hold time-stamps, but {error!r}",
            stream=stamps.STREAM,
            error=error,
        )


def verify_all(
    connection: Connection, kept: Mapping[str, Any] | None = None, roots: bytes | None = None
) -> Iterator[tuple[str, Check]]:
    """Every check on everything stored, each with what it is about: a case number, a stream, or "".

    Work for minutes on a large database; the caller shows how far it is. What does not hold comes last, in
    the order of the checks. `kept` is a seal kept outside, `roots` the certificates (PEM) of the
    authority that stamps.
    """
    broken = []
    with legible(connection):
        for about, check in _everything(connection, kept, roots):
            if check.holds:
                yield about, check
            else:
                broken.append((about, check))
    yield from sorted(broken, key=lambda one: one[1].number)


def notes(connection: Connection) -> list[str]:
    """What an operator must know beside the checks: guards over the record that a start had to lay again.

    An upgrade may bring guards that an earlier version had not; its revision is told for that.
    """
    return [
        said(
            "{name} of {moment}: the guards {guards} over the record were gone or changed when a node "
            "started, and were laid again (revision {revision} before)",
            name=f"{journal.OPERATIONS} #{entry.seq}",
            moment=entry.moment,
            guards=", ".join(str(event.data["guard"]) for event in entry.events),
            revision=entry.command.get("revision_before"),
        )
        for entry in journal.read(connection, journal.OPERATIONS)
        if entry.command["type"] == "LayGuards"
    ]


def _everything(
    connection: Connection, kept: Mapping[str, Any] | None, roots: bytes | None
) -> Iterator[tuple[str, Check]]:
    known = verify.Known(
        past=persons.past_of(connection),
        sealed=sealed.read(connection),
        approved=erased.approved(connection),
        files=verify.seen(blobs.several(connection)),
        drawn={},
    )
    broken: set[str] = set()
    for stream, about, check in _streams(connection, known):
        if not check.holds and check.number in _OF_ENTRIES:
            broken.add(stream)
        yield about, check
    yield from (("", check) for check in verify_seals(connection, kept))
    yield "", _stored_bytes(known.files)
    yield "", _versions(connection, known.files)
    yield "", verify_stamps(connection, roots)
    fault = next(iter(guards.faults(connection).values()), "")
    yield "", Check(17, "数据库自身的防改措施完好", not fault, fault)
    fault = next(erased.of_all(connection, known.approved), "")
    yield "", Check(18, "销毁登记与销毁记录一致", not fault, fault)
    fault = next(derived_whole.faults(connection, broken), "")
    yield "", Check(19, "登记库、组织机构的表与日志一致", not fault, fault)


def _streams(connection: Connection, known: verify.Known) -> Iterator[tuple[str, str, Check]]:
    """The checks of every stream, cases with what is drawn from them: stream, what it is about, check."""
    case_ids = {
        journal.case_stream(case_id): case_id
        for case_id in connection.execute(select(case_table.c.case_id)).scalars()
    }
    streams = sorted({stream for stream, _, _ in journal.heads(connection)} | set(case_ids))
    for start in range(0, len(streams), _AT_ONCE):
        some = streams[start : start + _AT_ONCE]
        ids = [case_ids[stream] for stream in some if stream in case_ids]
        rows = connection.execute(select(case_table).where(case_table.c.case_id.in_(ids))).mappings()
        cases = {journal.case_stream(row["case_id"]): row for row in rows}
        around = replace(known, drawn=derived.kept(connection, ids))
        for stream in some:
            row = cases.get(stream)
            if row is None:
                checks, about = verify.verify_stream(connection, stream, around), stream
            else:
                checks = verify.verify_case(connection, row["case_id"], dict(row), around)
                about = row["number"] or stream
            yield from ((stream, about, check) for check in checks)


def _stored_bytes(seen: Files) -> Check:
    fault = next((fault for fault, _ in seen.values() if fault), "")
    return Check(12, "库中全部字节与其摘要一致", not fault, fault)


def _versions(connection: Connection, seen: Files) -> Check:
    """The table of versions says what the stream `definitions` says, and every file of them is whole."""
    try:
        fault = next(_version_faults(connection, seen), "")
    except BanjieError as error:  # the record itself is damaged; its own checks name the entry
        fault = error.sentence
    return Check(13, "在用定义与部署记录一致，文件齐全", not fault, fault)


def _version_faults(connection: Connection, seen: Files) -> Iterator[str]:
    told = {
        canonical.dumps(dict(event.data)): f"{journal.DEFINITIONS} #{entry.seq}"
        for entry in journal.read(connection, journal.DEFINITIONS)
        for event in entry.events
        if event.type == "DefinitionDeployed"
    }
    rows = {
        canonical.dumps(dict(row._mapping)): row
        for row in connection.execute(select(definition_version)).all()
    }
    for text, name in told.items():
        if text not in rows:
            yield said(
                "{name}: Expected the version it deployed as it was, but there is no such row: {text}",
                name=name,
                text=text,
            )
    for text in sorted(set(rows) - set(told)):
        yield said(
            "Expected each version to have been deployed by an entry, but none tells of {text}", text=text
        )
    for text, row in rows.items():
        about = f"{told.get(text, '')}: {row.kind} {row.name} {row.version}"
        yield from _file_faults(connection, about, row.digest, seen)


def _file_faults(connection: Connection, about: str, digest: str, seen: Files) -> Iterator[str]:
    """What is wrong with the manifest of a version and with the files that it lists."""
    files = {"manifest.json": digest}
    if not seen.get(digest, ("", ""))[0]:
        files |= canonical.loads(blobs.get(connection, digest))["files"]
    for path, sha256 in files.items():
        gone = said("Expected a file with the hash {sha256}…, but there is none", sha256=sha256[:12])
        fault, media_type = seen.get(sha256, (gone, ""))
        if not fault and media_type not in _KEPT_AS:
            fault = said(
                "Expected the file {sha256}… to be kept as {wanted}, but its row says {found}",
                sha256=sha256[:12],
                wanted=blobs.BYTES,
                found=media_type,
            )
        if fault:
            yield said("{about}, {path}: {fault}", about=about, path=path, fault=fault)
