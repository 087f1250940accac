"""The document templates of a draft: upload one, write one, see which placeholders the case file fills.

A template is a .docx from a word processor, or HTML; names, `if` and `for`. What it may hold is the engine's
decision and checked on every save of the draft. A template is one or the other: the last one saved.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from random import Random
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from engine.casework.documents import qr_code
from engine.definitions import usage
from engine.definitions.packages import Package
from engine.definitions.template_values import dressed
from engine.definitions.templates import HtmlTemplate
from engine.definitions.word_templates import WordTemplate
from engine.errors import BanjieError, Malformed, NotFound
from timers import samples
from web.casefile import serving
from web.designer import drafts
from web.designer.drafts import Piece, piece
from web.designer.room import ROOM
from web.language import _
from web.sentences import told_refusal
from web.signin.who import house

STEM = re.compile(r"[a-z][a-z0-9_]{0,59}")
SUFFIXES = (".docx", ".html")
SEED = 7


def path_of(stem: str, suffix: str = ".html") -> str:
    """The file of a template."""
    return f"templates/{stem}{suffix}"


@ROOM.get("/drafts/<int:number>/papers")
def edit_papers(number: int) -> str:
    """The templates with their placeholders, and one of them to be written."""
    return papers_page(piece(number), request.args.get("template", ""))


def papers_page(found: Piece, stem: str = "", fault: str = "", text: str | None = None) -> str:
    """The page, with a template opened and what is wrong with it."""
    package, listed = found.judged.package, papers(found)
    known = usage.known_names(package) if package else frozenset()
    return render_template(
        "designer/edit_papers.html",
        piece=found,
        rows=[(one, placeholders(data, path, known), path.endswith(".docx")) for one, (data, path) in listed],
        readable=package is not None,
        stem=stem,
        text=text if text is not None else found.text(path_of(stem)),
        fault=fault,
        names=sorted(known | usage.ON_PAPER),
    )


def papers(found: Piece) -> list[tuple[str, tuple[bytes, str]]]:
    """The templates of a draft: stem, and bytes with path."""
    return [
        (path.removeprefix("templates/").rpartition(".")[0], (data, path))
        for path, data in sorted(found.bundle.files.items())
        if path.startswith("templates/") and path.endswith(SUFFIXES)
    ]


@ROOM.get("/drafts/<int:number>/papers/<stem>.docx")
def download_paper(number: int, stem: str) -> Response:
    """A template that is a .docx, to be edited in a word processor. Raises NotFound."""
    data = piece(number).bundle.files.get(path_of(stem, ".docx"))
    if data is None:
        raise NotFound(_("草稿里没有模板“%(stem)s”。", stem=stem[:60]))
    response = make_response(data)
    response.headers["Content-Type"] = WordTemplate.media_type
    response.headers["Content-Disposition"] = f"attachment; filename={stem}.docx"
    return response


@ROOM.get("/drafts/<int:number>/papers/<stem>/preview")
def preview_paper(number: int, stem: str) -> Answer:
    """A template filled with made-up facts, as the document would look. Raises NotFound."""
    found = piece(number)
    for path in (path_of(stem, suffix) for suffix in SUFFIXES):
        data = found.bundle.files.get(path)
        if data is not None and found.judged.package is not None:
            template = read(data, path)
            filled = template.render(sample(found.judged.package), qr_code(request.url))
            return serving.preview(filled, template.media_type, stem)
    raise NotFound(_("草稿里没有模板“%(stem)s”。", stem=stem[:60]))


def sample(package: Package) -> dict[str, Any]:
    """Made-up facts for every name a document may ask for; the same each time."""
    today = house().clock.now().date()
    chance, file = Random(SEED), package.casefile  # noqa: S311 - made-up facts, no secret
    drawn = {name: _drawn(schema, chance, today) for name, schema in file.items()}
    return {
        **dressed(drawn, file),
        "number": _("（文号）"),
        "issued_on": today.isoformat(),
        "code": "0" * 12,
        "case": {"number": _("（案件编号）"), "title": _("（事项名称）"), "received_at": today.isoformat()},
        "item": {"name": _("（事项名称）"), "code": _("（事项编码）"), "basis": [_("（办事依据）")]},
        "unit": {"name": _("（制发机关）"), "short": _("（机关简称）")},
    }


def _drawn(schema: Mapping[str, Any], chance: Random, today: date) -> Any:
    """A value for a field that its own form would take."""
    if schema.get("type") == "array" and "minItems" not in schema:
        schema = {**schema, "minItems": 1}
    return samples.draw(schema, chance, today, {})


def read(data: bytes, path: str) -> HtmlTemplate | WordTemplate:
    """A template from its file. Raises Malformed or IllegalDefinition with every finding."""
    if path.endswith(".docx"):
        return WordTemplate.read(data, path)
    try:
        return HtmlTemplate.read(data.decode("utf-8"), path)
    except UnicodeDecodeError as error:
        raise Malformed(_("模板应当是 UTF-8 编码的 HTML。")) from error


def placeholders(data: bytes, path: str, known: frozenset[str]) -> list[tuple[str, bool]]:
    """The names a template asks for, each with whether something fills it; none where it cannot be read."""
    try:
        names = read(data, path).names
    except BanjieError:
        return []
    return [(name, name in known | usage.ON_PAPER) for name in sorted(names)]


@ROOM.post("/drafts/<int:number>/papers")
def save_paper(number: int) -> Answer | tuple[str, int]:
    """Keep a template that was written or uploaded, or take one out (`act` = remove)."""
    found = piece(number)
    stem, upload = request.form.get("stem", "").strip(), request.files.get("file")
    cleared: dict[str, bytes | None] = {path_of(stem, suffix): None for suffix in SUFFIXES}
    if request.form.get("act") == "remove":
        drafts.save(found, cleared)
        return redirect(url_for("designer.edit_papers", number=number), 303)
    data = upload.read() if upload and upload.filename else _written().encode()
    path = path_of(stem, ".docx" if data[:2] == b"PK" else ".html")
    fault = _fault(stem, data, path) if data.strip() else _("请选择要上传的文件，或者写出模板。")
    if fault:
        return papers_page(found, stem, fault, None if path.endswith(".docx") else _written()), 422
    drafts.save(found, {**cleared, path: data})
    return redirect(url_for("designer.edit_papers", number=number, template=stem), 303)


def _written() -> str:
    return request.form.get("text", "").replace("\r\n", "\n")


def _fault(stem: str, data: bytes, path: str) -> str:
    """Why a template cannot be kept; "" where it can."""
    if not STEM.fullmatch(stem):
        return _("模板编号由小写字母、数字和 _ 组成，以字母开头。")
    try:
        read(data, path)
    except BanjieError as refusal:
        return told_refusal(refusal)
    return ""
