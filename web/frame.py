"""What stands around every page: who is signed in, where one can go, whose product it is.

Called by the layout through template context. A persona's blueprint gives its navigation by a context
processor of its own (`navigation`); the sign-in room puts `SignedIn` on `flask.g`. It never looks
anything up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, g, request, url_for

from web.language import words
from web.services import Settings


@dataclass(frozen=True)
class Place:
    """One entry of a navigation: its text (already in the reader's language) and its address."""

    text: str
    href: str


@dataclass(frozen=True)
class Post:
    """A post the person may act in; `id` is sent back when it is chosen."""

    id: str
    title: str


@dataclass(frozen=True)
class SignedIn:
    """The person in front of the screen, for the masthead alone.

    `posts` are those one may change to (POST to `switch_url` with the field `post`); signing out is a
    POST to `sign_out_url`.
    """

    name: str
    post: str
    unit: str
    posts: Sequence[Post] = ()
    switch_url: str = "/post"
    sign_out_url: str = "/signout"


def marked(places: Sequence[Place]) -> list[dict[str, object]]:
    """A navigation with the entry marked under which the reader is: the longest address that fits.

    `current` says that it is this very page, `active` that the page lies below it.
    """
    above = [place.href for place in places if request.path.startswith(place.href.rstrip("/") + "/")]
    nearest = max(
        [*above, *(place.href for place in places if place.href == request.path)], key=len, default=""
    )
    return [
        {
            "text": place.text,
            "href": place.href,
            "current": place.href == request.path,
            "active": place.href == nearest and place.href != "/",
        }
        for place in places
    ]


def install(app: Flask, settings: Settings) -> None:
    """Give every template the frame's facts and the address of an asset."""

    @app.context_processor
    def frame() -> dict[str, object]:
        return {
            "authority": words(settings.authority),
            "signed_in": g.get("signed_in"),
            "navigation": (),
            "asset": asset,
            "here": request.full_path.rstrip("?"),
        }

    app.jinja_env.filters["marked"] = marked
    folder = Path(app.static_folder or "")

    def asset(name: str) -> str:
        """The address of a static file, marked with its version so that browsers may keep it."""
        path = folder / name
        stat = path.stat() if path.exists() else None
        version = f"{stat.st_mtime_ns ^ stat.st_size:x}" if stat else "0"
        return url_for("static", filename=name, v=version)
