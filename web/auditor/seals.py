"""The seals: whether their chain holds, and whether one kept outside the database is still the same.

Reads `engine.audit.verify_seals`; changes nothing. Making a seal is the operator's.
"""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from engine import audit, canonical
from engine.errors import Malformed
from engine.records import seals as stored_seals
from web.auditor.proof import shown
from web.auditor.room import ROOM
from web.language import _
from web.signin.who import house

LISTED = 30
LONGEST = 64 * 1024


@ROOM.get("/seals")
def seals() -> str:
    """The newest seals and the form to check them."""
    return page()


@ROOM.post("/seals")
def check_seals() -> str:
    """Check all seals, against the file sent along if there is one. Raises Malformed for a file that is
    no seal."""
    kept = kept_seal()
    with house().store.reading() as connection:
        checks = audit.verify_seals(connection, kept)
    return page(checks=shown(checks), holds=all(check.holds for check in checks))


def kept_seal() -> dict[str, Any] | None:
    """The seal in the uploaded file; None where none was chosen."""
    sent = request.files.get("seal")
    if sent is None or not sent.filename:
        return None
    try:
        kept = canonical.loads(sent.stream.read(LONGEST))
    except (Malformed, UnicodeDecodeError) as error:
        raise Malformed(_("请选择由本系统下载的封存文件（JSON），但这个文件不是。")) from error
    if not isinstance(kept, dict) or not {"number", "moment", "body", "hash"} <= set(kept):
        raise Malformed(_("请选择由本系统下载的封存文件（JSON），但这个文件不是。"))
    return kept


def page(**facts: Any) -> str:
    """The page with what was found."""
    with house().store.reading() as connection:
        newest = list(reversed(stored_seals.all_seals(connection)))[:LISTED]
    rows = [
        {
            "number": seal.number,
            "moment": seal.moment,
            "hash": seal.hash,
            "streams": seal.told.get("count", 0),
        }
        for seal in newest
    ]
    return render_template("auditor/seals.html", seals=rows, **facts)
