"""The supervisor's room: its blueprint, its navigation, its guard.

The modules beside it hang their pages on `ROOM`. Whoever supervises nothing is refused at the door; every
reading is narrowed to the units within the supervisor's reach.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, request, url_for

from engine.organisation.model import Organisation
from web.frame import Place
from web.language import _
from web.signin.who import current_actor, organisation, require
from web.watching import reach

ROOM = Blueprint("supervisor", __name__, url_prefix="/supervisor")
ROOM.before_request(require("supervise"))


@ROOM.context_processor
def navigation() -> dict[str, object]:
    """Where a supervisor can go."""
    places = [
        Place(_("监督看板"), url_for("supervisor.board")),
        Place(_("督办记录"), url_for("supervisor.cards")),
        Place(_("在办案件"), url_for("supervisor.cases")),
        Place(_("统计"), url_for("supervisor.figures")),
        Place(_("年度统计"), url_for("statistics.annual")),
        Place(_("夜间巡查"), url_for("supervisor.patrols")),
    ]
    return {"navigation": places, "home": url_for("supervisor.board")}


@dataclass(frozen=True)
class View:
    """What is looked at: the units watched, those the filter leaves, and the filter itself."""

    tree: Organisation
    watched: list[str]
    units: list[str]
    asked: dict[str, str]


def view(*fields: str) -> View:
    """The view this request asks for: `unit`, `procedure` and the further fields named."""
    tree = organisation()
    watched = reach.units_watched(current_actor(), "supervisor", tree)
    asked = {name: request.args.get(name, "").strip()[:100] for name in ("unit", "procedure", *fields)}
    return View(tree, watched, reach.narrowed(watched, asked["unit"], tree), asked)


def page_asked() -> int:
    """The page of a list asked for; 1 where none or nonsense is."""
    text = request.args.get("page", "1")
    return int(text) if text.isdecimal() and 0 < int(text[:6]) < 100_000 else 1
