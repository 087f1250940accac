"""The document templates of a draft: upload one, write one, see which placeholders the case file fills.

A template is HTML with names, `if` and `for`; what it may hold is the engine's decision and checked on
every save of the draft.
"""

from __future__ import annotations

import re

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from engine.definitions import templates, usage
from web.designer import drafts
from web.designer.drafts import Piece, piece
from web.designer.room import ROOM
from web.language import _

STEM = re.compile(r"[a-z][a-z0-9_]{0,59}")
LARGEST = 500_000


def path_of(stem: str) -> str:
    """The file of a template."""
    return f"templates/{stem}.html"


@ROOM.get("/drafts/<int:number>/papers")
def edit_papers(number: int) -> str:
    """The templates with their placeholders, and one of them to be written."""
    return papers_page(piece(number), request.args.get("template", ""))


def papers_page(found: Piece, stem: str = "", fault: str = "", text: str | None = None) -> str:
    """The page, with a template opened and what is wrong with it."""
    package = found.judged.package
    known = usage.known_names(package) if package else frozenset()
    stems = [
        path.removeprefix("templates/").removesuffix(".html")
        for path in sorted(found.bundle.files)
        if path.startswith("templates/") and path.endswith(".html")
    ]
    rows = [(one, placeholders(found.text(path_of(one)), known)) for one in stems]
    return render_template(
        "designer/edit_papers.html",
        piece=found,
        rows=rows,
        readable=package is not None,
        stem=stem,
        text=text if text is not None else found.text(path_of(stem)) if stem in stems else "",
        fault=fault,
        names=sorted(known | usage.ON_PAPER),
    )


def placeholders(text: str, known: frozenset[str]) -> list[tuple[str, bool]]:
    """The names a template asks for, each with whether something fills it."""
    return [(name, name in known | usage.ON_PAPER) for name in sorted(templates.names(text))]


@ROOM.post("/drafts/<int:number>/papers")
def save_paper(number: int) -> Answer | tuple[str, int]:
    """Keep a template that was written or uploaded, or take one out (`act` = remove)."""
    found = piece(number)
    stem, upload = request.form.get("stem", "").strip(), request.files.get("file")
    if not STEM.fullmatch(stem):
        return papers_page(found, stem, _("模板编号由小写字母、数字和 _ 组成，以字母开头。")), 422
    if request.form.get("act") == "remove":
        drafts.save(found, {path_of(stem): None})
        return redirect(url_for("designer.edit_papers", number=number), 303)
    data = upload.read() if upload and upload.filename else request.form.get("text", "").encode()
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return papers_page(found, stem, _("模板应当是 UTF-8 编码的 HTML。")), 422
    faults = templates.check(text, stem) if len(data) <= LARGEST else []
    if len(data) > LARGEST or faults:
        sentence = "；".join(fault.sentence for fault in faults) or _("模板太大。")
        return papers_page(found, stem, sentence, text[:LARGEST]), 422
    drafts.save(found, {path_of(stem): text.encode()})
    return redirect(url_for("designer.edit_papers", number=number, template=stem), 303)
