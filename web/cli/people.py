"""`banjie people …` and `banjie token`: who there is, and how a machine proves that it acts for somebody.

Whoever can reach the database may do this; it is journalled all the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy import select

from engine.casework import founding
from engine.definitions.catalogue import ServiceItem
from engine.errors import listed, said
from engine.organisation.model import Actor
from engine.records.tables import person as person_table
from web.cli.door import Door, acting, main, pass_door


@main.group()
def people() -> None:
    """Units, posts and persons."""


@people.command(name="import")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@acting
@pass_door
def import_people(door: Door, files: Sequence[Path], login: str | None) -> None:
    """Import units.csv, posts.csv and persons.csv, or the folder that holds them; all or nothing."""
    given: Any = files[0] if len(files) == 1 and files[0].is_dir() else list(files)
    actor = door.actor(login) if login else Actor.system()
    report = founding.import_people(door.house.runtime, given, actor)
    data = {**report.as_data(), "missing": list(_missing(door))}
    done = said("added {added}, changed {changed}", added=data["added"], changed=data["changed"])
    door.show(data, [done, *data["missing"]])


def _missing(door: Door) -> Iterator[str]:
    """What this organisation still lacks before its people can work, a sentence each."""
    runtime = door.house.runtime
    with door.house.store.reading() as connection:
        runtime.shelf.refresh(connection)
        organisation = runtime.organisation(connection)
        items = runtime.shelf.items(connection, runtime.shelf.newest("catalogue", "catalogue"))
        blank = select(person_table.c.login).where(person_table.c.password == "", person_table.c.active)
        silent = connection.execute(blank.order_by(person_table.c.login)).scalars().all()
    known = {unit.code for unit in organisation.units}
    strange = {item.code: sorted(_units_of(item) - known) for item in items.values()}
    for code, units in sorted(strange.items()):
        if units:
            yield said(
                "Service item {code} names units that this organisation does not have ({units}): "
                "deploy a catalogue of your own, banjie deploy --kind catalogue FOLDER",
                code=code,
                units=listed(units),
            )
    for role in ("window", "handler", "designer", "operator"):
        if not any(role in post.roles for post in organisation.posts):
            yield said("No post has the role {role}: add one to posts.csv and import it again", role=role)
    if silent:
        some = ", ".join(silent[:5]) + (" …" if len(silent) > 5 else "")
        yield said(
            "{number} persons cannot sign in yet ({some}): banjie people password LOGIN",
            number=len(silent),
            some=some,
        )


def _units_of(item: ServiceItem) -> set[str]:
    named = (item.facts.get("department"), item.facts.get("deciding_unit"))
    return {*item.units, *(str(unit) for unit in named if unit)}


@people.command(name="password")
@click.argument("login")
@pass_door
def set_password(door: Door, login: str) -> None:
    """Set a person's password (BANJIE_NEW_PASSWORD, else asked for)."""
    password = os.environ.get("BANJIE_NEW_PASSWORD") or door.asked(
        said("new password"), hide_input=True, confirmation_prompt=True
    )
    record = founding.journalled(door.house.runtime, Actor.system(), "SetPassword")
    door.house.directory.set_password(login, password, record)
    door.show({"login": login}, [said("password of {login} set", login=login)])


@main.command()
@click.argument("login")
@click.option("--note", default="", help="What the token is for.")
@click.option("--days", type=int, default=90, show_default=True)
@pass_door
def token(door: Door, login: str, note: str, days: int) -> None:
    """Make an access token for the interface; it is shown once."""
    record = founding.journalled(door.house.runtime, Actor.system(), "CreateToken")
    secret = door.house.directory.create_token(login, note or "command line", days, record)
    door.show({"token": secret}, [secret])
