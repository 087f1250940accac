"""The work item: its form beside the case file; claimed, released, forwarded, saved for later, completed.

Every act is one command handed to the runtime. A refusal is shown where it arose: faults beside their
fields, a void act with its rule, a lost race with who has done what.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.casework import commands
from engine.casework.doors import variables_at
from engine.errors import ActBlocked, BanjieError, Conflict, Malformed, TooLarge
from engine.organisation import authorization
from engine.organisation.model import Actor
from web.casefile import acts, clocks, facts, filling, story
from web.casefile.filling import Filling
from web.casefile.opening import CaseFile
from web.clerk.lists import kept_filters, narrowed, way_back
from web.clerk.reading import link_to, read_case
from web.clerk.room import ROOM
from web.language import _
from web.signin.who import current_actor, house, person_name, unit_name

Item = Mapping[str, Any]
ON = "on"
"""The name of the tick that says: when this is done, on to the next."""


@ROOM.get("/cases/<number>/items/<int:key>")
def item(number: str, key: int) -> Response | str:
    """The work item with its form, or what has become of it."""
    case = read_case(number, f"item:{key}")
    row = case.state.items.get(key)
    if row is None:
        return gone(case, key)
    return page(case, key, row, form_of(case, key, row))


@ROOM.post("/cases/<number>/items/<int:key>")
def complete(number: str, key: int) -> Response | str:
    """Hand the form in, or keep it as a draft."""
    case = read_case(number, f"item:{key}")
    row = case.state.items.get(key)
    if row is None:
        return gone(case, key)
    form, sent = form_of(case, key, row), None
    try:
        sent = filling.read(form) if form else None
        if sent and sent.again:
            return kept(case, key, row, sent)
        variables = sent.checked() if sent else {}
        command = commands.Complete(case_id=case.case_id, key=key, variables=variables)
        acts.handle(house(), command, current_actor())
    except (Malformed, TooLarge) as error:
        if form is None:
            raise
        return wrong(case, key, row, sent or form, error)
    except ActBlocked as error:
        return blocked(case, key, row, sent, error)
    except Conflict as error:
        return lost(number, key, sent, error)
    if sent:
        sent.done()
    flash(_("已办理“%(name)s”（%(number)s）。", name=row["name"], number=number))
    return redirect(following() if ON in request.form else way_back(), 303)


def following() -> str:
    """The most urgent item of the list as this officer narrowed it, taken; the list where none waits."""
    here, actor = house(), current_actor()
    with here.store.reading() as connection:
        rows = narrowed(connection, actor, kept_filters(), 1)
    for row in rows:
        if not row.mine:
            with suppress(Conflict):  # somebody was faster: the page says who
                acts.handle(here, commands.Claim(case_id=row.case_id, key=row.key), actor)
        return url_for("clerk.item", number=row.number, key=row.key, on=1)
    return way_back()


@ROOM.post("/cases/<number>/items/<int:key>/claim")
def claim(number: str, key: int) -> Response | str:
    """Take the item and go to its page."""
    return move(number, key, lambda case_id: commands.Claim(case_id=case_id, key=key))


@ROOM.post("/cases/<number>/items/<int:key>/release")
def release(number: str, key: int) -> Response | str:
    """Give the item back to all who may take it."""
    return move(number, key, lambda case_id: commands.Release(case_id=case_id, key=key))


@ROOM.post("/cases/<number>/items/<int:key>/forward")
def forward(number: str, key: int) -> Response | str:
    """Hand the item to somebody else who may do it."""
    to = request.form.get("to", "")[:80]
    if not to:
        raise Malformed(_("请选择要转交给谁。"))
    return move(number, key, lambda case_id: commands.Forward(case_id=case_id, key=key, to=to))


def move(number: str, key: int, make: Any) -> Response | str:
    """Do what changes whose the item is; a lost race tells who has done what."""
    case = read_case(number, f"item:{key}")
    command: commands.Command = make(case.case_id)
    try:
        acts.handle(house(), command, current_actor())
    except Conflict as error:
        return lost(number, key, None, error)
    if isinstance(command, commands.Claim):
        return redirect(url_for("clerk.item", number=number, key=key), 303)
    done = _("已转交。") if isinstance(command, commands.Forward) else _("已退回，其他人可以领取。")
    flash(done)
    return redirect(way_back(), 303)


# --- showing it ------------------------------------------------------------------------------------


def form_of(case: CaseFile, key: int, row: Item) -> Filling | None:
    """The item's form in this officer's hands; None where the item has none."""
    form = case.form(row["form"])
    if form is None:
        return None
    actor = current_actor()
    roles = {role for held in actor.posts for role in held.roles}
    first = case.form(case.package.first_form)
    entered = {field.name for field in first.fields} if first else set()
    known = {name: value for name, value in case.variables.items() if name in entered}
    file = variables_at(case.state, case.marking, row["scope"])
    place = f"item:{case.case_id}:{key}"
    return filling.begin(house(), form, actor.person, place, sorted(roles), known, file)


def page(
    case: CaseFile, key: int, row: Item, form: Filling | None, *, void: Item | None = None, status: int = 200
) -> Response:
    """The work item's page."""
    actor = current_actor()
    found = clocks.clocks_of(case, explained=False)
    shown = render_template(
        "clerk/item.html",
        case=case,
        key=key,
        item=row,
        name=story.activity(row["name"], row["act"]),
        back=way_back(),
        unit=unit_name(row["unit"]),
        mine=row["person"] == actor.person,
        holder=person_name(row["person"]),
        may_claim=row["status"] == "offered" and qualified(actor, row),
        form=form,
        on=ON in request.values,
        void=void,
        others=colleagues(actor, row),
        groups=facts.groups(case, link_to(case)),
        clocks=[clock for clock in found if clock.running],
        history=story.timeline(case)[:8],
        acts=acts.open_acts(case, actor),
    )
    return make_response(shown, status)


def kept(case: CaseFile, key: int, row: Item, sent: Filling) -> Response:
    """Keep the draft: for later, for a group's button, or because an upload was refused."""
    sent.keep()
    if filling.SAVE in request.form and not sent.findings:
        flash(_("已保存，没有提交。三十天内可以继续填写。"))
        return redirect(url_for("clerk.item", number=case.number, key=key), 303)
    return page(case, key, row, sent, status=422 if sent.findings else 200)


def wrong(case: CaseFile, key: int, row: Item, sent: Filling, error: BanjieError) -> Response:
    """The form again, with what is wrong beside its fields; nothing has changed."""
    return page(case, key, row, sent.wrong(error).keep(), status=error.status)


def blocked(case: CaseFile, key: int, row: Item, sent: Filling | None, error: ActBlocked) -> Response:
    """The law forbids the act: the sentence, the rules and their basis; the attempt has been recorded."""
    after = read_case(case.number, f"item:{key}")
    void = story.forbidden(after, error.sentence)
    if sent:
        sent.keep()
    return page(after, key, after.state.items.get(key, row), sent, void=void, status=error.status)


def lost(number: str, key: int, sent: Filling | None, error: Conflict) -> Response:
    """Somebody was faster: who, when, what; what was typed is kept as a draft."""
    if sent:
        sent.keep()
    case = read_case(number, f"item:{key}")
    return gone(case, key, error.sentence)


def gone(case: CaseFile, key: int, sentence: str = "") -> Response:
    """What has become of an item that can no longer be worked on (409)."""
    told = [
        {"by": str(entry.actor.get("name") or ""), "moment": entry.moment, "title": HAPPENED[event.type]()}
        for entry in case.entries
        for event in entry.events
        if event.type in HAPPENED and event.data.get("key", event.data.get("instance")) == key
    ]
    row = case.state.items.get(key)
    shown = render_template(
        "clerk/gone.html",
        case=case,
        key=key,
        item=row,
        holder=person_name(row["person"]) if row else "",
        told=list(reversed(told)),
        sentence=sentence,
        back=way_back(),
    )
    return make_response(shown, 409)


HAPPENED = {
    "WorkItemOffered": lambda: _("事项产生"),
    "WorkItemClaimed": lambda: _("领取"),
    "WorkItemReleased": lambda: _("退回"),
    "WorkItemForwarded": lambda: _("转交"),
    "WorkItemCompleted": lambda: _("办理完成"),
}


# --- people ----------------------------------------------------------------------------------------


def qualified(actor: Actor, row: Item) -> bool:
    """Whether an officer may take the item."""
    return authorization.qualifies(actor, as_item(row))


def as_item(row: Item) -> dict[str, Any]:
    """The item as the authority function reads it."""
    candidates = {"persons": row["users"], "posts": row["groups"]}
    return {"role": row["role"], "unit": row["unit"], "candidates": candidates}


def colleagues(actor: Actor, row: Item) -> list[tuple[str, str]]:
    """(login, name) of the others who may do the item."""
    directory = house().directory
    role = "window" if row["role"] == "applicant" else row["role"]
    wanted = [*row["groups"]] or ([role] if role else [])
    found = {
        person.login: person.name
        for name in wanted
        for person in directory.persons_in(row["unit"], name)
        if person.login != actor.person
    }
    return sorted(found.items())
