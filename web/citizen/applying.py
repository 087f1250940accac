"""Applying on a web page: choose the office, fill in the form, read it over, declare it true, keep the code.

The application is the command Receive by a party. Until it is handed in it is a draft of this session.
The query code is shown on the result page for as long as the session lasts, and kept nowhere but there.
"""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from engine.casework import commands
from engine.definitions.catalogue import ServiceItem
from engine.errors import Finding, Malformed, NotFound, TooLarge
from engine.organisation.model import Actor
from web.casefile import acts, drafts, facts, filling
from web.casefile.filling import Filling
from web.casefile.starting import first_form
from web.citizen import proof
from web.citizen.guide import elements, find_item
from web.citizen.room import ROOM
from web.language import _, current
from web.signin.who import house, unit_name

CODES = "codes"
ROLES = ("applicant",)
DECLARED = "/declared"


@ROOM.get("/items/<code>/apply")
def choose(code: str) -> Response | str:
    """Which office takes the application; where there is one alone, straight to its form."""
    item = find_item(house(), code)
    if "unit" in request.args:
        return redirect(url_for("citizen.apply", code=code, unit=request.args["unit"][:80]), 303)
    if len(item.units) == 1:
        return redirect(url_for("citizen.apply", code=code, unit=item.units[0]), 303)
    units = [(unit, unit_name(unit)) for unit in item.units]
    return render_template("citizen/choose.html", item=item, name=item.name(current()), units=units)


@ROOM.get("/items/<code>/apply/<unit>")
def apply(code: str, unit: str) -> Response:
    """The application form."""
    item = item_at(code, unit)
    return page(item, unit, form_of(item, unit))


@ROOM.post("/items/<code>/apply/<unit>")
def fill(code: str, unit: str) -> Response:
    """What was filled in: kept as a draft; without fault, on to reading it over."""
    item = item_at(code, unit)
    form, sent = form_of(item, unit), None
    try:
        sent = filling.read(form)
        if sent.again:
            return again(item, unit, sent)
        sent.checked()
    except (Malformed, TooLarge) as error:
        return page(item, unit, (sent or form).wrong(error).keep(), error.status)
    sent.keep()
    return redirect(url_for("citizen.confirm", code=code, unit=unit), 303)


def again(item: ServiceItem, unit: str, sent: Filling) -> Response:
    """The form once more: kept for later, grown by a row, or with an upload refused."""
    sent.keep()
    if filling.SAVE in request.form and not sent.findings:
        flash(_("已保存在这台设备的浏览器会话中，没有提交。"))
        return redirect(url_for("citizen.apply", code=item.code, unit=unit), 303)
    return page(item, unit, sent, 422 if sent.findings else 200)


@ROOM.get("/items/<code>/apply/<unit>/confirm")
def confirm(code: str, unit: str) -> Response:
    """Everything once more to be read over, with the statement that it is true."""
    item = item_at(code, unit)
    form = form_of(item, unit)
    try:
        form.checked()
    except (Malformed, TooLarge):
        return redirect(url_for("citizen.apply", code=code, unit=unit), 303)
    return confirmation(item, unit, form)


@ROOM.post("/items/<code>/apply/<unit>/confirm")
def hand_in(code: str, unit: str) -> Response:
    """Hand the application in. Without the statement nothing is handed in."""
    item = item_at(code, unit)
    form = form_of(item, unit)
    if request.form.get(DECLARED) != "true":
        fault = Finding(DECLARED, _("请确认所填内容和所交材料真实、有效"), "form.declared")
        return confirmation(item, unit, form, (fault,), 422)
    try:
        variables = form.checked()
        actor = Actor.party(str(variables.get("applicant_name", "")))
        command = commands.Receive(item=code, unit=unit, channel="online", variables=variables)
        outcome = acts.handle(house(), command, actor)
    except (Malformed, TooLarge) as error:
        return page(item, unit, form.wrong(error), error.status)
    form.done()
    proof.signed(house(), actor, outcome.case_id, outcome.version, variables)
    proof.remember(house(), proof.Proof(outcome.number, proof.CODE))
    session[CODES] = {**session.get(CODES, {}), outcome.number: outcome.query_code}
    return redirect(url_for("citizen.done", number=outcome.number), 303)


@ROOM.get("/done/<number>")
def done(number: str) -> str:
    """It is handed in: the number and the code to keep. Raises NotFound for somebody else's."""
    code = session.get(CODES, {}).get(number)
    if code is None:
        raise NotFound(_("这一页只对刚提交申请的人显示。请到“查询进度”查询。"))
    return render_template("citizen/done.html", number=number, code=code)


# --- showing it ------------------------------------------------------------------------------------


def item_at(code: str, unit: str) -> ServiceItem:
    """The item, if the unit accepts it. Raises NotFound."""
    item = find_item(house(), code)
    if unit not in item.units:
        raise NotFound(_("该单位不受理这个事项，请重新选择受理单位。"))
    return item


def form_of(item: ServiceItem, unit: str) -> Filling:
    """The application form in the hands of this session's reader."""
    place = f"start:{item.code}:{unit}"
    return filling.begin(house(), first_form(house(), item), drafts.stranger(), place, ROLES)


def page(item: ServiceItem, unit: str, form: Filling, status: int = 200) -> Response:
    """The page of the form."""
    shown = render_template(
        "citizen/apply.html",
        item=item,
        name=item.name(current()),
        unit=unit_name(unit),
        form=form,
        elements=elements(item),
    )
    return make_response(shown, status)


def confirmation(
    item: ServiceItem, unit: str, form: Filling, findings: tuple[Finding, ...] = (), status: int = 200
) -> Response:
    """The page on which everything is read over."""
    shown = render_template(
        "citizen/confirm.html",
        item=item,
        name=item.name(current()),
        unit=unit_name(unit),
        back=url_for("citizen.apply", code=item.code, unit=unit),
        groups=facts.answers(form.fields, form.values, lambda sha256: ""),
        findings=findings,
    )
    return make_response(shown, status)
