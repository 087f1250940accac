"""Seals: what is not covered yet, sealing now, and the file to keep outside the database.

A seal proves only what its file, kept elsewhere, says; the page says so.
"""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from engine import canonical
from engine.audit import health
from engine.errors import NotFound
from engine.records import seals as stored
from timers import stamping
from web.language import _
from web.operator.room import ROOM, operators_only
from web.signin.who import house

LISTED = 30


@ROOM.get("/seals")
def seals() -> str:
    """The newest seals, each with its file."""
    operators_only()
    here = house()
    zone, now = here.runtime.settings.zone, here.clock.now()
    with here.store.reading() as connection:
        newest = list(reversed(stored.all_seals(connection)))[:LISTED]
        unsealed, overdue = health.unsealed(connection, zone), health.seal_overdue(connection, now)
    return render_template(
        "operator/seals.html",
        seals=newest,
        unsealed=unsealed,
        unsealed_days=unsealed.ended(now.astimezone(zone).date()),
        overdue=overdue,
        now=now,
    )


@ROOM.post("/seals")
def seal_now() -> Response:
    """Seal everything recorded so far."""
    operators_only()
    here = house()
    made, _stamp, problem = stamping.seal_and_stamp(here.runtime, stamping.configured())
    if problem:
        flash(_("已封存，但时间戳机构没有应答：%(problem)s", problem=problem))
    flash(_("已封存，编号 %(number)s。请下载封存文件，存放在系统之外。", number=made.number))
    return redirect(url_for("operator.seals"), 303)


@ROOM.get("/seals/<int:number>.json")
def seal_file(number: int) -> Response:
    """A seal as the file `banjie verify --seal` and the auditor's page read. Raises NotFound."""
    operators_only()
    with house().store.reading() as connection:
        found = stored.one(connection, number)
    if found is None:
        raise NotFound(_("没有编号为 %(number)s 的封存。", number=number))
    response = make_response(canonical.dumps(found.as_data()).encode())
    response.headers["Content-Type"] = "application/json"
    response.headers["Content-Disposition"] = f'attachment; filename="banjie-seal-{number}.json"'
    return response
