"""A writer waits for another process's transaction: soon after it, but not for ever, and never half begun."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from engine.records import store as stores
from engine.records.store import Store


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[tuple[Store, sqlite3.Connection]]:
    """A store, and a connection to its file that is as foreign as another process's."""
    store = Store(f"sqlite:///{tmp_path / 'one.db'}")
    with store.writing() as connection:
        connection.execute(text("CREATE TABLE t (a INTEGER)"))
    other = sqlite3.connect(tmp_path / "one.db", isolation_level=None)
    yield store, other
    other.close()
    store.close()


def rows(store: Store) -> list[int]:
    with store.reading() as connection:
        return list(connection.execute(text("SELECT a FROM t ORDER BY a")).scalars())


def test_it_begins_as_soon_as_the_other_has_ended(
    shared: tuple[Store, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, other = shared
    other.execute("BEGIN IMMEDIATE")
    other.execute("INSERT INTO t VALUES (1)")
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 5:
            other.execute("COMMIT")

    monkeypatch.setattr(stores, "sleep", pause)
    with store.writing() as connection:
        connection.execute(text("INSERT INTO t VALUES (2)"))
    assert rows(store) == [1, 2]
    assert len(pauses) == 5
    assert all(0.001 <= seconds < 0.003 for seconds in pauses)
    assert len(set(pauses)) == 5, "uneven, so that two that wait do not keep step"


def test_after_its_patience_it_is_refused_and_can_write_later(
    shared: tuple[Store, sqlite3.Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, other = shared
    other.execute("BEGIN IMMEDIATE")
    with monkeypatch.context() as patched:
        patched.setattr(stores, "PATIENCE", 0)
        with pytest.raises(OperationalError, match="locked"), store.writing():
            pytest.fail("it began although another writes")
    other.execute("ROLLBACK")
    with store.writing() as connection:
        connection.execute(text("INSERT INTO t VALUES (3)"))
    assert rows(store) == [3]
