"""Alembic's entry: runs the revisions on the connection that `records.store` hands over."""

from alembic import context

from engine.records import shared_tables, tables
from engine.records.schema import metadata

# Tables belong to the schema once their modules are read.
_READ = (tables, shared_tables)
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
