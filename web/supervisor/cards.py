"""The cards: listed by what the reader asks for, one by one in full, and as a file.

Opening a card opens its case file: that reading is journalled. A card is revoked or restored by a command
like any other, with a reason; whether this supervisor may, the engine decides.
"""

from __future__ import annotations

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.audit import board as readings
from engine.audit.board import Asked
from engine.errors import Malformed
from web import display
from web.casefile.opening import CaseFile
from web.language import _
from web.signin.who import current_actor, house, organisation
from web.supervisor.cases import read_case
from web.supervisor.groups import card_address
from web.supervisor.room import ROOM, View, page_asked, view
from web.watching import cards as cards_shown
from web.watching import one_card, reach, sheets
from web.watching.rules import rule_names

PAGE = 30
MOST_EXPORTED = 50_000
FILTERS = ("rule", "level", "status", "from", "to")
DECISIONS = ("revoke", "restore")


@ROOM.get("/cards")
def cards() -> str:
    """The list, newest first."""
    seen, page, names = view(*FILTERS), page_asked(), rule_names()
    asked, procedures = asked_of(seen), reach.procedures()
    with house().store.reading() as connection:
        rows = readings.cards(connection, asked, limit=PAGE, offset=(page - 1) * PAGE)
        total = readings.count_cards(connection, asked)
        rules = readings.rules(connection, seen.watched)
    return render_template(
        "supervisor/cards.html",
        seen=seen,
        rows=[{**cards_shown.line(row, seen.tree, procedures), "href": card_address(row)} for row in rows],
        total=total,
        page=page,
        pages=-(-total // PAGE),
        link=_page_link(seen),
        unit_choices=reach.unit_choices(seen.watched, seen.tree),
        procedure_choices=list(procedures.items()),
        rule_choices=[(rule, f"{rule} {names.get(rule, '')}".strip()) for rule in rules],
        level_choices=[("red", _("全部红牌")), *cards_shown.level_choices()],
        status_choices=list(cards_shown.status_names().items()),
    )


def _page_link(seen: View) -> str:
    address = reach.address("supervisor.cards", seen.asked)
    return f"{address}{'&' if '?' in address else '?'}page={{page}}"


def asked_of(seen: View) -> Asked:
    """The filter as the reading takes it."""
    asked = seen.asked
    return Asked(
        seen.units,
        procedure=asked["procedure"],
        rule=asked["rule"],
        level=asked["level"],
        status=asked["status"],
        issued_from=reach.begin_of(asked["from"]),
        issued_to=reach.end_of(asked["to"]),
    )


@ROOM.get("/cards.csv")
def export() -> Response:
    """The same list as a file, without pages."""
    seen, procedures, names = view(*FILTERS), reach.procedures(), rule_names()
    with house().store.reading() as connection:
        rows = readings.cards(connection, asked_of(seen), limit=MOST_EXPORTED)
    head = [
        _("时间"),
        _("等级"),
        _("规则"),
        _("规则名称"),
        _("内容"),
        _("依据"),
        _("状态"),
        _("责任人"),
        _("单位"),
        _("事项"),
        _("案件"),
    ]
    found = (cards_shown.line(row, seen.tree, procedures) for row in rows)
    return sheets.sheet(
        _("督办记录"),
        head,
        (
            (
                display.as_moment(one["issued_at"]).isoformat(timespec="seconds"),
                one["level_name"],
                one["rule"],
                names.get(one["rule"], ""),
                one["sentence"],
                one["basis"],
                one["status_name"],
                one["person_name"],
                one["unit_name"],
                one["procedure_name"],
                one["number"],
            )
            for one in found
        ),
    )


@ROOM.get("/cards/<number>/<int:key>")
def card(number: str, key: int) -> str:
    """One card: what happened, by which rule, and why the due date was what it was at that moment."""
    return page(read_case(number, request.path), key)


@ROOM.post("/cards/<number>/<int:key>")
def decide(number: str, key: int) -> Response:
    """Revoke or restore the card, with the reason. Raises NotAuthorised, Conflict."""
    case = read_case(number, request.path)
    name, reason = request.form.get("act", ""), request.form.get("reason", "")
    try:
        one_card.act(case, key, name if name in DECISIONS else "", reason)
    except Malformed as error:
        return make_response(page(case, key, reason, error.sentence), error.status)
    flash(_("卡片已撤销。") if name == "revoke" else _("卡片已恢复，继续有效。"))
    return redirect(url_for("supervisor.card", number=number, key=key), 303)


@ROOM.get("/cards/<number>/<int:key>/period.<any(svg, txt):kind>")
def card_period(number: str, key: int, kind: str) -> Response:
    """The period of the card day by day as it stood when the card fell, as a picture or as text."""
    return one_card.period(read_case(number, request.path), key, kind)


def page(case: CaseFile, key: int, given: str = "", fault: str = "") -> str:
    """The page of a card; `given` is what stands in the form, `fault` what is wrong with it."""
    told = one_card.facts(case, key, organisation())
    own = told["card"]["person"] == current_actor().person
    return render_template(
        "supervisor/card.html",
        **told,
        choices=[] if own else decisions(told["card"]["status"]),
        given=given,
        fault=fault,
    )


def decisions(status: str) -> list[tuple[str, str]]:
    """What a supervisor may decide on a card of that status: the act and what its button says."""
    return {
        "standing": [("revoke", _("撤销卡片"))],
        "appealed": [("revoke", _("申诉成立，撤销卡片")), ("restore", _("申诉不成立，维持卡片"))],
        "revoked": [("restore", _("恢复卡片"))],
    }[status]
