"""Rows that no chain covers follow from one: whoever changes such a row is found by what it should say.

The chains themselves are forged in `test_tampering.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from forging import GUARDS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from engine import audit, canonical
from engine.audit import derived, derived_whole, verify
from engine.audit.stored import Stored
from engine.records import journal
from engine.records.schema import metadata
from engine.records.store import Store

Forged = Callable[..., list[str]]


@pytest.fixture(scope="module")
def store(lived: Any) -> Iterator[Store]:
    """The shared database itself: what is forged through `reading` is rolled back."""
    store = Store(f"sqlite:///{lived[0]}")
    yield store
    store.close()


def forge(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.execute(text(statement.replace(":", r"\:")))


@pytest.fixture
def forged(store: Store) -> Forged:
    """Forge and verify the first case; gives what is found."""

    def made(*statements: str) -> list[str]:
        with store.reading() as connection:
            forge(connection, *statements)
            row = connection.execute(text("SELECT * FROM case_row WHERE case_id = 1")).one()
            checks = audit.verify_case(connection, 1, dict(row._mapping))
        return [check.detail for check in checks if not check.holds]

    return made


def test_rows_as_they_were_written_hold(forged: Forged, store: Store) -> None:
    assert forged() == []
    with store.reading() as connection:
        texts = [row["payload"] for row in journal.rows(connection, "case:1")]
    assert texts == [canonical.dumps(canonical.loads(one)) for one in texts], (
        "put together from canonical parts"
    )


ITEM = "case_id = 1 AND status = (SELECT max(status) FROM work_item WHERE case_id = 1)"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE case_row SET applicant = '某人' WHERE case_id = 1", "applicant of case_row"),
        ("UPDATE case_row SET level = 'R+' WHERE case_id = 1", "level of case_row"),
        ("UPDATE case_row SET unit = 'laoshan.cg' WHERE case_id = 1", "unit of case_row"),
        ("UPDATE case_row SET closed_at = '2026-02-01T00:00:00.000Z' WHERE case_id = 1", "closed_at"),
        ('UPDATE case_row SET state = replace(state, \'"acts":[{\', \'"acts":[{"x":1,\')', "acts differs"),
        (f"UPDATE work_item SET person = 'nobody' WHERE {ITEM}", "person of work_item"),
        (f"UPDATE work_item SET status = 'cancelled' WHERE {ITEM}", "status of work_item"),
        (f"UPDATE work_item SET title = '别的事' WHERE {ITEM}", "title of work_item"),
        (f"UPDATE work_item SET applicant = '别人' WHERE {ITEM}", "applicant of work_item"),
        (f"UPDATE work_item SET candidates = '{{}}' WHERE {ITEM}", "candidates of work_item"),
        (f"UPDATE work_item SET ended_at = '2027-01-01T00:00:00.000Z' WHERE {ITEM}", "ended_at of work_item"),
        ("UPDATE case_row SET title = '别的事' WHERE case_id = 1", "title of case_row"),
        ("UPDATE case_row SET outcome = 'granted' WHERE case_id = 1", "outcome of case_row"),
        ("UPDATE case_row SET opened_at = '2020' WHERE case_id = 1", "opened_at of case_row"),
        ("UPDATE case_row SET state = ' ' || state WHERE case_id = 1", "state differs"),
        ("UPDATE case_row SET state = '[]' WHERE case_id = 1", "state differs"),
        ("UPDATE case_row SET state = 'gone' WHERE case_id = 1", "state differs"),
        (f"DELETE FROM work_item WHERE {ITEM}", "of work_item, but it is gone"),
        ('UPDATE job SET input = \'{"text":"?"}\' WHERE case_id = 1', "input of job"),
        ("UPDATE job SET status = 'cancelled' WHERE case_id = 1", "status of job"),
        ("UPDATE subscription SET role = 'handler' WHERE case_id = 1", "role of subscription"),
        ("UPDATE issued SET sha256 = 'f' || substr(sha256, 2) WHERE case_id = 1", "sha256 of issued"),
        ("UPDATE issued SET issued_on = '2020-01-01' WHERE case_id = 1", "issued_on of issued"),
        ("UPDATE issued SET status = 'void' WHERE case_id = 1", "status of issued"),
        (
            "INSERT INTO publication (case_id, key, title, content, published_at) "
            "VALUES (1, 77, '公示', '{}', '')",
            "no row 77 of publication",
        ),
        (
            "INSERT INTO card SELECT 1, 99, 'standing', '', '', '', 'A1', 'R', '', '', 'x', '', 0, ''",
            "no row 99 of card",
        ),
    ],
)
def test_a_row_of_a_case_that_its_entries_do_not_tell_of_is_found(
    forged: Forged, statement: str, told: str
) -> None:
    [fault] = forged(statement)

    assert fault.startswith("case:1 #")
    assert told in fault


def test_rows_of_registers_and_of_the_organisation_are_held_against_their_streams(store: Store) -> None:
    certificate = "register = 'officers' AND key = (SELECT min(key) FROM register_row)"
    with store.reading() as connection:
        forge(
            connection,
            "UPDATE unit SET name_zh = '某局' WHERE code = 'shinan.cg'",
            "UPDATE person SET active = NOT active WHERE login = 'zhangwei'",
            "INSERT INTO holding VALUES ('zhangwei', (SELECT max(code) FROM post), '2020-01-01', NULL)",
            "UPDATE post SET roles = '[\"government-leader\"]' WHERE code = (SELECT min(code) FROM post)",
            f"UPDATE register_row SET data = replace(data, 'valid_to', 'valid_t0') WHERE {certificate}",
            f"DELETE FROM register_mark WHERE {certificate}",
            "INSERT INTO register_row VALUES ('officers', '鲁X1', '{}', NULL, '2026-01-01', 1)",
            "INSERT INTO register_row VALUES ('nowhere', '1', '{}', NULL, '2026-01-01', 1)",
        )
        found = list(derived_whole.faults(connection))
        [told_first] = [one.detail for _, one in audit.verify_all(connection) if one.number == 19]

    for told in (
        "unit shinan.cg as its stream tells of it, but name_zh differs",
        "person zhangwei as its stream tells of it, but active differs",
        "no row holding zhangwei",
        "but roles differs",
        "register_row officers 鲁B370201 as its stream tells of it, but data differs",
        "no row register_row officers 鲁X1",
        "no row register_row nowhere 1",
        "the marks by which rows are found",
    ):
        assert any(told in fault for fault in found), (told, found)
    assert len(found) < 30
    assert told_first == found[0]


@pytest.mark.parametrize("stream", ["organisation", "register:officers"])
def test_what_is_drawn_from_an_entry_that_was_changed_is_left_to_the_checks_of_that_entry(
    store: Store, stream: str
) -> None:
    changed = {
        "a byte of its data": "payload = replace(payload, '\"what\":', '\"wh4t\":')",
        "no JSON": "payload = substr(payload, 2)",
        "another kind of data": "payload = '[1]'",
        "no head": "head = 'x'",
    }
    for what, change in changed.items():
        with store.reading() as connection:
            forge(
                connection,
                f"UPDATE entry SET {change} WHERE stream = '{stream}' AND seq = 1",
                f"UPDATE entry SET payload = replace(payload, 'RegisterRow', 'RegisterR0w') "
                f"WHERE stream = '{stream}' AND seq = 1",
            )
            broken = {
                one.number: one.detail
                for _, one in audit.verify_all(connection)
                if not one.holds and one.number != GUARDS
            }
        assert {2, 3} & set(broken), what
        assert all(f"{stream} #1" in broken[number] for number in {2, 3} & set(broken)), what
        assert 19 not in broken, what


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=3,
)


@settings(max_examples=25, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_stands_in_an_entry_the_verifier_answers_in_words(store: Store, data: st.DataObject) -> None:
    """Any value anywhere in a payload or head, rightly hashed or not: nothing but faults comes of it."""
    with store.reading() as connection:
        stream = data.draw(st.sampled_from(["case:1", "organisation", "register:officers"]))
        rows = list(journal.rows(connection, stream))
        row = rows[data.draw(st.integers(0, len(rows) - 1))]
        column = data.draw(st.sampled_from(["head", "payload"]))
        mutated = canonical.dumps(altered(canonical.loads(row[column]), data))
        connection.execute(
            text(f"UPDATE entry SET {column} = :text WHERE stream = :stream AND seq = :seq"),
            {"text": mutated, "stream": stream, "seq": row["seq"]},
        )
        list(derived_whole.faults(connection))  # asked all the same, as if its chain held
        if stream == "case:1":
            case = connection.execute(text("SELECT * FROM case_row WHERE case_id = 1")).one()
            told = [Stored({**one, column: mutated} if one["seq"] == row["seq"] else one) for one in rows]
            list(derived.faults(told, dict(case._mapping), derived.kept(connection, [1])))
            audit.verify_case(connection, 1, dict(case._mapping))
        else:
            verify.verify_stream(connection, stream)


def altered(value: Any, data: st.DataObject) -> Any:
    """The same with one value in it, however deep, in place of another."""
    if isinstance(value, dict) and value and data.draw(st.integers(0, 9)):
        key = data.draw(st.sampled_from(sorted(value)))
        return {**value, key: altered(value[key], data)}
    if isinstance(value, list) and value and data.draw(st.integers(0, 9)):
        place = data.draw(st.integers(0, len(value) - 1))
        return [altered(one, data) if n == place else one for n, one in enumerate(value)]
    return data.draw(plain)


def test_of_every_table_the_handbook_says_which_check_covers_it() -> None:
    handbook = (Path(__file__).parents[2] / "docs" / "evidence.md").read_text("utf-8")
    _, _, told = handbook.partition("### What covers each table")
    rows = [line.split("|")[1] for line in told.split("\n#")[0].splitlines() if line.startswith("| `")]

    assert sorted(name for row in rows for name in re.findall("`([a-z_]+)`", row)) == sorted(metadata.tables)
