"""Finding cases: by number, person, unit, procedure, rule, date, amount, and by what was ever entered.

Reads `engine.audit.finding`; opens no case file. What cannot be understood is said beside its field, and then
nothing is looked for: a filter that was passed over would find too much.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy import Connection

from engine.audit import board, finding
from engine.audit.finding import Wanted
from engine.organisation.model import Organisation
from web import display
from web.auditor.room import ROOM
from web.language import _
from web.signin.who import current_actor, house, organisation
from web.watching import cards as cards_shown
from web.watching import reach
from web.watching.rules import rule_names

PAGE = 50
_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,4})?", re.ASCII)
_DAYS, _AMOUNTS = ("from", "to"), ("amount", "least", "most")
FIELDS = (
    "words",
    "number",
    "person",
    "amount",
    "least",
    "most",
    "unit",
    "procedure",
    "rule",
    "status",
    *_DAYS,
)
Choices = Sequence[tuple[str, str]]


@ROOM.get("/")
def find() -> str:
    """The list with its filter."""
    tree = organisation()
    watched = reach.units_watched(current_actor(), "auditor", tree)
    asked = {name: request.args.get(name, "").strip()[:100] for name in FIELDS}
    with house().store.reading() as connection:
        rules = board.rules(connection, watched)
    names = rule_names()
    choices: dict[str, Choices] = {
        "unit": reach.unit_choices(watched, tree),
        "procedure": list(reach.procedures().items()),
        "rule": [(rule, f"{rule} {names.get(rule, '')}".strip()) for rule in rules],
        "status": [("open", _("办理中")), ("closed", _("已办结"))],
    }
    wrong, page = wrong_in(asked, choices), _page()
    rows = [] if wrong else _found(asked, reach.narrowed(watched, asked["unit"], tree), page)
    link = reach.address("auditor.find", asked)
    return render_template(
        "auditor/find.html",
        asked=asked,
        choices=choices,
        labels=labels(),
        wrong=wrong,
        chosen=[] if wrong else chosen(asked, choices),
        rows=[_line(row, tree) for row in rows[:PAGE]],
        page=page,
        more=len(rows) > PAGE,
        link=f"{link}{'&' if '?' in link else '?'}page=",
    )


def _found(asked: dict[str, str], units: list[str], page: int) -> list[Mapping[str, Any]]:
    with house().store.reading() as connection:
        money = _money(connection) if asked["least"] or asked["most"] else {}
        wanted = wanted_of(asked, units, money)
        return finding.find(connection, wanted, limit=PAGE + 1, offset=(page - 1) * PAGE)


def _line(row: Mapping[str, Any], tree: Organisation) -> dict[str, Any]:
    return {
        **row,
        "href": url_for("auditor.case", number=row["number"]),
        "unit_name": reach.full_unit_name(row["unit"], tree),
        "kind": cards_shown.KINDS.get(row["level"], ""),
        "level_name": cards_shown.level_name(row["level"]),
    }


def wanted_of(
    asked: dict[str, str], units: list[str], money: Mapping[str, frozenset[str]] | None = None
) -> Wanted:
    """The filter as the reading takes it. `money`: procedure → its variables that hold money."""
    return Wanted(
        units,
        number=asked["number"],
        person=asked["person"],
        procedure=asked["procedure"],
        rule=asked["rule"],
        status=asked["status"],
        opened_from=reach.begin_of(asked["from"]),
        opened_to=reach.end_of(asked["to"]),
        words=asked["words"],
        amount=amount_of(asked["amount"]),
        least=amount_of(asked["least"]),
        most=amount_of(asked["most"]),
        money=money or {},
    )


def _money(connection: Connection) -> dict[str, frozenset[str]]:
    """The variables that hold money, by procedure, as the newest versions have them."""
    shelf = house().runtime.shelf
    found = {}
    for procedure in reach.procedures():
        schema = shelf.package(connection, shelf.newest("package", procedure)).casefile
        found[procedure] = frozenset(name for name, one in schema.items() if one.get("format") == "money")
    return found


def amount_of(text: str) -> Decimal | None:
    """An amount as people write it (2,000 or 2000.00 or ¥2000); None where the text is none."""
    plain = text.replace(",", "").replace("，", "").strip("¥￥元 ")
    return Decimal(plain) if _AMOUNT.fullmatch(plain) else None


# --- what cannot be understood -----------------------------------------------------------------------


def wrong_in(asked: Mapping[str, str], choices: Mapping[str, Choices]) -> dict[str, str]:
    """Field → what is wrong with it, in words; fields left open are never wrong."""
    return {**_unread(asked, choices), **_crossed(asked)}


def _unread(asked: Mapping[str, str], choices: Mapping[str, Choices]) -> dict[str, str]:
    readings: tuple[tuple[tuple[str, ...], Callable[[str, str], bool], str], ...] = (
        (
            _DAYS,
            lambda _name, text: _day(text) is not None,
            _("应填写日期，例如 2026-03-02，但填的是“%(text)s”。"),
        ),
        (
            _AMOUNTS,
            lambda _name, text: amount_of(text) is not None,
            _("应填写以元为单位的数额，例如 2000 或者 2,000.50，但填的是“%(text)s”。"),
        ),
        (
            ("unit", "procedure", "status"),
            lambda name, text: text in dict(choices[name]),
            _("应从列表中选择，但“%(text)s”不在其中。"),
        ),
    )
    return {
        name: sentence % {"text": asked[name]}
        for names, reads, sentence in readings
        for name in names
        if asked[name] and not reads(name, asked[name])
    }


def _crossed(asked: Mapping[str, str]) -> dict[str, str]:
    """Where an end comes before its beginning."""
    first, last = _day(asked["from"]), _day(asked["to"])
    least, most = amount_of(asked["least"]), amount_of(asked["most"])
    found = {}
    if first and last and last < first:
        found["to"] = _(
            "应不早于开始的日期 %(day)s，但填的是 %(text)s。", day=display.day(first), text=display.day(last)
        )
    if least is not None and most is not None and most < least:
        found["most"] = _(
            "应不小于下限 %(least)s，但填的是 %(most)s。",
            least=display.money(least),
            most=display.money(most),
        )
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# --- what was asked, in words ------------------------------------------------------------------------


def labels() -> dict[str, str]:
    """Field → its label."""
    return {
        "words": _("任意文字"),
        "number": _("编号"),
        "person": _("经办人或责任人"),
        "amount": _("金额（元）"),
        "least": _("金额不低于（元）"),
        "most": _("金额不高于（元）"),
        "unit": _("部门或区"),
        "procedure": _("办理事项"),
        "rule": _("违反的规则"),
        "status": _("状态"),
        "from": _("收件日期自"),
        "to": _("收件日期至"),
    }


def chosen(asked: Mapping[str, str], choices: Mapping[str, Choices]) -> list[dict[str, Any]]:
    """The conditions that narrow the list, each with the address of the list without it."""
    found = []
    for name, label in labels().items():
        if asked[name]:
            text = dict(choices.get(name, ())).get(asked[name], asked[name]).strip("\u3000")
            text = display.day(text) if name in _DAYS else text
            href = reach.address("auditor.find", {**asked, name: ""})
            found.append({"category": label, "items": [{"text": text, "href": href}]})
    return found


def _page() -> int:
    text = request.args.get("page", "1")
    return int(text) if text.isdecimal() and 0 < int(text[:6]) < 100_000 else 1
