"""Every attack on a chain, in every kind of stream, beside two seals of which one is kept outside.

The forger owns the database (its triggers are gone) and hashes anew what he likes; what he forges here is
rolled back after each row of the table. Named are the check that finds it and the words that say where. What
nobody can find is held to pass: the handbook says so. Single bytes are flipped in `test_flipped_bytes.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from forging import GUARDS
from sqlalchemy import Connection, delete, insert, text, update

from engine import audit, canonical
from engine.audit import verify
from engine.records import hashing, journal, seals
from engine.records.entries import GENESIS, Entry
from engine.records.schema import metadata
from engine.records.store import Store
from engine.records.tables import case as case_table
from engine.records.tables import entry as entry_table
from engine.records.tables import seal as seal_table
from engine.records.tables import seal_head

BETWEEN, SECOND, LATER = (f"2026-03-0{day}T00:00:00.000Z" for day in (2, 3, 4))
REGISTER = "register:officers"
STREAMS = ("case:1", journal.ORGANISATION, REGISTER, journal.DEFINITIONS, journal.OPERATIONS)
t = entry_table.c


@dataclass(frozen=True)
class Two:
    """A store whose two seals are `first` and `second`; the second is kept outside."""

    store: Store
    first: seals.Seal
    second: seals.Seal


@pytest.fixture(scope="module")
def two(lived: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    """The lived database, sealed a second time after something more was recorded in every stream."""
    path = Path(shutil.copyfile(lived[0], tmp_path_factory.mktemp("two") / "banjie.db"))
    store = Store(f"sqlite:///{path}")
    with store.writing() as connection:
        for stream in STREAMS[1:]:
            for _ in range(3):
                more(connection, stream, BETWEEN)
        second = seals.make(connection, SECOND)
    with store.reading() as connection:
        first = seals.all_seals(connection)[0]
    yield Two(store, first, second)
    store.close()


def more(connection: Connection, stream: str, moment: str) -> None:
    """One entry more, that changes nothing."""
    journal.record(connection, stream, moment, {"kind": "system"}, {"type": "Note"}, salt="")


def found(connection: Connection, stream: str, kept: dict[str, Any] | None) -> dict[int, str]:
    """What does not hold, of one stream and of the seals, by check."""
    row = connection.execute(case_table.select().where(case_table.c.case_id == 1)).mappings().first()
    if stream != "case:1" or row is None:
        checks = verify.verify_stream(connection, stream)
    else:
        checks = audit.verify_case(connection, 1, dict(row))
    checks += audit.verify_seals(connection, kept)
    return {one.number: one.detail for one in checks if not one.holds}


# --- what a forger does to a stream ------------------------------------------------------------------


def here(stream: str, *places: int) -> Any:
    return (t.stream == stream) & t.seq.in_(places)


def move(connection: Connection, stream: str, place: int, to: int, into: str = "") -> None:
    values = {"seq": to, "stream": into or stream}
    connection.execute(update(entry_table).where(here(stream, place)).values(values))


def removed(connection: Connection, stream: str) -> None:
    connection.execute(delete(entry_table).where(here(stream, 2)))


def swapped(connection: Connection, stream: str) -> None:
    for place, to in ((1, 9001), (2, 1), (9001, 2)):
        move(connection, stream, place, to)


def swapped_with_another_stream(connection: Connection, stream: str) -> None:
    move(connection, stream, 2, 9001)
    move(connection, "case:2", 2, 2, stream)
    move(connection, stream, 9001, 2, "case:2")


def put_in(connection: Connection, stream: str) -> None:
    rows = list(journal.rows(connection, stream))
    for row in reversed(rows[1:]):
        move(connection, stream, row["seq"], row["seq"] + 1)
    connection.execute(insert(entry_table).values({**rows[0], "seq": 2}))


def dated_otherwise(connection: Connection, stream: str) -> None:
    connection.execute(update(entry_table).where(here(stream, 2)).values(moment="2020-01-01T00:00:00.000Z"))


def changed(connection: Connection, stream: str, first: int = 2, last: int = 2, **other: Any) -> None:
    """Change entry `first` and hash anew from it to `last`, each naming the one before as it is now."""
    entries = list(journal.read(connection, stream))
    previous = entries[first - 2].hash if first > 1 else GENESIS
    for one in entries[first - 1 : last]:
        forged: Entry = replace(one, kept_head=None, previous=previous)
        if one.seq == first:
            forged = replace(forged, **{"command": {**one.command, "note": "forged"}, **other})
        values = {name: getattr(forged, name) for name in ("moment", "head", "payload", "hash")}
        connection.execute(update(entry_table).where(here(stream, one.seq)).values(values))
        previous = forged.hash
    stands_at_its_end(connection, stream)


def stands_at_its_end(connection: Connection, stream: str) -> None:
    """Let the row of the case say what its chain now says."""
    if stream == "case:1":
        [row] = list(journal.rows(connection, stream))[-1:]
        marking = canonical.loads(row["head"])["marking"]
        values = {"version": row["seq"], "head_hash": row["hash"], "updated_at": row["moment"]}
        now = connection.execute(text("SELECT marking_digest FROM case_row WHERE case_id = 1")).scalar()
        if now != marking:
            values |= {"marking_digest": marking}
        connection.execute(update(case_table).where(case_table.c.case_id == 1).values(values))


def dated_otherwise_and_hashed(connection: Connection, stream: str) -> None:
    changed(connection, stream, last=2, moment="2020-01-01T00:00:00.000Z")


def hashed_to_the_end(connection: Connection, stream: str) -> None:
    changed(connection, stream, last=9000)


def length(connection: Connection, stream: str) -> int:
    return journal.last(connection, stream)[0]


def cut(connection: Connection, stream: str) -> None:
    connection.execute(delete(entry_table).where(here(stream, length(connection, stream))))
    stands_at_its_end(connection, stream)


def cut_with_its_heads(connection: Connection, stream: str) -> None:
    """The tail goes, and the seals say they saw what is left."""
    cut(connection, stream)
    seq, digest = journal.last(connection, stream)
    which = (seal_head.c.stream == stream) & (seal_head.c.seq > seq)
    connection.execute(update(seal_head).where(which).values(seq=seq, hash=digest))


def gone(connection: Connection, stream: str) -> None:
    connection.execute(delete(entry_table).where(t.stream == stream))
    if stream == "case:1":
        for table in reversed(metadata.sorted_tables):
            if "case_id" in table.c:
                connection.execute(delete(table).where(table.c.case_id == 1))


def gone_with_its_heads(connection: Connection, stream: str) -> None:
    gone(connection, stream)
    connection.execute(delete(seal_head).where(seal_head.c.stream == stream))


ATTACKS: list[tuple[Callable[[Connection, str], None], int, str]] = [
    (removed, 1, "Expected {stream} #2 here"),
    (swapped, 1, "{stream} #1: Expected this place in its head, but it names {stream} #2"),
    (swapped_with_another_stream, 1, "{stream} #2"),
    (put_in, 1, "{stream} #2: Expected this place in its head, but it names {stream} #1"),
    (dated_otherwise, 5, "{stream} #2: Expected a moment not before"),
    (dated_otherwise_and_hashed, 5, "{stream} #2: Expected a moment not before"),
    (changed, 4, "{stream} #3: Expected the entry before to be"),
    (hashed_to_the_end, 9, "Expected {stream} #{reached} as seal {by} has it"),
    (cut, 10, "Expected {stream} to reach entry {last} as seal {newest} says"),
    (cut_with_its_heads, 10, "seal {newest}"),
    (gone, 10, "Expected {stream} to reach entry"),
    (gone_with_its_heads, 10, "seal {seal}"),
]
"""What is done, the check that must find it, and what it says."""


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize(("attack", "number", "told"), ATTACKS, ids=lambda one: getattr(one, "__name__", ""))
def test_what_a_forger_does_to_a_stream_is_found_by_its_check_and_named(
    two: Two, attack: Callable[[Connection, str], None], number: int, told: str, stream: str
) -> None:
    with two.store.reading() as connection:
        heads = [(n, one[1]) for n, moved in seals.moved(connection, stream) for one in moved]
        (seal, _), (newest, last) = heads[0], heads[-1]
        by, reached = next((n, seq) for n, seq in heads if seq > 1)
        attack(connection, stream)
        faults = found(connection, stream, two.second.as_data())

    words = told.format(stream=stream, seal=seal, by=by, reached=reached, newest=newest, last=last)
    assert words in faults.get(number, ""), faults


def test_untouched_nothing_is_found(two: Two) -> None:
    with two.store.reading() as connection:
        assert [found(connection, stream, two.second.as_data()) for stream in STREAMS] == [{}] * len(STREAMS)


# --- what he does to the seals -----------------------------------------------------------------------


def written(connection: Connection, seal: seals.Seal, **told: Any) -> seals.Seal:
    """A seal that says something else, rightly hashed, in place of the one of its number."""
    body = canonical.dumps({**seal.told, **told})
    forged = replace(seal, body=body, hash=hashing.digest(seal.algorithm, body.encode()))
    where = seal_table.c.number == seal.number
    connection.execute(update(seal_table).where(where).values(body=forged.body, hash=forged.hash))
    return forged


def old_root_again(connection: Connection, two: Two) -> None:
    written(connection, two.second, root=two.first.told["root"], count=two.first.told["count"])


def first_changed(connection: Connection, two: Two) -> None:
    written(connection, two.first, root="0" * 64)


def first_changed_and_linked(connection: Connection, two: Two) -> None:
    forged = written(connection, two.first, root="0" * 64)
    written(connection, two.second, previous=forged.hash)


def seals_swapped(connection: Connection, two: Two) -> None:
    for number, to in ((1, 3), (2, 1), (3, 2)):
        connection.execute(update(seal_table).where(seal_table.c.number == number).values(number=to))


def last_removed(connection: Connection, two: Two) -> None:
    connection.execute(delete(seal_table).where(seal_table.c.number == 2))
    connection.execute(delete(seal_head).where(seal_head.c.seal == 2))


@pytest.mark.parametrize(
    ("attack", "number", "told"),
    [
        (old_root_again, 10, "seal 2 to have the root of its heads"),
        (old_root_again, 11, "seal 2 as kept outside"),
        (first_changed, 10, "seal 2 to follow the one before"),
        (first_changed_and_linked, 10, "seal 1 to have the root of its heads"),
        (first_changed_and_linked, 11, "seal 2 as kept outside"),
        (seals_swapped, 10, "seal 1 to follow the one before"),
        (last_removed, 11, "seal 2 as kept outside"),
    ],
)
def test_what_a_forger_does_to_the_seals_is_found(
    two: Two, attack: Callable[[Connection, Two], None], number: int, told: str
) -> None:
    with two.store.reading() as connection:
        attack(connection, two)
        faults = found(connection, "case:1", two.second.as_data())

    assert told in faults.get(number, ""), faults


def test_a_kept_copy_that_was_linked_anew_is_not_the_seal_of_its_number(two: Two) -> None:
    with two.store.reading() as connection:
        body = canonical.dumps({**two.second.told, "previous": "0" * 64})
        faults = found(connection, "case:1", {**two.second.as_data(), "body": body})

    assert list(faults) == [11]


# --- what nobody can find ----------------------------------------------------------------------------


@pytest.mark.parametrize("stream", STREAMS[1:])
def test_what_came_after_the_last_seal_and_was_rewritten_whole_passes(two: Two, stream: str) -> None:
    with two.store.reading() as connection:
        more(connection, stream, LATER)
        end = length(connection, stream)
        changed(connection, stream, first=end, last=end)

        assert found(connection, stream, two.second.as_data()) == {}


def test_seals_made_anew_over_a_rewritten_record_pass_by_themselves_and_differ_from_the_one_outside(
    two: Two,
) -> None:
    with two.store.reading() as connection:
        hashed_to_the_end(connection, "case:1")
        for table in (seal_head, seal_table):
            connection.execute(delete(table))
        for one in (two.first, two.second):
            seals.make(connection, one.moment)
        alone = [one for _, one in audit.verify_all(connection) if not one.holds]
        faults = found(connection, "case:1", two.second.as_data())

    assert [one.number for one in alone] == [GUARDS], "only that the triggers are gone"
    assert list(faults) == [11]
