"""One period of a case to keep or to print: as a picture, month by month, or as text.

Called by every room that explains a due date: the days are those of `engine.audit.counted`, at the moment of
the case file handed in. Whether the reader may see the period is asked by the caller.
"""

from __future__ import annotations

from flask import make_response
from werkzeug.wrappers import Response

from engine.audit import counted
from engine.periods import picture
from web.casefile.opening import CaseFile
from web.language import current


def period(case: CaseFile, key: int, kind: str) -> Response:
    """The period of that key day by day; `kind` is svg or txt. Raises NotFound."""
    (each,) = counted.one(list(counted.counted(case.state, case.calendar, case.now)), str(key))
    as_text = kind == "txt"
    drawn = each.explanation.text(current()) if as_text else picture(each.explanation, current())
    response = make_response(drawn)
    response.headers["Content-Type"] = f"{'text/plain' if as_text else 'image/svg+xml'}; charset=utf-8"
    return response
