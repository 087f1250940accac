"""A deployed version, opened for its designer: its place in the list of versions, its files, what was read.

Called by every page of the room that shows a package. Reads the shelf alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from engine.definitions.bundles import Bundle
from engine.definitions.packages import Package
from engine.definitions.shelf import Version
from engine.errors import NotFound
from engine.periods import RuleBook
from engine.records.tables import case as case_table
from web.language import _, current
from web.signin.who import house


@dataclass(frozen=True)
class Opened:
    """One version of a package; `in_force` says whether a case begun today would run under it."""

    version: Version
    package: Package
    in_force: bool

    @property
    def title(self) -> str:
        """The procedure's name in the reader's language."""
        return self.package.title(current())


def versions_of(name: str) -> tuple[Version, ...]:
    """The versions of a package, newest first. Raises NotFound where there is none."""
    runtime = house().runtime
    with house().store.reading() as connection:
        runtime.shelf.refresh(connection)
    found = tuple(reversed(runtime.shelf.versions("package", name)))
    if not found:
        raise NotFound(_("没有名为“%(name)s”的流程。", name=name[:60]))
    return found


def withdrawn(name: str) -> dict[int, date]:
    """The versions of a package that are withdrawn: number → first day without new cases."""
    days = {one.version: house().runtime.shelf.withdrawn(one) for one in versions_of(name)}
    return {number: day for number, day in days.items() if day is not None}


def names() -> list[str]:
    """The names of all packages."""
    runtime = house().runtime
    with house().store.reading() as connection:
        runtime.shelf.refresh(connection)
    return sorted({version.name for version in runtime.shelf.versions("package")})


def open_version(name: str, number: int | None = None) -> Opened:
    """A version of a package by its number; without one, the version in force, else the newest.

    Raises NotFound.
    """
    found, today = versions_of(name), house().directory.today()
    in_force = next((version for version in found if house().runtime.shelf.runs(version, today)), None)
    if number is None:
        version = in_force or found[0]
    else:
        version = next((one for one in found if one.version == number), found[0])
        if version.version != number:
            raise NotFound(_("“%(name)s”没有第 %(number)s 版。", name=name, number=number))
    with house().store.reading() as connection:
        package = house().runtime.shelf.package(connection, version.digest)
    return Opened(version, package, version == in_force)


def newest(kind: str) -> Bundle:
    """The newest bundle of a kind that has one bundle (law, catalogue), empty where none is deployed."""
    runtime = house().runtime
    with house().store.reading() as connection:
        runtime.shelf.refresh(connection)
        try:
            return runtime.shelf.bundle(connection, runtime.shelf.newest(kind, kind))
        except NotFound:
            return Bundle(kind, kind, {})


def law() -> RuleBook:
    """The law's periods as the newest bundle has them."""
    runtime = house().runtime
    with house().store.reading() as connection:
        runtime.shelf.refresh(connection)
        return runtime.shelf.law(connection, runtime.shelf.newest("law", "law"))


def running(name: str) -> dict[str, tuple[int, int]]:
    """Digest of a version → how many cases run on it, and how many have been closed on it."""
    query = (
        select(case_table.c.package, case_table.c.status, func.count())
        .where(case_table.c.procedure == name)
        .group_by(case_table.c.package, case_table.c.status)
    )
    found: dict[str, tuple[int, int]] = {}
    with house().store.reading() as connection:
        for digest, status, count in connection.execute(query):
            still, closed = found.get(digest, (0, 0))
            found[digest] = (still + count, closed) if status == "open" else (still, closed + count)
    return found
