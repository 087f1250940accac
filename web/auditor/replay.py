"""The replay page: a case step by step, with its tokens on the diagram and its clocks as they stood.

Without scripts every step is a page of its own (`?step=n`); with them the slider fetches the part that
changes. Reads the journal alone; nothing is decided again here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app, make_response, render_template, request, session, url_for
from werkzeug.wrappers import Response

from engine import canonical
from engine.audit.history import Change
from engine.errors import BanjieError, Broken, Malformed, NotFound
from engine.organisation.roles import role_name
from engine.records import blobs
from engine.records.entries import Event
from web import display
from web.auditor import dwelling, moments, ruled, told
from web.auditor.moments import Diagram, Moment
from web.auditor.room import ROOM, case_row, read_case
from web.casefile import clocks, facts, serving, story
from web.casefile import drawn as drawn_out
from web.casefile.facts import Fact, Group, Link
from web.casefile.opening import CaseFile
from web.language import _, current, words
from web.signin.who import house, person_name, post_name, unit_name
from web.watching import cards as cards_shown
from web.watching import reach

OPENED = "audited"
"""The session keeps which case file was opened last: moving within it is no new opening."""


@ROOM.get("/cases/<number>")
def case(number: str) -> Response:
    """The whole page at a step."""
    row = case_row(number, request.full_path.rstrip("?"))
    session[OPENED] = number
    try:
        told = page_facts(read_case(number))
    except NotFound as gone:  # the case is there, its data were disposed of: what is left can be verified
        facts_left = {"row": row, "sentence": gone.sentence, "disposed": True}
        return make_response(render_template("auditor/broken.html", **facts_left))
    except (Broken, Malformed, KeyError, TypeError) as error:
        # Somebody has changed what is stored: the page must not fail, for verifying begins here.
        current_app.logger.warning("Case %s cannot be read: %r", number, error)
        sentence = error.sentence if isinstance(error, BanjieError) else lacking(error)
        return make_response(render_template("auditor/broken.html", row=row, sentence=sentence))
    return make_response(render_template("auditor/case.html", **told))


def lacking(error: Exception) -> str:
    """What is wrong with a record that can be read but does not say what it must."""
    if isinstance(error, KeyError):
        return _("有一条记录没有写明应当写明的“%(what)s”。", what=str(error.args[0])[:40])
    return _("有一条记录的内容不是它应有的形式。")


@ROOM.get("/cases/<number>/step")
def step(number: str) -> Response:
    """The part that changes from step to step."""
    place = "" if session.get(OPENED) == number else request.full_path
    found = read_case(number, place)
    session[OPENED] = number
    told = page_facts(found)
    response = make_response(render_template("auditor/step_part.html", **told, swapped=True))
    response.headers["HX-Replace-Url"] = told["links"]["here"]
    return response


@ROOM.get("/cases/<number>/periods/<int:key>.<any(svg, txt):kind>")
def period(number: str, key: int, kind: str) -> Response:
    """One period day by day as it stood after the step asked for, as a picture or as text."""
    at = moments.moment(read_case(number, request.full_path.rstrip("?")), request.args.get("step", ""))
    return drawn_out.period(at.then, key, kind)


def page_facts(found: CaseFile) -> dict[str, Any]:
    """What the page and its part show."""
    at = moments.moment(found, request.args.get("step", ""))
    known = moments.diagrams(found, at)
    wanted = request.args.get("diagram", "")[:64]
    shown = moments.chosen(known, at, wanted)
    link = link_to(found.number)
    names = told.names_of(found)
    return {
        "case": found,
        "lead": told.lead_of(found),
        "at": at,
        "who": who(at.entry.actor),
        "did": did(at),
        "answers": answers(at, link),
        **changes_told(at),
        "clocks": clocks.clocks_of(at.then),
        "cards": issued(at),
        "documents": documents(at, link),
        "ruled": ruled.tables(at),
        "dwelt": dwelling.dwelt(found, shown.digest),
        "heat": dwelling.heat_address(found.number, shown.digest) if "heat" in request.args else "",
        "places": story.whereabouts(at.then, unit_name),
        "groups": facts.groups(at.then, link),
        "raw": canonical_text(at),
        "diagrams": known,
        "shown": shown,
        "wanted": wanted,
        "links": links(found.number, at, wanted),
        "drawn": drawn(found.number, at, shown),
        "told": told.told_of(found, found.steps, names),
        "said": next((p for p in told.told_of(found, at.then.steps, names) if p.seq == at.number), None),
    }


def links(number: str, at: Moment, wanted: str) -> dict[str, str]:
    """The addresses of this step and its neighbours, "" where there is none."""

    def to(step: int) -> str:
        asked = {"step": str(step), "diagram": wanted}
        return reach.address("auditor.case", asked, number=number) if 1 <= step <= at.last else ""

    return {"here": to(at.number), "previous": to(at.number - 1), "next": to(at.number + 1)}


def drawn(number: str, at: Moment, shown: Diagram) -> dict[str, Any]:
    """What the page's script moves the diagram by."""
    address = url_for("auditor.diagram", number=number, digest=shown.digest)
    return {"step": at.number, "xml": address, **moments.drawing(at, shown.digest)}


def who(actor: Mapping[str, Any]) -> str:
    """Who acted, with post and unit."""
    if actor.get("kind") == "system":
        return _("系统")
    if actor.get("kind") == "party":
        return _("申请人 %(name)s", name=actor.get("name") or "")
    place = " · ".join(part for part in (_unit(actor), _post(actor)) if part)
    return f"{actor.get('name')}（{place}）" if place else str(actor.get("name") or "")


def _unit(actor: Mapping[str, Any]) -> str:
    return unit_name(str(actor["unit"])) if actor.get("unit") else ""


def _post(actor: Mapping[str, Any]) -> str:
    return post_name(str(actor["post"])) if actor.get("post") else ""


def did(at: Moment) -> str:
    """What was asked for in this step, in words."""
    command = at.entry.command
    key = command.get("key")
    names = {
        "Receive": _("提交申请"),
        "Claim": _("领取“%(name)s”"),
        "Release": _("退回“%(name)s”"),
        "Forward": _("转交“%(name)s”"),
        "Complete": _("办理“%(name)s”"),
        "Send": _("提交“%(name)s”"),
        "FireDue": _("时间到达"),
        "CompleteJob": _("完成自动任务“%(name)s”"),
        "FailJob": _("自动任务“%(name)s”失败"),
        "ThrowError": _("自动任务“%(name)s”报告错误"),
        "Retry": _("重试“%(name)s”"),
        "Terminate": _("终止案件"),
    }
    said = names.get(str(command.get("type")), str(command.get("type")))
    return said.replace("%(name)s", _name_of(at, key))


def _name_of(at: Moment, key: Any) -> str:
    before = at.before
    for rows in (before.items, before.subscriptions, before.jobs, before.incidents):
        if key in rows:
            row = rows[key]
            return str(row.get("name") or _element_name(at, str(row["element"])))
    return ""


def _element_name(at: Moment, element: str) -> str:
    for package in at.then.packages.values():
        if element in package.definition.elements:
            return str(package.definition.elements[element].name or element)
    return element


def answers(at: Moment, link: Link) -> list[Group]:
    """What was filled in, field by field as the form asked; without a form, as it was sent."""
    values = at.entry.command.get("variables") or {}
    form = at.then.form(at.form)
    if form is not None:
        return facts.answers(form.fields, values, link)
    told = tuple(value_in_words(at, name, value) for name, value in values.items())
    return [Group("", told)] if told else []


def value_in_words(at: Moment, name: str, value: Any) -> Fact:
    """A variable by its label, its value in words."""
    schema = at.then.schema(name)
    files = tuple(
        {"name": file["name"], "size": file["size"], "href": link_to(at.then.number)(str(file["sha256"]))}
        for file in facts.files_in(value)
    )
    text = "" if facts.is_file(value) else facts.shown(schema, value)
    return Fact(name, facts.label_of(schema, name), text, files)


def changes_told(at: Moment) -> dict[str, Any]:
    """What changed in the case file; apart from it what was only worked with on the way: it has no label."""
    told = [change_in_words(at, change) for change in at.changes]
    return {
        "changes": [one for one in told if one["label"] != one["name"]],
        "working": [one for one in told if one["label"] == one["name"]],
    }


def change_in_words(at: Moment, change: Change) -> dict[str, Any]:
    """A changed variable: label, what it was, what it is."""
    new = value_in_words(at, change.name, change.new)
    old = value_in_words(at, change.name, change.old)
    plain_old = old.text or "、".join(str(file["name"]) for file in old.files)
    plain_new = new.text or "、".join(str(file["name"]) for file in new.files)
    return {"name": change.name, "label": new.label, "old": plain_old, "new": plain_new}


def issued(at: Moment) -> list[dict[str, Any]]:
    """The cards issued up to this step, newest first; those of the step itself are marked."""
    found = []
    for step in at.then.steps:
        for event in step.of("CardIssued"):
            found.append(_card(event, step.moment, step.seq == at.number))
    return list(reversed(found))


def _card(event: Event, moment: str, now: bool) -> dict[str, Any]:
    data = event.data
    return {
        "kind": cards_shown.KINDS.get(str(data.get("level")), "note"),
        "level_name": cards_shown.level_name(str(data.get("level", ""))),
        "rule": data.get("rule"),
        "basis": data.get("basis"),
        "sentence": display.sentence(words(data.get("sentence"))),
        "role": role_name(str(data.get("role") or ""), current()),
        "person": person_name(data.get("person")),
        "moment": moment,
        "now": now,
    }


def documents(at: Moment, link: Link) -> list[dict[str, Any]]:
    """The documents issued up to this step."""
    return [
        {
            "name": f"{one['kind']} {one.get('number') or ''}".strip(),
            "href": link(str(one["sha256"])),
            "size": one["size"],
            "sha256": one["sha256"],
        }
        for one in at.then.state.documents
    ]


def canonical_text(at: Moment) -> dict[str, Any]:
    """The entry as it is recorded, for whoever wants to see exactly that."""
    entry = at.entry
    return {
        "hash": entry.hash,
        "previous": entry.previous,
        "digests": sorted(entry.digests.items()),
        "command": canonical.dumps(entry.command),
        "events": [(event.type, canonical.dumps(event.data)) for event in entry.events],
    }


def link_to(number: str) -> Link:
    """Where the files of a case are opened in this room."""
    return lambda sha256: url_for("auditor.file", number=number, sha256=sha256)


@ROOM.get("/cases/<number>/files/<sha256>")
def file(number: str, sha256: str) -> Response:
    """A file of the case; the opening is journalled."""
    found = read_case(number, f"file:{sha256[:64]}")
    return serving.answer(house(), serving.belongs(found, sha256), download="download" in request.args)


@ROOM.get("/cases/<number>/diagrams/<digest>.bpmn")
def diagram(number: str, digest: str) -> Response:
    """A diagram the case has run by, byte for byte, by its digest. Raises NotFound for any other."""
    found = read_case(number)
    ran = {package.definition.digest for package in found.packages.values()}
    if digest not in ran:
        raise NotFound(_("这个案件没有用过这张流程图。"))
    with house().store.reading() as connection:
        response = make_response(blobs.get(connection, digest))
    response.headers["Content-Type"] = "application/xml; charset=utf-8"
    return response
