"""Opening a case for an officer: found, allowed, journalled.

Called by every page of the room that shows a case. Who may read it is asked of the one authority
function; each reading is written into the case's stream of readings.
"""

from __future__ import annotations

from flask import url_for

from engine.casework.founding import record_reading
from engine.organisation import authorization
from engine.organisation.model import Actor
from web.casefile.facts import Link
from web.casefile.opening import CaseFile, open_case
from web.signin.who import current_actor, house, organisation


def read_case(number: str, place: str) -> CaseFile:
    """The file of a case this officer may read; the reading is journalled under `place`.

    Raises NotFound, NotAuthorised.
    """
    here, actor = house(), current_actor()
    with here.store.reading() as connection:
        case = open_case(here.runtime, connection, number)
    at_the_file(case, actor)
    record_reading(here.runtime, actor, case.case_id, place)
    return case


def at_the_file(case: CaseFile, actor: Actor) -> None:
    """Let an officer at a case file: of the case's unit, of a unit that was given work in it, or who
    watches over one of them. Raises NotAuthorised."""
    known = {unit.code for unit in organisation().units}
    units = {
        str(event.data["unit"])
        for entry in case.entries
        for event in entry.events
        if event.type == "WorkItemOffered" and event.data.get("unit")
    }
    if not any(authorization.may(actor, "read", unit, organisation()) for unit in units & known):
        authorization.at_the_door(actor, "read", case.state.unit, organisation())


def link_to(case: CaseFile) -> Link:
    """Where the files of a case are opened in this room."""
    return lambda sha256: url_for("clerk.file", number=case.number, sha256=sha256)
