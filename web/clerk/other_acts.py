"""What else an officer may do to a case: answer a message it waits for, with its form.

A window clerk also enters here what the applicant hands in on paper. The act is one command; refusals
are shown where they arose.
"""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.casework import commands
from engine.errors import ActBlocked, Malformed, TooLarge
from web.casefile import acts, filling, story
from web.casefile.acts import OpenAct
from web.casefile.filling import Filling
from web.casefile.opening import CaseFile
from web.clerk.reading import read_case
from web.clerk.room import ROOM
from web.language import _
from web.signin.who import current_actor, house


@ROOM.get("/cases/<number>/acts/<int:key>")
def act(number: str, key: int) -> Response:
    """The act's form."""
    case = read_case(number, f"act:{key}")
    found = acts.find(case, current_actor(), key)
    return page(case, found, form_of(case, found))


@ROOM.post("/cases/<number>/acts/<int:key>")
def do(number: str, key: int) -> Response:
    """Do the act. Raises Conflict where the case no longer waits for it."""
    case, actor = read_case(number, f"act:{key}"), current_actor()
    found = acts.find(case, actor, key)
    form, sent = form_of(case, found), None
    try:
        sent = filling.read(form) if form else None
        if sent and sent.again:
            sent.keep()
            if filling.SAVE in request.form and not sent.findings:
                flash(_("已保存，没有提交。三十天内可以继续填写。"))
                return redirect(url_for("clerk.act", number=number, key=key), 303)
            return page(case, found, sent, 422 if sent.findings else 200)
        command = commands.Send(case_id=case.case_id, key=key, variables=sent.checked() if sent else {})
        acts.handle(house(), command, actor)
    except (Malformed, TooLarge) as error:
        if form is None:
            raise
        return page(case, found, (sent or form).wrong(error).keep(), error.status)
    except ActBlocked as error:
        after = read_case(number, f"act:{key}")
        return page(after, found, sent, error.status, story.forbidden(after, error.sentence))
    if sent:
        sent.done()
    flash(_("已办理“%(name)s”。", name=found.title))
    return redirect(url_for("clerk.case", number=number), 303)


def form_of(case: CaseFile, found: OpenAct) -> Filling | None:
    """The act's form in this officer's hands; None where it has none."""
    form, actor = case.form(found.form), current_actor()
    if form is None:
        return None
    roles = sorted({role for held in actor.posts for role in held.roles})
    return filling.begin(house(), form, actor.person, f"act:{case.case_id}:{found.key}", roles)


def page(
    case: CaseFile, found: OpenAct, form: Filling | None, status: int = 200, void: Any = None
) -> Response:
    """The page of an act; `void` says why the law forbids it."""
    shown = render_template("clerk/act.html", case=case, act=found, form=form, void=void)
    return make_response(shown, status)
