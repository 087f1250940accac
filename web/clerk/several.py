"""Several work items of the list at once: taken, or given back to all who may take them.

Called by the worklist's page. Each item is a command of its own, judged and recorded by itself; one that
somebody else was faster with does not keep back the others. Nothing is completed here: what an item asks
is answered item by item.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request
from werkzeug.wrappers import Response

from engine.casework import commands
from engine.errors import BanjieError
from web.casefile import acts
from web.clerk.lists import PAGE, way_back
from web.clerk.reading import read_case
from web.clerk.room import ROOM
from web.language import _
from web.sentences import told_refusal
from web.signin.who import current_actor, house

CAUTION = "caution"
"""Of a message: what it says was not done."""
Make = Callable[[int, int], commands.Command]


@ROOM.post("/items/claim")
def claim_several() -> Response:
    """Take the ticked items."""
    done = each(lambda case_id, key: commands.Claim(case_id=case_id, key=key))
    if done:
        flash(_("已领取 %(count)s 件。", count=done))
    return redirect(way_back(), 303)


@ROOM.post("/items/release")
def release_several() -> Response:
    """Give the ticked items back."""
    done = each(lambda case_id, key: commands.Release(case_id=case_id, key=key))
    if done:
        flash(_("已退回 %(count)s 件，其他人可以领取。", count=done))
    return redirect(way_back(), 303)


def each(make: Make) -> int:
    """Do it to every ticked item and say what could not be done; gives how many were."""
    done, items = 0, ticked()
    if not items:
        flash(_("请先在列表里勾选事项。"), CAUTION)
    for number, key in items:
        try:
            acts.handle(house(), make(read_case(number, f"item:{key}").case_id, key), current_actor())
            done += 1
        except BanjieError as error:
            flash(_("%(number)s 没有办成：%(reason)s", number=number, reason=told_refusal(error)), CAUTION)
    return done


def ticked() -> list[tuple[str, int]]:
    """(case number, key) of the ticked items, a page's worth at most."""
    parts = [one.rpartition(":") for one in request.form.getlist("item")[:PAGE]]
    return [(number, int(key[:9])) for number, _colon, key in parts if number and key.isdecimal()]
