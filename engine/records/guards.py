"""The database's own guards over the record: each trigger is there, switched on and as it was laid.

Called by `store.create`, which lays anew what is missing and tells of it, and by the audit. A missing guard
proves no change, and one that was laid again hides none: it tells an operator that somebody had the means.
The proof is the seal kept outside.
"""

from __future__ import annotations

import re

from sqlalchemy import Connection, text

from engine.errors import said
from engine.records import triggers

_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
_POSTGRESQL = (
    "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
    "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND n.nspname = current_schema()"
)
_LAID = re.compile(r"CREATE (?:OR REPLACE )?TRIGGER (?:IF NOT EXISTS )?(\w+) (.*)", re.DOTALL)
_BODY = re.compile(r"FUNCTION (\w+)\(\).*\$body\$(.*)\$body\$", re.DOTALL)


def faults(connection: Connection) -> dict[str, str]:
    """What is wrong with each guard that is missing, switched off, or says something else; by its name."""
    sqlite = connection.dialect.name == "sqlite"
    rows = connection.execute(text(_SQLITE if sqlite else _POSTGRESQL))
    there = {row[0]: row[1] for row in rows}
    found: dict[str, str] = {}
    for name, wanted in (_sqlite() if sqlite else _postgresql()).items():
        if name not in there:
            found[name] = said(
                "Expected the guard {name} over the record, but it is gone or switched off", name=name
            )
        elif wanted not in there[name]:
            found[name] = said(
                "Expected the guard {name} as it was laid, but it says something else", name=name
            )
    return found


def _sqlite() -> dict[str, str]:
    laid = (_LAID.fullmatch(one) for one in triggers.statements(sqlite=True))
    return {found[1]: found[2] for found in laid if found}


def _postgresql() -> dict[str, str]:
    """The trigger's function is compared; its events and its table follow from its name."""
    bodies: dict[str, str] = {}
    names: dict[str, str] = {}
    for one in triggers.statements(sqlite=False):
        if body := _BODY.search(one):
            bodies[body[1]] = body[2]
        elif found := _LAID.fullmatch(one):
            names[found[1]] = found[2].rpartition("FUNCTION ")[2].removesuffix("()")
    return {name: bodies[function] for name, function in names.items()}
