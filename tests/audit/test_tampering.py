"""Whatever is changed in the record is found, and the message names the entry.

The forger owns the database: he drops the triggers and writes what he likes. He does not own the seal
that was kept outside.
"""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from founded import runtime_over
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from engine import audit, canonical
from engine.records import journal, seals
from engine.records.entries import GENESIS
from engine.records.store import Store
from timers.laboratory import Laboratory

SEED = int(os.environ.get("BANJIE_SEED", "11"))
COLUMNS = (
    ("entry", "head"),
    ("entry", "payload"),
    ("entry", "hash"),
    ("entry", "moment"),
    ("blob", "bytes"),
    ("seal", "body"),
    ("seal", "hash"),
    ("definition_version", "digest"),
)


@pytest.fixture
def evidence(founded_sqlite_url: str) -> tuple[Path, dict[str, Any]]:
    """A database with two lived cases and a seal, its triggers gone; and the seal kept outside."""
    lab = Laboratory(*runtime_over(founded_sqlite_url, date(2026, 1, 26)), SEED)
    for item, unit in (("HJ-LH-0004", "shinan.ga.zs"), ("XK-SR-0035", "shinan.cg")):
        case_id = lab.receive(item, unit, {}, channel="window").case_id
        for _ in range(4):
            lab.advance(case_id)
    with lab.runtime.store.writing() as connection:
        kept = seals.make(connection, "2026-03-01T00:00:00.000Z").as_data()
    lab.close()
    path = Path(founded_sqlite_url.removeprefix("sqlite:///"))
    forge(path, *(f"DROP TRIGGER {name}" for name in triggers(path)))
    return path, kept


def triggers(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        names = [
            row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ]
    connection.close()
    return names


def forge(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def faults(path: Path, kept: dict[str, Any] | None = None) -> list[str]:
    store = Store(f"sqlite:///{path}")
    try:
        with store.reading() as connection:
            found = [check.detail for _, check in audit.verify_all(connection, kept) if not check.holds]
    finally:
        store.close()
    return found


def flip_one_byte(path: Path, rng: random.Random) -> tuple[str, Callable[[], None]]:
    """Flip one byte of one stored value; gives where, and how to undo it."""
    table, column = rng.choice(COLUMNS)
    connection = sqlite3.connect(path)
    rows = connection.execute(
        f"SELECT rowid, CAST({column} AS BLOB) FROM {table} WHERE length({column}) > 0"
    ).fetchall()
    rowid, value = rng.choice(rows)
    changed = bytearray(value)
    place = rng.randrange(len(changed))
    # Stay within ASCII where the column is text, so that the forger's file can still be opened.
    changed[place] = changed[place] ^ rng.choice((1, 2, 4)) if changed[place] < 128 else changed[place] ^ 1

    def write(data: bytes) -> None:
        cast = "?" if column == "bytes" else "CAST(? AS TEXT)"
        connection.execute(f"UPDATE {table} SET {column} = {cast} WHERE rowid = ?", (data, rowid))
        connection.commit()

    write(bytes(changed))

    def undo() -> None:
        write(value)
        connection.close()

    return f"{table}.{column} row {rowid} byte {place}", undo


def flipped_bytes_that_pass(path: Path, kept: dict[str, Any], times: int) -> list[str]:
    rng = random.Random(SEED)
    passed = []
    for _ in range(times):
        where, undo = flip_one_byte(path, rng)
        try:
            if not faults(path, kept):
                passed.append(where)
        finally:
            undo()
    return passed


def test_untouched_evidence_holds(evidence: Any) -> None:
    path, kept = evidence

    assert faults(path, kept) == []


def test_a_flipped_byte_anywhere_is_found(evidence: Any) -> None:
    path, kept = evidence

    assert flipped_bytes_that_pass(path, kept, 120) == [], f"seed {SEED}"


@pytest.mark.nightly
def test_ten_thousand_flipped_bytes_are_all_found(evidence: Any) -> None:
    path, kept = evidence

    assert flipped_bytes_that_pass(path, kept, 10_000) == [], f"seed {SEED}"


def test_a_changed_payload_is_named_by_its_entry(evidence: Any) -> None:
    path, _ = evidence
    forge(
        path,
        "UPDATE entry SET payload = replace(payload, '省', '市') WHERE stream = 'case:1' AND seq = 1",
        "UPDATE entry SET payload = replace(payload, 'window', 'wind0w') WHERE stream = 'case:1' AND seq = 1",
    )

    assert any("case:1 #1" in fault for fault in faults(path))


@pytest.mark.parametrize(
    ("what", "statement"),
    [
        ("deleted", "DELETE FROM entry WHERE stream = 'case:1' AND seq = 2"),
        (
            "re-dated",
            "UPDATE entry SET moment = '2025-01-01T00:00:00.000Z' WHERE stream = 'case:1' AND seq = 2",
        ),
        ("moved to another case", "UPDATE entry SET stream = 'case:9' WHERE stream = 'case:1' AND seq = 3"),
        ("cut off at the end", "DELETE FROM entry WHERE stream = 'case:2' AND seq > 2"),
        ("erased without approval", "DELETE FROM blob WHERE sha256 IN (SELECT sha256 FROM blob LIMIT 1)"),
        ("version removed", "DELETE FROM definition_version WHERE kind = 'law'"),
        ("seal removed", "DELETE FROM seal"),
    ],
)
def test_what_was_done_to_the_record_is_found(evidence: Any, what: str, statement: str) -> None:
    path, kept = evidence
    forge(path, statement)

    assert faults(path, kept), what


def test_two_entries_swapped_are_found(evidence: Any) -> None:
    path, kept = evidence
    forge(
        path,
        "UPDATE entry SET seq = 1002 WHERE stream = 'case:1' AND seq = 2",
        "UPDATE entry SET seq = 2 WHERE stream = 'case:1' AND seq = 3",
        "UPDATE entry SET seq = 3 WHERE stream = 'case:1' AND seq = 1002",
    )

    assert any("case:1" in fault for fault in faults(path, kept))


def test_a_chain_rewritten_whole_is_found_by_the_seal_kept_outside(evidence: Any) -> None:
    path, kept = evidence
    rewrite(path, "case:1", lambda payload: payload.replace("wind", "wend"))

    assert any("seal" in fault for fault in faults(path, kept))


def test_a_tail_cut_off_with_its_seal_is_found_by_the_seal_kept_outside(evidence: Any) -> None:
    path, kept = evidence
    forge(path, "DELETE FROM seal", "DELETE FROM entry WHERE stream = 'case:2' AND seq > 3")
    connection = sqlite3.connect(path)
    seq, digest = connection.execute(
        "SELECT seq, hash FROM entry WHERE stream = 'case:2' ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    head = canonical.loads(
        connection.execute("SELECT head FROM entry WHERE stream = 'case:2' AND seq = ?", (seq,)).fetchone()[0]
    )
    connection.execute(
        "UPDATE case_row SET version = ?, head_hash = ?, marking_digest = ? WHERE case_id = 2",
        (seq, digest, head["marking"]),
    )
    connection.commit()
    connection.close()

    assert faults(path, kept)


def rewrite(path: Path, stream: str, change: Callable[[str], str]) -> None:
    """What a patient forger does: change a payload and rebuild every hash after it."""
    store = Store(f"sqlite:///{path}")
    with store.reading() as connection:
        entries = list(journal.read(connection, stream))
    store.close()
    database = sqlite3.connect(path)
    previous = GENESIS
    for entry in entries:
        payload = canonical.loads(change(str(entry.payload)))
        forged = entry.__class__(
            stream=entry.stream,
            seq=entry.seq,
            case_id=entry.case_id,
            moment=entry.moment,
            actor=entry.actor,
            command=payload["command"],
            answers=payload["answers"],
            events=tuple(entry.events[0].__class__(e["type"], e["data"]) for e in payload["events"]),
            digests=entry.digests,
            marking=entry.marking,
            previous=previous,
            salt=entry.salt,
        )
        database.execute(
            "UPDATE entry SET head = ?, payload = ?, hash = ? WHERE stream = ? AND seq = ?",
            (forged.head, forged.payload, forged.hash, entry.stream, entry.seq),
        )
        previous = forged.hash
    database.execute("UPDATE case_row SET head_hash = ? WHERE case_id = 1", (previous,))
    database.commit()
    database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET payload = '{}' WHERE seq = 1",
        "UPDATE entry SET payload = NULL WHERE seq = 1",
        "DELETE FROM entry WHERE seq = 1",
        "UPDATE blob SET size = 0",
        "DELETE FROM blob",
        "UPDATE definition_version SET digest = ''",
        "DELETE FROM definition_version",
        "DELETE FROM seal",
    ],
)
def test_the_database_itself_refuses_to_change_the_record(founded_url: str, statement: str) -> None:
    store = Store(founded_url)
    with store.writing() as connection:
        seals.make(connection, "2026-03-01T00:00:00.000Z")
    try:
        with pytest.raises(DatabaseError, match="append-only"), store.writing() as connection:
            connection.execute(text(statement))
    finally:
        store.close()


def test_replacing_an_entry_by_an_insert_is_refused_on_sqlite(founded_sqlite_url: str) -> None:
    store = Store(founded_sqlite_url)
    statement = (
        "INSERT OR REPLACE INTO entry SELECT stream, seq, case_id, moment, head, '{}', hash FROM entry"
    )
    try:
        with pytest.raises(DatabaseError, match="append-only"), store.writing() as connection:
            connection.execute(text(statement))
    finally:
        store.close()


def test_a_payload_may_be_erased_beside_an_approved_disposition_and_the_chain_still_verifies(
    founded_url: str,
) -> None:
    store = Store(founded_url)
    with store.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO disposition VALUES ('organisation', 1, 'taoyuan', '2036-01-01', '保管期限届满')"
            )
        )
        connection.execute(text("UPDATE entry SET payload = NULL WHERE stream = 'organisation' AND seq = 1"))
    with store.reading() as connection:
        found = [check.detail for _, check in audit.verify_all(connection) if not check.holds]
    store.close()

    assert found == []
