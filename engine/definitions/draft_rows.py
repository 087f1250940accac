"""A draft as it is stored: its row, and the manifest of its files in the blobs.

Read by `drafts`, which alone writes. Nothing is judged here but that the kind is one that is drafted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, select

from engine import canonical
from engine.definitions import bundles, withdrawals
from engine.definitions.bundles import Bundle
from engine.errors import IllegalDefinition, NotFound, said
from engine.records import blobs
from engine.records.tables import design

OPEN, SUBMITTED, APPROVED, DEPLOYED, DROPPED = "open", "submitted", "approved", "deployed", "dropped"
LIVE = (OPEN, SUBMITTED, APPROVED)

KINDS = (*(kind for kind in bundles.KINDS if kind != "units"), withdrawals.KIND)
"""What is drafted: packages, the bundles that are edited as a whole, withdrawals."""


@dataclass(frozen=True)
class Draft:
    """One row of `design`. `digest` names the manifest of the files; `authors` are logins.

    `kind` is one of KINDS and `name` that of the bundle. `base` is the version it began from.
    """

    number: int
    kind: str
    name: str
    title: str
    status: str
    version: int
    digest: str
    base: int | None
    authors: tuple[str, ...]
    approved_by: str | None
    effective_from: date | None
    note: str
    saved_at: str
    saved_by: str

    @property
    def live(self) -> bool:
        """Whether it may still be worked on or deployed."""
        return self.status in LIVE

    def as_row(self) -> dict[str, Any]:
        """The columns of its row, without the number; the kind stands in the manifest."""
        row = {**self.__dict__, "authors": json.dumps(list(self.authors))}
        row["effective_from"] = self.effective_from.isoformat() if self.effective_from else None
        del row["number"], row["kind"]
        return row


def load(connection: Connection, number: int) -> Draft:
    """The draft of a number. Raises NotFound."""
    row = connection.execute(select(design).where(design.c.number == number)).first()
    if row is None:
        raise NotFound(said("Expected a draft {number}, but there is none", number=number))
    return of_row(connection, row)


def of_row(connection: Connection, row: Any) -> Draft:
    """The draft of a row of `design`."""
    data = {**row._mapping, "kind": _manifest(connection, row.digest)["kind"]}
    day = data.pop("effective_from")
    authors = tuple(json.loads(data.pop("authors")))
    return Draft(**data, authors=authors, effective_from=date.fromisoformat(day) if day else None)


def bundle_of(connection: Connection, digest: str) -> Bundle:
    """The files of a manifest. Raises IllegalDefinition for a kind that is not drafted."""
    manifest = _manifest(connection, digest)
    files = {path: blobs.get(connection, sha) for path, sha in manifest["files"].items()}
    return Bundle(manifest["kind"], manifest["name"], MappingProxyType(files))


def _manifest(connection: Connection, digest: str) -> Any:
    """The manifest of a draft. Raises IllegalDefinition for a kind that is not drafted."""
    manifest = canonical.loads(blobs.get(connection, digest))
    if manifest["kind"] not in KINDS:
        kinds = ", ".join(KINDS)
        raise IllegalDefinition(
            said(
                "Expected a draft of one of {kinds}, but found one of a {kind}",
                kinds=kinds,
                kind=manifest["kind"],
            )
        )
    return manifest
