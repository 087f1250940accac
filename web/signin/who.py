"""Who sends this request: the actor from the session, asked for once per request.

Called by every officers' room: `current_actor()` in a view, `require(right)` as a room's guard. It reads
the session and the directory; whether an act is lawful is decided by the engine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import g, request, session

from engine.errors import NotAuthorised, NotSignedIn
from engine.organisation import authorization
from engine.organisation.model import Actor, Organisation
from web.frame import Post, SignedIn
from web.house import House
from web.language import _, words
from web.security import renew_session
from web.services import services

HOMES = (
    ("supervisor", "/supervisor/"),
    ("auditor", "/auditor/"),
    ("designer", "/designer/"),
    ("operator", "/operator/"),
    ("administrator", "/operator/"),
)
WORKLIST = "/clerk/"
PUBLIC_HOME = "/citizen/"


def house() -> House:
    """The house this application serves: store, runtime, clock, directory."""
    return cast(House, services())


def find_actor() -> Actor | None:
    """The officer who is signed in, acting from the chosen post; None for a stranger. Cached per request.

    Somebody who has left, or holds no post any more, is signed out here.
    """
    if "actor" not in g:
        g.actor = _actor_of_session()
    return cast("Actor | None", g.actor)


def _actor_of_session() -> Actor | None:
    login = session.get("login")
    if not login:
        return None
    try:
        actor = house().directory.actor(str(login))
    except NotSignedIn:
        renew_session()
        return None
    try:
        return actor.from_post(str(session.get("post") or actor.post))
    except NotAuthorised:  # the chosen post has been given up since
        return actor


def current_actor() -> Actor:
    """The officer who is signed in. Raises NotSignedIn (a page leads to the sign-in form then)."""
    actor = find_actor()
    if actor is None:
        raise NotSignedIn(_("请先登录。"))
    return actor


def require(right: str = "", unit: str = "") -> Callable[[], None]:
    """A guard for a whole room: `blueprint.before_request(require("supervise"))`.

    Without a right it asks only that an officer is signed in. Raises NotSignedIn or NotAuthorised; the
    refusal is journalled in the stream "security" by the door itself.
    """

    def guard() -> None:
        actor = current_actor()
        if right:
            authorization.at_the_door(actor, right, unit, organisation())

    return guard


def organisation() -> Organisation:
    """The tree of units in force, as the runtime sees it; read once per request."""
    if "organisation" not in g:
        runtime = house().runtime
        with house().store.reading() as connection:
            runtime.shelf.refresh(connection)
            g.organisation = runtime.organisation(connection)
    return cast(Organisation, g.organisation)


def home_of(actor: Actor | None) -> str:
    """Where a person's work begins: the room of the post acted from, or the public's first page."""
    if actor is None:
        return PUBLIC_HOME
    return next((home for role, home in HOMES if role in actor.roles), WORKLIST)


def unit_name(code: str) -> str:
    """The name of a unit in the reader's language; the code itself where the organisation has none."""
    found = next((unit for unit in organisation().units if unit.code == code), None)
    return words({"zh": found.name_zh, "en": found.name_en}) if found else code


def post_name(code: str) -> str:
    """The name of a post in the reader's language."""
    found = next((post for post in organisation().posts if post.code == code), None)
    return words({"zh": found.name_zh, "en": found.name_en}) if found else code


def person_name(login: str | None) -> str:
    """A person's name; the login itself where nobody is known by it, "" for nobody."""
    if not login:
        return ""
    if "person_names" not in g:
        g.person_names = {person.login: person.name for person in house().directory.persons()}
    return str(g.person_names.get(login, login))


def show_who() -> None:
    """Before every page: put the person into the masthead."""
    if request.endpoint == "static" or "Authorization" in request.headers:
        return
    actor = find_actor()
    if actor is not None:
        g.signed_in = _masthead(actor)


def _masthead(actor: Actor) -> SignedIn:
    others = [
        Post(held.post, f"{unit_name(held.unit)} · {post_name(held.post)}")
        for held in actor.posts
        if held.post != actor.post
    ]
    return SignedIn(actor.name, post_name(actor.post), unit_name(actor.unit), others)
