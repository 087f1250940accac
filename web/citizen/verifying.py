"""Is this document genuine: by the code it carries, or by its very bytes. Open to everybody.

A QR code on a document opens this page. It says what is known of the document with personal data covered,
and never shows the document itself. An uploaded file is hashed and forgotten; whether it is genuine is a
question of its bytes alone.
"""

from __future__ import annotations

import hashlib
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from sqlalchemy import Connection, select
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from engine.casework.covering import covered_text
from engine.casework.documents import CODE_LENGTH, VOID, find_issued
from engine.casework.publications import covered
from engine.records.tables import case as case_table
from web.citizen.room import ROOM
from web.language import _
from web.signin.who import house, unit_name

_PIECE = 65_536


@ROOM.get("/verify")
def verify() -> str:
    """The form that asks for a code or a file."""
    return page()


@ROOM.get("/verify/<code>")
def verify_code(code: str) -> Response:
    """What the QR code of a document opens."""
    return _answer({"code": normal(code)})


@ROOM.post("/verify")
def check() -> Response:
    """Check the code, with the number where it is given, or the uploaded file."""
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        return _answer({"sha256": hashed(upload)})
    code, number = normal(request.form.get("code", "")), request.form.get("number", "").strip()[:120]
    if not code:
        return make_response(page(fault=_("请输入核验码，或者选择要核验的文件。")), 422)
    if not number and len(code) == CODE_LENGTH:
        return redirect(url_for("citizen.verify_code", code=code), 303)
    return _answer({"code": code}, number)


def normal(code: str) -> str:
    """A code as it was printed, however it was typed."""
    return "".join(sign for sign in code.upper() if sign.isalnum())[:40]


def hashed(upload: FileStorage) -> str:
    """SHA-256 of an uploaded file, read a piece at a time and not kept."""
    digest = hashlib.sha256()
    while piece := upload.stream.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _answer(asked: dict[str, str], number: str = "") -> Response:
    with house().store.reading() as connection:
        found = find_issued(connection, **asked)
        if number:
            found = [row for row in found if row.number == number]
        shown = [facts(connection, row) for row in found]
    return make_response(page(shown, asked, number), 200 if shown else 404)


def facts(connection: Connection, row: Any) -> dict[str, Any]:
    """What the public may know of a document."""
    t = case_table.c
    case = connection.execute(select(t.title, t.applicant).where(t.case_id == row.case_id)).one()
    party = covered(case.applicant)
    return {
        "kind": row.kind,
        "number": row.number,
        "unit": unit_name(row.unit),
        "issued_on": row.issued_on,
        "matter": covered_text(case.title, [case.applicant] if party != case.applicant else []),
        "party": party,
        "sha256": row.sha256,
        "void": row.status == VOID,
    }


def page(
    found: list[dict[str, Any]] | None = None,
    asked: dict[str, str] | None = None,
    number: str = "",
    fault: str = "",
) -> str:
    """The page: the form, and below it the answer where something was asked."""
    return render_template("citizen/verify.html", found=found or [], asked=asked, number=number, fault=fault)
