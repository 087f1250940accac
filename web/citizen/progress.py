"""How far one's case is, what there is to read, and what one can do now.

Opened by `proof`: with the number alone the stages and due days; with the query code documents, data and
acts besides. A party acts as such; each act is recorded with how it was signed.
"""

from __future__ import annotations

from typing import Any

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.casework import commands
from engine.errors import ActBlocked, Malformed, NotFound, TooLarge, TooManyAttempts
from engine.organisation.model import Actor
from web.casefile import acts, clocks, drafts, drawn, facts, filling, readings, serving, story
from web.casefile.acts import OpenAct
from web.casefile.clocks import Clock
from web.casefile.filling import Filling
from web.casefile.opening import CaseFile, open_case
from web.citizen import proof
from web.citizen.room import ROOM
from web.language import _
from web.signin.who import house, unit_name

ROLES = ("applicant",)
MOST_SHOWN = 6
"""How many documents, and entries of the story, stand open; the rest is unfolded on demand."""


@ROOM.get("/query")
def query() -> str:
    """The form that asks for number or code, and the phone's last four digits."""
    return asking(request.args.get("number", "")[:40])


@ROOM.post("/query")
def ask() -> Response:
    """Check them; open the case's progress. What fits no case is told without saying which part."""
    given, tail = request.form.get("number", "")[:60], request.form.get("tail", "")[:8]
    try:
        found = proof.prove(house(), given, tail)
    except TooManyAttempts as error:
        sentence = _("查询次数过多，请在 %(seconds)s 秒后再试。", seconds=error.retry_after)
        answer = make_response(asking(given, sentence), error.status)
        answer.headers["Retry-After"] = str(error.retry_after)
        return answer
    if found is None:
        sentence = _("没有查到。请核对受理编号或查询码，以及申请时所留手机号的后四位。")
        return make_response(asking(given, sentence), 404)
    return redirect(url_for("citizen.progress", number=found.number), 303)


def asking(number: str = "", fault: str = "") -> str:
    """The query page; the digits never come back into it."""
    return render_template("citizen/query.html", number=number, fault=fault)


@ROOM.post("/leave")
def leave() -> Response:
    """Done: on a shared device nobody after me sees my case."""
    proof.forget()
    flash(_("已退出查询，这台设备上不再保留您的查询记录。"))
    return redirect(url_for("citizen.home"), 303)


@ROOM.get("/cases/<number>")
def progress(number: str) -> Response | str:
    """How far the case is."""
    shown = proof.proven(house(), number)
    if shown is None:
        return redirect(url_for("citizen.query", number=number), 303)
    case = case_of(number)
    open_now = acts.open_acts(case, party(case)) if shown.full else []
    forms = {act.key: case.form(act.form) for act in open_now}
    history = story.timeline(case, public=True) if shown.full else []
    return render_template(
        "citizen/progress.html",
        case=case,
        full=shown.full,
        unit=unit_name(case.state.unit),
        stages=story.stages(case),
        places=story.whereabouts(case, unit_name, public=True),
        clocks=periods_told(case),
        acts=open_now,
        hints={key: form.hint for key, form in forms.items() if form},
        documents=documents(case) if shown.full else (),
        groups=facts.groups(case, link_to(case), public=True) if shown.full else (),
        so_far=facts.for_party(case, link_to(case)) if shown.full else (),
        most=MOST_SHOWN,
        history=history[:MOST_SHOWN],
        earlier=history[MOST_SHOWN:],
        name=facts.applicant_name(case, public=True),
    )


def periods_told(case: CaseFile) -> list[Clock]:
    """The running periods that concern the applicant: the statutory ones, and those set to the party; of a
    case that is closed the statutory ones that were counted, in the order in which they ended."""
    found = clocks.clocks_of(case)
    if not case.state.open:
        return [clock for clock in found if clock.klass == "statutory"]
    return [clock for clock in found if clock.running and clock.klass in ("statutory", "party")]


@ROOM.get("/cases/<number>/periods/<int:key>.<any(svg, txt):kind>")
def period(number: str, key: int, kind: str) -> Response:
    """A period that the progress page tells, as a picture or as text, to whoever may see that page."""
    if proof.proven(house(), number) is None:
        return redirect(url_for("citizen.query", number=number), 303)
    case = case_of(number)
    if key not in {clock.number for clock in periods_told(case)}:
        raise NotFound(_("没有这个期限，或者它已经结束。"))
    return drawn.period(case, key, kind)


def case_of(number: str) -> CaseFile:
    """The file of a case. Raises NotFound."""
    here = house()
    with here.store.reading() as connection:
        return open_case(here.runtime, connection, number)


def party(case: CaseFile) -> Actor:
    """Whoever has proven to be the applicant, as the engine knows them."""
    return Actor.party(case.state.applicant, case.number)


def link_to(case: CaseFile) -> facts.Link:
    """Where the applicant's files are opened."""
    return lambda sha256: url_for("citizen.file", number=case.number, sha256=sha256)


def documents(case: CaseFile) -> list[dict[str, Any]]:
    """The documents to read, newest first; `new` where the party has not opened it yet."""
    opened = readings.first_readings(house(), case.case_id)
    return [
        {
            "new": document["sha256"] not in opened,
            "read": opened.get(document["sha256"], ""),
            "name": f"{document['kind']} {document.get('number') or ''}".strip(),
            "href": url_for("citizen.document", number=case.number, sha256=document["sha256"]),
            "size": document["size"],
            "on": document["issued_on"],
        }
        for document in reversed(serving.for_party(case))
    ]


@ROOM.get("/cases/<number>/documents/<sha256>")
def document(number: str, sha256: str) -> str:
    """An issued document in a frame of its own."""
    proof.demand_code(house(), number)
    case = case_of(number)
    serving.may_frame()
    found = serving.belongs(case, sha256, public=True)
    if "issued_on" in found:
        readings.read_first(house(), party(case), case.case_id, found)
    address = url_for("citizen.file", number=number, sha256=sha256)
    return render_template("citizen/document.html", case=case, file=found, address=address)


@ROOM.get("/cases/<number>/files/<sha256>")
def file(number: str, sha256: str) -> Response:
    """A document or a file the applicant handed in."""
    proof.demand_code(house(), number)
    case = case_of(number)
    found = serving.belongs(case, sha256, public=True)
    if "issued_on" in found:
        readings.read_first(house(), party(case), case.case_id, found)
    return serving.answer(house(), found, download="download" in request.args)


# --- acting ----------------------------------------------------------------------------------------


@ROOM.get("/cases/<number>/acts/<int:key>")
def act(number: str, key: int) -> Response:
    """The form of something the applicant can do now."""
    proof.demand_code(house(), number)
    case = case_of(number)
    found = acts.find(case, party(case), key)
    return page(case, found, form_of(case, found))


@ROOM.post("/cases/<number>/acts/<int:key>")
def do(number: str, key: int) -> Response:
    """Do it. Raises Conflict where the case no longer waits for it."""
    proof.demand_code(house(), number)
    case = case_of(number)
    found = acts.find(case, party(case), key)
    form, sent = form_of(case, found), None
    try:
        sent = filling.read(form) if form else None
        if sent and sent.again:
            return page(case, found, sent.keep(), 422 if sent.findings else 200)
        variables = sent.checked() if sent else {}
        command = commands.Send(case_id=case.case_id, key=key, variables=variables)
        outcome = acts.handle(house(), command, party(case))
    except (Malformed, TooLarge) as error:
        if form is None:
            raise
        return page(case, found, (sent or form).wrong(error).keep(), error.status)
    except ActBlocked as error:
        after = case_of(number)
        return page(after, found, sent, error.status, story.forbidden(after, error.sentence))
    if sent:
        sent.done()
    proof.signed(house(), party(case), case.case_id, outcome.version, variables)
    flash(_("已提交“%(name)s”。", name=found.title))
    return redirect(url_for("citizen.progress", number=number), 303)


def form_of(case: CaseFile, found: OpenAct) -> Filling | None:
    """The act's form in the applicant's hands; None where it has none."""
    form = case.form(found.form)
    if form is None:
        return None
    place = f"act:{case.case_id}:{found.key}"
    return filling.begin(house(), form, drafts.stranger(), place, ROLES)


def page(
    case: CaseFile, found: OpenAct, form: Filling | None, status: int = 200, void: Any = None
) -> Response:
    """The page of an act; `void` says why the law forbids it."""
    told = [
        clock for clock in clocks.clocks_of(case, explained=False) if clock.running and clock.klass == "party"
    ]
    unread = [one for one in documents(case)[:1] if one["new"] or found.act != "withdraw"]
    shown = render_template(
        "citizen/act.html", case=case, act=found, form=form, clocks=told, void=void, newest=unread
    )
    return make_response(shown, status)
