"""Handing out the bytes of a case's file: as they are stored, never able to run on our pages.

Called by the routes that open a document. Whether the reader may have it, and that the file belongs to
the case, is asked by the caller through `belongs`.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

from flask import g, make_response, render_template
from werkzeug.wrappers import Response

from engine.definitions.job_lint import FOR_AUTHORITY
from engine.errors import NotFound
from engine.records import blobs
from web.casefile import paper
from web.casefile.facts import files_in
from web.casefile.opening import CaseFile
from web.house import House
from web.language import _

_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_PAPER = (Path(__file__).parents[1] / "templates" / "casefile" / "paper.css").read_text()
_NOTHING_RUNS = {
    "sandbox": "",
    "default-src": "'none'",
    "style-src": f"'sha256-{b64encode(sha256(_PAPER.encode()).digest()).decode()}'",
    "img-src": "'self' data:",
    "font-src": "'none'",
    "script-src": "'none'",
    "connect-src": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'self'",
}


def files_of(case: CaseFile, *, public: bool = False) -> Iterator[Mapping[str, Any]]:
    """Every file of the case: issued documents first, then whatever was handed in at any step.

    In a public view, beside the documents for the party, only what came with the application or from the
    applicant.
    """
    yield from for_party(case) if public else case.state.documents
    for entry in case.entries:
        if not public or entry.actor.get("kind") == "party" or entry.command["type"] == "Receive":
            yield from files_in(dict(entry.command))
    if not public:
        yield from files_in(dict(case.variables))


def for_party(case: CaseFile) -> list[Mapping[str, Any]]:
    """The issued documents that the party reads too, in the order of their issue."""
    return [one for one in case.state.documents if one.get("reader") != FOR_AUTHORITY]


def belongs(case: CaseFile, digest: str, *, public: bool = False) -> Mapping[str, Any]:
    """The facts of a file of the case. Raises NotFound for a hash that is none of its files."""
    for file in files_of(case, public=public):
        if file.get("sha256") == digest:
            return file
    raise NotFound(_("这个案件没有这份文件。"))


def answer(house: House, file: Mapping[str, Any], *, download: bool = False) -> Response:
    """The file itself: pictures and issued documents may be looked at, everything else is downloaded."""
    with house.store.reading() as connection:
        data = blobs.get(connection, str(file["sha256"]))
    media_type = str(file.get("media_type") or "application/octet-stream")
    # A .docx that somebody handed in is never opened here, one that we issued is.
    as_page = media_type == "text/html" or (media_type in paper.SHOWN and "issued_on" in file)
    as_page = as_page and not download
    if as_page:
        data = on_paper(data, media_type, str(file.get("name") or ""))
    response = make_response(data)
    is_html = as_page or media_type == "text/html"
    response.headers["Content-Type"] = "text/html; charset=utf-8" if is_html else media_type
    inline = not download and (as_page or media_type in _SHOWN)
    name = str(file.get("name") or "file")
    # The real name, percent-encoded (RFC 6266): no sign of it can end the header.
    kind = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    g.policy = _NOTHING_RUNS
    return response


def preview(data: bytes, media_type: str, name: str) -> Response:
    """A document that was never issued, to be looked at: the same page under the same policy."""
    response = make_response(on_paper(data, media_type, name))
    response.headers["Content-Type"] = "text/html; charset=utf-8"
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    g.policy = _NOTHING_RUNS
    return response


def on_paper(data: bytes, media_type: str, name: str) -> bytes:
    """The page of a document's bytes."""
    body = paper.as_html(data, media_type)
    return render_template("casefile/document.html", body=body, name=name, style=_PAPER).encode()


def may_frame() -> None:
    """The page being answered shows a document of ours in a frame."""
    g.policy = {"frame-src": "'self'"}
