"""One card in full: what happened, by which rule, why the due date was what it was, what became of it.

Called by the supervisor's pages and by whoever a card names. It asks no right and journals no reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from werkzeug.wrappers import Response

from engine import canonical
from engine.audit.history import standing
from engine.casework import commands
from engine.casework.appeals import LONGEST_REASON
from engine.clock import read_moment
from engine.errors import Malformed, NotFound
from engine.organisation.model import Organisation
from engine.records.entries import Entry, Event
from engine.records.tables import card as card_table
from engine.records.tables import person as person_table
from web import display
from web.casefile import clocks, drawn
from web.casefile.acts import handle
from web.casefile.opening import CaseFile
from web.language import _, current
from web.signin.who import current_actor, house
from web.watching import cards, reach
from web.watching.rules import rule_names

ACTS: dict[str, type[commands.AppealCard] | type[commands.RevokeCard] | type[commands.RestoreCard]] = {
    "appeal": commands.AppealCard,
    "revoke": commands.RevokeCard,
    "restore": commands.RestoreCard,
}


def facts(case: CaseFile, key: int, tree: Organisation) -> dict[str, Any]:
    """What the page of a card shows. Raises NotFound."""
    row = card_row(case, key)
    place, event = _issued(case, key)
    return {
        "case": case,
        "card": cards.line(row, tree, reach.procedures()),
        "values": [*_rule(row), *_values(row), *_seen(case, event)],
        "refused": _act(case.entries[place]),
        "clock": _clock(case, place, event),
        "fate": list(_fate(case, key)),
    }


def card_row(case: CaseFile, key: int) -> dict[str, Any]:
    """The row of a card with the name of the person it names. Raises NotFound."""
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


def act(case: CaseFile, key: int, name: str, reason: str) -> None:
    """Appeal against, revoke or restore a card, with the reason given; the engine decides who may.

    Raises Malformed for a reason that is missing or too long, NotAuthorised, Conflict.
    """
    given = reason.strip()
    if name not in ACTS:
        raise Malformed(_("请选择要作出的决定。"))
    if not 0 < len(given) <= LONGEST_REASON:
        raise Malformed(_("请写明理由，不超过 %(most)s 字。", most=LONGEST_REASON))
    handle(house(), ACTS[name](case_id=case.case_id, card=key, reason=given), current_actor())


def _issued(case: CaseFile, key: int) -> tuple[int, Event]:
    """The place among the case's entries where the card was issued, and the event."""
    for place, entry in enumerate(case.entries):
        for event in entry.events:
            if event.type == "CardIssued" and event.data.get("card") == key:
                return place, event
    raise NotFound(_("这张卡片的原始记录已经按规定销毁。"))


def _fate(case: CaseFile, key: int) -> Iterator[dict[str, Any]]:
    """Appeals and decisions in the order they were made, as the timeline draws them."""
    titles = {"CardAppealed": _("申诉"), "CardRevoked": _("撤销"), "CardRestored": _("恢复")}
    for entry in case.entries:
        for event in entry.events:
            if event.type in titles and event.data.get("card") == key:
                yield {
                    "title": titles[event.type],
                    "by": entry.actor.get("name") or event.data.get("person"),
                    "moment": entry.moment,
                    "text": event.data.get("reason"),
                    "kind": "",
                }


def period(case: CaseFile, key: int, kind: str) -> Response:
    """The period the card speaks of day by day, as it stood then: svg or txt. Raises NotFound."""
    place, event = _issued(case, key)
    number = _period(event)
    if number is None:
        raise NotFound(_("这张卡片没有对应的期限。"))
    return drawn.period(_then(case, place), number, kind)


def _clock(case: CaseFile, place: int, event: Event) -> clocks.Clock | None:
    """The period the card speaks of, as it stood when the card was issued."""
    number = _period(event)
    found = () if number is None else clocks.clocks_of(_then(case, place))
    return next((clock for clock in found if clock.number == number), None)


def _period(event: Event) -> int | None:
    number = event.data.get("values", {}).get("period")
    return number if isinstance(number, int) else None


def _then(case: CaseFile, place: int) -> CaseFile:
    """The case as the entry at that place left it."""
    entries = case.entries[: place + 1]
    return replace(case, state=standing(entries), entries=entries, now=read_moment(entries[-1].moment))


def _act(entry: Entry) -> dict[str, str] | None:
    """Who tried what, where the act was blocked."""
    blocked = any(event.type == "ActRefused" for event in entry.events)
    return {"who": str(entry.actor.get("name") or "")} if blocked else None


def _rule(row: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(_("规则"), f"{row['rule']} {rule_names().get(row['rule'], '')}".strip())]


def _seen(case: CaseFile, event: Event) -> list[tuple[str, Any]]:
    """The facts that the rule's condition names, under the labels of the case file."""
    casefile: dict[str, Any] = {}
    for package in (*case.packages.values(), case.package):
        casefile.update(package.casefile)
    found = []
    for name, value in event.data.get("values", {}).get("seen", {}).items():
        schema = casefile.get(name, {})
        label = schema.get("x-title-en" if current() == "en" else "title") or schema.get("title")
        if label:
            found.append((str(label), _plainly(value, schema)))
    return found


def _plainly(value: Any, schema: Mapping[str, Any]) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    choices: list[dict[str, Any]] = [one for one in schema.get("oneOf", ()) if one.get("const") == value]
    choice = choices[0] if choices else {}
    titled = choice.get("x-title-en" if current() == "en" else "title") or choice.get("title")
    return str(titled or value)


def _values(row: dict[str, Any]) -> list[tuple[str, Any]]:
    """What the rule saw, in words."""
    data = canonical.loads(row["data"])
    reminds = data.get("limit") in ("prompt", "warn")  # what came is a reminder, not yet an end
    labels = {
        "limit": _("时限"),
        "due_at": _("提醒时刻") if reminds else _("应当完成"),
        "late_seconds": _("发现时已超过"),
        "kind": _("事由"),
        "sentence": _("说明"),
    }
    if reminds and int(data.get("late_seconds") or 0) < _AT_ONCE:
        del labels["late_seconds"]
    return [(labels[name], _worded(name, data[name])) for name in labels if data.get(name) not in (None, "")]


_AT_ONCE = 3600


def _worded(name: str, value: Any) -> str:
    if name == "limit":
        names = {
            "prompt": _("期中提示"),
            "warn": _("提前提醒"),
            "promised": _("承诺时限"),
            "statutory": _("法定时限"),
            "again": _("超期后仍未办理"),
        }
        return names.get(str(value), str(value))
    if name == "due_at":
        return display.moment(str(value))
    if name == "late_seconds":
        hours = int(value) // 3600
        return _("%(hours)s 小时", hours=hours) if hours else _("不到 1 小时")
    return str(value)
