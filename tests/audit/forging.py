"""A forger who owns the database: he drops the triggers and writes what he likes.

Used by the tampering tests. He does not own the seal that was kept outside.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

from founded import runtime_over

from engine import audit
from engine.errors import Malformed
from engine.records import seals
from engine.records.store import Store
from timers.laboratory import Laboratory

GUARDS = 17  # the check that misses the triggers themselves: a cleverer forger lays them again
SEED = int(os.environ.get("BANJIE_SEED", "11"))


def lived_and_sealed(url: str) -> tuple[Path, dict[str, Any]]:
    """A database with two lived cases and a seal, its triggers gone; and the seal kept outside."""
    lab = Laboratory(*runtime_over(url, date(2026, 1, 26)), SEED)
    for item, unit in (("HJ-LH-0004", "shinan.ga.zs"), ("XK-SR-0035", "shinan.cg")):
        case_id = received(lab, item, unit)
        for _ in range(4):
            lab.advance(case_id)
    with lab.runtime.store.writing() as connection:
        kept = seals.make(connection, "2026-03-01T00:00:00.000Z").as_data()
    lab.close()
    path = Path(url.removeprefix("sqlite:///"))
    forge(path, *(f"DROP TRIGGER {name}" for name in _triggers(path)))
    return path, kept


def received(made: Laboratory, item: str, unit: str) -> int:
    """The case of an application, filled in again where chance wrote what no form accepts."""
    for _ in range(9):
        with suppress(Malformed):
            return made.receive(item, unit, {}, channel="window").case_id
    raise AssertionError(f"nobody can fill in {item}")


def _triggers(path: Path) -> list[str]:
    with opened(path) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return [row[0] for row in found]


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The database as its owner opens it: nothing is checked, what he wrote is kept."""
    connection = sqlite3.connect(path)
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


def forge(path: Path, *statements: str) -> None:
    """Run what the forger wants."""
    with opened(path) as connection:
        for statement in statements:
            connection.execute(statement)


def faults(path: Path, kept: dict[str, Any] | None = None) -> list[str]:
    """What verifying everything finds of what was forged, beside the triggers that are gone."""
    store = Store(f"sqlite:///{path}")
    try:
        with store.reading() as connection:
            checks = [check for _, check in audit.verify_all(connection, kept)]
    finally:
        store.close()
    return [check.detail for check in checks if not check.holds and check.number != GUARDS]
