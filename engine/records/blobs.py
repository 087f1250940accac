"""Bytes addressed by their hash: uploads, issued documents, definition files.

Called by definitions and casework inside their transactions. A blob is never changed and never
rendered again: what was issued is what is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from engine import canonical
from engine.errors import Broken, NotFound, said
from engine.records.store import Store
from engine.records.tables import blob

BYTES = "application/octet-stream"
"""What a file of a definition is kept as."""
_SOME = 200  # rows asked for in one statement


class Kept(NamedTuple):
    """A stored row: its name, what it says of itself, and its bytes."""

    sha256: str
    media_type: str
    size: int
    data: bytes

    @property
    def fault(self) -> str:
        """What is wrong with it, "" where its bytes are what they were."""
        if canonical.digest_bytes(self.data) != self.sha256:
            return said(
                "Expected the file {sha256}… to have its own hash, but its bytes were changed",
                sha256=self.sha256[:12],
            )
        if self.size != len(self.data):
            return said(
                "Expected the file {sha256}… of {count} bytes, but its row says {size}",
                sha256=self.sha256[:12],
                count=len(self.data),
                size=self.size,
            )
        return ""


def put(store: Store, connection: Connection, data: bytes, media_type: str) -> str:
    """Keep bytes and give their SHA-256; bytes that are kept already are left as they are."""
    name = canonical.digest_bytes(data)
    store.insert_new(
        connection, blob, [{"sha256": name, "media_type": media_type, "size": len(data), "bytes": data}]
    )
    return name


def get(connection: Connection, sha256: str) -> bytes:
    """The bytes of that hash. Raises NotFound, or Broken where they are no longer what they were."""
    found = connection.execute(select(blob.c.bytes).where(blob.c.sha256 == sha256)).scalar()
    if found is None:
        raise NotFound(said("Expected a file with the hash {sha256}…, but there is none", sha256=sha256[:12]))
    data = bytes(found)
    if canonical.digest_bytes(data) != sha256:
        raise Broken(
            said(
                "Expected the file {sha256}… to have its own hash, but its bytes were changed",
                sha256=sha256[:12],
            )
        )
    return data


def several(connection: Connection, names: Iterable[str] | None = None) -> Iterator[Kept]:
    """The stored rows of those hashes (of all), nothing verified; a hash that is not there is passed over."""
    query = select(blob.c.sha256, blob.c.media_type, blob.c.size, blob.c.bytes)
    if names is None:
        yield from map(_kept, connection.execute(query.order_by(blob.c.sha256)))
        return
    wanted = sorted(set(names))
    for start in range(0, len(wanted), _SOME):
        some = wanted[start : start + _SOME]
        yield from map(_kept, connection.execute(query.where(blob.c.sha256.in_(some))))


def _kept(row: Any) -> Kept:
    return Kept(row.sha256, row.media_type, row.size, bytes(row.bytes))


def exists(connection: Connection, sha256: str) -> bool:
    """Whether bytes of that hash are kept."""
    return connection.execute(select(blob.c.sha256).where(blob.c.sha256 == sha256)).first() is not None


def named_in(value: Any) -> Iterator[str]:
    """The hashes of every file (sha256 beside media_type) that plain data names, in its order."""
    return (file["sha256"] for file in files_in(value))


def files_in(value: Any) -> Iterator[dict[str, Any]]:
    """Every file that plain data names, {sha256, media_type, …}, in its order."""
    if isinstance(value, dict):
        if isinstance(value.get("sha256"), str) and "media_type" in value:
            yield value
        for item in value.values():
            yield from files_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from files_in(item)
