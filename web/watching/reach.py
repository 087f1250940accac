"""How far somebody sees: the units below the reach of the posts that watch, and days as moments.

Called by the supervisor's and auditor's pages before any reading is narrowed. Decides nothing: the
one authority function guards the rooms and every case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from flask import url_for

from engine.clock import moment_text
from engine.definitions.catalogue import ServiceItem
from engine.organisation.model import Actor, Organisation, Unit
from web.language import current, words
from web.signin.who import house, unit_name


def units_watched(actor: Actor, role: str, tree: Organisation) -> list[str]:
    """The codes of all units within the reach of the actor's posts that give the role."""
    found: set[str] = set()
    for held in actor.posts:
        if role in held.roles:
            reach = tree.reach(held.unit)
            found |= {unit.code for unit in tree.units if tree.within(unit.code, reach)}
    return sorted(found)


def narrowed(watched: list[str], chosen: str, tree: Organisation) -> list[str]:
    """Those of the watched units that are the chosen one or lie below it; all where none is chosen."""
    if chosen not in watched:
        return watched
    return [code for code in watched if tree.within(code, chosen)]


def unit_choices(watched: list[str], tree: Organisation) -> list[tuple[str, str]]:
    """Code and name of each watched unit in the order of the tree, those below moved in."""
    below: dict[str, list[Unit]] = {}
    known = set(watched)
    for unit in tree.units:
        if unit.code in known:
            below.setdefault(unit.parent if unit.parent in known else "", []).append(unit)
    return list(_lines(below, "", 0))


def _lines(below: dict[str, list[Unit]], parent: str, depth: int) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for unit in below.get(parent, ()):
        # Ideographic spaces: a choice's text keeps no others at its beginning.
        found.append((unit.code, "\u3000" * depth + words({"zh": unit.name_zh, "en": unit.name_en})))
        found += _lines(below, unit.code, depth + 1)
    return found


def full_unit_name(code: str, tree: Organisation) -> str:
    """A unit's name behind that of its district, where names repeat; the code where it is unknown."""
    known = {unit.code: unit for unit in tree.units}
    if code not in known:
        return code
    district = next((known[up] for up in tree.parents(code) if known[up].kind == "district"), None)
    if district is None or district.name_zh[:2] in known[code].name_zh:
        return unit_name(code)
    above = words({"zh": district.name_zh, "en": district.name_en})
    return f"{above} · {unit_name(code)}"


def catalogue() -> dict[str, ServiceItem]:
    """The service items in force, by code."""
    here = house()
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        return here.runtime.shelf.items(connection, here.runtime.shelf.newest("catalogue", "catalogue"))


def procedures() -> dict[str, str]:
    """Procedure → what it is called: its one service item's name, else the package's title."""
    by_procedure: dict[str, list[ServiceItem]] = {}
    for item in catalogue().values():
        by_procedure.setdefault(item.procedure, []).append(item)
    language = current()
    return {
        name: items[0].name(language) if len(items) == 1 else _title(name)
        for name, items in sorted(by_procedure.items())
    }


def _title(procedure: str) -> str:
    here = house()
    with here.store.reading() as connection:
        digest = here.runtime.shelf.newest("package", procedure)
        return here.runtime.shelf.package(connection, digest).title(current())


def address(endpoint: str, asked: Mapping[str, str], **values: object) -> str:
    """The address of a page with those of the filter's fields that are set."""
    query = urlencode({name: value for name, value in asked.items() if value})
    path = url_for(endpoint, **values)  # type: ignore[arg-type]
    return f"{path}?{query}" if query else path


def begin_of(text: str) -> str:
    """The first moment of a local day as the tables hold it; "" for what is no date."""
    return _moment(text, 0)


def end_of(text: str) -> str:
    """The first moment after a local day; "" for what is no date."""
    return _moment(text, 1)


def _moment(text: str, days: int) -> str:
    try:
        day = date.fromisoformat(text)
        midnight = datetime.combine(day + timedelta(days=days), datetime.min.time())
        return moment_text(midnight.replace(tzinfo=house().runtime.settings.zone))
    except (ValueError, OverflowError):
        return ""
