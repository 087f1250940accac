"""Withdrawing a deployed version: begun here, then seen by a second person like every draft.

Called from the page of a version. What it means is the engine's (`engine.definitions.withdrawals`): from its
day on no case begins under that version; what runs under it goes on to its end.
"""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from engine.definitions import withdrawals
from engine.errors import NotFound
from web.designer import drafts
from web.designer.reading import open_version
from web.designer.room import ROOM
from web.language import _
from web.signin.who import current_actor, house


@ROOM.post("/packages/<name>/<int:number>/withdrawal")
def begin_withdrawal(name: str, number: int) -> Answer:
    """Begin the withdrawal of a version, with its reason; the day is named when it is handed over."""
    opened = open_version(name, number)
    if house().runtime.shelf.withdrawn(opened.version) is not None:
        raise NotFound(_("第 %(number)s 版已经撤下。", number=number))
    reason = request.form.get("reason", "").strip()
    if not reason:
        flash(_("撤下要写明理由。"))
        return redirect(url_for("designer.package", name=name, number=number) + "#withdraw", 303)
    title = _("%(title)s：撤下第 %(number)s 版", title=opened.title, number=number)
    made = drafts.book().begin(
        current_actor().as_data(), withdrawals.bundle(name, number, reason), title, number
    )
    return redirect(url_for("designer.draft", number=made.number), 303)
