"""The ground a recorded step stood on, from its entry and the definitions it names.

Called by replay and by the patrol. It never calls out: no clock, no register, no organisation of today.
"""

from __future__ import annotations

from sqlalchemy import Connection

from engine.casework.ground import ENGINE, Ground
from engine.casework.runtime import Settings
from engine.clock import read_moment
from engine.definitions import catalogue
from engine.definitions.shelf import Shelf
from engine.errors import said
from engine.organisation.model import Actor, Organisation
from engine.records.entries import Entry


def ground_of(connection: Connection, shelf: Shelf, settings: Settings, entry: Entry) -> Ground:
    """The ground of an entry. Raises NotFound (a definition is gone) or ValueError (another engine)."""
    digests = entry.digests
    if digests.get("engine") != ENGINE:
        raise ValueError(
            said(
                "Expected engine version {engine}, but it was recorded under {other_engine}",
                engine=ENGINE,
                other_engine=digests.get("engine"),
            )
        )
    called = entry.answers.get("called", {})
    items = shelf.items(connection, digests["catalogue"])
    return Ground(
        moment=read_moment(entry.moment),
        zone=settings.zone,
        actor=Actor.from_data(entry.actor),
        package=shelf.package(connection, digests["package"]),
        item=catalogue.find(items, entry.answers.get("item") or entry.command.get("item") or ""),
        organisation=_organisation(connection, shelf, digests["units"]),
        law=shelf.law(connection, digests["law"]),
        calendar=shelf.calendar(connection, digests["calendar"], settings.hours, settings.zone),
        supervision=shelf.supervision(connection, digests["supervision"]),
        penalties=shelf.penalties(connection, digests["penalties"]),
        package_named=lambda name: shelf.package(connection, called[name]),
        package_of=lambda digest: shelf.package(connection, digest),
        definition_of=lambda digest: shelf.definition(connection, digest),
        calendar_of=lambda digest: shelf.calendar(connection, digest, settings.hours, settings.zone),
        digests=digests,
        answers=entry.answers,
    )


def _organisation(connection: Connection, shelf: Shelf, digest: str) -> Organisation:
    data = shelf.data(connection, digest, "units.json")
    return shelf.once("organisation", digest, lambda: Organisation.from_data(data))
