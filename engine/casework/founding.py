"""Founding an installation: its schema, the definitions that ship, its organisation.

Called by the composition root at every start (harmless when repeated) and by `banjie people import`.
Everything that is laid down here is journalled in the streams `definitions` and `organisation`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from engine import canonical
from engine.casework import recounts
from engine.casework.runtime import Runtime
from engine.clock import moment_text
from engine.definitions import deployment, withdrawals
from engine.definitions.bundles import Bundle
from engine.errors import ActBlocked, said
from engine.organisation import authorization
from engine.organisation.importing import Change, Report, read_organisation
from engine.organisation.model import Actor
from engine.organisation.roster import Files
from engine.records import journal
from engine.records.entries import Event, fresh_salt
from engine.records.store import Relaid
from engine.records.tables import case as case_table

_OF_WITHDRAWAL = {withdrawals.KIND: "package"}
"""Whoever withdraws a version has made the package theirs: a newer shipped one does not bring it back."""


def found(runtime: Runtime, say: Callable[[str], None] = lambda text: None) -> None:
    """Lay the schema and deploy what ships, where it is not the newest already.

    A definition of which people have deployed a version of their own is theirs from then on: a newer
    shipped version does not supersede it.
    """
    runtime.store.create(_guards_laid_again(runtime))
    with runtime.store.reading() as connection:
        runtime.shelf.refresh(connection)
        newest = {(version.kind, version.name): version.digest for version in runtime.shelf.versions()}
        theirs = _deployed_by_people(connection)
        has_units = bool(runtime.shelf.versions("units"))
    for bundle in deployment.shipped():
        place = (bundle.kind, bundle.name)
        if place in theirs or newest.get(place) == bundle.digest:
            continue
        if deploy(runtime, bundle, Actor.system()):
            say(f"{bundle.kind} {bundle.name}")
    if not has_units:
        with runtime.store.writing() as connection:
            _keep_units(runtime, connection, Actor.system())


def _guards_laid_again(runtime: Runtime) -> Relaid:
    """Journals in the stream `operations` that guards over the record were missing at this start.

    An upgrade may bring guards that an earlier version had not; the revision before says so. Anything else is
    a sign that somebody had the means to change the record.
    """

    def relaid(connection: Connection, wrong: Mapping[str, str], before: str) -> None:
        journal.record(
            connection,
            journal.OPERATIONS,
            moment_text(runtime.clock.now()),
            Actor.system().as_data(),
            {"type": "LayGuards", "revision_before": before},
            salt=fresh_salt(),
            events=[Event("GuardLaidAgain", {"guard": name}) for name in sorted(wrong)],
        )

    return relaid


def _deployed_by_people(connection: Connection) -> set[tuple[str, str]]:
    return {
        (_OF_WITHDRAWAL.get(entry.command["kind"], str(entry.command["kind"])), str(entry.command["name"]))
        for entry in journal.read(connection, journal.DEFINITIONS)
        if entry.actor["kind"] == "officer" and entry.command.get("type") == "Deploy"
    }


def deploy(runtime: Runtime, bundle: Bundle, actor: Actor) -> bool:
    """Deploy one bundle; False where it is the newest already. Raises IllegalDefinition."""
    deployed = deployment.deploy(runtime.store, runtime.clock, bundle, actor.as_data(), salt=fresh_salt())
    bring_to_new_dates(runtime, bundle.kind)
    return deployed


def bring_to_new_dates(runtime: Runtime, kind: str) -> None:
    """After a bundle of that kind was deployed: after a calendar, a first batch of cases is brought to its
    dates at once, the heartbeat takes the rest."""
    if kind == "calendar":
        recounts.sweep(runtime, recounts.newest(runtime))


def deploy_as(
    runtime: Runtime,
    bundle: Bundle,
    actor: Actor,
    effective_from: date | None = None,
    reviewer: Actor | None = None,
) -> Bundle:
    """Deploy a designer's bundle; the right of both is asked of the one authority function.

    Whatever binds people is seen by a second person first: `reviewer` is that person, proven by the caller.
    An installation that has not received a case yet may be set up by one alone. Raises ActBlocked.
    """
    with runtime.store.reading() as connection:
        runtime.shelf.refresh(connection)
        for one in (actor, *([reviewer] if reviewer else [])):
            authorization.at_the_door(one, "design", "", runtime.organisation(connection))
        deployment.check(bundle)
        _demand_second_person(connection, bundle, actor, reviewer)
    deployment.deploy(
        runtime.store,
        runtime.clock,
        bundle,
        actor.as_data(),
        salt=fresh_salt(),
        effective_from=effective_from,
        reviewed_by=reviewer.person if reviewer else "",
    )
    bring_to_new_dates(runtime, bundle.kind)
    return bundle


def _demand_second_person(
    connection: Connection, bundle: Bundle, actor: Actor, reviewer: Actor | None
) -> None:
    if reviewer is not None and reviewer.person == actor.person:
        raise ActBlocked(said("Expected a second person to review what is deployed, but it is the same one"))
    begun = connection.execute(select(case_table.c.case_id).limit(1)).first()
    if reviewer is None and begun is not None and not deployment.is_newest(connection, bundle):
        raise ActBlocked(
            said(
                "Expected the review of a second person before {kind} {name} binds anyone, but none is "
                "named: hand it in as a draft and have it approved, or name the reviewer (--reviewed-by)",
                kind=bundle.kind,
                name=bundle.name,
            )
        )


def import_people(runtime: Runtime, files: Files, actor: Actor, *, initial_password: str = "") -> Report:
    """Import units, posts and persons; all or nothing. Raises Malformed with every faulty cell."""

    def record(connection: Connection, changes: list[Change]) -> None:
        journalled(runtime, actor, "ImportPeople")(connection, changes)
        _keep_units(runtime, connection, actor)

    return runtime.directory.import_csv(files, record, initial_password=initial_password)


def journalled(runtime: Runtime, actor: Actor, command: str) -> Callable[[Connection, list[Change]], None]:
    """What the directory calls with its changes, in the transaction that makes them."""

    def record(connection: Connection, changes: list[Change]) -> None:
        events = [Event("OrganisationChanged", _without_secrets(change)) for change in changes]
        journal.record(
            connection,
            journal.ORGANISATION,
            moment_text(runtime.clock.now()),
            actor.as_data(),
            {"type": command},
            events=events,
            salt=fresh_salt(),
        )

    return record


def record_reading(runtime: Runtime, actor: Actor, case_id: int, place: str) -> None:
    """Journal that an officer has read the file of a case: chained beside it, no version bump of it."""
    if actor.kind != "officer":
        return
    with runtime.store.writing() as connection:
        journal.record(
            connection,
            journal.access_stream(case_id),
            moment_text(runtime.clock.now()),
            actor.as_data(),
            {"type": "Read", "place": place},
            case_id=case_id,
            events=[Event("FileRead", {"person": actor.person, "place": place})],
            salt=fresh_salt(),
        )


def _without_secrets(change: Change) -> dict[str, Any]:
    data = change.get("data")
    if isinstance(data, dict):
        return {**change, "data": {name: value for name, value in data.items() if name != "password"}}
    return dict(change)


def _keep_units(runtime: Runtime, connection: Connection, actor: Actor) -> None:
    """The tree of units is a definition too: a replay needs the one of that day."""
    data = read_organisation(connection).as_data()
    bundle = Bundle("units", "units", {"units.json": canonical.dumps(data).encode()})
    moment = moment_text(runtime.clock.now())
    deployment.keep(runtime.store, connection, moment, bundle, actor.as_data(), salt=fresh_salt())
