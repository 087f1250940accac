"""The designer's room: its blueprint, its navigation, its guard.

The modules beside it hang their pages on `ROOM`. Every page asks for the right to design.
"""

from __future__ import annotations

from flask import Blueprint, url_for

from web.frame import Place
from web.language import _
from web.signin.who import require

ROOM = Blueprint("designer", __name__, url_prefix="/designer")
ROOM.before_request(require("design"))


@ROOM.context_processor
def navigation() -> dict[str, object]:
    """Where a designer can go."""
    places = [
        Place(_("流程"), url_for("designer.packages")),
        Place(_("草稿"), url_for("designer.drafts")),
        Place(_("上传"), url_for("designer.upload")),
        Place(_("试运行"), url_for("designer.trials")),
        Place(_("服务事项"), url_for("designer.items")),
        Place(_("工作日历"), url_for("designer.calendar")),
    ]
    return {"navigation": places, "home": url_for("designer.packages")}
