"""Which hash function chains the record: SHA-256, or SM3 (GB/T 32905) where an authority has to use it.

Called by entries and seals, which write the name of the function into what they hash, and by the audit. A
record may begin under one and go on under the other: every entry and every seal says its own. Documents
and definitions are addressed by SHA-256 whatever is chosen here; an address is no proof.
"""

from __future__ import annotations

import hashlib

from engine.errors import Broken, Malformed, listed, said

SHA256, SM3 = "sha256", "sm3"
KNOWN = (SHA256, SM3)
_chosen = [SHA256]


def choose(name: str) -> None:
    """Let everything recorded from now on be chained by this function; the composition root says so once.

    Raises Malformed for a function we do not know or this machine's OpenSSL does not have.
    """
    if name not in KNOWN:
        raise Malformed(
            said(
                "Expected the hash function to be {known}, but found {name!r}",
                known=listed(KNOWN, " or "),
                name=name,
            )
        )
    if not available(name):
        raise Malformed(
            said(
                "Expected {name} in this machine's OpenSSL, but it has none: use another build of it",
                name=name,
            )
        )
    _chosen[0] = name


def chosen() -> str:
    """The name of the function that chains what is recorded now."""
    return _chosen[0]


def available(name: str) -> bool:
    """Whether this machine can compute it."""
    try:
        hashlib.new(name, usedforsecurity=False)
    except ValueError:
        return False
    return True


def raw(name: str, data: bytes) -> bytes:
    """The digest of bytes, 32 bytes. Raises Broken for a function that is not known or not there."""
    if name == SHA256:
        return hashlib.sha256(data).digest()
    if name not in KNOWN:
        raise Broken(
            said(
                "Expected the hash function to be {known}, but found {name!r}",
                known=listed(KNOWN, " or "),
                name=name,
            )
        )
    if not available(name):
        raise Broken(
            said("Expected {name} in this machine's OpenSSL to check the record, but it has none", name=name)
        )
    return hashlib.new(name, data).digest()


def digest(name: str, data: bytes) -> str:
    """The digest of bytes as 64 lower-case hexadecimal digits. Raises Broken as `raw` does."""
    return raw(name, data).hex()
