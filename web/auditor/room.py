"""The auditor's room: its blueprint, its navigation, its guard, and the one way into a case file.

The modules beside it hang their pages on `ROOM`. Whoever audits nothing is refused at the door; every
opening of a case file is journalled in the case's stream of readings.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, url_for
from sqlalchemy import select

from engine.casework.founding import record_reading
from engine.errors import NotFound
from engine.organisation import authorization
from engine.records.tables import case as case_table
from web.casefile.opening import CaseFile, open_file
from web.frame import Place
from web.language import _
from web.signin.who import current_actor, house, organisation, require

ROOM = Blueprint("auditor", __name__, url_prefix="/auditor")
ROOM.before_request(require("audit"))


@ROOM.context_processor
def navigation() -> dict[str, object]:
    """Where an auditor can go."""
    places = [
        Place(_("查找案件"), url_for("auditor.find")),
        Place(_("核对封存"), url_for("auditor.seals")),
    ]
    return {"navigation": places, "home": url_for("auditor.find")}


def case_row(number: str, place: str = "") -> Any:
    """The row of a case this auditor may read; the reading is journalled under `place`, unless it is "".

    Raises NotFound, NotAuthorised.
    """
    here, actor = house(), current_actor()
    with here.store.reading() as connection:
        row = connection.execute(select(case_table).where(case_table.c.number == number)).first()
    if row is None:
        raise NotFound(_("没有找到编号为 %(number)s 的案件。", number=number[:40]))
    authorization.at_the_door(actor, "audit", row.unit, organisation())
    if place:
        record_reading(here.runtime, actor, row.case_id, place)
    return row


def read_case(number: str, place: str = "") -> CaseFile:
    """The file of a case this auditor may read; journalled as `case_row` does. Raises Broken besides."""
    row, here = case_row(number, place), house()
    with here.store.reading() as connection:
        return open_file(here.runtime, connection, row.case_id)
