"""The shelf: definitions as the database holds them, by digest and by what is in force.

Called by casework for every command and by the audit for every replay. Definitions are immutable, so
whatever was read once is kept by its digest: the bytes by each shelf, which has seen that its own database
holds them unchanged, and what they mean by the process, since a digest means the same everywhere. What is
*in force* is asked again whenever the count of versions has changed (`generation`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from threading import RLock
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from engine import bpmn, canonical, dmn
from engine.bpmn.definition import Definition
from engine.definitions import catalogue, packages, registers, withdrawals
from engine.definitions.bundles import Bundle
from engine.definitions.catalogue import ServiceItem
from engine.definitions.kept import READ, Kept
from engine.definitions.packages import Package
from engine.definitions.registers import RegisterBook
from engine.errors import NotFound, said
from engine.periods import Calendar, RuleBook
from engine.records import blobs
from engine.records.tables import definition_version as versions

T = TypeVar("T")


@dataclass(frozen=True)
class Version:
    """One row of definition_version."""

    kind: str
    name: str
    version: int
    digest: str
    effective_from: date
    deployed_at: str


class Shelf:
    """Definitions by digest, read at most once each. Safe to share between threads."""

    def __init__(self) -> None:
        self._own = Kept()
        self._lock = RLock()
        self._versions: tuple[Version, ...] = ()
        self._generation = -1

    # -- what is in force ---------------------------------------------------------------------------

    def refresh(self, connection: Connection, generation: int | None = None) -> None:
        """Read the list of versions again if it has grown. `generation` saves the question."""
        if generation is None:
            generation = connection.execute(select(func.count()).select_from(versions)).scalar_one()
        if generation == self._generation:
            return
        rows = connection.execute(select(versions).order_by(versions.c.version)).all()
        with self._lock:
            self._versions = tuple(
                Version(
                    r.kind, r.name, r.version, r.digest, date.fromisoformat(r.effective_from), r.deployed_at
                )
                for r in rows
            )
            self._generation = generation

    def versions(self, kind: str | None = None, name: str | None = None) -> tuple[Version, ...]:
        """All deployed versions, oldest first."""
        return tuple(
            v for v in self._versions if (kind is None or v.kind == kind) and (name is None or v.name == name)
        )

    def in_force(self, kind: str, name: str, on: date) -> str:
        """Digest of the version in force on a day: the newest whose effective date is not later.

        A version that is withdrawn from that day on, or an earlier one, is passed over. Raises NotFound.
        """
        for version in reversed(self._versions):
            if (version.kind, version.name) == (kind, name) and self.runs(version, on):
                return version.digest
        raise NotFound(
            said(
                "Expected a {kind} {name} in force on {on}, but none is deployed",
                kind=kind,
                name=name,
                on=on.isoformat(),
            )
        )

    def runs(self, version: Version, on: date) -> bool:
        """Whether a case may begin under a version on a day: it has begun and is not withdrawn."""
        gone = self.withdrawn(version)
        return version.effective_from <= on and (gone is None or on < gone)

    def withdrawn(self, version: Version) -> date | None:
        """The first day on which no case begins under a version any more; None where it was not withdrawn."""
        if version.kind != "package":
            return None
        place = (withdrawals.KIND, version.name, version.version)
        return next((v.effective_from for v in self._versions if (v.kind, v.name, v.version) == place), None)

    def newest(self, kind: str, name: str) -> str:
        """Digest of the newest version, withdrawn or not. Raises NotFound."""
        for version in reversed(self._versions):
            if version.kind == kind and version.name == name:
                return version.digest
        raise NotFound(said("Expected a {kind} {name}, but none is deployed", kind=kind, name=name))

    # -- what a digest means ------------------------------------------------------------------------

    def bundle(self, connection: Connection, digest: str) -> Bundle:
        """The files of a bundle. Raises NotFound, or Broken where bytes were changed."""
        return self.once("bundle", digest, lambda: _load_bundle(connection, digest))

    def package(self, connection: Connection, digest: str) -> Package:
        """A deployed package."""
        return self._read("package", connection, digest, packages.read_deployed)

    def definition(self, connection: Connection, digest: str) -> Definition:
        """An executable definition by the digest of its diagram."""
        data = self.once("diagram", digest, lambda: blobs.get(connection, digest))
        return READ.once("definition", digest, lambda: bpmn.read(data))

    def law(self, connection: Connection, digest: str) -> RuleBook:
        """The statutory periods of a law bundle."""
        return self._read("law", connection, digest, lambda bundle: RuleBook.read(bundle.texts(".toml")))

    def calendar(
        self, connection: Connection, digest: str, hours: tuple[time, time], zone: ZoneInfo
    ) -> Calendar:
        """The calendar of a bundle of notices, in a zone and with hours of business."""
        return self._read(
            f"calendar:{hours}:{zone}",
            connection,
            digest,
            lambda bundle: Calendar.read(bundle.texts(".toml"), hours=hours, zone=str(zone)),
        )

    def supervision(self, connection: Connection, digest: str) -> tuple[dmn.Model, ...]:
        """The decision models of a supervision bundle."""
        return self._read("models", connection, digest, _models)

    def penalties(self, connection: Connection, digest: str) -> tuple[dmn.Model, ...]:
        """The decision models of a bundle of penalty tables."""
        return self._read("models", connection, digest, _models)

    def items(self, connection: Connection, digest: str) -> dict[str, ServiceItem]:
        """The service items of a catalogue bundle."""
        return self._read(
            "catalogue", connection, digest, lambda bundle: catalogue.read(bundle.texts(".toml"))
        )

    def registers(self, connection: Connection, digest: str) -> RegisterBook:
        """The registers of a bundle."""
        return self._read(
            "registers", connection, digest, lambda bundle: registers.read_deployed(bundle.files)
        )

    def data(self, connection: Connection, digest: str, path: str) -> Any:
        """One JSON file of a bundle, read."""
        return self._read(
            f"json:{path}", connection, digest, lambda bundle: canonical.loads(bundle.files[path])
        )

    def _read(self, kind: str, connection: Connection, digest: str, read: Callable[[Bundle], T]) -> T:
        bundle = self.bundle(connection, digest)
        return READ.once(kind, digest, lambda: read(bundle))

    def once(self, kind: str, digest: str, make: Callable[[], T]) -> T:
        """What `make` gives for that kind and digest, made at most once for this shelf."""
        return self._own.once(kind, digest, make)


def _load_bundle(connection: Connection, digest: str) -> Bundle:
    manifest = canonical.loads(blobs.get(connection, digest))
    files = {path: blobs.get(connection, sha) for path, sha in manifest["files"].items()}
    return Bundle(manifest["kind"], manifest["name"], files)


def _models(bundle: Bundle) -> tuple[dmn.Model, ...]:
    return tuple(dmn.read(data) for path, data in sorted(bundle.files.items()) if path.endswith(".dmn"))
