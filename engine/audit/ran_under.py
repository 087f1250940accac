"""The definitions that a case ran under: whether each file of them is what its entries' digests say.

Called by `verify.verify_case` where one case is verified by itself; whoever verifies everything reads all
bytes anyway (checks 12 and 13). Reads rows as they are stored; never parses a definition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from engine import canonical
from engine.audit.stored import Stored
from engine.errors import BanjieError, said
from engine.records import blobs


def faults(connection: Connection, rows: list[Stored]) -> Iterator[tuple[int, str, int]]:
    """Check 7 on definitions: the check's number, the sentence, and the first entry that ran under it."""
    for digest, (kind, one) in _named(rows).items():
        for path, fault in _of_bundle(connection, digest):
            yield (
                7,
                said("{name}: {kind}, {path}: {fault}", name=one.name, kind=kind, path=path, fault=fault),
                one.seq,
            )


def _named(rows: list[Stored]) -> dict[str, tuple[str, Stored]]:
    """Each digest with its kind and the first row that names it; a head that is none names nothing."""
    named: dict[str, tuple[str, Stored]] = {}
    for one in rows:
        digests = one.head.get("digests")
        for kind, digest in digests.items() if isinstance(digests, Mapping) else ():
            if kind != "engine":
                named.setdefault(str(digest), (str(kind), one))
    return named


def _of_bundle(connection: Connection, digest: str) -> Iterator[tuple[str, str]]:
    try:
        files = canonical.loads(blobs.get(connection, digest))["files"]
    except BanjieError as error:
        yield "manifest.json", error.sentence
        return
    kept = {one.sha256: one.fault for one in blobs.several(connection, files.values())}
    for path, sha256 in files.items():
        gone = said("Expected a file with the hash {hash}…, but there is none", hash=sha256[:12])
        fault = kept.get(sha256, gone)
        if fault:
            yield path, fault
