"""Seals: one Merkle root over the heads of all streams, each seal linked to the one before.

Called by the daily seal and by `banjie seal`. A seal kept outside the database proves every entry up to
its moment; what happened after the last seal is proven by nothing yet, so an operator may seal as often
as he likes. The tree follows RFC 6962, 2.1: leaves and inner nodes are hashed with different prefixes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from engine import canonical
from engine.records import hashing, journal
from engine.records.entries import GENESIS
from engine.records.tables import seal as seal_table


@dataclass(frozen=True)
class Seal:
    """Number (1, 2, …), moment, body text (canonical JSON with heads, root, previous) and its hash."""

    number: int
    moment: str
    body: str
    hash: str

    def as_data(self) -> dict[str, object]:
        """What is handed out and kept outside the database."""
        return {"number": self.number, "moment": self.moment, "body": self.body, "hash": self.hash}


def merkle_root(leaves: Sequence[str], algorithm: str = hashing.SHA256) -> str:
    """Root of the tree over the leaves' texts; of no leaves, the hash of nothing (RFC 6962, 2.1)."""
    if not leaves:
        return hashing.digest(algorithm, b"")
    level = [hashing.raw(algorithm, b"\x00" + leaf.encode()) for leaf in leaves]
    while len(level) > 1:
        pairs = [
            hashing.raw(algorithm, b"\x01" + level[i] + level[i + 1]) for i in range(0, len(level) - 1, 2)
        ]
        level = pairs + level[len(pairs) * 2 :]
    return level[0].hex()


def make(connection: Connection, moment: str) -> Seal:
    """Seal everything recorded so far and store the seal."""
    newest, algorithm = latest(connection), hashing.chosen()
    heads = [list(head) for head in journal.heads(connection)]
    number = (newest.number if newest else 0) + 1
    body = canonical.dumps(
        {
            "v": 1,
            "number": number,
            "moment": moment,
            "heads": heads,
            "root": merkle_root([canonical.dumps(head) for head in heads], algorithm),
            "previous": newest.hash if newest else GENESIS,
            **({} if algorithm == hashing.SHA256 else {"alg": algorithm}),
        }
    )
    made = Seal(number, moment, body, hashing.digest(algorithm, body.encode()))
    connection.execute(insert(seal_table).values(made.as_data()))
    return made


def latest(connection: Connection) -> Seal | None:
    """The newest seal, or None."""
    row = connection.execute(select(seal_table).order_by(seal_table.c.number.desc()).limit(1)).first()
    return Seal(row.number, row.moment, row.body, row.hash) if row else None


def all_seals(connection: Connection) -> list[Seal]:
    """Every seal in order."""
    query = select(seal_table).order_by(seal_table.c.number)
    return [Seal(row.number, row.moment, row.body, row.hash) for row in connection.execute(query)]
