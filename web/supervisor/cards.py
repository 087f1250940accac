"""The cards: listed by what the reader asks for, one by one in full, and as a file.

Opening a card opens its case file: that reading is journalled. Decides nothing about a card.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import render_template, request
from sqlalchemy import select
from werkzeug.wrappers import Response

from engine import canonical
from engine.audit import board as readings
from engine.audit.board import Asked
from engine.audit.history import standing
from engine.clock import read_moment
from engine.errors import NotFound
from engine.records.entries import Entry, Event
from engine.records.tables import card as card_table
from engine.records.tables import person as person_table
from web import display
from web.casefile import clocks
from web.casefile.opening import CaseFile
from web.language import _
from web.signin.who import house
from web.supervisor.board import card_address
from web.supervisor.cases import read_case
from web.supervisor.room import ROOM, View, page_asked, view
from web.watching import cards as cards_shown
from web.watching import reach, sheets

PAGE = 30
MOST_EXPORTED = 50_000
FILTERS = ("rule", "level", "from", "to")


@ROOM.get("/cards")
def cards() -> str:
    """The list, newest first."""
    seen, page = view(*FILTERS), page_asked()
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
        rule_choices=[(rule, rule) for rule in rules],
        level_choices=[("red", _("全部红牌")), *cards_shown.level_choices()],
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
        issued_from=reach.begin_of(asked["from"]),
        issued_to=reach.end_of(asked["to"]),
    )


@ROOM.get("/cards.csv")
def export() -> Response:
    """The same list as a file, without pages."""
    seen, procedures = view(*FILTERS), reach.procedures()
    with house().store.reading() as connection:
        rows = readings.cards(connection, asked_of(seen), limit=MOST_EXPORTED)
    head = [
        _("时间"),
        _("等级"),
        _("规则"),
        _("内容"),
        _("依据"),
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
                one["sentence"],
                one["basis"],
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
    case = read_case(number, request.path)
    row = _row(case, key)
    seen = view()
    place, event = _issued(case, key)
    return render_template(
        "supervisor/card.html",
        case=case,
        card=cards_shown.line(row, seen.tree, reach.procedures()),
        values=_values(row),
        refused=_act(case.entries[place]),
        clock=_clock(case, place, event),
    )


def _row(case: CaseFile, key: int) -> dict[str, Any]:
    query = (
        select(card_table, person_table.c.name)
        .select_from(card_table.outerjoin(person_table, person_table.c.login == card_table.c.person))
        .where(card_table.c.case_id == case.case_id, card_table.c.key == key)
    )
    with house().store.reading() as connection:
        row = connection.execute(query).first()
    if row is None:
        raise NotFound(_("这个案件没有这张卡片。"))
    return dict(row._mapping)


def _issued(case: CaseFile, key: int) -> tuple[int, Event]:
    """The place among the case's entries where the card was issued, and the event."""
    for place, entry in enumerate(case.entries):
        for event in entry.events:
            if event.type == "CardIssued" and event.data.get("card") == key:
                return place, event
    raise NotFound(_("这张卡片的原始记录已经按规定销毁。"))


def _clock(case: CaseFile, place: int, event: Event) -> clocks.Clock | None:
    """The period the card speaks of, as it stood when the card was issued."""
    number = event.data.get("values", {}).get("period")
    entries = case.entries[: place + 1]
    state = standing(entries)
    if number not in state.periods:
        return None
    then = replace(case, state=state, entries=entries, now=read_moment(entries[-1].moment))
    return next((clock for clock in clocks.clocks_of(then) if clock.number == number), None)


def _act(entry: Entry) -> dict[str, str] | None:
    """Who tried what, where the act was blocked."""
    blocked = any(event.type == "ActRefused" for event in entry.events)
    return {"who": str(entry.actor.get("name") or "")} if blocked else None


def _values(row: dict[str, Any]) -> list[tuple[str, Any]]:
    """What the rule saw, in words."""
    data = canonical.loads(row["data"])
    labels = {
        "limit": _("时限"),
        "due_at": _("应当完成"),
        "late_seconds": _("发现时已超过"),
        "kind": _("事由"),
        "sentence": _("说明"),
    }
    return [(labels[name], _worded(name, data[name])) for name in labels if data.get(name) not in (None, "")]


def _worded(name: str, value: Any) -> str:
    if name == "limit":
        names = {"warn": _("提前提醒"), "promised": _("承诺时限"), "statutory": _("法定时限")}
        return names.get(str(value), str(value))
    if name == "due_at":
        return display.moment(str(value))
    if name == "late_seconds":
        hours = int(value) // 3600
        return _("%(hours)s 小时", hours=hours) if hours else _("不到 1 小时")
    return str(value)
