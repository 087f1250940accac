"""The drafts in the database, as the designer's pages open, save and list them.

Called by every page that shows or changes a draft. A form that changes one carries the version it was
drawn from; where somebody has saved since, nothing is written and the page says who was faster.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from engine.definitions.bundles import Bundle
from engine.definitions.drafts import Draft, Drafts
from engine.errors import Malformed, NotFound
from web.designer import checking, rule_words
from web.designer.checking import Judged
from web.designer.room import ROOM
from web.language import _
from web.signin.who import current_actor, house


@dataclass(frozen=True)
class Piece:
    """A draft on the bench: its row, its files, what there is to say of them."""

    draft: Draft
    bundle: Bundle
    judged: Judged

    @property
    def number(self) -> int:
        """The draft's number."""
        return self.draft.number

    @property
    def name(self) -> str:
        """The package it is to become a version of."""
        return self.draft.name

    @property
    def kind(self) -> str:
        """What it is a draft of: a package, the calendar, the catalogue, a withdrawal, …"""
        return self.draft.kind

    @property
    def diagram(self) -> tuple[str, bytes] | None:
        """Path and bytes of the diagram, if there is one."""
        found = [(path, data) for path, data in sorted(self.bundle.files.items()) if path.endswith(".bpmn")]
        return found[0] if found else None

    def text(self, path: str, missing: str = "") -> str:
        """A file as text; `missing` where there is none."""
        data = self.bundle.files.get(path)
        return missing if data is None else data.decode("utf-8", "replace")


def book() -> Drafts:
    """The drafts of this installation."""
    return Drafts(house().store, house().clock)


def any_piece(number: int) -> Piece:
    """A draft that may still be worked on, of whatever kind. Raises NotFound."""
    found = book().get(number)
    if not found.live:
        raise NotFound(_("草稿 %(number)s 已经部署或者放弃。", number=number))
    return open_piece(found)


def piece(number: int, *kinds: str) -> Piece:
    """A draft of one of the kinds (of a package, where none is named). Raises NotFound."""
    found = any_piece(number)
    if found.kind not in (kinds or ("package",)):
        raise NotFound(_("草稿 %(number)s 没有这一页。", number=number))
    return found


def live_of(kind: str) -> Draft | None:
    """The draft of a kind that has one bundle, if somebody works on one."""
    return next((draft for draft in book().live() if draft.kind == kind), None)


def open_piece(draft: Draft) -> Piece:
    """A draft with its files and their findings."""
    bundle = book().bundle(draft)
    return Piece(draft, bundle, checking.judged(bundle))


def asked_version() -> int:
    """The version of the draft the page was drawn from. Raises Malformed where the form has none."""
    sent = (request.get_json(silent=True) or {}) if request.is_json else request.form
    try:
        return int(sent.get("version", ""))
    except (TypeError, ValueError) as error:
        raise Malformed(_("页面不完整：缺少草稿的版本。请刷新后重新提交。")) from error


def save(found: Piece, files: Mapping[str, bytes | None], title: str = "") -> Draft:
    """Put files into a draft as the person who is signed in. Raises Conflict where somebody was faster."""
    actor = current_actor().as_data()
    return book().save(actor, found.number, asked_version(), files, title)


@ROOM.get("/drafts")
def drafts() -> str:
    """Everything that is being worked on, by whom, and how far it is."""
    return render_template("designer/drafts.html", drafts=book().live(), names=status_names())


def status_names() -> dict[str, tuple[str, str]]:
    """The states of a draft: words and the kind of tag."""
    return {
        "open": (_("编辑中"), "open"),
        "submitted": (_("待审核"), "yellow"),
        "approved": (_("已审核，待部署"), "done"),
        "deployed": (_("已部署"), "done"),
        "dropped": (_("已放弃"), "note"),
    }


@ROOM.post("/drafts/<int:number>/drop")
def drop(number: int) -> Answer:
    """Give a draft up."""
    book().drop(current_actor().as_data(), number, asked_version())
    return redirect(url_for("designer.drafts"), 303)


def pages(found: Piece) -> list[dict[str, Any]]:
    """The pages of a draft, for their navigation."""
    number = found.number
    texts = _PAGES.get(found.kind, _whole_pages)(found.kind)
    return [
        {"text": text, "href": url_for(place, number=number), "current": request.endpoint == place}
        for place, text in texts
    ]


def _whole_pages(kind: str) -> list[tuple[str, str]]:
    more = {
        "calendar": [("designer.edit_notices", _("放假通知")), ("designer.foreseen", _("期限的变化"))],
        "catalogue": [("designer.edit_items", _("服务事项"))],
    }
    return [("designer.draft", _("概览")), *more.get(kind, [])]


def _package_pages(_kind: str) -> list[tuple[str, str]]:
    return [
        ("designer.draft", _("概览")),
        ("designer.edit_diagram", _("流程图")),
        ("designer.edit_forms", _("表单")),
        ("designer.edit_casefile", _("案卷字段")),
        ("designer.edit_tables", _("决策表")),
        ("designer.edit_periods", _("期限")),
        ("designer.edit_papers", _("文书")),
        ("designer.edit_facts", _("流程与事项")),
        ("designer.edit_items", _("服务事项")),
    ]


_PAGES: dict[str, Callable[[str], list[tuple[str, str]]]] = {"package": _package_pages}


@ROOM.context_processor
def draft_frame() -> dict[str, object]:
    """What the templates of a draft's pages need."""
    return {"draft_pages": pages, "status_names": status_names, "about": rule_words.about}
