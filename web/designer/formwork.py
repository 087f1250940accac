"""The forms of a draft: one table of fields each, with a preview as clerks and citizens will see it.

What a form asks for is picked from the case file or added to it; order, headings, obligation and hints are
the form's own. Everything a schema says beyond that (rules, conditions, registers) stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from engine.definitions.forms import Form
from engine.errors import BanjieError, Malformed, NotFound
from web import forms as pages
from web.designer import drafts, fields
from web.designer.drafts import Piece, piece
from web.designer.fields import CASEFILE, Schema
from web.designer.palette import form_choices
from web.designer.room import ROOM
from web.designer.starter import SCHEMA
from web.language import _, current
from web.sentences import told_refusal

STEM = re.compile(r"[a-z][a-z0-9_]{0,59}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,59}")


@dataclass(frozen=True)
class Row:
    """One field of a form as the table shows it."""

    name: str
    title: str
    title_en: str
    kind: str
    required: bool
    hint: str
    heading: str
    choices: str = ""


def path_of(stem: str) -> str:
    """The file of a form."""
    return f"forms/{stem}.schema.json"


@ROOM.get("/drafts/<int:number>/forms")
def edit_forms(number: int) -> str:
    """The forms of a draft and where each is shown."""
    return forms_page(piece(number))


def forms_page(found: Piece, fault: str = "") -> str:
    """The list, with what was wrong with a new form."""
    shown = _shown_at(found)
    rows = [
        {"id": form_id, "stem": form_id.partition("/")[2], "title": title, "at": shown.get(form_id, [])}
        for form_id, title in form_choices(found.bundle, current())
    ]
    return render_template("designer/edit_forms.html", piece=found, rows=rows, fault=fault)


def _shown_at(found: Piece) -> dict[str, list[str]]:
    package, shown = found.judged.package, dict[str, list[str]]()
    if package is not None:
        for element in package.definition.elements.values():
            form = element.form or element.properties.get("banjie.form")
            if form:
                shown.setdefault(form, []).append(element.name or element.id)
    return shown


@ROOM.post("/drafts/<int:number>/forms")
def new_form(number: int) -> Answer | tuple[str, int]:
    """Begin a form, empty."""
    found = piece(number)
    stem, title = request.form.get("stem", "").strip(), request.form.get("title", "").strip()
    if not STEM.fullmatch(stem) or path_of(stem) in found.bundle.files:
        return forms_page(found, _("表单编号由小写字母、数字和 _ 组成，不能与已有表单相同。")), 422
    made = {
        "$schema": SCHEMA, "title": title or stem, "type": "object", "properties": {},
        "additionalProperties": False,
    }  # fmt: skip
    drafts.save(found, {path_of(stem): fields.text_of(made)})
    return redirect(url_for("designer.edit_form", number=number, stem=stem), 303)


@ROOM.get("/drafts/<int:number>/forms/<stem>")
def edit_form(number: int, stem: str) -> str:
    """The table of one form's fields."""
    found = piece(number)
    return form_page(found, stem, _document(found, stem))


def _document(found: Piece, stem: str) -> Schema:
    if path_of(stem) not in found.bundle.files:
        raise NotFound(_("草稿里没有表单“%(stem)s”。", stem=stem[:60]))
    return fields.document(found.bundle, path_of(stem))


def form_page(found: Piece, stem: str, schema: Schema, fault: str = "") -> str:
    """The page of a form's fields with its preview."""
    casefile = fields.document(found.bundle, CASEFILE)
    rows = rows_of(schema, casefile)
    known = casefile.get("properties", {})
    used = {row.name for row in rows}
    controls, problem = preview(schema, casefile)
    return render_template(
        "designer/edit_form.html",
        piece=found,
        stem=stem,
        schema=schema,
        rows=rows,
        kinds=fields.kind_names(),
        free=[(name, one.get("title", name)) for name, one in known.items() if name not in used],
        fault=fault,
        controls=controls,
        problem=problem,
    )


def rows_of(schema: Mapping[str, Any], casefile: Mapping[str, Any]) -> list[Row]:
    """The fields of a form in the order of its page."""
    properties, hints = schema.get("properties", {}), schema.get("x-ui", {})
    order = [name for name in hints.get("order", ()) if name in properties]
    order += [name for name in properties if name not in order]
    headings = {
        name: group.get("title", {}) for group in hints.get("groups", ()) for name in group.get("fields", ())
    }
    return [_row(name, properties[name], casefile, schema, headings.get(name)) for name in order]


def _row(
    name: str, one: Mapping[str, Any], casefile: Mapping[str, Any], schema: Mapping[str, Any], heading: Any
) -> Row:
    seen = fields.whole(one, casefile)
    return Row(
        name,
        str(seen.get("title", name)),
        str(seen.get("x-title-en", "")),
        fields.kind_of(seen),
        name in schema.get("required", ()),
        str(seen.get("description", "")),
        str(heading.get("zh", "") if isinstance(heading, Mapping) else heading or ""),
        fields.choices_text(seen),
    )


@ROOM.post("/drafts/<int:number>/forms/<stem>")
def save_form(number: int, stem: str) -> Answer | tuple[str, int] | str:
    """Keep the table; its buttons add, move and take out fields."""
    found = piece(number)
    schema, casefile = _document(found, stem), fields.document(found.bundle, CASEFILE)
    try:
        changed, case = read_table(schema, casefile)
    except Malformed as refusal:
        return form_page(found, stem, schema, refusal.sentence), 422
    drafts.save(found, {path_of(stem): fields.text_of(changed), CASEFILE: fields.text_of(case)})
    return redirect(url_for("designer.edit_form", number=number, stem=stem), 303)


@ROOM.post("/drafts/<int:number>/forms/<stem>/preview")
def preview_form(number: int, stem: str) -> str:
    """The form as it would be, drawn as its people see it; nothing is kept."""
    found = piece(number)
    schema, casefile = _document(found, stem), fields.document(found.bundle, CASEFILE)
    try:
        schema, casefile = read_table(schema, casefile)
        controls, problem = preview(schema, casefile)
    except Malformed as refusal:
        controls, problem = (), refusal.sentence
    return render_template("designer/form_preview.html", controls=controls, problem=problem)


def preview(schema: Schema, casefile: Schema) -> tuple[tuple[pages.Control, ...], str]:
    """The controls of a form, or why it cannot be drawn."""
    try:
        form = Form.read(fields.text_of(schema), fields.text_of(casefile))
    except BanjieError as refusal:
        return (), told_refusal(refusal)
    return pages.controls(form.fields), ""


@ROOM.post("/drafts/<int:number>/forms/<stem>/drop")
def drop_form(number: int, stem: str) -> Answer:
    """Take a form out of the draft; the fields stay in the case file."""
    found = piece(number)
    drafts.save(found, {path_of(stem): None})
    return redirect(url_for("designer.edit_forms", number=number), 303)


# --- the table as it is sent -------------------------------------------------------------------------


def read_table(schema: Schema, casefile: Schema) -> tuple[Schema, Schema]:
    """The form and the case file as the table says, with what its pressed button asks for.

    Raises Malformed with a sentence for the page.
    """
    sent = request.form
    names = [name for name in sent.getlist("field") if name in schema.get("properties", {})]
    act, _colon, target = sent.get("act", "").partition(":")
    names = _moved(names, act, target)
    properties = {name: dict(schema["properties"][name]) for name in names}
    case = {**casefile, "properties": dict(casefile.get("properties", {}))}
    for name in names:
        _hint(properties[name], sent.get(f"hint-{name}", ""), fields.whole(schema["properties"][name], case))
    added = _added(case, names)
    if added:
        names.append(added)
        properties[added] = {"$ref": f"{CASEFILE}#/properties/{added}"}
    made = {**schema, "properties": properties}
    made["title"] = sent.get("title", "").strip() or str(schema.get("title", ""))
    made["x-title-en"] = sent.get("title_en", "").strip() or made["title"]
    _obligations(made, names, {name for name in names if sent.get(f"required-{name}")})
    _arrangement(made, names)
    return made, case


def _moved(names: list[str], act: str, target: str) -> list[str]:
    if target not in names:
        return names
    at = names.index(target)
    rest = [name for name in names if name != target]
    if act == "remove":
        return rest
    to = {"up": max(at - 1, 0), "down": min(at + 1, len(rest))}.get(act)
    return names if to is None else [*rest[:to], target, *rest[to:]]


def _hint(one: Schema, hint: str, seen: Mapping[str, Any]) -> None:
    if hint.strip() != str(seen.get("description", "")):
        one["description"] = hint.strip()


def _added(case: Schema, names: list[str]) -> str:
    """The field that is picked from the case file or made anew there; "" for none."""
    sent = request.form
    picked, act = sent.get("pick", ""), sent.get("act", "")
    if act == "pick" and picked in case["properties"] and picked not in names:
        return picked
    if act != "new":
        return ""
    name = sent.get("new_name", "").strip()
    if not VARIABLE.fullmatch(name) or name in case["properties"]:
        raise Malformed(_("字段编号由字母、数字和 _ 组成，不能与案卷里已有的字段相同。"))
    title = sent.get("new_title", "").strip() or name
    made = fields.schema_of(sent.get("new_kind", "text"), sent.get("new_choices", ""), {"title": title})
    case["properties"][name] = {**made, "x-title-en": sent.get("new_title_en", "").strip() or title}
    return name


def _obligations(made: Schema, names: list[str], required: set[str]) -> None:
    listed = [name for name in names if name in required]
    if listed:
        made["required"] = listed
    else:
        made.pop("required", None)


def _arrangement(made: Schema, names: list[str]) -> None:
    """Order and headings; a heading stands over the fields that name it."""
    hints = {**made.get("x-ui", {}), "order": names}
    headings: dict[str, list[str]] = {}
    for name in names:
        heading = request.form.get(f"heading-{name}", "").strip()
        if heading:
            headings.setdefault(heading, []).append(name)
    english = {
        group["title"]["zh"]: group["title"].get("en", "")
        for group in hints.get("groups", ())
        if isinstance(group.get("title"), Mapping) and "zh" in group["title"]
    }
    groups = [
        {"title": {"zh": title, "en": english.get(title) or title}, "fields": listed}
        for title, listed in headings.items()
    ]
    hints["groups"] = groups
    if not groups:
        del hints["groups"]
    made["x-ui"] = hints
