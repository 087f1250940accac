"""Seals: one Merkle root over the heads of all streams, each seal linked to the one before.

Called by the daily seal and by `banjie seal`. A seal kept outside the database proves every entry up to
its moment; what happened after the last seal is proven by nothing yet, so an operator may seal as often
as he likes: the body holds the root alone, and of the heads only those are kept that moved since the seal
before. Whoever has one case is shown its leaf and the path to the root (`proofs`), and learns of no other.

A leaf is the canonical [stream, seq, hash]. Leaves stand in the order in which seals first saw their streams,
and by stream where one seal saw several first: a stream keeps its place for good, so that a seal changes
only the paths of what moved, and nobody can show a stream at two places.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, insert, select

from engine import canonical
from engine.errors import BanjieError
from engine.records import hashing, journal
from engine.records.entries import GENESIS
from engine.records.merkle import Tree
from engine.records.tables import seal as seal_table
from engine.records.tables import seal_head

VERSION = 2
Head = tuple[str, int, str]
"""Stream, sequence number and hash of an entry."""


@dataclass(frozen=True)
class Seal:
    """Number (1, 2, …), moment, body text (canonical JSON: v, number, moment, count, root, previous, alg) and
    the hash of the body."""

    number: int
    moment: str
    body: str
    hash: str

    def as_data(self) -> dict[str, object]:
        """What is handed out and kept outside the database."""
        return {"number": self.number, "moment": self.moment, "body": self.body, "hash": self.hash}

    @property
    def told(self) -> Mapping[str, Any]:
        """The body as data; of one that is damaged, nothing (verifying names it)."""
        try:
            found = canonical.loads(self.body)
        except BanjieError:
            return {}
        return found if isinstance(found, Mapping) else {}

    @property
    def algorithm(self) -> str:
        """The hash function of body and tree; SHA-256 where the body names none that we know."""
        name = self.told.get("alg")
        return name if name in hashing.KNOWN else hashing.SHA256


@dataclass(frozen=True)
class Proof:
    """That a leaf stands at a place of a seal's tree: the nodes from it to the root (RFC 6962, 2.1.1)."""

    seal: int
    leaf: Head
    index: int
    path: tuple[str, ...]


class Standing:
    """The newest head of every stream as seal after seal knew it, with the tree over them."""

    def __init__(self) -> None:
        self.heads: dict[str, Head] = {}
        self.places: dict[str, int] = {}
        self._tree = Tree()

    def move(self, moved: Collection[Head], algorithm: str = hashing.SHA256) -> Tree:
        """Take what a seal saw anew; gives the tree as that seal's function hashes it."""
        for head in sorted(moved, key=lambda head: head[0]):
            self.places.setdefault(head[0], len(self.places))
            self.heads[head[0]] = head
        if algorithm != self._tree.algorithm:
            self._tree = Tree(algorithm, map(leaf, self.heads.values()))
        else:
            self._tree.put({self.places[head[0]]: leaf(head) for head in moved})
        return self._tree


def leaf(head: Head) -> str:
    """The text of a leaf."""
    return canonical.dumps(list(head))


def make(connection: Connection, moment: str) -> Seal:
    """Seal everything recorded so far and store the seal, with the heads that moved."""
    newest, algorithm = latest(connection), hashing.chosen()
    number = (newest.number if newest else 0) + 1
    known = {head[0]: head for head in leaves(connection)}
    moved = [head for head in journal.heads(connection) if known.get(head[0]) != head]
    known.update((head[0], head) for head in moved)
    body = canonical.dumps(
        {
            "v": VERSION,
            "number": number,
            "moment": moment,
            "count": len(known),
            "root": Tree(algorithm, map(leaf, known.values())).root,
            "previous": newest.hash if newest else GENESIS,
            "alg": algorithm,
        }
    )
    made = Seal(number, moment, body, hashing.digest(algorithm, body.encode()))
    connection.execute(insert(seal_table).values(made.as_data()))
    if moved:
        rows = [{"seal": number, "stream": stream, "seq": seq, "hash": hash_} for stream, seq, hash_ in moved]
        connection.execute(insert(seal_head), rows)
    return made


def latest(connection: Connection) -> Seal | None:
    """The newest seal, or None."""
    row = connection.execute(select(seal_table).order_by(seal_table.c.number.desc()).limit(1)).first()
    return Seal(row.number, row.moment, row.body, row.hash) if row else None


def one(connection: Connection, number: int) -> Seal | None:
    """The seal of a number, or None."""
    row = connection.execute(select(seal_table).where(seal_table.c.number == number)).first()
    return Seal(row.number, row.moment, row.body, row.hash) if row else None


def all_seals(connection: Connection) -> list[Seal]:
    """Every seal in order."""
    query = select(seal_table).order_by(seal_table.c.number)
    return [Seal(row.number, row.moment, row.body, row.hash) for row in connection.execute(query)]


def leaves(connection: Connection) -> list[Head]:
    """The heads that the newest seal covers, in the order of its leaves."""
    t = seal_head.c
    ends = (
        select(t.stream, func.min(t.seal).label("first"), func.max(t.seal).label("last"))
        .group_by(t.stream)
        .subquery()
    )
    query = select(ends.c.first, t.stream, t.seq, t.hash).join(
        ends, (t.stream == ends.c.stream) & (t.seal == ends.c.last)
    )
    rows = sorted(map(tuple, connection.execute(query)))
    return [(stream, seq, digest) for _, stream, seq, digest in rows]


def moved(connection: Connection, stream: str | None = None) -> Iterator[tuple[int, list[Head]]]:
    """Number of each seal in order, with the heads that had moved since the seal before; of one stream, or of
    all."""
    query = select(seal_head).order_by(seal_head.c.seal)
    if stream is not None:
        query = query.where(seal_head.c.stream == stream)
    for number, rows in groupby(connection.execute(query), key=lambda row: row.seal):
        yield number, [(row.stream, row.seq, row.hash) for row in rows]


def proofs(connection: Connection, streams: Collection[str]) -> Iterator[Proof]:
    """Where the streams stood in each seal, since the first that saw them: what a dossier carries."""
    standing, heads = Standing(), dict(moved(connection))
    for seal in all_seals(connection):
        tree = standing.move(heads.get(seal.number, ()), seal.algorithm)
        for stream in streams:
            if stream in standing.places:
                place = standing.places[stream]
                yield Proof(seal.number, standing.heads[stream], place, tuple(tree.path(place)))
