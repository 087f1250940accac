"""The revisions lay exactly the tables the code knows, on SQLite and on PostgreSQL."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from engine.records.schema import metadata
from engine.records.store import Store


def test_the_revisions_lay_the_tables_the_code_knows(store: Store) -> None:
    with store.reading() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
        laid = set(inspect(connection).get_table_names())

    assert differences == []
    assert laid == {*metadata.tables, "alembic_version"}


def test_laying_the_schema_twice_changes_nothing(store: Store) -> None:
    store.create()

    with store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
