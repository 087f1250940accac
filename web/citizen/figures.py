"""The open figures, for anybody: what they say, the file with its program, the seal to keep beside it.

Linked from the navigation. The file is made once for a seal and kept in memory until the next one, so that
no visitor makes the house count again; only one request at a time makes it. It holds no personal data.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from threading import Lock
from typing import Any
from zipfile import ZipFile

from flask import make_response, render_template
from werkzeug.wrappers import Response

from engine import canonical
from engine.audit import open_figures
from engine.errors import NotFound
from engine.records import seals
from engine.records.seals import Seal
from web.citizen.room import ROOM
from web.language import _
from web.signin.who import house
from web.watching import reach

_MAKING = Lock()
_MADE: dict[str, bytes] = {}
"""The hash of the newest seal → the file made under it."""


@ROOM.get("/figures")
def open_figures_page() -> str:
    """What was received and closed by procedure, with the way to count it again."""
    seal, data = made()
    rows = list(lines(data)) if data else []
    return render_template("citizen/figures.html", seal=seal, rows=rows, size=len(data))


@ROOM.get("/figures.zip")
def open_figures_file() -> Response:
    """The figures with their rows, the seal they rest on, and the program. Raises NotFound before a seal."""
    return download(made()[1], "application/zip", "figures.zip")


@ROOM.get("/seal.json")
def seal_file() -> Response:
    """The seal under which the figures are counted: whoever keeps it can tell later what was changed.

    Raises NotFound before a seal.
    """
    seal, _data = made()
    text = canonical.dumps(seal.as_data()) if seal else ""
    return download(text.encode(), "application/json", f"seal-{seal.number if seal else 0}.json")


def made() -> tuple[Seal | None, bytes]:
    """The newest seal and the file under it; (None, b"") where nothing has been sealed yet."""
    with _MAKING, house().store.reading() as connection:
        seal = seals.latest(connection)
        if seal is None:
            return None, b""
        if seal.hash not in _MADE:
            data = open_figures.make(connection)
            _MADE.clear()
            _MADE[seal.hash] = data
        return seal, _MADE[seal.hash]


def lines(data: bytes) -> Iterator[dict[str, Any]]:
    """The figures of each procedure, with its name."""
    names = reach.procedures()
    with ZipFile(BytesIO(data)) as archive:
        found = json.loads(archive.read("figures.json"))
    for procedure, counted in found.items():
        yield {**counted, "name": names.get(procedure, procedure)}


def download(data: bytes, media_type: str, name: str) -> Response:
    """A file to keep. Raises NotFound where there is none yet."""
    if not data:
        raise NotFound(_("还没有封存，所以还没有公开统计。"))
    response = make_response(data)
    response.headers["Content-Type"] = media_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
