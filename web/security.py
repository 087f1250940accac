"""What keeps a page from being used against its reader.

Called once by `web.app`. Sets the content security policy and its sister headers, signs sessions,
limits uploads and refuses every unsafe request that does not come from our own page. It decides
nothing about who may act; that is the engine's.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec
from urllib.parse import urlsplit

from flask import Flask, Response, g, request, session
from flask.typing import ResponseReturnValue

from engine.errors import NotAuthorised
from web.language import _
from web.services import Settings

Arguments = ParamSpec("Arguments")

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
INTERFACE = "/api/"
FIELD = "csrf_token"
HEADER = "X-CSRF-Token"

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-src": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}


class PageExpired(NotAuthorised):
    """The session that a page was made for is over."""

    code = "page-expired"


def protect(app: Flask, settings: Settings) -> None:
    """Put an application under these rules."""
    app.secret_key = settings.secret
    app.config.update(
        SESSION_COOKIE_NAME="banjie_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        MAX_CONTENT_LENGTH=settings.upload_limit,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        MAX_FORM_PARTS=2000,
    )
    app.before_request(refuse_forgery)
    app.after_request(harden)
    app.jinja_env.globals[FIELD] = csrf_token


def csrf_token() -> str:
    """The secret of this session that every form and every htmx request sends back."""
    if FIELD not in session:
        session[FIELD] = secrets.token_urlsafe(32)
    return str(session[FIELD])


def renew_session(**kept: object) -> None:
    """Start a session anew at sign-in and sign-out, so that an older cookie opens nothing.

    The chosen language stays; `kept` is what the new session begins with.
    """
    language = session.get("language")
    session.clear()
    session.update(kept)
    if language:
        session["language"] = language
    session.permanent = True


def refuse_forgery() -> None:
    """Before every unsafe request: it must come from our own origin and carry the session's token.

    The interface for machines reads no cookie, so nobody's session can be made to ride into it. Raises
    NotAuthorised.
    """
    if request.method in SAFE or request.path.startswith(INTERFACE):
        return
    if not from_own_origin():
        raise NotAuthorised(_("本次提交不是从本站页面发出的，未予受理。请回到本站页面重新提交。"))
    sent = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not hmac.compare_digest(sent.encode(), str(session.get(FIELD, "")).encode()) or not sent:
        raise PageExpired(_("页面已过期，提交未予受理。请回到刚才的页面，重新提交。"))


def from_own_origin() -> bool:
    """Whether the browser says that the request began on this site; browsers that say nothing pass."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def harden(response: Response) -> Response:
    """Set the headers every answer carries; pages are not kept by caches, static files may be."""
    policy = POLICY | g.get("policy", {})
    response.headers["Content-Security-Policy"] = "; ".join(
        f"{name} {value}" for name, value in policy.items()
    )
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    elif "v" in request.args:
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def with_editor_styles(
    view: Callable[Arguments, ResponseReturnValue],
) -> Callable[Arguments, ResponseReturnValue]:
    """For the designer's page alone: the FEEL editor writes its own style elements, scripts stay ours."""

    @wraps(view)
    def relaxed(*args: Arguments.args, **kwargs: Arguments.kwargs) -> ResponseReturnValue:
        g.policy = {"style-src": "'self' 'unsafe-inline'", "font-src": "'self' data:"}
        return view(*args, **kwargs)

    return relaxed
