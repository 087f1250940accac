"""Whatever is changed in the record is found, and the message names the entry.

Single bytes are flipped in `test_flipped_bytes.py`; here whole rows are deleted, swapped, put in, re-dated,
and chains rewritten.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from forging import GUARDS, faults, forge, opened
from founded import runtime_over
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from engine import audit, canonical
from engine.casework import founding
from engine.records import journal, seals
from engine.records.entries import GENESIS, Entry, Event
from engine.records.store import Store


def test_untouched_evidence_holds(evidence: Any) -> None:
    path, kept = evidence

    assert faults(path, kept) == []


def test_a_changed_payload_is_named_by_its_entry(evidence: Any) -> None:
    path, _ = evidence
    forge(
        path,
        "UPDATE entry SET payload = replace(payload, '省', '市') WHERE stream = 'case:1' AND seq = 1",
        "UPDATE entry SET payload = replace(payload, 'window', 'wind0w') WHERE stream = 'case:1' AND seq = 1",
    )

    assert any("case:1 #1" in fault for fault in faults(path))


AFTER_ALL = "(SELECT max(seq) + 1 FROM entry WHERE stream = 'case:1')"


def copied(of: str, *, last: str, to: str, stream: str = "") -> str:
    """An entry put in: a copy of one there is, at another place."""
    target = f"'{stream}'" if stream else "stream"
    return (
        f"INSERT INTO entry SELECT {target}, {to}, case_id, moment, head, payload, hash FROM entry "
        f"WHERE stream = '{of}' AND seq = {last}"
    )


def redated(stream: str, seq: int) -> str:
    return (
        "UPDATE entry SET moment = '2026-01-27T02:00:00.000Z', "
        'head = replace(head, \'"moment":"\' || moment, \'"moment":"2026-01-27T02:00:00.000Z\') '
        f"WHERE stream = '{stream}' AND seq = {seq}"
    )


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
        (
            "put in at the end",
            copied("case:1", last="1", to=AFTER_ALL),
        ),
        ("put in as a stream of its own", copied("case:1", last="1", to="1", stream="case:77")),
        ("re-dated in row and head", redated("case:1", 2)),
        ("version removed", "DELETE FROM definition_version WHERE kind = 'law'"),
        ("seal removed", "DELETE FROM seal"),
    ],
)
def test_what_was_done_to_the_record_is_found(evidence: Any, what: str, statement: str) -> None:
    path, kept = evidence
    forge(path, statement)

    assert faults(path, kept), what


def test_what_does_not_hold_is_told_in_the_order_of_the_checks(evidence: Any) -> None:
    path, kept = evidence
    forge(
        path,
        redated("case:1", 2),
        "UPDATE seal SET moment = '2026-03-02T00:00:00.000Z'",
        "UPDATE case_row SET version = version + 1 WHERE case_id = 2",
    )
    store = Store(f"sqlite:///{path}")
    with store.reading() as connection:
        numbers = [one.number for _, one in audit.verify_all(connection, kept) if not one.holds]
    store.close()

    assert numbers == sorted(numbers)
    assert {2, 6, 10, 11} <= set(numbers)


def test_two_entries_swapped_are_found(evidence: Any) -> None:
    path, kept = evidence
    forge(
        path,
        "UPDATE entry SET seq = 1002 WHERE stream = 'case:1' AND seq = 2",
        "UPDATE entry SET seq = 2 WHERE stream = 'case:1' AND seq = 3",
        "UPDATE entry SET seq = 3 WHERE stream = 'case:1' AND seq = 1002",
    )

    assert any("case:1" in fault for fault in faults(path, kept))


def test_an_entry_put_in_between_with_all_after_it_moved_on_is_found(evidence: Any) -> None:
    path, kept = evidence
    forge(
        path,
        "UPDATE entry SET seq = seq + 1000 WHERE stream = 'case:1' AND seq > 2",
        copied("case:1", last="2", to="3"),
        "UPDATE entry SET seq = seq - 999 WHERE stream = 'case:1' AND seq > 1000",
    )

    assert any("case:1 #3" in fault for fault in faults(path)), "even without the seal"
    assert any("case:1" in fault for fault in faults(path, kept))


def test_what_was_put_in_between_and_hashed_anew_is_found_by_the_seal_kept_outside(evidence: Any) -> None:
    path, kept = evidence
    forge(
        path,
        "UPDATE entry SET seq = seq + 1000 WHERE stream = 'case:1' AND seq > 2",
        copied("case:1", last="2", to="3"),
        "UPDATE entry SET seq = seq - 999 WHERE stream = 'case:1' AND seq > 1000",
    )
    rewrite(path, "case:1", lambda payload: payload)

    assert any("seal" in fault for fault in faults(path, kept))


def test_what_happened_after_the_last_seal_and_was_rewritten_whole_passes_until_the_next(
    evidence: Any,
) -> None:
    """Nobody can know; the handbook says so. Whoever seals more often leaves less of it."""
    path, _ = evidence
    forge(path, "DELETE FROM seal", "DELETE FROM seal_head")
    window, online = '"channel":"window"', '"channel":"online"'
    rewrite(path, "case:1", lambda payload: payload.replace(window, online))
    assert any("channel differs" in fault for fault in faults(path)), (
        "the row says what the chain no longer does"
    )
    forge(path, f"UPDATE case_row SET state = replace(state, '{window}', '{online}') WHERE case_id = 1")

    assert faults(path) == []


def test_work_rewritten_for_a_role_that_nobody_held_is_found_without_any_seal(evidence: Any) -> None:
    path, _ = evidence
    forge(path, "DELETE FROM seal", "DELETE FROM seal_head")
    rewrite(path, "case:1", lambda payload: payload.replace('"role":"window"', '"role":"government-leader"'))

    assert any("case:1 #" in fault and "government-leader of shinan.ga.zs" in fault for fault in faults(path))


def test_a_chain_rewritten_whole_is_found_by_the_seal_kept_outside(evidence: Any) -> None:
    path, kept = evidence
    rewrite(path, "case:1", lambda payload: payload.replace("wind", "wend"))

    assert any("seal" in fault for fault in faults(path, kept))


def test_a_tail_cut_off_with_its_seal_is_found_by_the_seal_kept_outside(evidence: Any) -> None:
    path, kept = evidence
    forge(
        path,
        "DELETE FROM seal",
        "DELETE FROM seal_head",
        "DELETE FROM entry WHERE stream = 'case:2' AND seq > 3",
    )
    with opened(path) as connection:
        seq, digest, head = connection.execute(
            "SELECT seq, hash, head FROM entry WHERE stream = 'case:2' ORDER BY seq DESC LIMIT 1"
        ).fetchone()
        connection.execute(
            "UPDATE case_row SET version = ?, head_hash = ?, marking_digest = ? WHERE case_id = 2",
            (seq, digest, canonical.loads(head)["marking"]),
        )

    assert faults(path, kept)


def rewrite(path: Path, stream: str, change: Callable[[str], str]) -> None:
    """What a patient forger does: change a payload and rebuild every hash after it."""
    store = Store(f"sqlite:///{path}")
    with store.reading() as connection:
        entries = list(journal.read(connection, stream))
    store.close()
    with opened(path) as database:
        _write_anew(database, entries, change)


def _write_anew(database: sqlite3.Connection, entries: list[Entry], change: Callable[[str], str]) -> None:
    previous = GENESIS
    for place, entry in enumerate(entries, start=1):
        payload = canonical.loads(change(canonical.dumps(written(entry))))
        forged = replace(
            entry,
            seq=place,
            command=payload["command"],
            answers=payload["answers"],
            events=tuple(Event(e["type"], e["data"]) for e in payload["events"]),
            previous=previous,
            kept_head=None,
        )
        database.execute(
            "UPDATE entry SET head = ?, payload = ?, hash = ? WHERE stream = ? AND seq = ?",
            (forged.head, forged.payload, forged.hash, entry.stream, place),
        )
        previous = forged.hash
    last = (len(entries), previous)
    database.execute("UPDATE case_row SET version = ?, head_hash = ? WHERE case_id = 1", last)


def appended(path: Path, stream: str, moment: str) -> None:
    """What a forger does who is in a hurry: one more entry at the end, rightly chained, with another date."""
    store = Store(f"sqlite:///{path}")
    with store.reading() as connection:
        entries = list(journal.read(connection, stream))
    store.close()
    last = entries[-1]
    more = replace(last, seq=last.seq + 1, moment=moment, previous=last.hash, kept_head=None)
    with opened(path) as database:
        row = (stream, more.seq, more.case_id, moment, more.head, more.payload, more.hash)
        database.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        database.execute(
            "UPDATE case_row SET version = ?, head_hash = ? WHERE case_id = ?",
            (more.seq, more.hash, more.case_id),
        )


def test_an_entry_added_after_the_seal_and_dated_before_it_is_found_and_named(evidence: Any) -> None:
    path, _ = evidence
    appended(path, "case:1", "2026-02-27T00:00:00.000Z")

    [fault] = [fault for fault in faults(path) if "seal 1" in fault]
    assert "of 2026-02-27T00:00:00.000Z in seal 1" in fault
    assert "case:1 #" in fault


def test_an_entry_added_after_the_seal_and_dated_after_it_is_ordinary(evidence: Any) -> None:
    path, _ = evidence
    appended(path, "case:1", "2026-03-01T00:00:01.000Z")

    assert not any("seal 1" in fault for fault in faults(path))


def test_data_erased_without_an_approval_are_missed_by_their_entry(evidence: Any) -> None:
    path, kept = evidence
    forge(path, "UPDATE entry SET payload = NULL WHERE stream = 'case:1' AND seq = 2")
    missed = faults(path, kept)
    forge(path, "INSERT INTO disposition VALUES ('case:1', 2, 'taoyuan', '2036-01-01', '保管期限届满')")

    assert any(fault.startswith("case:1 #2: Expected its data, or an approval") for fault in missed)
    unproven = "case:1 #2: Expected dispositions to tell who approved its disposal, but it does not"
    assert faults(path, kept) == [unproven, unproven]  # by the checks of the case and of the table


def test_an_approval_laid_up_for_later_is_found_though_nothing_is_gone_yet(evidence: Any) -> None:
    path, _ = evidence
    forge(path, "INSERT INTO disposition VALUES ('blob:77', 0, 'taoyuan', '2036-01-01', '期满')")

    assert faults(path) == [
        "blob:77 #0: Expected dispositions to tell who approved its disposal, but it does not"
    ]


def written(entry: Entry) -> dict[str, Any]:
    return {
        "command": dict(entry.command),
        "answers": dict(entry.answers),
        "events": [event.as_data() for event in entry.events],
    }


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
        "UPDATE seal_head SET seq = 1",
        "DELETE FROM seal_head",
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


def guards_missed(store: Store) -> str:
    with store.reading() as connection:
        [check] = [check for _, check in audit.verify_all(connection) if check.number == GUARDS]
    return check.detail


def test_a_guard_that_was_dropped_is_missed_on_either_database(founded_url: str) -> None:
    store = Store(founded_url)
    name = "entry_no_update" if store.is_sqlite else "entry_append_only"
    untouched = guards_missed(store)
    with store.writing() as connection:
        connection.execute(text(f"DROP TRIGGER {name}{'' if store.is_sqlite else ' ON entry'}"))
    dropped = guards_missed(store)
    store.close()

    assert untouched == ""
    assert f"the guard {name} over the record" in dropped


def test_a_guard_laid_again_hollow_is_found_on_either_database(founded_url: str) -> None:
    store = Store(founded_url)
    hollow = (
        (
            "DROP TRIGGER entry_no_update",
            "CREATE TRIGGER entry_no_update BEFORE UPDATE ON entry WHEN 1 = 0 BEGIN SELECT 1; END",
        )
        if store.is_sqlite
        else (
            "CREATE OR REPLACE FUNCTION entry_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN RETURN NEW; END'",
        )
    )
    with store.writing() as connection:
        for statement in hollow:
            connection.execute(text(statement))
    told = guards_missed(store)
    store.close()

    assert "as it was laid" in told


def test_a_start_that_lays_a_guard_again_says_so_for_good(
    founded_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    runtime, _ = runtime_over(founded_url)
    store = runtime.store
    name = "entry_no_update" if store.is_sqlite else "seal_append_only"
    with store.reading() as connection:
        assert audit.notes(connection) == []
    with store.writing() as connection:
        if store.is_sqlite:  # dropped, and another hollowed out
            for one in (name, "seal_stays"):
                connection.execute(text(f"DROP TRIGGER {one}"))
            connection.execute(
                text("CREATE TRIGGER seal_stays BEFORE DELETE ON seal WHEN 0 BEGIN SELECT 1; END")
            )
        else:
            connection.execute(text(f"ALTER TABLE seal DISABLE TRIGGER {name}"))

    with caplog.at_level("WARNING", "banjie.records"):
        founding.found(runtime)
    founding.found(runtime)  # nothing is missing any more, nothing more is said

    with store.reading() as connection:
        [note] = audit.notes(connection)
        broken = [check.detail for _, check in audit.verify_all(connection) if not check.holds]
    store.close()
    assert broken == []
    assert note.startswith("operations #1 of 2026-01-26T01:00:00.000Z: the guards ")
    assert name in note
    assert name in caplog.text


def test_a_guard_that_was_switched_off_is_missed(founded_postgresql_url: str) -> None:
    store = Store(founded_postgresql_url)
    with store.writing() as connection:
        connection.execute(text("ALTER TABLE seal DISABLE TRIGGER seal_append_only"))
    told = guards_missed(store)
    store.close()

    assert "seal_append_only" in told


def test_a_payload_may_be_erased_beside_an_approved_disposition_and_the_chain_still_verifies(
    founded_url: str,
) -> None:
    store = Store(founded_url)
    with store.writing() as connection:
        (seq, digest), moment = journal.last(connection, "organisation"), "2036-01-01T00:00:00.000Z"
        journal.record(
            connection,
            journal.DISPOSITIONS,
            moment,
            {"kind": "system"},
            {"type": "Dispose", "basis": "保管期限届满", "approver": {"person": "taoyuan"}},
            salt="",
            events=[Event("DataDisposed", {"stream": "organisation", "entries": seq, "head": digest})],
        )
        for place in range(1, seq + 1):
            row = f"'organisation', {place}, 'taoyuan', '{moment}', '保管期限届满'"
            connection.execute(text(f"INSERT INTO disposition VALUES ({row})"))
        connection.execute(text("UPDATE entry SET payload = NULL WHERE stream = 'organisation' AND seq = 1"))
    with store.reading() as connection:
        found = [check.detail for _, check in audit.verify_all(connection) if not check.holds]
    store.close()

    assert found == []


def test_a_definition_changed_under_a_case_is_found_by_verifying_that_case_alone(evidence: Any) -> None:
    path, _ = evidence
    forge(
        path,
        "UPDATE blob SET bytes = CAST(CAST(bytes AS TEXT) || ' ' AS BLOB) WHERE sha256 = "
        "(SELECT json_extract(head, '$.digests.package') FROM entry WHERE stream = 'case:1' AND seq = 1)",
    )

    store = Store(f"sqlite:///{path}")
    with store.reading() as connection:
        row = connection.execute(text("SELECT * FROM case_row WHERE case_id = 1")).one()
        broken = [check for check in audit.verify_case(connection, 1, row._mapping) if not check.holds]
    store.close()
    assert [check.number for check in broken] == [7]
    assert "case:1 #1: package" in broken[0].detail
