"""The decision tables of a draft in their editor, with their proof: what is open, what overlaps, for which
input.

The page is drawn by the server and comes alive through `static/js/tables.js`. What is saved is proven at
once; each finding names the rules and the input that shows it.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from engine.dmn.report import prove_files
from engine.errors import Malformed, NotFound
from web.designer import drafts, fields, losses, rule_words, starter
from web.designer.drafts import Piece, asked_version, piece
from web.designer.palette import translations
from web.designer.room import ROOM
from web.language import _, current
from web.security import with_editor_styles
from web.sentences import told
from web.signin.who import current_actor

# The kind of a field → the type its value has in FEEL.
_TYPES = {
    **dict.fromkeys(("integer", "number", "money"), "number"),
    **dict.fromkeys(("text", "one-of", "cn-id", "cn-uscc", "cn-subject"), "string"),
    "boolean": "boolean",
    "date": "date",
}
STEM = re.compile(r"[a-z][a-z0-9_]{0,59}")


def paths(found: Piece) -> list[str]:
    """The files of a draft's tables."""
    return sorted(path for path in found.bundle.files if path.endswith(".dmn"))


@ROOM.get("/drafts/<int:number>/tables")
def edit_tables(number: int) -> str:
    """The tables of a draft."""
    return tables_page(piece(number))


def tables_page(found: Piece, fault: str = "") -> str:
    """The list, with what was wrong with a new table."""
    proofs = {path: [one for one in found.judged.proofs if one.file == path] for path in paths(found)}
    asked = found.judged.package.definition.decisions() if found.judged.package else ()
    listed = [(name, f"{label}（{name}）") for name, label, _kind in inputs(found)]
    return render_template(
        "designer/edit_tables.html", piece=found, proofs=proofs, asked=asked, inputs=listed, fault=fault
    )


@ROOM.post("/drafts/<int:number>/tables")
def new_table(number: int) -> Answer | tuple[str, int]:
    """Begin a table with one input, one output and no rule."""
    found = piece(number)
    stem, title = request.form.get("stem", "").strip(), request.form.get("title", "").strip()
    path = f"{stem}.dmn"
    if not STEM.fullmatch(stem) or path in found.bundle.files:
        return tables_page(found, _("决策编号由小写字母、数字和 _ 组成，不能与已有的相同。")), 422
    asked = next((one for one in inputs(found) if one[0] == request.form.get("input")), None)
    name, label, kind = asked or ("amount", _("金额"), "number")
    drafts.save(found, {path: starter.table(stem, title or stem, name, label, kind).encode()})
    return redirect(url_for("designer.edit_table", number=number, path=path), 303)


def inputs(found: Piece) -> list[tuple[str, str, str]]:
    """The variables a table may ask: name, words, FEEL's name of their type; files and lists left out."""
    properties = fields.document(found.bundle, fields.CASEFILE).get("properties", {})
    return [
        (name, str(one.get("title", name)), _TYPES[fields.kind_of(one)])
        for name, one in properties.items()
        if fields.kind_of(one) in _TYPES
    ]


@ROOM.get("/drafts/<int:number>/tables/<path:path>")
@with_editor_styles
def edit_table(number: int, path: str) -> ResponseReturnValue:
    """The editor of one table."""
    found = piece(number)
    _demand(found, path)
    return render_template(
        "designer/edit_table.html",
        piece=found,
        path=path,
        findings=proven(found.bundle.files[path], path),
        words=translations() if current() == "zh" else {},
    )


def _demand(found: Piece, path: str) -> None:
    if path not in paths(found):
        raise NotFound(_("草稿里没有决策表“%(path)s”。", path=path[:60]))


@ROOM.get("/drafts/<int:number>/dmn/<path:path>")
def table_file(number: int, path: str) -> Response:
    """The table, byte for byte."""
    found = piece(number)
    _demand(found, path)
    response = make_response(found.bundle.files[path])
    response.headers["Content-Type"] = "application/xml; charset=utf-8"
    response.headers["Content-Disposition"] = "attachment; filename=table.dmn"
    return response


@ROOM.post("/drafts/<int:number>/tables/<path:path>/check")
def check_table(number: int, path: str) -> Response:
    """The proof of a table as it is sent, and what its editor did not hold; nothing is kept."""
    found = piece(number)
    _demand(found, path)
    return jsonify(findings=proven(_sent(), path), losses=_unheld(found, path))


def _unheld(found: Piece, path: str) -> list[str]:
    """What the kept file has and the editor, before anything was changed, had not."""
    untouched = (request.get_json(silent=True) or {}).get("untouched")
    kept = found.bundle.files[path]
    return losses.unheld(kept, untouched.encode()) if isinstance(untouched, str) else []


@ROOM.post("/drafts/<int:number>/tables/<path:path>")
def save_table(number: int, path: str) -> Response:
    """Keep a table: {"xml", "version", "untouched"} → {"version", "findings"}.

    What the editor did not hold is listed and nothing is saved (409), until it is sent with `accept`.
    """
    found, data = piece(number), _sent()
    _demand(found, path)
    lost = _unheld(found, path)
    if lost and not (request.get_json(silent=True) or {}).get("accept"):
        return make_response(jsonify(losses=lost, version=found.draft.version), 409)
    saved = drafts.book().save(current_actor().as_data(), number, asked_version(), {path: data})
    return jsonify(version=saved.version, findings=proven(data, path))


@ROOM.post("/drafts/<int:number>/drop-table")
def drop_table(number: int) -> Answer:
    """Take a table out of the draft."""
    found, path = piece(number), request.form.get("path", "")
    _demand(found, path)
    drafts.save(found, {path: None})
    return redirect(url_for("designer.edit_tables", number=number), 303)


def _sent() -> bytes:
    xml = (request.get_json(silent=True) or {}).get("xml")
    if not isinstance(xml, str) or not xml.strip():
        raise Malformed(_("没有收到决策表。"))
    return xml.encode()


def proven(data: bytes, path: str) -> list[dict[str, Any]]:
    """What the proof of a table finds, each with the rules and the input that shows it."""
    findings = prove_files({path: data}).findings
    facts = [{**one.as_data(), "sentence": told(one.finding.sentence)} for one in findings]
    return [{**found, "about": rule_words.about(f"dmn.{found['kind']}")} for found in facts]
