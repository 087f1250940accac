"""Rows that no chain covers follow from one: whoever changes such a row is found by what it should say.

The chains themselves are forged in `test_tampering.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from forging import faults, forge, lived_and_sealed
from sqlalchemy import text

from engine import audit
from engine.audit import derived_whole
from engine.records.schema import metadata
from engine.records.store import Store

Forged = Callable[..., list[str]]


@pytest.fixture(scope="module")
def lived(founded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with two lived cases, which each test takes a copy of."""
    path = tmp_path_factory.mktemp("lived") / "banjie.db"
    return lived_and_sealed(f"sqlite:///{copyfile(founded_sqlite, path)}")[0]


@pytest.fixture
def forged(lived: Path, tmp_path: Path) -> Iterator[Forged]:
    """Forge a copy; gives what verifying the first case finds."""
    path = tmp_path / "forged.db"
    store = Store(f"sqlite:///{path}")

    def made(*statements: str) -> list[str]:
        copyfile(lived, path)
        forge(path, *statements)
        with store.reading() as connection:
            row = connection.execute(text("SELECT * FROM case_row WHERE case_id = 1")).one()
            checks = audit.verify_case(connection, 1, dict(row._mapping))
        store.close()
        return [check.detail for check in checks if not check.holds]

    yield made
    store.close()


def test_rows_as_they_were_written_hold(forged: Forged) -> None:
    assert forged() == []


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
        (f"DELETE FROM work_item WHERE {ITEM}", "of work_item, but it is gone"),
        ('UPDATE job SET input = \'{"text":"?"}\' WHERE case_id = 1', "input of job"),
        ("UPDATE subscription SET role = 'handler' WHERE case_id = 1", "role of subscription"),
        ("UPDATE issued SET sha256 = 'f' || substr(sha256, 2) WHERE case_id = 1", "sha256 of issued"),
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


def test_rows_of_registers_and_of_the_organisation_are_held_against_their_streams(
    lived: Path, tmp_path: Path
) -> None:
    path = copyfile(lived, tmp_path / "forged.db")
    certificate = "register = 'officers' AND key = (SELECT min(key) FROM register_row)"
    forge(
        path,
        "UPDATE unit SET name_zh = '某局' WHERE code = 'shinan.cg'",
        "UPDATE person SET active = NOT active WHERE login = 'zhangwei'",
        "INSERT INTO holding VALUES ('zhangwei', (SELECT max(code) FROM post), '2020-01-01', NULL)",
        "UPDATE post SET roles = '[\"government-leader\"]' WHERE code = (SELECT min(code) FROM post)",
        f"UPDATE register_row SET data = replace(data, 'valid_to', 'valid_t0') WHERE {certificate}",
        f"DELETE FROM register_mark WHERE {certificate}",
        "INSERT INTO register_row VALUES ('officers', '鲁X1', '{}', NULL, '2026-01-01', 1)",
    )
    store = Store(f"sqlite:///{path}")
    with store.reading() as connection:
        found = list(derived_whole.faults(connection))
    store.close()

    for told in (
        "unit shinan.cg as its stream tells of it, but name_zh differs",
        "person zhangwei as its stream tells of it, but active differs",
        "no row holding zhangwei",
        "but roles differs",
        "register_row officers 鲁B370201 as its stream tells of it, but data differs",
        "no row register_row officers 鲁X1",
        "the marks by which rows are found",
    ):
        assert any(told in fault for fault in found), (told, found)
    assert len(found) < 30
    assert any(found[0] == fault for fault in faults(path)), "told as a check among all"


COVERED: dict[str, Any] = {
    "1 to 5, 8, 9": ("entry",),
    "10, 11": ("seal", "seal_head"),
    "12, and 7 by the case": ("blob",),
    "13": ("definition_version",),
    "3 and 18": ("disposition",),
    "6": ("case_row", "work_item", "job", "subscription", "card", "issued"),
    "19": ("unit", "post", "person", "holding", "register_row", "register_mark"),
    "none: the calendar says what falls due, and every step writes it anew": ("due",),
    "none: what the journal never tells": ("draft", "node", "token", "job_receipt", "serial"),
    "none: the stream of designs is chained, its table is work under way": ("design",),
    "none: the entry of the job that published tells what and when": ("publication",),
}
"""Every table, by the checks that find what was changed in it."""


def test_of_every_table_it_is_said_which_check_covers_it() -> None:
    assert sorted(name for names in COVERED.values() for name in names) == sorted(metadata.tables)
