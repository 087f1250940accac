"""The case page: facts, periods explained day by day, cards, documents, story, diagram.

Reading alone; each reading is journalled. Files are served as they are stored and cannot run anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import jsonify, make_response, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from engine import canonical
from engine.casework.documents import VOID
from engine.records.shared_tables import issued
from engine.records.tables import card as card_table
from web import display
from web.casefile import acts, clocks, drawn, facts, readings, serving, story
from web.casefile.opening import CaseFile
from web.clerk.reading import link_to, read_case
from web.clerk.related import related
from web.clerk.room import ROOM
from web.language import _, words
from web.signin.who import current_actor, house, unit_name
from web.watching.cards import status_names


@ROOM.get("/cases/<number>")
def case(number: str) -> str:
    """Everything of one case."""
    found = read_case(number, "case")
    link = link_to(found)
    return render_template(
        "clerk/case.html",
        case=found,
        unit=unit_name(found.state.unit),
        groups=facts.groups(found, link),
        clocks=clocks.clocks_of(found),
        cards=cards(found),
        documents=documents(found),
        history=story.timeline(found),
        items=open_items(found),
        acts=acts.open_acts(found, current_actor()),
        stages=story.stages(found),
        related=related(found),
    )


def documents(found: CaseFile) -> list[dict[str, Any]]:
    """The issued documents with their addresses and when the party first opened them, oldest first."""
    opened = readings.first_readings(house(), found.case_id)
    return [
        {
            "name": f"{document['kind']} {document.get('number') or ''}".strip(),
            "href": url_for("clerk.document", number=found.number, sha256=document["sha256"]),
            "size": document["size"],
            "on": document["issued_on"],
            "sha256": document["sha256"],
            "by": _opened(opened.get(document["sha256"])),
        }
        for document in found.state.documents
    ]


def voided(found: CaseFile) -> set[str]:
    """The digests of the case's documents whose number was cancelled (作废)."""
    query = select(issued.c.sha256).where(issued.c.case_id == found.case_id, issued.c.status == VOID)
    with house().store.reading() as connection:
        return set(connection.execute(query).scalars())


def _opened(moment: str | None) -> str:
    return _("当事人 %(when)s 首次查看", when=display.moment(moment)) if moment else ""


def open_items(found: CaseFile) -> list[dict[str, Any]]:
    """What is being done now, and whose turn it is."""
    return [
        {
            "name": story.activity(row["name"], row["act"]),
            "unit": unit_name(row["unit"]),
            "person": row["person"],
            "href": url_for("clerk.item", number=found.number, key=key),
        }
        for key, row in sorted(found.state.items.items())
    ]


def cards(found: CaseFile) -> list[dict[str, Any]]:
    """The cards of the case, newest first; those that name the reader lead to where he may appeal."""
    query = select(card_table).where(card_table.c.case_id == found.case_id).order_by(card_table.c.key.desc())
    with house().store.reading() as connection:
        rows = connection.execute(query).all()
    reader = current_actor().person
    return [
        {
            **row._mapping,
            "sentence": words(canonical.loads(row.sentence)),
            "status_name": status_names().get(row.status, row.status),
            "href": url_for("clerk.my_card", number=found.number, key=row.key)
            if row.person == reader
            else "",
        }
        for row in rows
    ]


@ROOM.get("/cases/<number>/documents/<sha256>")
def document(number: str, sha256: str) -> str:
    """An issued document in a frame of its own, with its facts beside it."""
    found = read_case(number, f"document:{sha256[:64]}")
    serving.may_frame()
    facts_of = serving.belongs(found, sha256)
    address = url_for("clerk.file", number=number, sha256=sha256)
    void = sha256 in voided(found)
    return render_template("clerk/document.html", case=found, file=facts_of, address=address, void=void)


@ROOM.get("/cases/<number>/files/<sha256>")
def file(number: str, sha256: str) -> Response:
    """A file of the case: looked at where that is safe, else downloaded; `download=1` always downloads."""
    found = read_case(number, f"file:{sha256[:64]}")
    return serving.answer(house(), serving.belongs(found, sha256), download="download" in request.args)


@ROOM.get("/cases/<number>/periods/<int:key>.<any(svg, txt):kind>")
def period(number: str, key: int, kind: str) -> Response:
    """One period day by day, to keep or to print: as a picture, month by month, or as text."""
    return drawn.period(read_case(number, "period"), key, kind)


@ROOM.get("/cases/<number>/diagram.bpmn")
def diagram(number: str) -> Response:
    """The diagram the case runs by, byte for byte."""
    found = read_case(number, "diagram")
    response = make_response(found.package.definition.source)
    response.headers["Content-Type"] = "application/xml; charset=utf-8"
    return response


@ROOM.get("/cases/<number>/tokens.json")
def tokens(number: str) -> Response:
    """Where the case stands on its diagram: {"tokens": [{element, count, state}], "passed": [id, …]}."""
    found = read_case(number, "diagram")
    return jsonify(placed(found))


def placed(found: CaseFile) -> Mapping[str, Any]:
    """The live tokens with how urgent they are, and every element the case has passed."""
    known = found.package.definition.elements
    nearest = clocks.nearest(clocks.clocks_of(found, explained=False))
    urgency = nearest.states[0] if nearest else ""
    counts: dict[str, int] = {}
    states: dict[str, str] = {}
    for _instance, element, _scope, state in found.marking.tokens():
        if element in known:
            counts[element] = counts.get(element, 0) + 1
            worked_on = known[element].kind == "userTask"
            states[element] = "incident" if state == "incident" else urgency if worked_on else ""
    passed = sorted({element for step in found.steps for element in (*step.passed, *step.flows)})
    live = [{"element": e, "count": n, "state": states[e]} for e, n in sorted(counts.items())]
    return {"tokens": live, "passed": passed}
