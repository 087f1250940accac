"""The Merkle tree of RFC 6962, 2.1: its root, and the path that proves one leaf (2.1.1).

Called by `seals`. Leaves and inner nodes are hashed with different prefixes. A tree keeps its nodes, so that
changing ten leaves of a hundred thousand costs ten paths; it knows nothing of what its leaves say, and the
offline program checks a path with a few lines of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.records import hashing


class Tree:
    """A tree that grows at its end and whose leaves may change.

    `levels[0]` holds the digests of the leaves, each further level the nodes over pairs of the one below; a
    node left alone at the end moves up as it is. This is the tree of the standard, which splits n leaves at
    the largest power of two below n: pairs from the left fill exactly those whole subtrees.
    """

    def __init__(self, algorithm: str = hashing.SHA256, leaves: Iterable[str] = ()) -> None:
        self.algorithm = algorithm
        self.levels: list[list[bytes]] = [[]]
        self.put(dict(enumerate(leaves)))

    def __len__(self) -> int:
        return len(self.levels[0])

    def put(self, leaves: Mapping[int, str]) -> None:
        """Set leaves by their place, from 0; new ones follow the last without gap."""
        lowest = self.levels[0]
        for place in sorted(leaves):
            made = hashing.raw(self.algorithm, b"\x00" + leaves[place].encode())
            lowest[place : place + 1] = [made]
        places, level = set(leaves), 0
        while len(self.levels[level]) > 1:
            places = {place >> 1 for place in places}
            self._hash_pairs(level, places)
            level += 1

    def _hash_pairs(self, level: int, places: set[int]) -> None:
        below = self.levels[level]
        if level + 1 == len(self.levels):
            self.levels.append([])
        above = self.levels[level + 1]
        for place in sorted(places):
            pair = below[2 * place : 2 * place + 2]
            alone = len(pair) == 1
            node = pair[0] if alone else hashing.raw(self.algorithm, b"\x01" + pair[0] + pair[1])
            above[place : place + 1] = [node]

    @property
    def root(self) -> str:
        """The root, 64 hexadecimal digits; of no leaves, the hash of nothing."""
        if not self.levels[0]:
            return hashing.digest(self.algorithm, b"")
        return self.levels[-1][0].hex()

    def path(self, place: int) -> list[str]:
        """The nodes beside the way from a leaf to the root, from below: what proves the leaf."""
        found = []
        for level in self.levels[:-1]:
            if place ^ 1 < len(level):
                found.append(level[place ^ 1].hex())
            place >>= 1
        return found
