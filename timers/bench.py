"""A bench: one founded store, of which every laboratory set up on it is a copy.

Called by `banjie test` and by the designer's trials and examples, which need many laboratories with the same
definitions and people: those that ship, or those of an installation, with a draft put over them. Nothing
that happens on a bench reaches the installation.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert, select

from engine.casework import founding
from engine.casework.runtime import Runtime, Settings
from engine.clock import SystemClock, VirtualClock, moment_text
from engine.definitions import deployment
from engine.definitions.bundles import Bundle
from engine.organisation.directory import Directory
from engine.organisation.model import Actor
from engine.records import tables
from engine.records.store import Store
from timers.laboratory import Laboratory

_PEOPLE = (tables.unit, tables.post, tables.person, tables.holding)


class Bench:
    """Laboratories with the definitions in force and the people of `source`, or with what ships.

    `drafts` are put over them, in force from the beginning of time; they are checked as any deployment.
    Raises IllegalDefinition for a faulty draft.
    """

    def __init__(self, source: Runtime | None = None, drafts: Iterable[Bundle] = ()) -> None:
        self._folder = TemporaryDirectory(prefix="banjie-bench-")
        self._founded = Path(self._folder.name) / "founded.db"
        self._settings = source.settings if source else Settings()
        store = Store(f"sqlite:///{self._founded}")
        clock = SystemClock()
        directory = Directory(store, clock, zone=self._settings.zone)
        runtime = Runtime(store, clock, self._settings, directory)
        try:
            if source is None:
                founding.found(runtime)
                founding.import_people(runtime, deployment.shipped_organisation(), Actor.system())
            else:
                _copy(source, runtime)
            for draft in drafts:
                _put_over(runtime, draft)
        except BaseException:
            self.close()
            raise
        finally:
            store.close()

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """The founded store goes; laboratories that were set up on it stay."""
        self._folder.cleanup()

    def laboratory(self, first_day: date, seed: int) -> Laboratory:
        """A laboratory of its own, its clock at nine o'clock of a day."""
        settings = self._settings
        folder = TemporaryDirectory(prefix="banjie-laboratory-")
        shutil.copyfile(self._founded, Path(folder.name) / "laboratory.db")
        clock = VirtualClock(datetime.combine(first_day, time(9), settings.zone).astimezone(UTC))
        store = Store(f"sqlite:///{folder.name}/laboratory.db")
        runtime = Runtime(store, clock, settings, Directory(store, clock, zone=settings.zone))
        laboratory = Laboratory(runtime, clock, seed)
        laboratory.folder = folder
        return laboratory


def _put_over(runtime: Runtime, draft: Bundle) -> None:
    deployment.deploy(
        runtime.store,
        runtime.clock,
        draft,
        Actor.system().as_data(),
        salt=secrets.token_hex(16),
        effective_from=date.min,
    )


def _copy(source: Runtime, target: Runtime) -> None:
    """Definitions in force today, and people without their passwords."""
    target.store.create()
    today = source.directory.today()
    with source.store.reading() as connection:
        source.shelf.refresh(connection)
        places = {(version.kind, version.name): version for version in source.shelf.versions()}
        found = [
            source.shelf.bundle(connection, source.shelf.in_force(kind, name, today))
            for (kind, name), _ in sorted(places.items())
            if any(v.effective_from <= today for v in source.shelf.versions(kind, name))
        ]
        people = {
            table: [dict(row._mapping) for row in connection.execute(select(table))] for table in _PEOPLE
        }
    moment, system = moment_text(source.clock.now()), Actor.system().as_data()
    with target.store.writing() as connection:
        for bundle in found:
            deployment.keep(target.store, connection, moment, bundle, system, salt=secrets.token_hex(16))
        for table, rows in people.items():
            if rows:
                connection.execute(insert(table), [_without_password(row) for row in rows])


def _without_password(row: dict[str, object]) -> dict[str, object]:
    return {**row, "password": ""} if "password" in row else row
