"""The service items of a draft: those a package brings with it, or the whole catalogue, one form for each.

The files are TOML tables of items; what a form does not show stays in them. An item is never taken out of
the whole catalogue while cases may run on it: it is ended, and begun again the same way.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from engine.definitions import catalogue
from engine.errors import BanjieError, Malformed
from engine.organisation.roles import LANE_ROLES
from engine.periods.limits import Limit
from web.designer import checking, drafts, toml_text, whole_notes
from web.designer.drafts import Piece, piece
from web.designer.reading import names
from web.designer.room import ROOM
from web.language import _, current, words
from web.signin.who import organisation, unit_name

TEXTS = (
    "code", "kind", "level", "department", "life_event", "promised", "statutory", "period", "result",
    "contact", "complaint_phone", "begun_by",
)  # fmt: skip
KINDS = ("行政许可", "行政处罚", "公共服务", "行政确认", "行政强制", "其他")
AUDIENCE = ("个人", "个体工商户", "企业", "其他组织")
ACTIVE, ENDED = "active", "ended"
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,59}")
_PREFIX = "catalogue/"
_MATERIAL = ("name", "field", "form", "required", "register")
_SPARE_ROWS = 3


def levels() -> list[tuple[str, str]]:
    """Whose matter an item is."""
    return [("city", _("市")), ("district", _("区")), ("station", _("镇街、所"))]


def depths() -> list[tuple[str, str]]:
    """How far an item is handled online (domain S0-2)."""
    return [
        ("0", _("只有办事指南")), ("1", _("可下载表格")), ("2", _("网上填表")), ("3", _("网上预审")),
        ("4", _("全程网办")),
    ]  # fmt: skip


def _texts(found: Piece) -> dict[str, str]:
    """The files of items: of the whole catalogue, or those under `catalogue/` of a package."""
    texts = found.bundle.texts(".toml")
    if found.kind == "catalogue":
        return texts
    return {path: text for path, text in texts.items() if path.startswith(_PREFIX)}


def _documents(found: Piece) -> dict[str, dict[str, Any]]:
    """The files that can be read, as data."""
    made = {}
    for path, text in _texts(found).items():
        try:
            made[path] = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            continue
    return made


def _rows(found: Piece) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each item with the path of its file."""
    for path, data in _documents(found).items():
        for row in data.get("item", []):
            if isinstance(row, dict):
                yield path, row


@ROOM.get("/drafts/<int:number>/items")
def edit_items(number: int) -> str:
    """The items of the draft that speak of what is looked for."""
    found, wanted = piece(number, "package", "catalogue"), request.args.get("find", "").strip()
    rows = [catalogue.ServiceItem(str(row.get("code", "")), row) for _path, row in _rows(found)]
    found_in = ((item, f"{item.code} {item.name()} {item.name('en')} {item.procedure}") for item in rows)
    listed = [
        {"item": item, "name": item.name(current()), "elements": whole_notes.elements_of(item)}
        for item, text in found_in
        if wanted.lower() in text.lower()
    ]
    return render_template(
        "designer/edit_items.html", piece=found, rows=listed, find=wanted, all=len(rows), ended=ENDED
    )


@ROOM.get("/drafts/<int:number>/item")
def edit_item(number: int) -> str:
    """The form of one item (`code`), or of a new one."""
    found, code = piece(number, "package", "catalogue"), request.args.get("code", "")
    row = next((row for _path, row in _rows(found) if row.get("code") == code), {})
    return item_page(found, row, code if row else "")


def item_page(found: Piece, row: Mapping[str, Any], known: str, fault: str = "") -> str:
    """The form. `known` is the code of the item as it is kept, "" for a new one."""
    units = [(unit.code, unit_name(unit.code)) for unit in organisation().units]
    materials = [dict(one) for one in row.get("materials", []) if isinstance(one, Mapping)]
    return render_template(
        "designer/edit_item.html",
        piece=found,
        row=row,
        known=known,
        fault=fault,
        name=_in_both(row.get("name", "")),
        conditions=_in_both(row.get("conditions", [])),
        materials=[*materials, *({} for _spare in range(_SPARE_ROWS))],
        procedures=[(name, name) for name in sorted({*names(), str(row.get("procedure") or found.name)})],
        periods=sorted({rule.id for rule in checking.law_with(found.bundle)}),
        units=units,
        kinds=[(one, one) for one in dict.fromkeys((*KINDS, str(row.get("kind", KINDS[0]))))],
        audience=AUDIENCE,
        levels=levels(),
        depths=depths(),
        roles=[(one.code, words({"zh": one.name_zh, "en": one.name_en})) for one in LANE_ROLES],
        fixed=found.kind == "package",
    )


def _in_both(held: Any) -> dict[str, Any]:
    return dict(held) if isinstance(held, Mapping) else {"zh": held, "en": held}


@ROOM.post("/drafts/<int:number>/item")
def save_item(number: int) -> Answer | tuple[str, int]:
    """Keep an item; `act` = end or revive changes its state alone, remove takes it out of the draft."""
    found, form = piece(number, "package", "catalogue"), request.form
    known, act = form.get("known", ""), form.get("act", "save")
    before = next((row for _path, row in _rows(found) if row.get("code") == known), {})
    row = dict(before) if act != "save" else {}
    try:
        if act == "save":
            row = _made(found, before)
        elif act in ("end", "revive"):
            row["status"] = ENDED if act == "end" else ACTIVE
        path, text = _written(found, known, None if act == "remove" else row)
        _refuse_illegible(found, path, text)
    except Malformed as refusal:
        return item_page(found, row or _sent(before), known, refusal.sentence), 422
    drafts.save(found, {path: text.encode() if text else None})
    return redirect(url_for("designer.edit_items", number=number), 303)


def _sent(before: Mapping[str, Any]) -> dict[str, Any]:
    """The item as the form has it, over what the file says beyond the form; empty texts are left out."""
    form = request.form
    sent: dict[str, Any] = {
        **{name: form.get(name, "").strip() for name in TEXTS},
        "procedure": form.get("procedure", "").strip(),
        "basis": _lines(form.get("basis", "")),
        "audience": _in_order("audience", before),
        "units": _in_order("units", before),
        "fee": int(form["fee"]) if form.get("fee", "").isdecimal() else before.get("fee", 0),
        "online_depth": int(form["online_depth"]) if form.get("online_depth", "").isdecimal() else 0,
        "status": before.get("status", ACTIVE),
        "name": {language: form.get(f"name_{language}", "").strip() for language in ("zh", "en")},
        "conditions": {language: _lines(form.get(f"conditions_{language}", "")) for language in ("zh", "en")},
        "materials": list(_materials(before)),
    }
    sent["name"]["en"] = sent["name"]["en"] or sent["name"]["zh"]
    for name in ("begun_by", "period", "department", "level", "life_event", "materials"):
        if not sent[name]:
            del sent[name]
    rest = {name: value for name, value in before.items() if name not in {*sent, *TEXTS, "materials"}}
    return {**sent, **rest}


def _in_order(name: str, before: Mapping[str, Any]) -> list[str]:
    """What is ticked: what the item had in its old order, then what is new."""
    ticked, had = request.form.getlist(name), list(before.get(name, []))
    return [*(one for one in had if one in ticked), *(one for one in ticked if one not in had)]


def _materials(before: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows with a name; what a material says beyond the form stays with it, by its name."""
    form, kept = request.form, {one.get("name"): one for one in before.get("materials", [])}
    columns = [form.getlist(f"material_{name}") for name in _MATERIAL]
    for values in zip(*columns, strict=False):
        row = {key: value.strip() for key, value in zip(_MATERIAL, values, strict=True)}
        if row["name"]:
            yield {**kept.get(row["name"], {}), **row, "required": row["required"] == "yes"}


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _made(found: Piece, before: Mapping[str, Any]) -> dict[str, Any]:
    """The table of the item. Raises Malformed with the first thing that is missing or wrong."""
    row = _sent(before)
    if found.kind == "package":
        row["procedure"] = found.name
    taken = {str(one.get("code")) for _path, one in _rows(found)} - {str(before.get("code", ""))}
    if not _CODE.fullmatch(row["code"]):
        raise Malformed(_("请填写事项编码，例如 XK-SR-0035。"))
    if row["code"] in taken:
        raise Malformed(_("已经有这个编码的事项。"))
    if not row["name"]["zh"] or not row["procedure"]:
        raise Malformed(_("请填写名称，选择办理的流程。"))
    if not row["units"]:
        raise Malformed(_("请选择受理单位。"))
    for name in ("promised", "statutory"):
        if row[name]:
            Limit.read(row[name], name)
    return row


def _written(found: Piece, known: str, row: Mapping[str, Any] | None) -> tuple[str, str]:
    """Path and text of the file the item stands in, with the item put in its place or taken out."""
    missing = f"{_PREFIX}{found.name}.toml" if found.kind == "package" else "items.toml"
    path = next((path for path, one in _rows(found) if known and one.get("code") == known), missing)
    data = _documents(found).get(path, {})
    rows = list(data.get("item", []))
    place = next((place for place, one in enumerate(rows) if known and one.get("code") == known), len(rows))
    rows[place : place + 1] = [] if row is None else [row]
    return path, toml_text.dumps({**data, "item": rows}) if rows else ""


def _refuse_illegible(found: Piece, path: str, text: str) -> None:
    try:
        catalogue.read({**_texts(found), path: text})
    except BanjieError as refusal:
        raise Malformed(refusal.sentence, refusal.findings) from refusal
