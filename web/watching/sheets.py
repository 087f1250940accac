"""A table as a file for a spreadsheet: CSV in UTF-8, which no program mistakes for formulas.

Called by the rooms that export lists. It knows nothing of what the table says.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from flask import make_response
from werkzeug.wrappers import Response

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def sheet(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The table as a download called `name`.csv."""
    out = io.StringIO()
    # Spreadsheets take UTF-8 for Chinese only behind a byte order mark.
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(head)
    for row in rows:
        writer.writerow([plain(value) for value in row])
    response = make_response(out.getvalue().encode())
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.csv"
    return response


def plain(value: object) -> str:
    """A value as text that a spreadsheet does not run: what begins like a formula is quoted."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
