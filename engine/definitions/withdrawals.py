"""Withdrawals: a deployed version under which no case begins any more, from a day on.

Read by deployment, which keeps them beside the versions, and by the shelf, which passes a withdrawn version
over. What runs already goes on: a case holds the digest it was begun under. A withdrawal takes nothing
away, and nobody takes a withdrawal back: whoever wants the version again deploys it again.
"""

from __future__ import annotations

import tomllib
from types import MappingProxyType

from engine import canonical
from engine.definitions.bundles import Bundle
from engine.errors import IllegalDefinition, said

KIND = "withdrawal"
FILE = "withdrawal.toml"


def bundle(package: str, version: int, reason: str) -> Bundle:
    """The withdrawal of a version of a package, as a bundle that is drafted, reviewed and kept like any."""
    text = f"version = {int(version)}\nreason = {canonical.dumps(reason)}\n"
    return Bundle(KIND, package, MappingProxyType({FILE: text.encode()}))


def version_of(found: Bundle) -> int:
    """The number of the version that is withdrawn. Raises IllegalDefinition where the file says none."""
    return _read(found)[0]


def reason_of(found: Bundle) -> str:
    """Why. Raises IllegalDefinition."""
    return _read(found)[1]


def check(found: Bundle) -> None:
    """Refuse a withdrawal without a version or without a reason (IllegalDefinition)."""
    if not reason_of(found).strip():
        raise IllegalDefinition(said("Expected a reason for the withdrawal, but there is none"))


def _read(found: Bundle) -> tuple[int, str]:
    try:
        data = tomllib.loads(found.files.get(FILE, b"").decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        data = {}
    version = data.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise IllegalDefinition(said("Expected a withdrawal to name a version, but it names none"))
    return version, str(data.get("reason", ""))
