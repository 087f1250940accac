"""A founded installation for every test that needs one, on SQLite and on PostgreSQL.

The fixtures are offered to all tests by `conftest.py` beside this file.

Real: the database, the shipped procedures, law, calendars and supervision tables, the demo city's people.
Not real: the clock, which the test moves.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from databases import administering, next_name
from sqlalchemy import URL, text

from engine.casework import founding
from engine.casework.runtime import Runtime, Settings
from engine.clock import VirtualClock
from engine.definitions import deployment
from engine.organisation.directory import Directory
from engine.organisation.model import Actor
from engine.organisation.passwords import Passwords
from engine.records.store import Store
from timers.laboratory import Laboratory

FIRST_DAY = date(2026, 1, 26)
MakeLaboratory = Callable[..., Laboratory]


def runtime_over(url: str, day: date = FIRST_DAY) -> tuple[Runtime, VirtualClock]:
    """A runtime over a database, its clock at nine o'clock of a day."""
    settings = Settings()
    clock = VirtualClock(datetime.combine(day, time(9), settings.zone).astimezone(UTC))
    store = Store(url)
    directory = Directory(store, clock, zone=settings.zone, passwords=Passwords())
    return Runtime(store, clock, settings, directory), clock


def found_city(url: str) -> None:
    """Lay the schema, the shipped definitions and the demo city's people."""
    runtime, _ = runtime_over(url)
    founding.found(runtime)
    founding.import_people(runtime, deployment.shipped_organisation(), Actor.system())
    runtime.store.close()


@pytest.fixture(scope="session")
def founded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("founded") / "banjie.db"
    found_city(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def founded_postgresql(postgresql_server: URL) -> Iterator[URL]:
    """A founded PostgreSQL database, the template of each test's own."""
    url = postgresql_server.set(database=next_name("banjie_founded"))
    with administering(url) as connection:
        connection.execute(text(f"CREATE DATABASE {url.database}"))
    found_city(url.render_as_string(hide_password=False))
    yield url
    with administering(url) as connection:
        connection.execute(text(f"DROP DATABASE {url.database} WITH (FORCE)"))


@pytest.fixture
def founded_sqlite_url(founded_sqlite: Path, tmp_path: Path) -> str:
    """The address of a founded SQLite file of the test's own."""
    return f"sqlite:///{shutil.copyfile(founded_sqlite, tmp_path / 'banjie.db')}"


@pytest.fixture
def founded_postgresql_url(founded_postgresql: URL) -> Iterator[str]:
    """The address of a founded PostgreSQL database of the test's own."""
    name = next_name(f"{founded_postgresql.database}_copy")
    with administering(founded_postgresql) as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {founded_postgresql.database}"))
    yield founded_postgresql.set(database=name).render_as_string(hide_password=False)
    with administering(founded_postgresql) as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgresql"])
def founded_url(request: pytest.FixtureRequest) -> str:
    """The address of a founded database of each kind."""
    return str(request.getfixturevalue(f"founded_{request.param}_url"))


@pytest.fixture
def laboratory(founded_url: str) -> Iterator[MakeLaboratory]:
    """Makes a laboratory over the test's database: `laboratory(day=…, seed=…)`."""
    made: list[Laboratory] = []

    def make(day: date = FIRST_DAY, seed: int = 1) -> Laboratory:
        made.append(Laboratory(*runtime_over(founded_url, day), seed))
        return made[-1]

    yield make
    for one in made:
        one.runtime.store.close()
