"""Verify the whole database: every stream, the seals and their time-stamps, stored bytes, deployed versions.

Called by `banjie verify` without a target, by the auditor's page and by the operator's. What is asked of one
stream stands in `verify`; here are the checks that look at everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select

from engine import canonical
from engine.audit import verify
from engine.audit.verify import Check
from engine.errors import BanjieError, said
from engine.records import blobs, hashing, journal, seals, stamps
from engine.records.entries import GENESIS
from engine.records.tables import blob, definition_version
from engine.records.tables import case as case_table


def verify_seals(connection: Connection, kept: Mapping[str, Any] | None = None) -> list[Check]:
    """The chain of seals, and all streams against it. `kept` is a seal kept outside the database."""
    stored = seals.all_seals(connection)
    found = next(_seal_faults(connection, stored), "")
    checks = [Check(10, "封存清单前后相连，根摘要一致", not found, found)]
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
        checks.append(Check(11, "与库外保存的封存清单一致", same, detail))
    return checks


def _body(seal: seals.Seal) -> Mapping[str, Any]:
    try:
        found = canonical.loads(seal.body)
    except BanjieError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _seal_faults(connection: Connection, stored: list[seals.Seal]) -> Iterator[str]:
    previous = GENESIS
    newest = {stream: seq for stream, seq, _ in journal.heads(connection)}
    for place, seal in enumerate(stored, start=1):
        body = _body(seal)
        if verify.digest(body, seal.body) != seal.hash:
            yield said("Expected seal {place} to have its own hash, but it was changed", place=place)
            return
        if (seal.number, body["number"], body["previous"]) != (place, place, previous):
            yield said("Expected seal {place} to follow the one before, but the link is broken", place=place)
        leaves = [canonical.dumps(head) for head in body["heads"]]
        if seals.merkle_root(leaves, body.get("alg", hashing.SHA256)) != body["root"]:
            yield said("Expected seal {place} to have its own root, but it was changed", place=place)
        if body["moment"] != seal.moment:
            yield said(
                "Expected seal {place} to be of {moment}, but the row says {seal_moment}",
                place=place,
                moment=body["moment"],
                seal_moment=seal.moment,
            )
        for stream, seq, _ in verify.heads(seal):
            if newest.get(stream, 0) < seq:
                end = newest.get(stream, 0)
                yield said(
                    "Expected {stream} to reach entry {seq} as seal {place} says, but it ends at {end}",
                    stream=stream,
                    seq=seq,
                    place=place,
                    end=end,
                )
        previous = seal.hash


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

    Work for minutes on a large database; the caller shows how far it is. `kept` is a seal kept outside,
    `roots` the certificates (PEM) of the time-stamping authority.
    """
    cases = {
        journal.case_stream(row.case_id): row
        for row in connection.execute(select(case_table).order_by(case_table.c.case_id))
    }
    for stream in sorted({stream for stream, _, _ in journal.heads(connection)} | set(cases)):
        row = cases.get(stream)
        if row is None:
            yield from ((stream, check) for check in verify.verify_stream(connection, stream))
        else:
            facts = dict(row._mapping)
            yield from (
                (row.number or stream, one) for one in verify.verify_case(connection, row.case_id, facts)
            )
    yield from (("", check) for check in verify_seals(connection, kept))
    for check in (_stored_bytes(connection), _versions(connection), verify_stamps(connection, roots)):
        yield "", check


def _stored_bytes(connection: Connection) -> Check:
    faults = []
    for name in connection.execute(select(blob.c.sha256).order_by(blob.c.sha256)).scalars().all():
        try:
            blobs.get(connection, name)
        except BanjieError as error:
            faults.append(error.sentence)
    return Check(12, "库中全部字节与其摘要一致", not faults, next(iter(faults), ""))


def _versions(connection: Connection) -> Check:
    """The table of versions says what the stream `definitions` says, and every file of them is there."""
    try:
        fault = next(_version_faults(connection), "")
    except BanjieError as error:  # the record itself is damaged; its own checks name the entry
        fault = error.sentence
    return Check(13, "在用定义与部署记录一致，文件齐全", not fault, fault)


def _version_faults(connection: Connection) -> Iterator[str]:
    told = {
        canonical.dumps(dict(event.data))
        for entry in journal.read(connection, journal.DEFINITIONS)
        for event in entry.events
        if event.type == "DefinitionDeployed"
    }
    rows = connection.execute(select(definition_version)).all()
    stored = {canonical.dumps(dict(row._mapping)) for row in rows}
    for text in sorted(told ^ stored):
        yield said("Expected the versions as journalled, but found {text}", text=text)
    names = set(connection.execute(select(blob.c.sha256)).scalars())
    for row in rows:
        manifest = canonical.loads(blobs.get(connection, row.digest))
        for path, sha256 in manifest["files"].items():
            if sha256 not in names:
                yield said(
                    "Expected the file {path} of {kind} {name}, but it is gone",
                    path=path,
                    kind=row.kind,
                    name=row.name,
                )
