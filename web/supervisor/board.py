"""The live board: how open cases stand, by unit and by procedure, and the newest cards.

The page asks for its own part again every few seconds; where nothing has changed the answer is empty and
the page stays as it is. Reads `engine.audit.board`; decides nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from engine import canonical
from engine.audit import board as readings
from engine.audit.board import Asked, Count
from engine.clock import moment_text
from web.language import ngettext
from web.signin.who import house, unit_name
from web.supervisor.room import ROOM, View, view
from web.watching import cards, reach

NEWEST = 8


@ROOM.get("/")
def board() -> str:
    """The whole page."""
    seen = view()
    return render_template(
        "supervisor/board.html",
        **facts(seen, moment_text(house().clock.now())),
        unit_choices=reach.unit_choices(seen.watched, seen.tree),
        procedure_choices=list(reach.procedures().items()),
    )


@ROOM.get("/board")
def board_part() -> Response:
    """The part that changes; 204 where it says what the reader's page says already (`mark`)."""
    seen = view()
    told = facts(seen, request.args.get("since", ""))
    if told["mark"] == request.args.get("mark"):
        return make_response("", 204)
    return make_response(render_template("supervisor/board_part.html", **told, refreshed=True))


def facts(seen: View, since: str) -> dict[str, Any]:
    """What the board shows; cards issued after `since` are new to its reader."""
    here, procedures = house(), reach.procedures()
    now, zone = here.clock.now(), here.runtime.settings.zone
    with here.store.reading() as connection:
        by = {
            heading: readings.counts(connection, seen.units, now, zone, heading, seen.asked["procedure"])
            for heading in ("unit", "procedure")
        }
        asked = Asked(seen.units, procedure=seen.asked["procedure"])
        rows = readings.cards(connection, asked, limit=NEWEST)
    fresh = [row for row in rows if since and row["issued_at"] > since]
    return {
        "seen": seen,
        "now": now,
        "since_now": moment_text(now),
        "total": tile_links(readings.together(by["unit"]), seen),
        "by_unit": [line(count, unit_name(count.key), seen, "unit") for count in by["unit"]],
        "by_procedure": [
            line(count, procedures.get(count.key, count.key), seen, "procedure") for count in by["procedure"]
        ],
        "cards": [
            {**cards.line(row, seen.tree, procedures), "fresh": row in fresh, "href": card_address(row)}
            for row in rows
        ],
        "said": ngettext("新增 %(num)s 张卡片", "新增 %(num)s 张卡片", len(fresh)) % {"num": len(fresh)}
        if fresh
        else "",
        "mark": mark_of(by["unit"], by["procedure"], rows),
    }


def mark_of(*parts: Sequence[Any]) -> str:
    """A short digest of what is shown."""
    text = canonical.dumps([[str(one) for one in part] for part in parts])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def card_address(row: Any) -> str:
    """The page of a card."""
    return url_for("supervisor.card", number=row["number"], key=row["key"])


def tile_links(count: Count, seen: View) -> dict[str, tuple[int, str]]:
    """Each figure with the list of cases it counts."""
    return {
        name: (getattr(count, name), reach.address("supervisor.cases", {**seen.asked, "standing": name}))
        for name in readings.STATES
    }


def line(count: Count, name: str, seen: View, heading: str) -> dict[str, Any]:
    """One line of a table of counts: each figure leads to its cases."""
    inner = View(seen.tree, seen.watched, seen.units, {**seen.asked, heading: count.key})
    return {
        "name": name,
        "figures": tile_links(count, inner),
        "href": reach.address("supervisor.board", inner.asked),
        "kind": "red" if count.overdue or count.red else "yellow" if count.yellow else "",
    }
