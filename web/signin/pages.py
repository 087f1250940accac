"""Signing in and out, choosing a post, and the way home.

The blueprint `ROOM` is listed in `web.rooms`. Passwords are checked by the directory, which also brakes
guessing; a new session begins at every sign-in and sign-out. It takes no decision about any case.
"""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, session
from werkzeug.wrappers import Response

from engine.errors import NotAuthorised, TooManyAttempts
from web.language import _, own_path
from web.security import renew_session
from web.signin import records, who

ROOM = Blueprint("signin", __name__)
ROOM.before_app_request(who.show_who)
ROOM.app_errorhandler(NotAuthorised)(records.refused_at_the_door)


@ROOM.get("/")
def home() -> Response:
    """The first page of whoever asks: the room of their post, or the public's."""
    return redirect(who.home_of(who.find_actor()), 303)


@ROOM.get("/signin")
def page() -> Response | str:
    """The sign-in form; whoever is signed in already goes on."""
    actor = who.find_actor()
    wanted = request.args.get("next", "")
    if actor is not None:
        return redirect(own_path(wanted) if wanted else who.home_of(actor), 303)
    return form(wanted)


@ROOM.post("/signin")
def sign_in() -> Response | str:
    """Check login and password, begin a new session, go where the person was going."""
    login, wanted = request.form.get("login", "").strip(), request.form.get("next", "")
    try:
        person = who.house().directory.check_password(login, request.form.get("password", ""))
    except TooManyAttempts as error:
        sentence = _("登录失败次数过多，请在 %(seconds)s 秒后再试。", seconds=error.retry_after)
        answer = make_response(form(wanted, login, sentence), error.status)
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    if person is None:
        records.sign_in_failed(login)
        return make_response(form(wanted, login, _("登录名或密码不正确，请重新输入。")), 401)
    actor = who.house().directory.actor(person.login)
    renew_session(login=person.login, post=actor.post)
    return redirect(own_path(wanted) if wanted else who.home_of(actor), 303)


@ROOM.post("/post")
def change_post() -> Response:
    """Act from another of one's posts from now on. Raises NotAuthorised where it is not held."""
    actor = who.current_actor().from_post(request.form.get("post", ""))
    session["post"] = actor.post
    return redirect(who.home_of(actor), 303)


@ROOM.post("/signout")
def sign_out() -> Response:
    """End the session."""
    renew_session()
    return redirect("/", 303)


def form(wanted: str = "", login: str = "", fault: str = "") -> str:
    """The sign-in page; the password never comes back into it."""
    return render_template("signin/page.html", next=wanted, login=login, fault=fault)
