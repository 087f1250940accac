"""Beginning a draft: a new procedure from nothing, the next version of one that is deployed, or an upload.

The files a new procedure begins with are legal as they stand: a start, an end, a form to apply with, a
service item in the catalogue; the rest is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from engine.definitions.bundles import NAME, Bundle
from engine.errors import Finding, NotFound
from web.designer import drafts, starter
from web.designer.lists import KINDS
from web.designer.reading import open_version, versions_of
from web.designer.room import ROOM
from web.language import _, words
from web.signin.who import current_actor, organisation, unit_name

FIELDS = ("name", "title", "title_en", "kind", "unit", "item")


@ROOM.get("/drafts/new")
def new_draft() -> str:
    """The form of a new procedure."""
    return new_page({"kind": "licence"})


def new_page(values: Mapping[str, str], findings: tuple[Finding, ...] = ()) -> str:
    """The form with what was filled in and what is wrong with it."""
    labels = {"/name": _("流程编号"), "/title": _("名称"), "/unit": _("受理单位"), "/item": _("事项编码")}
    return render_template(
        "designer/draft_new.html",
        values=values,
        findings=findings,
        faults={finding.where.lstrip("/"): finding.sentence for finding in findings},
        labels=labels,
        kinds=[(code, words(text)) for code, text in kinds().items()],
        units=accepting_units(),
    )


def kinds() -> dict[str, Any]:
    """The kinds of procedure the law checks and supervision know."""
    return {**KINDS, "penalty": {"zh": "行政处罚", "en": "administrative penalty"}}


def accepting_units() -> list[tuple[str, str]]:
    """The units with a window: where an application can be handed in."""
    posts = {post.unit for post in organisation().posts if "window" in post.roles}
    return [(code, unit_name(code)) for code in sorted(posts)]


@ROOM.post("/drafts", endpoint="begin_draft")
def begin() -> Answer | tuple[str, int]:
    """Begin a draft of a new procedure."""
    sent = {name: request.form.get(name, "").strip() for name in FIELDS}
    findings = tuple(_faults(sent))
    if findings:
        return new_page(sent, findings), 422
    files = starter.files(sent)
    bundle = Bundle("package", sent["name"], {path: text.encode() for path, text in files.items()})
    made = drafts.book().begin(current_actor().as_data(), bundle, sent["title"])
    return redirect(url_for("designer.edit_diagram", number=made.number), 303)


def _faults(sent: Mapping[str, str]) -> list[Finding]:
    found = []
    if not NAME.fullmatch(sent["name"]):
        sentence = _("流程编号由小写字母、数字、- 和 _ 组成，以字母开头。")
        found.append(Finding("/name", sentence))
    elif _is_taken(sent["name"]):
        sentence = _("已经有这个编号的流程。要改动它，请从它的页面起草新版本。")
        found.append(Finding("/name", sentence))
    if not sent["title"]:
        found.append(Finding("/title", _("请填写名称。")))
    if sent["unit"] not in dict(accepting_units()):
        found.append(Finding("/unit", _("请选择受理单位。")))
    if not sent["item"]:
        found.append(Finding("/item", _("请填写事项编码，例如 SQ-HD-0001。")))
    if sent["kind"] not in kinds():
        found.append(Finding("/kind", _("请选择类别。")))
    return found


def _is_taken(name: str) -> bool:
    try:
        return bool(versions_of(name))
    except NotFound:
        return False


@ROOM.post("/packages/<name>/<int:number>/draft")
def draft_version(name: str, number: int) -> Answer:
    """Begin the next version from a deployed one; its base is the newest, so that nothing is overtaken."""
    opened = open_version(name, number)
    newest = versions_of(name)[0].version
    made = drafts.book().begin(
        current_actor().as_data(), opened.package.bundle, opened.package.title(), newest
    )
    return redirect(url_for("designer.draft", number=made.number), 303)
