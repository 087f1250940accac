"""Alembic's entry: runs the revisions on the connection that `records.store` hands over."""

from alembic import context

from engine.records.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
