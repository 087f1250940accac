"""Finding cases: by number, person, unit, procedure, rule, date, amount, and by what was ever entered.

Reads `engine.audit.finding`; opens no case file.
"""

from __future__ import annotations

import re
from decimal import Decimal

from flask import render_template, request, url_for

from engine.audit import board, finding
from engine.audit.finding import Wanted
from web.auditor.room import ROOM
from web.signin.who import current_actor, house, organisation
from web.watching import cards as cards_shown
from web.watching import reach

PAGE = 50
_AMOUNT = re.compile(r"\d{1,15}(\.\d{1,4})?", re.ASCII)
FIELDS = ("words", "number", "person", "unit", "procedure", "rule", "status", "from", "to", "amount")


@ROOM.get("/")
def find() -> str:
    """The list with its filter."""
    tree = organisation()
    watched = reach.units_watched(current_actor(), "auditor", tree)
    asked = {name: request.args.get(name, "").strip()[:100] for name in FIELDS}
    page = _page()
    with house().store.reading() as connection:
        wanted = wanted_of(asked, reach.narrowed(watched, asked["unit"], tree))
        rows = finding.find(connection, wanted, limit=PAGE + 1, offset=(page - 1) * PAGE)
        rules = board.rules(connection, watched)
    link = reach.address("auditor.find", asked)
    return render_template(
        "auditor/find.html",
        asked=asked,
        rows=[
            {
                **row,
                "href": url_for("auditor.case", number=row["number"]),
                "unit_name": reach.full_unit_name(row["unit"], tree),
                "kind": cards_shown.KINDS.get(row["level"], ""),
                "level_name": cards_shown.level_name(row["level"]),
            }
            for row in rows[:PAGE]
        ],
        page=page,
        more=len(rows) > PAGE,
        link=f"{link}{'&' if '?' in link else '?'}page=",
        unit_choices=reach.unit_choices(watched, tree),
        procedure_choices=list(reach.procedures().items()),
        rule_choices=[(rule, rule) for rule in rules],
    )


def wanted_of(asked: dict[str, str], units: list[str]) -> Wanted:
    """The filter as the reading takes it."""
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
    )


def amount_of(text: str) -> Decimal | None:
    """An amount as people write it (2,000 or 2000.00 or ¥2000); None where the text is none."""
    plain = text.replace(",", "").replace("，", "").strip("¥￥元 ")
    return Decimal(plain) if _AMOUNT.fullmatch(plain) else None


def _page() -> int:
    text = request.args.get("page", "1")
    return int(text) if text.isdecimal() and 0 < int(text[:6]) < 100_000 else 1
