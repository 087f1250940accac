"""The clerk's room: its blueprint, its navigation, its guard.

The modules beside it hang their pages on `ROOM`. Every page asks for an officer who is signed in; which
case and which work item is his is asked page by page.
"""

from __future__ import annotations

from flask import Blueprint, url_for

from web.casefile.starting import items_in_force
from web.frame import Place
from web.language import _
from web.signin.who import find_actor, house, require

ROOM = Blueprint("clerk", __name__, url_prefix="/clerk")
ROOM.before_request(require())
COUNTING = frozenset({"window", "section-head", "head-of-organ"})
"""Who is shown the way to the statistics; what each may read there, the reports say."""


@ROOM.context_processor
def navigation() -> dict[str, object]:
    """Where a clerk can go."""
    places = [Place(_("待办事项"), url_for("clerk.worklist")), Place(_("案件"), url_for("clerk.cases"))]
    places.append(Place(_("我的卡片"), url_for("clerk.my_cards")))
    actor = find_actor()
    begins = {"window", *(item.begun_by for item in items_in_force(house()))}
    if actor is not None and any(begins & set(held.roles) for held in actor.posts):
        places.insert(1, Place(_("窗口收件"), url_for("clerk.window")))
    places.append(Place(_("登记簿"), url_for("clerk.list_registers")))
    if actor is not None and any(COUNTING & set(held.roles) for held in actor.posts):
        places.append(Place(_("统计"), url_for("statistics.annual")))
    return {"navigation": places, "home": url_for("clerk.worklist")}
