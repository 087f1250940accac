"""What sealing costs: `python -m benchmarks.sealing [--streams 10000] [--seals 250] [--moved 10]`.

Writes that many streams of one entry each into a database of its own (SQLite, in memory is not used: a seal is
written to disk), seals them, and then again and again after a few streams have moved. Prints the time of each
seal, its size, what verifying all seals costs, and what a dossier carries of them. Run by whoever changes the
form of a seal; a figure, not a test.
"""

from __future__ import annotations

import argparse
import tempfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from time import process_time

from sqlalchemy import Connection, insert

from engine import audit, canonical
from engine.audit import dossier
from engine.records import journal, seals
from engine.records.store import Store
from engine.records.tables import entry

MOMENT = "2026-{:02}-{:02}T{:02}:00:00.000Z"


def record(connection: Connection, streams: Iterable[int], seq: int) -> None:
    """One more entry in each of these streams: nothing but its place and a hash."""
    rows = []
    for number in streams:
        stream = journal.case_stream(number) if number else journal.ORGANISATION
        digest = canonical.digest([stream, seq])
        rows.append({"stream": stream, "seq": seq, "moment": "", "head": "", "hash": digest})
    connection.execute(insert(entry), rows)


def measure(store: Store, streams: int, number: int, moved: int) -> None:
    """Seal, go on, seal again; print what it cost."""
    with store.writing() as connection:
        record(connection, range(streams), 1)
    times = [sealed(store, 0)]
    lengths = dict.fromkeys(range(streams), 1)
    for turn in range(1, number):
        with store.writing() as connection:
            for step in range(moved):
                which = (turn * 7919 + step * 104729) % streams
                lengths[which] += 1
                record(connection, [which], lengths[which])
        times.append(sealed(store, turn))
        if turn + 1 in (number // 2, number):
            tell(store, turn + 1)
    print(
        f"{streams} streams, {moved} moved: first seal {times[0]:.2f} s, each further {median(times[1:]):.3f} s"
    )


def sealed(store: Store, turn: int) -> float:
    """Seconds of processor time that a seal takes."""
    began = process_time()
    with store.writing() as connection:
        seals.make(connection, MOMENT.format(1 + turn // 672, 1 + turn // 24 % 28, turn % 24))
    return process_time() - began


def tell(store: Store, number: int) -> None:
    """What verifying costs after so many seals, and what a dossier carries of them."""
    with store.reading() as connection:
        began = process_time()
        [check] = audit.verify_seals(connection)
        verified = process_time() - began
        began = process_time()
        carried = dossier.proofs(connection, (journal.case_stream(1), journal.ORGANISATION))
        proven = process_time() - began
        bodies = "\n".join(canonical.dumps(one.as_data()) for one in seals.all_seals(connection)).encode()
        listed = canonical.dumps([list(head) for head in journal.heads(connection)]).encode()
    packed = len(zlib.compress(carried)) + len(zlib.compress(bodies))
    print(
        f"{number} seals: verified in {verified:.2f} s ({'hold' if check.holds else check.detail}); proofs of two "
        f"streams made in {proven:.2f} s; in a dossier {len(carried) + len(bodies):,} bytes, {packed:,} packed "
        f"(heads listed in every seal: {number * len(listed):,}, {number * len(zlib.compress(listed)):,} packed)"
    )


def main() -> None:
    """Read the arguments and measure in a folder that is thrown away."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--seals", type=int, default=250)
    parser.add_argument("--moved", type=int, default=10)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'banjie.db'}")
        store.create()
        measure(store, given.streams, given.seals, given.moved)
        store.close()


if __name__ == "__main__":
    main()
