"""Figures: cards week by week, and how much of their limits the open cases have used up.

Charts are drawn from the tables that stand beside them. Reads `engine.audit.board`; decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import render_template, url_for

from engine.audit import board as readings
from engine.audit.board import LEVELS, Asked, Used
from web import display
from web.language import _, current
from web.signin.who import house, unit_name
from web.supervisor.room import ROOM, view
from web.watching import cards as cards_shown
from web.watching import reach

SHOWN = 20
WEEKS = 12
INKS = dict(zip(LEVELS, ("grey", "amber", "vermilion", "dark"), strict=True))
"""Level → the colour of its columns, by the chart script's names."""


@ROOM.get("/figures")
def figures() -> str:
    """The page."""
    seen, here = view(), house()
    now, zone = here.clock.now(), here.runtime.settings.zone
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        asked = Asked(seen.units, procedure=seen.asked["procedure"])
        weeks = readings.weeks(connection, asked, now.astimezone(zone).date(), zone, WEEKS)
        calendar = here.runtime.calendar(connection)
        used = readings.usage(connection, seen.units, calendar, now, seen.asked["procedure"])
    shares = shares_of(used)
    return render_template(
        "supervisor/figures.html",
        seen=seen,
        weeks=weeks,
        levels=cards_shown.level_choices(),
        weeks_chart=weeks_chart(weeks),
        shares=shares,
        shares_chart=chart(_("条"), [name for name, _count in shares], {"": [n for _name, n in shares]}),
        used=[line(one) for one in used[:SHOWN]],
        more=len(used) - SHOWN,
        unit_choices=reach.unit_choices(seen.watched, seen.tree),
        procedure_choices=list(reach.procedures().items()),
    )


def weeks_chart(weeks: Sequence[tuple[Any, Counter[str]]]) -> dict[str, Any]:
    """Cards per week, one series a level."""
    series = {cards_shown.level_name(level): [n[level] for _day, n in weeks] for level in LEVELS}
    drawn = chart(_("张"), [display.short_day(day) for day, _counter in weeks], series)
    for one, level in zip(drawn["series"], LEVELS, strict=True):
        one["ink"] = INKS[level]
    return drawn


def chart(unit: str, labels: Sequence[str], series: dict[str, list[int]]) -> dict[str, Any]:
    """What the chart script draws from: {kind, unit, labels, series}."""
    return {
        "kind": "bar",
        "unit": unit,
        "labels": list(labels),
        "series": [{"label": name, "values": values} for name, values in series.items()],
    }


def shares_of(used: Sequence[Used]) -> list[tuple[str, int]]:
    """How many running limits are used up to which share."""
    names = [_("已中止"), _("50% 以内"), _("50%–75%"), _("75%–100%"), _("已超过")]
    found = Counter(_share(one) for one in used)
    return [(name, found[place]) for place, name in enumerate(names)]


def _share(one: Used) -> int:
    if one.suspended:
        return 0
    if one.left < 0:
        return 4
    return 1 if one.percent <= 50 else 2 if one.percent <= 75 else 3


def line(one: Used) -> dict[str, Any]:
    """One limit in words."""
    rule, language = one.ledger.rule, current()
    return {
        "href": url_for("supervisor.case", number=one.number),
        "number": one.number,
        "title": one.title,
        "unit": unit_name(one.unit),
        "period": rule.title(language),
        "limit": rule.limit.words(language),
        "used": one.used,
        "percent": one.percent,
        "state": "suspended"
        if one.suspended
        else "red"
        if one.left < 0
        else "soon"
        if one.percent > 75
        else "normal",
    }
