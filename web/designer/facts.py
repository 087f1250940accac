"""The facts of a draft: procedure.toml, the service item that leads to it, the law it rests on.

Plain forms over three files. Whatever a file says beyond the fields shown stays in it; comments go, since
the file is written anew.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from engine.errors import Malformed
from engine.periods.limits import Limit
from web.designer import beginning, checking, drafts, toml_text
from web.designer.drafts import Piece, piece
from web.designer.palette import form_choices
from web.designer.room import ROOM
from web.language import _, current, words
from web.signin.who import organisation, unit_name

ITEM_TEXTS = ("code", "promised", "statutory", "period", "result", "contact", "complaint_phone")


def item_path(found: Piece) -> str:
    """The file of the service items a draft brings with it."""
    return f"catalogue/{found.name}.toml"


@ROOM.get("/drafts/<int:number>/facts")
def edit_facts(number: int) -> str:
    """The form."""
    return facts_page(piece(number))


def facts_page(found: Piece, fault: str = "") -> str:
    """The form, with what is wrong with it."""
    procedure, item = _toml(found, "procedure.toml"), _item(found)
    return render_template(
        "designer/edit_facts.html",
        piece=found,
        procedure=procedure,
        names=_names(procedure.get("name", {}), found.draft.title),
        item=item,
        item_names=_names(item.get("name", {}), found.draft.title),
        item_units=set(item.get("units", [])),
        kinds=[(code, words(text)) for code, text in beginning.kinds().items()],
        forms=[("", _("（没有申请表）")), *form_choices(found.bundle, current())],
        units=[(unit.code, unit_name(unit.code)) for unit in organisation().units],
        accepting=beginning.accepting_units(),
        periods=sorted({rule.id for rule in checking.law_with(found.bundle)}),
        law_text=found.text("LAW.md"),
        fault=fault,
    )


def _names(held: Any, missing: str) -> dict[str, str]:
    if not isinstance(held, Mapping):
        return {"zh": str(held or missing), "en": ""}
    return {"zh": str(held.get("zh", missing)), "en": str(held.get("en", ""))}


def _toml(found: Piece, path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(found.text(path))
    except tomllib.TOMLDecodeError:
        return {}


def _item(found: Piece) -> dict[str, Any]:
    """The first service item of the draft's own file; empty where it brings none."""
    items = _toml(found, item_path(found)).get("item", [])
    return dict(items[0]) if items and isinstance(items[0], dict) else {}


@ROOM.post("/drafts/<int:number>/facts")
def save_facts(number: int) -> Answer | tuple[str, int]:
    """Keep procedure.toml, the service item and LAW.md."""
    found = piece(number)
    sent = {name: text.strip() for name, text in request.form.items()}
    if not sent.get("title"):
        return facts_page(found, _("请填写名称。")), 422
    try:
        files: dict[str, bytes | None] = {
            "procedure.toml": toml_text.dumps(_procedure(found, sent)).encode(),
            "LAW.md": request.form.get("law", "").replace("\r\n", "\n").encode(),
            item_path(found): _items(found, sent),
        }
    except Malformed as refusal:
        return facts_page(found, refusal.sentence), 422
    drafts.save(found, files, sent["title"])
    return redirect(url_for("designer.edit_facts", number=number), 303)


def _procedure(found: Piece, sent: Mapping[str, str]) -> dict[str, Any]:
    before = {key: value for key, value in _toml(found, "procedure.toml").items() if key != "name"}
    changed = {
        **before,
        "id": found.name,
        "kind": sent.get("kind", "procedure"),
        "retention": sent.get("retention", "") or "10Y",
        "first_form": sent.get("first_form", ""),
    }
    if not changed["first_form"]:
        del changed["first_form"]
    return {**changed, "name": {"zh": sent["title"], "en": sent.get("title_en") or sent["title"]}}


def _items(found: Piece, sent: Mapping[str, str]) -> bytes | None:
    """The file of service items; none where no code is given. Raises Malformed."""
    if not sent.get("code"):
        return None
    for name in ("promised", "statutory"):
        if sent.get(name):
            Limit.read(sent[name], name)
    document, units = _toml(found, item_path(found)), request.form.getlist("item_units")
    if not units:
        raise Malformed(_("请选择受理单位。"))
    before = {key: value for key, value in _item(found).items() if key != "name"}
    texts = {name: sent.get(name, "") for name in ITEM_TEXTS}
    made = {
        **before, "procedure": found.name, **texts, "units": units, "fee": before.get("fee", 0),
        "status": before.get("status", "active"),
        "name": {"zh": sent.get("item_title") or sent["title"], "en": sent.get("item_title_en") or ""},
    }  # fmt: skip
    made["name"]["en"] = made["name"]["en"] or made["name"]["zh"]
    rest = document.get("item", [])[1:]
    return toml_text.dumps({**document, "item": [made, *rest]}).encode()
