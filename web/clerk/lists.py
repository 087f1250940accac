"""The worklist, sorted by what is due, and the list of cases.

Reads `engine.casework.worklist`; shows and narrows, decides nothing. The worklist answers an htmx request
with its table alone, so that it refreshes in place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask import render_template, request, session, url_for
from sqlalchemy import Connection
from werkzeug.wrappers import Response

from engine import canonical
from engine.casework import worklist as lists
from engine.clock import moment_text
from engine.organisation.model import Actor, Organisation
from engine.periods import Calendar
from web.casefile.clocks import days_to, due_day, urgency_of_row
from web.casefile.starting import items_in_force
from web.casefile.story import activity
from web.clerk.registers import found_last_night
from web.clerk.room import ROOM
from web.language import current
from web.signin.who import current_actor, house, organisation, unit_name

PAGE = 50
CASES_PAGE = 50
COUNTED = 1000
"""Open items that are counted for a list; of more it says that there are more."""
FILTERS = ("view", "search", "procedure", "due")
KEPT = "list"
"""Under which name a session keeps how its list was narrowed last."""
USUAL_PRIORITY = 50
NEAR = {"late": None, "today": 0, "week": 7}
"""To the end of which day a choice of the list reaches, today not counted; "late" ends now."""


@ROOM.get("/")
def worklist() -> Response | str:
    """Open work items of this officer; `view` all, mine or offered, with search, procedure, due and page."""
    here, actor = house(), current_actor()
    asked = {name: request.args.get(name, "").strip()[:100] for name in FILTERS}
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        found = narrowed(connection, actor, asked, COUNTED + 1)
        pages = max(1, -(-min(len(found), COUNTED) // PAGE))
        page = min(page_asked(), pages)  # what was on a last page may be done
        rows = found[(page - 1) * PAGE : page * PAGE]
        calendar = here.runtime.calendar(connection)
        compared = found_last_night(connection, actor)
    names = titles()
    lines = [line(row, calendar, names) for row in rows]
    state, part = state_of(lines, len(found)), "HX-Request" in request.headers
    if part and request.headers.get("If-None-Match") == state:
        return Response(status=204)  # htmx leaves what it has in its place
    keep({**asked, "page": str(page) if page > 1 else ""})
    return render_template(
        "clerk/worklist_part.html" if part else "clerk/worklist.html",
        rows=lines,
        state=state,
        asked=asked,
        page=page,
        first=(page - 1) * PAGE + 1,
        pages=pages,
        counted=min(len(found), COUNTED),
        more=len(found) > COUNTED,
        procedures=procedures(),
        now=here.clock.now(),
        compared=compared,
        address=address_of("clerk.worklist", asked),
    )


def narrowed(
    connection: Connection, actor: Actor, asked: Mapping[str, str], limit: int
) -> Sequence[lists.Row]:
    """The most urgent items of a list narrowed by `FILTERS`."""
    return lists.worklist(
        connection,
        actor,
        held=asked.get("view", ""),
        search=asked.get("search", ""),
        procedure=asked.get("procedure", ""),
        due_before=due_before(asked.get("due", "")),
        limit=limit,
    )


def keep(asked: Mapping[str, str]) -> None:
    """Remember how the list was narrowed, for the way back to it from an item."""
    narrow = {name: value for name, value in asked.items() if value}
    if session.get(KEPT, {}) != narrow:
        session[KEPT] = narrow


def kept_filters() -> dict[str, str]:
    """How this clerk narrowed the list last, its page under `page`."""
    return dict(session.get(KEPT, {}))


def way_back() -> str:
    """The address of the list as this clerk left it."""
    return address_of("clerk.worklist", kept_filters())


def state_of(lines: Sequence[Mapping[str, Any]], found: int) -> str:
    """A name for what a page of the list shows, so that a list that has not changed need not travel again."""
    shown = [[str(value) for value in one.values()] for one in lines]
    return hashlib.sha256(canonical.dumps([shown, found]).encode()).hexdigest()[:16]


def due_before(choice: str) -> str:
    """The moment before which an item must be due to be listed; "" where all are."""
    if choice not in NEAR:
        return ""
    here, days = house(), NEAR[choice]
    now = here.clock.now()
    if days is None:
        return moment_text(now)
    zone = here.runtime.settings.zone
    ends = now.astimezone(zone).date() + timedelta(days=days + 1)
    return moment_text(datetime.combine(ends, time(), zone).astimezone(UTC))


def line(row: lists.Row, calendar: Calendar, names: Mapping[str, str]) -> dict[str, Any]:
    """A work item as a line of the list."""
    now = house().clock.now()
    return {
        "href": url_for("clerk.item", number=row.number, key=row.key),
        "claim": url_for("clerk.claim", number=row.number, key=row.key),
        "place": f"{row.number}:{row.key}",
        "name": activity(row.name, None),
        "number": row.number,
        "title": names.get(row.title, row.title),
        "applicant": row.applicant,
        "unit": unit_name(row.unit),
        "due_day": due_day(row.due_at, calendar, now),
        "left": days_to(row.due_at, calendar, now),
        "state": urgency_of_row(row.due_at, row.level, now),
        "level": row.level,
        "mine": row.mine,
        "urgent": row.priority > USUAL_PRIORITY,
        "offered_at": row.offered_at,
    }


@ROOM.get("/cases")
def cases() -> str:
    """Cases of the units this officer may read, newest first, searched by number, name and title."""
    here = house()
    asked = {
        name: request.args.get(name, "").strip()[:100] for name in ("search", "procedure", "status", "level")
    }
    page = page_asked()
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        found = lists.find_cases(
            connection,
            readable_units(current_actor(), organisation()),
            **asked,
            limit=CASES_PAGE + 1,
            offset=(page - 1) * CASES_PAGE,
        )
        calendar = here.runtime.calendar(connection)
    names = titles()
    return render_template(
        "clerk/cases.html",
        rows=[case_line(row, calendar, names) for row in found[:CASES_PAGE]],
        asked=asked,
        page=page,
        more=len(found) > CASES_PAGE,
        procedures=procedures(),
        address=address_of("clerk.cases", asked),
    )


def case_line(row: Mapping[str, Any], calendar: Calendar, names: Mapping[str, str]) -> dict[str, Any]:
    """A case as a line of the list."""
    now = house().clock.now()
    closed = row["status"] == "closed"
    return {
        **row,
        "title": names.get(row["title"], row["title"]),
        "href": url_for("clerk.case", number=row["number"]),
        "unit_name": unit_name(row["unit"]),
        "due_day": due_day(row["due_at"], calendar, now),
        "left": "" if closed else days_to(row["due_at"], calendar, now),
        "state": "done" if closed else urgency_of_row(row["due_at"], row["level"], now),
    }


def readable_units(actor: Actor, tree: Organisation) -> list[str]:
    """The units whose cases an officer may list: his own, and those he watches over."""
    found = {held.unit for held in actor.posts}
    for held in actor.posts:
        if {"supervisor", "auditor"} & set(held.roles):
            reach = tree.reach(held.unit)
            found |= {unit.code for unit in tree.units if tree.within(unit.code, reach)}
    return sorted(found)


def procedures() -> list[tuple[str, str]]:
    """The procedures items are handled by, by name: for the filter."""
    return sorted({(item.procedure, item.name(current())) for item in items_in_force(house())})


def titles() -> dict[str, str]:
    """A case's title, which is the item's Chinese name, in the reader's language."""
    return {item.name(): item.name(current()) for item in items_in_force(house())}


def page_asked() -> int:
    """The page of a list asked for; 1 where none or nonsense is."""
    text = request.args.get("page", "1")
    return int(text) if text.isdecimal() and 0 < int(text[:6]) < 100_000 else 1


def address_of(endpoint: str, asked: Mapping[str, str]) -> str:
    """The address of a list with its filters; without a page."""
    filters: dict[str, Any] = {name: value for name, value in asked.items() if value}
    return url_for(endpoint, **filters)
