"""The lines of the board: open cases under each district, unit and procedure, and the cards of each rule.

Called by the board and its file. Every figure carries the address of the list it counts. Decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import url_for

from engine.audit import board as readings
from engine.audit import trends
from engine.audit.board import Asked, Count, Used
from engine.audit.trends import Pace, RuleCount
from engine.organisation.model import Organisation
from web.language import _
from web.signin.who import house, unit_name
from web.supervisor.room import View
from web.supervisor.used import mean_percent, used_now
from web.watching import reach

Figures = dict[str, tuple[int, str]]


def card_address(row: Any) -> str:
    """The page of a card."""
    return url_for("supervisor.card", number=row["number"], key=row["key"])


def of(
    seen: View, asked: Asked, now: datetime, procedures: Mapping[str, str]
) -> tuple[list[dict[str, Any]], Count]:
    """The groups of lines, and the sum of all."""
    here, tree = house(), seen.tree
    zone = here.runtime.settings.zone
    with here.store.reading() as connection:
        units, flows = (
            readings.counts(connection, seen.units, now, zone, heading, asked.procedure)
            for heading in ("unit", "procedure")
        )
        unit_pace = trends.pace(connection, asked, now, "unit")
        flow_pace = trends.pace(connection, asked, now, "procedure")
    within = set(seen.units)
    used = [
        one
        for one in used_now()
        if one.unit in within and (not asked.procedure or one.procedure == asked.procedure)
    ]

    def unit_line(count: Count) -> dict[str, Any]:
        share = mean_percent([one for one in used if one.unit == count.key])
        name = reach.full_unit_name(count.key, tree)
        return _line(count, name, seen, "unit", unit_pace.get(count.key, Pace()), share)

    def flow_line(count: Count) -> dict[str, Any]:
        share = mean_percent([one for one in used if one.procedure == count.key])
        name = procedures.get(count.key, count.key)
        told = _line(count, name, seen, "procedure", flow_pace.get(count.key, Pace()), share)
        return {**told, "heat": url_for("supervisor.heat", procedure=count.key)}

    found = [
        ("district", _("按区"), _("区"), _districts(units, unit_pace, used, seen)),
        ("unit", _("按单位"), _("单位"), [unit_line(count) for count in units]),
        ("procedure", _("按事项"), _("事项"), [flow_line(count) for count in flows]),
    ]
    told = [
        {"key": key, "title": title, "heading": heading, "lines": lines}
        for key, title, heading, lines in found
        if lines and not (key == "district" and len(lines) < 2)
    ]
    return told, readings.together(units)


def _districts(
    units: Iterable[Count], paces: Mapping[str, Pace], used: Iterable[Used], seen: View
) -> list[dict[str, Any]]:
    """The same by district; what belongs to none is the city's own."""
    tree, rows, listed = seen.tree, list(units), list(used)
    homes = {count.key: district_of(count.key, tree) for count in rows}
    lines = []
    for home in dict.fromkeys(homes.values()):
        sum_ = readings.together(count for count in rows if homes[count.key] == home)
        sum_ = Count(home, sum_.open, sum_.today, sum_.yellow, sum_.red, sum_.overdue)
        of_it = [pace for unit, pace in paces.items() if district_of(unit, tree) == home]
        pace = Pace(sum(one.week for one in of_it), sum(one.before for one in of_it))
        share = mean_percent([one for one in listed if district_of(one.unit, tree) == home])
        lines.append(_line(sum_, unit_name(home) if home else _("市本级"), seen, "unit", pace, share))
    return lines


def district_of(unit: str, tree: Organisation) -> str:
    """The district a unit lies in; "" for the city's own units and for units of the past."""
    known = {one.code: one for one in tree.units}
    if unit not in known:
        return ""
    return next((code for code in (unit, *tree.parents(unit)) if known[code].kind == "district"), "")


def linked(count: Count, seen: View) -> Figures:
    """Each figure with the list of cases it counts."""
    return {
        name: (getattr(count, name), reach.address("supervisor.cases", {**seen.asked, "standing": name}))
        for name in readings.STATES
    }


def _line(
    count: Count, name: str, seen: View, heading: str, pace: Pace, percent: int | None
) -> dict[str, Any]:
    """One line: each figure leads to its cases, where its heading can be asked for."""
    inner = View(seen.tree, seen.watched, seen.units, {**seen.asked, heading: count.key})
    figures = linked(count, inner)
    return {
        "name": name,
        "figures": figures if count.key else {key: (number, "") for key, (number, _to) in figures.items()},
        "href": reach.address("supervisor.board", inner.asked) if count.key else "",
        "kind": "red" if count.overdue or count.red else "yellow" if count.yellow else "",
        "percent": percent,
        "pace": pace,
        "heat": "",
    }


def rule_line(one: RuleCount, seen: View, names: Mapping[str, str]) -> dict[str, Any]:
    """The cards of a rule: each figure leads to them. `names` says what rules are called."""
    asked = {**seen.asked, "rule": one.rule}

    def cards(**more: str) -> str:
        return reach.address("supervisor.cards", {**asked, **more})

    return {
        "rule": one.rule,
        "name": names.get(one.rule, ""),
        "href": cards(),
        "pace": one.pace,
        "figures": [
            (one.note, cards(level="T")),
            (one.yellow, cards(level="Y")),
            (one.red, cards(level="red")),
            (one.standing, cards(status="standing")),
            (one.appealed, cards(status="appealed")),
            (one.revoked, cards(status="revoked")),
        ],
        "kind": "red" if one.red else "yellow" if one.yellow else "",
    }
