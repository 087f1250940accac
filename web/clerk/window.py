"""The window: an application entered for the applicant, and the receipt that is printed for them.

The application is the command Receive with the channel "window". The query code is shown once, on the
first view of the receipt, and is stored nowhere but as a digest.
"""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from engine.casework import commands
from engine.definitions.catalogue import ServiceItem
from engine.errors import Malformed, NotFound, TooLarge
from engine.organisation import authorization
from web.casefile import acts, facts, filling
from web.casefile.filling import Filling
from web.casefile.starting import first_form, items_in_force
from web.clerk.reading import link_to, read_case
from web.clerk.room import ROOM
from web.language import _, current
from web.signin.who import current_actor, house, organisation, unit_name

RECEIPT = "receipt"


@ROOM.get("/window")
def window() -> str:
    """The items this officer takes in, by unit."""
    offered = [
        {
            "name": item.name(current()),
            "code": item.code,
            "kind": item.facts.get("kind", ""),
            "unit": unit_name(unit),
            "href": url_for("clerk.enter", code=item.code, unit=unit),
        }
        for item in items_in_force(house())
        for unit in item.units
        if authorization.may(current_actor(), "receive", unit, organisation(), begun_by=item.begun_by)
    ]
    return render_template("clerk/window.html", offered=offered)


@ROOM.get("/window/<code>/<unit>")
def enter(code: str, unit: str) -> Response:
    """The application form of an item."""
    item = item_at(code, unit)
    return page(item, unit, form_of(item, unit))


@ROOM.post("/window/<code>/<unit>")
def receive(code: str, unit: str) -> Response:
    """Take the application in, print the receipt."""
    item = item_at(code, unit)
    form, sent = form_of(item, unit), None
    try:
        sent = filling.read(form)
        if sent.again:
            return again(item, unit, sent)
        command = commands.Receive(item=code, unit=unit, channel="window", variables=sent.checked())
        outcome = acts.handle(house(), command, current_actor())
    except (Malformed, TooLarge) as error:
        return page(item, unit, (sent or form).wrong(error).keep(), error.status)
    sent.done()
    session[RECEIPT] = {outcome.number: outcome.query_code}
    return redirect(url_for("clerk.receipt", number=outcome.number), 303)


def again(item: ServiceItem, unit: str, sent: Filling) -> Response:
    """The form once more: kept for later, grown by a row, or with an upload refused."""
    sent.keep()
    if filling.SAVE in request.form and not sent.findings:
        flash(_("已保存，没有提交。三十天内可以继续填写。"))
        return redirect(url_for("clerk.enter", code=item.code, unit=unit), 303)
    return page(item, unit, sent, 422 if sent.findings else 200)


def item_at(code: str, unit: str) -> ServiceItem:
    """The item, if the unit accepts it and this officer stands at its window.

    Raises NotFound, NotAuthorised.
    """
    item = next((one for one in items_in_force(house()) if one.code == code), None)
    if item is None or unit not in item.units:
        raise NotFound(_("没有这个事项，或者该单位不受理。"))
    authorization.at_the_door(current_actor(), "receive", unit, organisation(), begun_by=item.begun_by)
    return item


def form_of(item: ServiceItem, unit: str) -> Filling:
    """The application form in this officer's hands."""
    actor = current_actor()
    roles = sorted({role for held in actor.posts if held.unit == unit for role in held.roles})
    return filling.begin(house(), first_form(house(), item), actor.person, f"start:{item.code}:{unit}", roles)


def page(item: ServiceItem, unit: str, form: Filling, status: int = 200) -> Response:
    """The page of an application."""
    shown = render_template(
        "clerk/enter.html",
        item=item,
        name=item.name(current()),
        code=item.code,
        unit=unit_name(unit),
        form=form,
    )
    return make_response(shown, status)


@ROOM.get("/cases/<number>/receipt")
def receipt(number: str) -> str:
    """The receipt for the applicant, to be printed; the query code stands on it the first time alone."""
    case = read_case(number, "receipt")
    code = session.pop(RECEIPT, {}).get(number)
    return render_template(
        "clerk/receipt.html",
        case=case,
        unit=unit_name(case.state.unit),
        query_code=code,
        clerk=current_actor().name,
        papers=papers(case),
        name=case.item.name(current()),
    )


def papers(case: Any) -> list[str]:
    """What was handed in, by the labels of the application's files."""
    return [
        fact.label
        for group in facts.groups(case, link_to(case))
        for fact in group.facts
        if fact.files and case.schema(fact.name).get("format") == "file" and in_application(case, fact.name)
    ]


def in_application(case: Any, name: str) -> bool:
    """Whether a value came with the application."""
    form = case.form(case.package.first_form)
    return form is not None and any(field.name == name for field in form.fields)
