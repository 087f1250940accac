"""The cards that name this officer: listed, read in full, appealed against once, with a reason.

Who is named reads his card wherever he works now; opening it is a reading of its case and journalled.
Whether an appeal is open to him the engine decides.
"""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.audit import board as readings
from engine.audit.board import Asked
from engine.casework.founding import record_reading
from engine.errors import Malformed, NotFound
from web.casefile.opening import CaseFile, open_case
from web.clerk.lists import page_asked
from web.clerk.room import ROOM
from web.language import _
from web.signin.who import current_actor, house, organisation
from web.watching import cards as cards_shown
from web.watching import one_card, reach

PAGE = 30


@ROOM.get("/cards")
def my_cards() -> str:
    """The list, newest first, of whatever status."""
    page, tree, procedures = page_asked(), organisation(), reach.procedures()
    asked = Asked([unit.code for unit in tree.units], person=current_actor().person)
    with house().store.reading() as connection:
        rows = readings.cards(connection, asked, limit=PAGE, offset=(page - 1) * PAGE)
        total = readings.count_cards(connection, asked)
    return render_template(
        "clerk/cards.html",
        rows=[
            {
                **cards_shown.line(row, tree, procedures),
                "href": url_for("clerk.my_card", number=row["number"], key=row["key"]),
            }
            for row in rows
        ],
        page=page,
        pages=-(-total // PAGE),
        link=url_for("clerk.my_cards") + "?page={page}",
    )


@ROOM.get("/cards/<number>/<int:key>")
def my_card(number: str, key: int) -> str:
    """One card in full, with the form of appeal while it stands and has not been appealed against."""
    return page_of(read_own(number, key), key)


@ROOM.post("/cards/<number>/<int:key>")
def appeal(number: str, key: int) -> Response:
    """Appeal, with the reason. Raises Conflict where it has been done before."""
    case, reason = read_own(number, key), request.form.get("reason", "")
    try:
        one_card.act(case, key, "appeal", reason)
    except Malformed as error:
        return make_response(page_of(case, key, reason, error.sentence), error.status)
    flash(_("申诉已提出，等待监督人员决定。"))
    return redirect(url_for("clerk.my_card", number=number, key=key), 303)


@ROOM.get("/cards/<number>/<int:key>/period.<any(svg, txt):kind>")
def card_period(number: str, key: int, kind: str) -> Response:
    """The period of the card day by day as it stood when the card fell, as a picture or as text."""
    return one_card.period(read_own(number, key), key, kind)


def read_own(number: str, key: int) -> CaseFile:
    """The file of a case one of whose cards names this officer; the reading is journalled.

    Raises NotFound for any other card: that it exists is none of his business.
    """
    here, actor = house(), current_actor()
    with here.store.reading() as connection:
        case = open_case(here.runtime, connection, number)
    if one_card.card_row(case, key)["person"] != actor.person:
        raise NotFound(_("这个案件没有载明您为责任人的这张卡片。"))
    record_reading(here.runtime, actor, case.case_id, f"card:{key}")
    return case


def page_of(case: CaseFile, key: int, given: str = "", fault: str = "") -> str:
    """The page of a card; `given` is what stands in the form, `fault` what is wrong with it."""
    told = one_card.facts(case, key, organisation())
    row = next(one for one in case.state.cards if one["card"] == key)
    open_ = row["status"] == "standing" and not row.get("appealed")
    return render_template(
        "clerk/my_card.html",
        **told,
        choices=[("appeal", _("提出申诉"))] if open_ else [],
        given=given,
        fault=fault,
    )
