"""The live board: how open cases stand, by district, unit, procedure and rule, and the newest cards.

The page asks for its own part again when the live line (`live`) says that something has changed; where
nothing has, the answer is empty and the page stays as it is. Reads `engine.audit`; decides nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from engine import canonical
from engine.audit import board as readings
from engine.audit import trends
from engine.audit.board import Asked
from engine.clock import moment_text
from web.house import House
from web.language import _, ngettext
from web.signin.who import house
from web.supervisor import groups
from web.supervisor.groups import card_address
from web.supervisor.room import ROOM, View, view
from web.watching import cards, reach, sheets
from web.watching.rules import rule_names

NEWEST = 8


@dataclass(frozen=True)
class Shown:
    """What of the city a board shows: enough to look again without its request."""

    units: tuple[str, ...]
    procedure: str

    @classmethod
    def of(cls, seen: View) -> Shown:
        """What a view leaves."""
        return cls(tuple(seen.units), seen.asked["procedure"])

    @property
    def asked(self) -> Asked:
        """The same as the readings of cards take it."""
        return Asked(self.units, procedure=self.procedure)


@ROOM.get("/")
def board() -> str:
    """The whole page."""
    seen = view()
    return render_template(
        "supervisor/board.html",
        **facts(seen, moment_text(house().clock.now())),
        unit_choices=reach.unit_choices(seen.watched, seen.tree),
        procedure_choices=list(reach.procedures().items()),
    )


@ROOM.get("/board")
def board_part() -> Response:
    """The part that changes; 204 where it says what the reader's page says already (`mark`)."""
    seen = view()
    if mark_now(house(), Shown.of(seen)) == request.args.get("mark"):
        return make_response("", 204)
    told = facts(seen, request.args.get("since", ""))
    return make_response(render_template("supervisor/board_part.html", **told, refreshed=True))


@ROOM.get("/board.csv")
def board_sheet() -> Response:
    """Every line of the board as a file."""
    told = facts(view(), "")
    figures = readings_names()
    head = [_("分组"), _("名称"), *figures.values(), _("平均已用（%）"), *_pace_names(), *rule_figures()]
    rows: list[tuple[object, ...]] = [
        (group["title"], one["name"], *(figure for figure, _href in one["figures"].values()), *_last(one))
        for group in told["groups"]
        for one in group["lines"]
    ]
    # A rule has no open cases: its cards stand in columns of their own.
    rows += [
        (
            _("按规则"),
            f"{one['rule']} {one['name']}".strip(),
            *("" for _figure in figures),
            "",
            one["pace"].week,
            one["pace"].before,
            *(figure for figure, _href in one["figures"]),
        )
        for one in told["rules"]
    ]
    return sheets.sheet(_("监督看板"), head, rows)


def rule_figures() -> tuple[str, ...]:
    """What each figure of a rule's cards is called, in the order of `groups.rule_line`."""
    return _("提示卡"), _("黄牌卡"), _("红牌卡"), _("有效"), _("申诉中"), _("已撤销")


def _pace_names() -> tuple[str, str]:
    return _("近七日卡片"), _("前七日卡片")


def _last(one: dict[str, Any]) -> tuple[object, ...]:
    return "" if one["percent"] is None else one["percent"], one["pace"].week, one["pace"].before


def readings_names() -> dict[str, str]:
    """What each figure of an open case is called."""
    return {
        "open": _("在办"),
        "today": _("今日到期"),
        "yellow": _("黄牌"),
        "red": _("红牌"),
        "overdue": _("逾期"),
    }


def facts(seen: View, since: str) -> dict[str, Any]:
    """What the board shows; cards issued after `since` are new to its reader."""
    here, procedures, shown = house(), reach.procedures(), Shown.of(seen)
    now = here.clock.now()
    with here.store.reading() as connection:
        rows = readings.cards(connection, shown.asked, limit=NEWEST)
        rules = trends.by_rule(connection, shown.asked, now)
    fresh = [row for row in rows if since and row["issued_at"] > since]
    found, total = groups.of(seen, shown.asked, now, procedures)
    names = rule_names()
    return {
        "seen": seen,
        "now": now,
        "since_now": moment_text(now),
        "names": readings_names(),
        "total": groups.linked(total, seen),
        "groups": found,
        "rules": [groups.rule_line(one, seen, names) for one in rules],
        "cards": [
            {**cards.line(row, seen.tree, procedures), "fresh": row in fresh, "href": card_address(row)}
            for row in rows
        ],
        "said": ngettext("新增 %(num)s 张卡片", "新增 %(num)s 张卡片", len(fresh)) % {"num": len(fresh)}
        if fresh
        else "",
        "mark": mark_now(here, shown),
    }


def mark_now(here: House, shown: Shown) -> str:
    """A short digest of what a board shows at this moment; needs no request."""
    now, zone = here.clock.now(), here.runtime.settings.zone
    with here.store.reading() as connection:
        by = [
            readings.counts(connection, shown.units, now, zone, heading, shown.procedure)
            for heading in ("unit", "procedure")
        ]
        rows = readings.cards(connection, shown.asked, limit=NEWEST)
        rules = trends.by_rule(connection, shown.asked, now)
    return _mark_of(*by, rows, rules)


def _mark_of(*parts: Sequence[Any]) -> str:
    text = canonical.dumps([[str(one) for one in part] for part in parts])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
