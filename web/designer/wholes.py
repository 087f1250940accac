"""The first page of a draft that is no package: the calendar, the catalogue, a withdrawal, other rules.

Called by `overview`, which submits, reviews and deploys every kind of draft the same way. Shows what is
found, what changes against the newest version, and the next step.
"""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from engine.definitions import withdrawals
from engine.errors import Finding
from web.designer import changes, drafts, whole_notes
from web.designer.changes import Change
from web.designer.drafts import Piece
from web.designer.reading import newest, running, versions_of
from web.designer.room import ROOM
from web.language import _
from web.signin.who import current_actor, house


def kind_names() -> dict[str, str]:
    """What is drafted, in words."""
    return {
        "package": _("流程"),
        "calendar": _("工作日历"),
        "catalogue": _("服务事项目录"),
        "law": _("法定期限库"),
        "supervision": _("监督规则"),
        "penalties": _("处罚裁量表"),
        "registers": _("登记簿"),
        withdrawals.KIND: _("撤下版本"),
    }


@ROOM.app_template_global("draft_kind_name")
def kind_name(kind: str) -> str:
    """The kind of a draft in words."""
    return kind_names().get(kind, kind)


@ROOM.post("/<any(calendar, catalogue):kind>/draft")
def begin_whole(kind: str) -> Answer:
    """Begin a draft of the calendar or the catalogue, or go to the one somebody works on."""
    found = drafts.live_of(kind)
    if found is None:
        versions = house().runtime.shelf.versions(kind, kind)
        base = versions[-1].version if versions else None
        found = drafts.book().begin(current_actor().as_data(), newest(kind), kind_name(kind), base)
    place = {"calendar": "designer.edit_notices", "catalogue": "designer.edit_items"}[kind]
    return redirect(url_for(place, number=found.number), 303)


def page(found: Piece, fault: str = "") -> str:
    """Findings, what changed, review."""
    return render_template(
        "designer/whole.html",
        piece=found,
        fault=fault,
        today=house().directory.today(),
        mine=current_actor().person in found.draft.authors,
        page_of=lambda finding: page_of(finding, found),
        history=drafts.book().history(found.number),
        dated=found.kind in ("package", withdrawals.KIND),
        **_changed(found),
    )


def page_of(finding: Finding, found: Piece) -> str:
    """The page on which a finding can be mended."""
    if found.kind == "calendar":
        return url_for("designer.edit_notice", number=found.number, id=finding.where.rpartition(":")[2])
    if found.kind == "catalogue":
        return url_for("designer.edit_item", number=found.number, code=finding.where)
    return url_for("designer.draft", number=found.number)


def _changed(found: Piece) -> dict[str, Any]:
    if found.kind == withdrawals.KIND:
        return {"withdrawn": _withdrawn(found), "files": [], "things": []}
    before = newest(found.kind)
    things: list[Change] = []
    if found.kind == "calendar":
        ids = {notice.id for notice in whole_notes.read_calendar(before).notices}
        for notice in whole_notes.changed_notices(found.bundle):
            things.append(Change("changed" if notice.id in ids else "added", notice.id, notice.title))
    elif found.kind == "catalogue":
        things = changed_items(found)
    return {"files": changes.files(before, found.bundle), "things": things, "withdrawn": None}


def changed_items(found: Piece) -> list[Change]:
    """The service items a draft of the catalogue adds, takes out or changes, field by field."""
    old, new = whole_notes.items_of(newest("catalogue")), whole_notes.items_of(found.bundle)
    made = []
    for code in (*new, *(code for code in old if code not in new)):
        was, now = old.get(code), new.get(code)
        facts_was, facts_now = (dict(one.facts) if one else {} for one in (was, now))
        if facts_was == facts_now:
            continue
        names = [
            name
            for name in dict.fromkeys((*facts_was, *facts_now))
            if facts_was.get(name) != facts_now.get(name)
        ]
        details = tuple((name, _text(facts_was.get(name)), _text(facts_now.get(name))) for name in names)
        what = "changed" if was and now else "added" if now else "removed"
        item = now or was
        title = item.name() if item else code
        made.append(Change(what, code, title, details))
    return made


def _text(value: Any) -> str:
    if isinstance(value, list):
        return _("；").join(_text(one) for one in value)
    if isinstance(value, dict):
        return _("，").join(f"{name}: {_text(one)}" for name, one in value.items())
    return "" if value is None else str(value)


def _withdrawn(found: Piece) -> dict[str, Any]:
    number = withdrawals.version_of(found.bundle)
    version = next((one for one in versions_of(found.name) if one.version == number), None)
    still, closed = running(found.name).get(version.digest, (0, 0)) if version else (0, 0)
    return {
        "name": found.name,
        "number": number,
        "reason": withdrawals.reason_of(found.bundle),
        "still": still,
        "closed": closed,
    }


def address(found: Piece) -> str:
    """Where the designer goes once a draft is deployed."""
    places = {"calendar": "designer.calendar", "catalogue": "designer.items"}
    if found.kind in places:
        return url_for(places[found.kind])
    if found.kind in ("package", withdrawals.KIND):
        return url_for("designer.package", name=found.name, number=versions_of(found.name)[0].version)
    return url_for("designer.packages")
