"""The operator's room: its blueprint, its navigation, its guards.

The modules beside it hang their pages on `ROOM`. Operators see and do everything here; administrators of
the organisation, who begin here too, see how the installation is, and nothing of any case.
"""

from __future__ import annotations

from flask import Blueprint, url_for

from engine.organisation import authorization
from web.frame import Place
from web.language import _
from web.signin.who import current_actor, find_actor, organisation

ROOM = Blueprint("operator", __name__, url_prefix="/operator")


@ROOM.before_request
def guard() -> None:
    """Let in who operates or administers. Raises NotSignedIn, NotAuthorised."""
    actor = current_actor()
    if not authorization.may(actor, "administer", "", organisation()):
        authorization.at_the_door(actor, "operate", "", organisation())


def operators_only(unit: str = "") -> None:
    """Let on who operates that unit ("": any). Raises NotAuthorised."""
    authorization.at_the_door(current_actor(), "operate", unit, organisation())


def operates() -> bool:
    """Whether the person in front of the screen operates the installation."""
    actor = find_actor()
    return actor is not None and authorization.may(actor, "operate", "", organisation())


@ROOM.context_processor
def navigation() -> dict[str, object]:
    """Where an operator can go."""
    places = [Place(_("运行状态"), url_for("operator.overview"))]
    if operates():
        places.append(Place(_("异常"), url_for("operator.incidents")))
        places.append(Place(_("封存"), url_for("operator.seals")))
    places.append(Place(_("已部署版本"), url_for("operator.versions")))
    return {"navigation": places, "home": url_for("operator.overview"), "operates": operates()}
