"""What the database itself refuses: changing or deleting the record.

Called by `store.create`. An owner of the database can drop a trigger, so the proof is the seal kept
outside; the trigger stops accidents and everyone who is not the owner. Erasing a payload, or the bytes of a
file, is allowed only beside an approved disposition row (ISO 15489-1, 9.9).
"""

from __future__ import annotations

from collections.abc import Iterator

_APPEND_ONLY = ("entry", "seal", "seal_head", "blob", "definition_version", "disposition")
_KEYS = {
    "entry": ("stream", "seq"),
    "seal": ("number",),
    "seal_head": ("stream", "seal"),
    "blob": ("sha256",),
    "definition_version": ("kind", "name", "version"),
    "disposition": ("stream", "seq"),
}
_SAME_ENTRY = " AND ".join(f"NEW.{c} = OLD.{c}" for c in ("stream", "seq", "moment", "head", "hash"))
_APPROVED = (
    "NEW.payload IS NULL AND EXISTS "
    "(SELECT 1 FROM disposition d WHERE d.stream = OLD.stream AND d.seq = OLD.seq)"
)
_APPROVED_FILE = "EXISTS (SELECT 1 FROM disposition d WHERE d.stream = 'blob:' || OLD.sha256)"


def statements(*, sqlite: bool) -> Iterator[str]:
    """The statements that lay the triggers, for SQLite or for PostgreSQL; harmless when repeated."""
    for table in _APPEND_ONLY:
        yield from _sqlite(table) if sqlite else _postgresql(table)


def dropping(name: str, *, sqlite: bool) -> str:
    """The statement that takes a guard away, so that a hollow one can be laid as it was."""
    table = max((one for one in _APPEND_ONLY if name.startswith(f"{one}_")), key=len)
    return f"DROP TRIGGER IF EXISTS {name}" + ("" if sqlite else f" ON {table}")


def _allowed(table: str) -> str:
    return f"({_SAME_ENTRY} AND {_APPROVED})" if table == "entry" else "(1 = 0)"


def _may_go(table: str) -> str:
    return _APPROVED_FILE if table == "blob" else "(1 = 0)"


def _sqlite(table: str) -> Iterator[str]:
    refuse = f"SELECT RAISE(ABORT, 'the record is append-only: {table}')"
    same_key = " AND ".join(f"x.{key} = NEW.{key}" for key in _KEYS[table])
    yield (
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_update BEFORE UPDATE ON {table} "
        f"WHEN NOT {_allowed(table)} BEGIN {refuse}; END"
    )
    yield f"DROP TRIGGER IF EXISTS {table}_no_delete"  # as earlier versions laid it
    yield (
        f"CREATE TRIGGER IF NOT EXISTS {table}_stays BEFORE DELETE ON {table} "
        f"WHEN NOT {_may_go(table)} BEGIN {refuse}; END"
    )
    # INSERT OR REPLACE deletes the old row without firing a delete trigger. A blob is named by its
    # content, and the stores insert it with ON CONFLICT DO NOTHING, which fires this trigger too.
    other = " AND x.bytes <> NEW.bytes" if table == "blob" else ""
    found = f"SELECT 1 FROM {table} x WHERE {same_key}{other}"  # noqa: S608 - names of our own tables
    yield (
        f"CREATE TRIGGER IF NOT EXISTS {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS ({found}) BEGIN {refuse}; END"
    )


def _postgresql(table: str) -> Iterator[str]:
    yield (
        f"CREATE OR REPLACE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$ "
        f"BEGIN IF TG_OP = 'UPDATE' AND {_allowed(table)} THEN RETURN NEW; END IF; "
        f"IF TG_OP = 'DELETE' AND {_may_go(table)} THEN RETURN OLD; END IF; "
        f"RAISE EXCEPTION 'the record is append-only: {table}'; END $body$"
    )
    yield (
        f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
    )
    yield (
        f"CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )
