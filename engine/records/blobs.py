"""Bytes addressed by their hash: uploads, issued documents, definition files.

Called by definitions and casework inside their transactions. A blob is never changed and never
rendered again: what was issued is what is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from engine import canonical
from engine.errors import Broken, NotFound
from engine.records.store import Store
from engine.records.tables import blob


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
        raise NotFound(f"Expected a file with the hash {sha256[:12]}…, but there is none")
    data = bytes(found)
    if canonical.digest_bytes(data) != sha256:
        raise Broken(f"Expected the file {sha256[:12]}… to have its own hash, but its bytes were changed")
    return data


def exists(connection: Connection, sha256: str) -> bool:
    """Whether bytes of that hash are kept."""
    return connection.execute(select(blob.c.sha256).where(blob.c.sha256 == sha256)).first() is not None


def named_in(value: Any) -> Iterator[str]:
    """The hashes of every file (sha256 beside media_type) that plain data names, in its order."""
    if isinstance(value, dict):
        if isinstance(value.get("sha256"), str) and "media_type" in value:
            yield value["sha256"]
        for item in value.values():
            yield from named_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from named_in(item)
