"""The case file of a draft: every variable with its words, its kind and what the public may see.

One table; a field that a form asks for cannot be taken out. Fields whose schema is none of the kinds listed
are shown and keep what they say.
"""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from engine.errors import Malformed
from web.designer import drafts, fields
from web.designer.drafts import Piece, piece
from web.designer.fields import CASEFILE, Schema
from web.designer.formwork import VARIABLE
from web.designer.room import ROOM
from web.language import _

MASKS = ("", "name", "id", "phone", "address", "all")


@ROOM.get("/drafts/<int:number>/casefile")
def edit_casefile(number: int) -> str:
    """The table of the case file's fields."""
    return casefile_page(piece(number))


def casefile_page(found: Piece, fault: str = "") -> str:
    """The table, with what is wrong with it."""
    schema = fields.document(found.bundle, CASEFILE)
    rows = [
        {
            "name": name,
            "title": one.get("title", ""),
            "title_en": one.get("x-title-en", ""),
            "kind": fields.kind_of(one),
            "choices": fields.choices_text(one),
            "mask": one.get("x-mask", ""),
            "used": sorted(used_by(found, name)),
        }
        for name, one in schema.get("properties", {}).items()
        if isinstance(one, dict)
    ]
    return render_template(
        "designer/edit_casefile.html",
        piece=found,
        rows=rows,
        kinds=fields.kind_names(),
        masks=mask_names(rows),
        fault=fault,
    )


def mask_names(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """How a public view may cover a value; a mask of the file that is none of ours keeps its place."""
    names = {
        "": _("不遮盖"),
        "name": _("姓名"),
        "id": _("证件号"),
        "phone": _("电话"),
        "address": _("地址"),
        "all": _("全部"),
    }
    return [(mask, names.get(mask, mask)) for mask in dict.fromkeys((*MASKS, *(row["mask"] for row in rows)))]


def used_by(found: Piece, name: str) -> set[str]:
    """The forms that ask for a field."""
    pointer = f'"{CASEFILE}#/properties/{name}"'.encode()
    return {
        path.removeprefix("forms/").removesuffix(".schema.json")
        for path, data in found.bundle.files.items()
        if path.startswith("forms/") and pointer in data
    }


@ROOM.post("/drafts/<int:number>/casefile")
def save_casefile(number: int) -> Answer | tuple[str, int]:
    """Keep the table; its buttons add and take out fields."""
    found = piece(number)
    try:
        changed = _read(found, fields.document(found.bundle, CASEFILE))
    except Malformed as refusal:
        return casefile_page(found, refusal.sentence), 422
    drafts.save(found, {CASEFILE: fields.text_of(changed)})
    return redirect(url_for("designer.edit_casefile", number=number), 303)


def _read(found: Piece, schema: Schema) -> Schema:
    act, _colon, target = request.form.get("act", "").partition(":")
    properties = {name: _changed(name, one) for name, one in schema.get("properties", {}).items()}
    if act == "remove" and target in properties:
        if used_by(found, target):
            raise Malformed(_("“%(name)s”还有表单在用，先从表单里去掉。", name=target))
        del properties[target]
    if act == "new":
        properties |= _new(properties)
    return {"$schema": schema.get("$schema", "https://json-schema.org/draft/2020-12/schema"), **schema,
            "type": "object", "properties": properties}  # fmt: skip


def _changed(name: str, one: Schema) -> Schema:
    sent = request.form
    if f"title-{name}" not in sent:
        return one
    kind = sent.get(f"kind-{name}", fields.OTHER)
    made = fields.schema_of(kind, sent.get(f"choices-{name}", ""), one)
    words = {"title": sent[f"title-{name}"].strip(), "x-title-en": sent.get(f"title_en-{name}", "").strip(),
             "x-mask": sent.get(f"mask-{name}", "")}  # fmt: skip
    for key, text in words.items():
        made = {**made, key: text} if text else {k: v for k, v in made.items() if k != key}
    return made


def _new(properties: Schema) -> Schema:
    sent = request.form
    name = sent.get("new_name", "").strip()
    if not VARIABLE.fullmatch(name) or name in properties:
        raise Malformed(_("字段编号由字母、数字和 _ 组成，不能与案卷里已有的字段相同。"))
    title = sent.get("new_title", "").strip() or name
    made = fields.schema_of(sent.get("new_kind", "text"), sent.get("new_choices", ""), {"title": title})
    return {name: {**made, "x-title-en": sent.get("new_title_en", "").strip() or title}}
