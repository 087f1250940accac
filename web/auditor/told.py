"""The story of a case in plain words, for the replay page and for paper, where every sheet has its number.

Puts `engine.audit.narrative` on a page: names from the definitions and the organisation, refusals told in the
reader's language, the seal that covers what is told. Decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from engine.audit import naming, narrative
from engine.audit.history import Step
from engine.audit.naming import Names
from engine.records import seals
from engine.records.seals import Seal
from web.auditor import moments
from web.auditor.room import ROOM, case_row, read_case
from web.casefile import clocks
from web.casefile.opening import CaseFile
from web.language import _, current
from web.sentences import retold
from web.signin.who import house, unit_name


@ROOM.get("/cases/<number>/story")
def story_page(number: str) -> str:
    """The whole story in plain words, with the dates explained: for reading aloud and for paper."""
    found = read_case(number, request.full_path.rstrip("?"))
    at = moments.moment(found, "")
    return render_template(
        "auditor/story.html",
        case=found,
        lead=lead_of(found),
        told=told_of(found, found.steps, names_of(found)),
        sealed=sealed_at(found),
        printed=house().clock.now(),
        clocks=clocks.clocks_of(at.then),
        last=at.entry,
    )


@ROOM.get("/cases/<number>/sheet.css")
def sheet_heading(number: str) -> Response:
    """The case's number on top of every sheet of its printout: only a style sheet can write there."""
    text = re.sub(r"[^\w-]", "", str(case_row(number).number))
    response = make_response(f'@page {{ @top-right {{ content: "{text}"; font-size: 9pt; }} }}\n')
    response.headers["Content-Type"] = "text/css; charset=utf-8"
    return response


def names_of(found: CaseFile) -> Names:
    """What the codes of a case are called; refusals told in the reader's language."""
    here = house()
    with here.store.reading() as connection:
        return replace(naming.of_case(connection, here.runtime, found.entries), retell=retold)


def told_of(found: CaseFile, steps: Sequence[Step], names: Names) -> list[narrative.Paragraph]:
    """The story of some steps of a case, in the reader's language."""
    return narrative.paragraphs(steps, house().runtime.settings.zone, current(), names)


def sealed_at(found: CaseFile) -> Seal | None:
    """The first seal that covers the last entry of a case; None where none does yet."""
    last = found.entries[-1].moment
    with house().store.reading() as connection:
        return next((seal for seal in seals.all_seals(connection) if seal.moment >= last), None)


def lead_of(case: CaseFile) -> str:
    """Whose case it is, and which unit's: whoever is punished has applied for nothing."""
    facts_told = {"name": case.state.applicant, "unit": unit_name(case.state.unit)}
    if case.package.kind == "penalty":
        return _("当事人 %(name)s · %(unit)s", **facts_told)
    return _("申请人 %(name)s · %(unit)s", **facts_told)
