"""The database: SQLite embedded, PostgreSQL in production, one way to use both.

Called by the composition root, which hands the Store to casework, definitions and the rest. It opens
connections and transactions and lays the schema; it knows no table's meaning beyond the triggers that
keep the record append-only.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import cache
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, Table, TextClause, bindparam, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from engine.errors import Conflict, Malformed, said
from engine.records import guards, triggers
from engine.records.turns import Turns

PATIENCE = 30  # seconds a writer waits for the others
Relaid = Callable[[Connection, Mapping[str, str], str], None]
"""Is told which guards were laid again, each with what was wrong, and of which revision the schema was."""
log = logging.getLogger("banjie.records")


class Store:
    """A database reached by a URL such as `sqlite:///var/banjie.db` or `postgresql+psycopg://…`."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise Malformed(
                said(
                    "Expected a database URL of SQLite or PostgreSQL, but found {drivername}",
                    drivername=parsed.drivername,
                )
            )
        self.is_sqlite = parsed.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(parsed) if self.is_sqlite else _postgresql_engine(parsed)
        self._turn = Turns(PATIENCE).turn if self.is_sqlite else nullcontext

    def create(self, relaid: Relaid | None = None) -> None:
        """Bring the schema to the newest revision and lay the triggers; harmless when repeated.

        Over a record that has begun, a guard that is gone or hollow is never laid again in silence: a line of
        the log says so, and `relaid` is told in the same transaction.
        """
        revisions = _revisions()
        with self.writing() as connection:
            revisions.attributes["connection"] = connection
            before = MigrationContext.configure(connection).get_current_revision()
            command.upgrade(revisions, "head")
            wrong = guards.faults(connection) if before and self._begun(connection) else {}
            for name in wrong:
                connection.execute(text(triggers.dropping(name, sqlite=self.is_sqlite)))
            for statement in triggers.statements(sqlite=self.is_sqlite):
                connection.execute(text(statement))
            if wrong:
                log.warning("guards over the record laid again: %s", ", ".join(sorted(wrong)))
                if relaid is not None:
                    relaid(connection, wrong, str(before))

    @staticmethod
    def _begun(connection: Connection) -> bool:
        return connection.execute(text("SELECT 1 FROM entry LIMIT 1")).first() is not None

    def demand_laid(self) -> None:
        """That the schema is of this version of the program, without touching it. Raises Conflict."""
        newest = ScriptDirectory.from_config(_revisions()).get_current_head()
        with self.reading() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
        if found != newest:
            raise Conflict(
                said(
                    "Expected a database of revision {newest}, but found {found}: start `banjie serve` once",
                    newest=newest,
                    found=found or said("none"),
                )
            )

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: everything in it is committed at the end, or nothing."""
        with (
            self._turn(),
            self.engine.connect().execution_options(banjie_write=True) as connection,
            connection.begin(),
        ):
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view; what is written through it is rolled back."""
        with self.engine.connect() as connection:
            yield connection
            connection.rollback()

    def upsert(self, connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows or replace those with the same primary key, in one statement.

        All rows must name the same columns. Nothing is sent where there are no rows.
        """
        values = [dict(row) for row in rows]
        if not values:
            return
        connection.execute(_upserting(table, tuple(values[0])), values)

    def insert_new(self, connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows that all name the same columns; one whose primary key exists is left as it is."""
        values = [dict(row) for row in rows]
        if values:
            connection.execute(_inserting(table, tuple(values[0])), values)

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def _revisions() -> Config:
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    return made


@contextmanager
def legible(connection: Connection) -> Iterator[None]:
    """Text that is no longer UTF-8 is read with signs of replacement, so that a check can name where it
    stands. SQLite alone keeps such text; PostgreSQL refuses it."""
    if connection.dialect.name != "sqlite":
        yield
        return
    raw: Any = connection.connection.driver_connection
    before = raw.text_factory
    raw.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        yield
    finally:
        raw.text_factory = before


_DIALECT: Any = postgresql.dialect


@cache
def _upserting(table: Table, columns: tuple[str, ...]) -> TextClause:
    """The statement that inserts or replaces a row of these columns, the same on both databases."""
    keys = [column.name for column in table.primary_key]
    changes = ", ".join(f"{each} = excluded.{each}" for each in _quoted(columns) if each not in _quoted(keys))
    return _inserting(table, columns, f"({', '.join(_quoted(keys))}) DO UPDATE SET {changes}")


@cache
def _inserting(table: Table, columns: tuple[str, ...], otherwise: str = "DO NOTHING") -> TextClause:
    """The statement that inserts a row of these columns, and what to do where it is there already.

    As text: SQLAlchemy keeps what it compiles of a text, but compiles an INSERT with ON CONFLICT anew each
    time, which cost a quarter of every step.
    """
    statement = (
        f"INSERT INTO {table.name} ({', '.join(_quoted(columns))})"  # noqa: S608 - names of our own tables
        f" VALUES (:{', :'.join(columns)}) ON CONFLICT {otherwise}"
    )
    return text(statement).bindparams(*(bindparam(name, type_=table.c[name].type) for name in columns))


def _quoted(names: Iterable[str]) -> list[str]:
    quote = _DIALECT().identifier_preparer.quote
    return [str(quote(name)) for name in names]


def _sqlite_engine(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": PATIENCE, "isolation_level": None})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "commit", lambda connection: connection.exec_driver_sql("COMMIT"))
    event.listen(engine, "rollback", lambda connection: connection.exec_driver_sql("ROLLBACK"))
    return engine


def _prepare_sqlite(dbapi_connection: Any, _record: object) -> None:
    # A commit must survive a power cut (FULL); readers never wait for the one writer (WAL).
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={PATIENCE * 1000}",
    ):
        dbapi_connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # IMMEDIATE takes the write lock at once: a step that has read a case can always write it.
    if not connection.get_execution_options().get("banjie_write", False):
        connection.exec_driver_sql("BEGIN")
    else:
        _begin_to_write(connection.connection.driver_connection)


def _begin_to_write(driver: Any) -> None:
    """Take the write lock as soon as no other process has it. Raises OperationalError after the patience.

    SQLite itself looks again at growing intervals, ten times a second at last, while a process that writes
    without pause (a flood of due moments) leaves gaps of less than a millisecond. Looking every other
    millisecond, at uneven intervals, finds one soon.
    """
    until = monotonic() + PATIENCE
    driver.execute("PRAGMA busy_timeout=0")
    try:
        for number in count():
            try:
                driver.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > until:
                    raise OperationalError("BEGIN IMMEDIATE", None, error) from error
                sleep(0.001 + 0.002 * (number * 0.618 % 1))
    finally:
        driver.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")


def _postgresql_engine(url: URL) -> Engine:
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    return create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=True)
