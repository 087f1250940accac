"""The nightly patrols: when each ran, how many cases it looked at, what the live path had missed.

Reads the patrol's own stream of the journal. A supervisor sees the findings of cases within reach; that a
patrol ran and found nothing is itself worth knowing. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import render_template, url_for
from sqlalchemy import Connection, select

from engine.casework import nights
from engine.casework.nights import Night
from engine.records.tables import case as case_table
from web import display
from web.language import _, words
from web.sentences import retold
from web.signin.who import house, unit_name
from web.supervisor.room import ROOM, view

Place = tuple[str, str]
"""Number and unit of a case."""


@ROOM.get("/patrols")
def patrols() -> str:
    """The newest patrols, the last first, each with what it found."""
    seen = view()
    with house().store.reading() as connection:
        found = nights.newest(connection)
        places = places_of(connection, found)
    reach = set(seen.watched)
    return render_template(
        "supervisor/patrols.html",
        nights=[shown(night, places, reach) for night in found],
        listed=nights.LISTED,
    )


def places_of(connection: Connection, found: Iterable[Night]) -> Mapping[int, Place]:
    """Number and unit of every case that was found."""
    case_ids = {int(one["case_id"]) for night in found for one in night.found}
    t = case_table.c
    query = select(t.case_id, t.number, t.unit).where(t.case_id.in_(sorted(case_ids)))
    return {row.case_id: (row.number, row.unit) for row in connection.execute(query)}


def shown(night: Night, places: Mapping[int, Place], reach: set[str]) -> dict[str, Any]:
    """A patrol as the page shows it; findings beyond the reader's reach are only counted."""
    lines = [finding(one, places.get(int(one["case_id"]), ("", ""))) for one in night.found]
    within = [line for line in lines if line["unit"] in reach or line["registers"]]
    return {
        "moment": night.moment,
        "cases": night.cases,
        "by": night.by,
        "found": len(lines),
        "lines": within,
        "beyond": len(lines) - len(within),
    }


def _of_data(one: Mapping[str, Any]) -> bool:
    """Whether the finding's words come from a table or a register, in two languages, not from the product."""
    return one["kind"] in ("pattern", "register")


def _in_words(one: Mapping[str, Any]) -> str:
    if not _of_data(one):
        return display.sentence(str(retold(one["sentence"])))
    return display.sentence(
        words({"zh": str(one["sentence"]), "en": str(one.get("sentence_en") or one["sentence"])})
    )


def finding(one: Mapping[str, Any], place: Place) -> dict[str, Any]:
    """A finding in words, with the way to its case."""
    number, unit = place
    of_registers = one["kind"] == "register"
    return {
        "kind": kind_name(str(one["kind"])),
        "what": what(str(one["key"]).split(":")),
        "at": one["at"],
        "sentence": _in_words(one),
        "lang": "zh-CN" if _of_data(one) and not one.get("sentence_en") else "",
        "pattern": _of_data(one),
        "registers": url_for("clerk.comparisons") if of_registers else "",
        "number": number,
        "unit": unit,
        "unit_name": unit_name(unit) if unit else "",
        "href": url_for("supervisor.case", number=number) if number else "",
    }


def kind_name(kind: str) -> str:
    """What a kind of finding is called."""
    names = {
        "moment": _("到期没有记录"),
        "card": _("应出卡片没有出"),
        "row": _("看板与日志不一致"),
        "unreadable": _("案卷不能读取"),
        "pattern": _("案件比对"),
        "register": _("数据比对"),
    }
    return names.get(kind, kind)


def what(key: Sequence[str]) -> str:
    """The thing a finding speaks of, from its key: a period's limit, a timer, a card."""
    limits = {"warn": _("提前提醒"), "promised": _("承诺时限"), "statutory": _("法定时限")}
    if key[0] == "period" and len(key) == 3:
        return _("期限 %(number)s · %(limit)s", number=key[1], limit=limits.get(key[2], key[2]))
    if key[0] == "idle":
        return _("案件长期停滞")
    names = {
        "period": _("期限"),
        "timer": _("定时"),
        "card": _("卡片"),
        "rule": _("规则"),
        "check": _("规则"),
    }
    return f"{names[key[0]]} {key[1]}" if key[0] in names and len(key) > 1 else ""
