"""The service catalogue and the working calendar, to be looked up; both are changed by drafts (`wholes`)."""

from __future__ import annotations

from calendar import Calendar as Weeks
from datetime import date
from typing import Any

from babel.dates import get_month_names
from flask import render_template, request

from engine.periods import Calendar
from web.casefile.starting import items_in_force
from web.designer.drafts import live_of
from web.designer.reading import law
from web.designer.room import ROOM
from web.language import current, locale
from web.signin.who import house, unit_name


@ROOM.get("/items")
def items() -> str:
    """Every service item with procedure, units and limits."""
    today, rules = house().directory.today(), law()
    rows = [
        {
            "item": item,
            "name": item.name(current()),
            "units": [unit_name(unit) for unit in item.units],
            "rule": rules.of(item.facts["period"], today) if item.facts.get("period") in rules else None,
        }
        for item in items_in_force(house())
    ]
    return render_template("designer/items.html", rows=rows, drafted=live_of("catalogue"))


@ROOM.get("/calendar")
def calendar() -> str:
    """A year's working days, rest days and make-up days."""
    runtime, today = house().runtime, house().directory.today()
    with house().store.reading() as connection:
        runtime.shelf.refresh(connection)
        found = runtime.calendar(connection)
    year = min(max(request.args.get("year", today.year, type=int), 1950), 2100)
    return render_template(
        "designer/calendar.html",
        year=year,
        drafted=live_of("calendar"),
        known=found.knows(date(year, 6, 1)),
        months=[month(found, year, number) for number in range(1, 13)],
    )


def month(found: Calendar, year: int, number: int) -> dict[str, Any]:
    """Name and weeks of days, each {day, kind}; days of other months are none."""
    weeks = Weeks(0).monthdatescalendar(year, number)
    return {
        "name": get_month_names("wide", context="stand-alone", locale=locale())[number],
        "weeks": [[kind(found, day) if day.month == number else None for day in week] for week in weeks],
    }


def kind(found: Calendar, day: date) -> dict[str, Any]:
    """A day and what it is."""
    works = found.is_working(day)
    weekend = day.weekday() > 4
    name = "makeup" if works and weekend else "work" if works else "rest" if weekend else "holiday"
    return {"day": day, "kind": name}
