"""Entries against the seals: what a seal has seen is there as it was; what came later is dated later.

Called by `verify`. Seals are read once for any number of streams; of each stream only the seals are stored
in which its end had moved. Whether these rows are those that were sealed is asked by `verify_whole`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection

from engine.audit.past import before
from engine.errors import said
from engine.records import seals

Found = Iterator[tuple[int, str]]
"""Places of entries, and what is wrong there."""


class End(NamedTuple):
    """Where a stream ended: the place of the seal among the seals and its number; the entry and its hash."""

    place: int
    seal: int
    seq: int
    digest: str


@dataclass
class Sealed:
    """`ends` by stream, each where it had moved; `moments` and `numbers` of all seals in their order."""

    ends: dict[str, list[End]] = field(default_factory=dict)
    moments: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    def faults(self, rows: Iterable[Mapping[str, Any]]) -> Found:
        """What the seals have against the entries of one stream."""
        told = list(rows)
        if told:
            ends = self.ends.get(told[0]["stream"], [])
            yield from _moved(told, ends)
            yield from self._dated_back(told, ends)

    def _dated_back(self, rows: list[Mapping[str, Any]], ends: list[End]) -> Found:
        """An entry that the newest seal without it should have seen, had it been there then.

        Rights and moments are read before the transaction that writes, hence the minute.
        """
        reached = [max(end.seq for end in ends[: place + 1]) for place in range(len(ends))]
        for row in rows:
            if not isinstance(row["seq"], int):
                continue  # check 1 names it
            found = bisect_left(reached, row["seq"])
            without = (ends[found].place if found < len(ends) else len(self.moments)) - 1
            if without >= 0 and _earlier(row["moment"], self.moments[without]):
                yield (
                    row["seq"],
                    said(
                        "Expected {stream} #{seq} of {moment} in seal {number}, which is of a later moment, "
                        "but it was not there then",
                        stream=row["stream"],
                        seq=row["seq"],
                        moment=row["moment"],
                        number=self.numbers[without],
                    ),
                )


def _moved(rows: list[Mapping[str, Any]], ends: list[End]) -> Found:
    hashes = {row["seq"]: row["hash"] for row in rows}
    for end in ends:
        if hashes.get(end.seq) != end.digest:
            sentence = said(
                "Expected {stream} #{seq} as seal {number} has it",
                seq=end.seq,
                stream=rows[0]["stream"],
                number=end.seal,
            )
            yield end.seq, said("{sentence}, but it differs or is gone", sentence=sentence)


def _earlier(moment: Any, seal: str) -> bool:
    try:
        return str(moment) < before(seal)
    except ValueError:
        return False  # a seal without a moment is named by check 10


def read(connection: Connection, stream: str | None = None) -> Sealed:
    """What all seals say, of one stream or of all. Rows that no seal could have written are passed over here:
    check 10 names them."""
    made = Sealed()
    places: dict[Any, int] = {}
    for place, seal in enumerate(seals.all_seals(connection)):
        places[seal.number] = place
        made.moments.append(str(seal.moment))
        made.numbers.append(seal.number)
    for number, heads in seals.moved(connection, stream):
        for head in heads:
            if number in places and isinstance(head[1], int):
                end = End(places[number], number, head[1], head[2])
                made.ends.setdefault(head[0], []).append(end)
    return made
