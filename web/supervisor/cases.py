"""Cases in hand: the lists behind the board's figures, and one case as a supervisor sees it.

Every opening of a case file is asked of the one authority function and journalled.
"""

from __future__ import annotations

from typing import Any

from flask import jsonify, make_response, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from engine.audit import board as readings
from engine.casework.founding import record_reading
from engine.organisation import authorization
from engine.records.tables import card as card_table
from engine.records.tables import person as person_table
from web.casefile import clocks, drawn, story
from web.casefile.opening import CaseFile, open_case
from web.language import _
from web.signin.who import current_actor, house, organisation, unit_name
from web.supervisor.groups import card_address
from web.supervisor.room import ROOM, page_asked, view
from web.watching import cards as cards_shown
from web.watching import reach, tokens

PAGE = 50


def read_case(number: str, place: str) -> CaseFile:
    """The file of a case this supervisor watches over; the reading is journalled under `place`.

    Raises NotFound, NotAuthorised.
    """
    here, actor = house(), current_actor()
    with here.store.reading() as connection:
        case = open_case(here.runtime, connection, number)
    authorization.at_the_door(actor, "supervise", case.state.unit, organisation())
    if place:
        record_reading(here.runtime, actor, case.case_id, place)
    return case


def standing_names() -> dict[str, str]:
    """What each standing of the board is called."""
    return {
        "open": _("在办"),
        "today": _("今日到期"),
        "yellow": _("黄牌"),
        "red": _("红牌"),
        "overdue": _("逾期"),
    }


@ROOM.get("/cases")
def cases() -> str:
    """Open cases that stand as asked, nearest end first."""
    seen, page, names = view("standing"), page_asked(), standing_names()
    standing = seen.asked["standing"] if seen.asked["standing"] in names else "open"
    here = house()
    now, zone = here.clock.now(), here.runtime.settings.zone
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        rows = readings.cases(
            connection,
            seen.units,
            now,
            zone,
            standing=standing,
            procedure=seen.asked["procedure"],
            limit=PAGE + 1,
            offset=(page - 1) * PAGE,
        )
        calendar = here.runtime.calendar(connection)
    address = reach.address("supervisor.cases", seen.asked)
    return render_template(
        "supervisor/cases.html",
        seen=seen,
        standing=standing,
        names=names,
        rows=[
            {
                **row,
                "href": url_for("supervisor.case", number=row["number"]),
                "unit_name": unit_name(row["unit"]),
                "due_day": clocks.due_day(row["due_at"], calendar, now),
                "left": clocks.days_to(row["due_at"], calendar, now),
                "state": clocks.urgency_of_row(row["due_at"], row["level"], now),
            }
            for row in rows[:PAGE]
        ],
        page=page,
        more=len(rows) > PAGE,
        link=f"{address}{'&' if '?' in address else '?'}page=",
        unit_choices=reach.unit_choices(seen.watched, seen.tree),
        procedure_choices=list(reach.procedures().items()),
    )


@ROOM.get("/cases/<number>")
def case(number: str) -> str:
    """One case: where it is, its clocks, its cards, what has happened."""
    found = read_case(number, request.path)
    return render_template(
        "supervisor/case.html",
        case=found,
        unit=unit_name(found.state.unit),
        clocks=clocks.clocks_of(found),
        cards=_cards(found),
        history=story.timeline(found),
        places=story.whereabouts(found, unit_name),
        stages=story.stages(found),
    )


def _cards(found: CaseFile) -> list[dict[str, Any]]:
    query = (
        select(card_table, person_table.c.name)
        .select_from(card_table.outerjoin(person_table, person_table.c.login == card_table.c.person))
        .where(card_table.c.case_id == found.case_id)
        .order_by(card_table.c.key.desc())
    )
    with house().store.reading() as connection:
        rows = [dict(row._mapping) for row in connection.execute(query)]
    procedures, tree = reach.procedures(), organisation()
    return [{**cards_shown.line(row, tree, procedures), "href": card_address(row)} for row in rows]


@ROOM.get("/cases/<number>/periods/<int:key>.<any(svg, txt):kind>")
def period(number: str, key: int, kind: str) -> Response:
    """One period day by day, as a picture or as text."""
    return drawn.period(read_case(number, request.path), key, kind)


@ROOM.get("/cases/<number>/diagram.bpmn")
def diagram(number: str) -> Response:
    """The diagram the case runs by, byte for byte."""
    response = make_response(read_case(number, "").package.definition.source)
    response.headers["Content-Type"] = "application/xml; charset=utf-8"
    return response


@ROOM.get("/cases/<number>/tokens.json")
def placed(number: str) -> Response:
    """Where the case stands on its diagram now: {"tokens": [{element, count, state}], "passed": [id, …]}."""
    found = read_case(number, "")
    return jsonify(tokens.placed(found, found.package.definition.digest))
