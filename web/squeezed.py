"""Static files as they travel over a slow line: the gzip copy beside a file, for browsers that take one.

Called once by `web.app`; the copies are made by `web.assets` when the vendor folder is built. A file without
a copy, or with one older than itself, is sent as it is.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path
from typing import Any

from flask import Flask, Response, make_response, request, send_from_directory
from werkzeug.security import safe_join

SUFFIX = ".gz"


def install(app: Flask) -> None:
    """Let the application's static files go out squeezed."""
    folder, plain = str(app.static_folder), app.view_functions["static"]

    def static(filename: str) -> Any:
        taken = _takes(folder, filename)
        response = make_response(_squeezed(folder, filename) if taken else plain(filename=filename))
        response.headers["Vary"] = "Accept-Encoding"
        return response

    app.view_functions["static"] = static


def _takes(folder: str, filename: str) -> bool:
    if not request.accept_encodings["gzip"]:
        return False
    found, copy = safe_join(folder, filename), safe_join(folder, filename + SUFFIX)
    if found is None or copy is None or not Path(copy).is_file() or not Path(found).is_file():
        return False
    return Path(copy).stat().st_mtime >= Path(found).stat().st_mtime


def _squeezed(folder: str, filename: str) -> Response:
    kind = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    response = send_from_directory(folder, filename + SUFFIX, mimetype=kind)
    response.headers["Content-Encoding"] = "gzip"
    return response
