"""The deadline laboratory: how early and how late a procedure ends lawfully, before it is published.

A few made-up cases are lived through the real runtime in a store of their own (`timers.deadlines`); where
none of them comes to a decision, further ones are drawn. The reader is told how far it is and may stop it
(`readings`). Nothing reaches the installation.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.definitions import lawfulness
from engine.definitions.packages import Package
from engine.errors import Finding
from timers.deadlines import FURTHER, Bounds, Window
from web.designer import readings, trials
from web.designer.readings import READINGS, Reading
from web.designer.room import ROOM
from web.designer.trying import Asked, _asked
from web.language import _
from web.signin.who import current_actor, house, organisation, unit_name

MOST_CASES = 5


@ROOM.get("/deadlines")
def deadline_question() -> str:
    """Choose item, unit, day and how many cases."""
    return page(_asked())


@ROOM.post("/deadlines")
def deadline_begin() -> tuple[str, int] | Response:
    """Begin to live the cases and go to where their ends are told. Raises Conflict while another runs."""
    asked = _asked()
    item, _at, unit = request.form.get("place", "").partition("@")
    fault = _fault(unit)
    if fault:
        return page(asked, fault=fault), 422
    beside = [*asked.beside, asked.package.bundle]
    if item == trials.TRIAL_ITEM:
        beside.append(trials.catalogue_with_trial(house().runtime, asked.package))
    day, cases = date.fromisoformat(request.form["day"]), int(request.form["cases"])
    reading = Reading(asked, request.form["place"], day, cases)
    readings.begin(reading, house().runtime, beside)
    key = trials.new_key()
    READINGS.put(current_actor().person, key, reading, house().clock.now())
    return redirect(url_for("designer.deadline_answer", key=key), 303)


@ROOM.get("/deadlines/<key>")
def deadline_answer(key: str) -> str:
    """How far the cases are, and what came of them."""
    reading = _mine(key)
    fault = _("测算因故障中断，请再试一次。") if reading.failed else ""
    return page(reading.asked, reading, key, reading.refusal.sentence if reading.refusal else fault)


@ROOM.get("/deadlines/<key>/part")
def deadline_part(key: str) -> Response | str:
    """The part of the page that is told anew while the cases are lived; the whole page once they are over."""
    reading = _mine(key)
    if reading.over.is_set():
        return Response(headers={"HX-Redirect": url_for("designer.deadline_answer", key=key)})
    return render_template("designer/deadlines_part.html", key=key, most_further=FURTHER, **_told(reading))


@ROOM.post("/deadlines/<key>/stop")
def deadline_stop(key: str) -> Response:
    """Draw no further case; what has been found is kept."""
    reading = _mine(key)
    reading.stop.set()
    return redirect(url_for("designer.deadline_answer", key=key), 303)


def _mine(key: str) -> Reading:
    return READINGS.get(current_actor().person, key, house().clock.now())


def _told(reading: Reading) -> dict[str, Any]:
    return {
        "reading": reading,
        "further": max(0, reading.lived - reading.cases),
        "answer": shown(reading.found) if reading.found else None,
    }


def _fault(unit: str) -> str:
    """What is wrong with the form; "" where nothing is."""
    try:
        if not 2004 <= date.fromisoformat(request.form.get("day", "")).year <= 2090:
            raise ValueError
        if not 1 <= int(request.form.get("cases", "")) <= MOST_CASES:
            raise ValueError
    except ValueError:
        return _("请填写开始日期（2004 年至 2090 年）和案件数（1 至 %(most)s）。", most=MOST_CASES)
    return "" if unit in {one.code for one in organisation().units} else _("请选择受理单位。")


def page(asked: Asked, reading: Reading | None = None, key: str = "", fault: str = "") -> str:
    """The page: the question, and the answer where there is one."""
    items = trials.items_for(asked.items, asked.package.name)
    units = [(item, unit) for item in items for unit in trials.units_for(item, organisation())]
    choices = [(f"{item.code}@{unit}", f"{item.name()} · {unit_name(unit)}") for item, unit in units] or [
        (f"{trials.TRIAL_ITEM}@{unit}", unit_name(unit)) for unit in trials.units_for(None, organisation())
    ]
    return render_template(
        "designer/deadlines.html",
        package=asked.package,
        source=asked.source,
        choices=choices,
        chosen=reading.place if reading else request.form.get("place", ""),
        day=reading.day if reading else request.form.get("day") or house().directory.today().isoformat(),
        cases=reading.cases if reading else request.form.get("cases") or "3",
        most=MOST_CASES,
        fault=fault,
        steps=too_long(asked.package),
        most_further=FURTHER,
        key=key,
        **(_told(reading) if reading else {}),
    )


def too_long(package: Package) -> list[Finding]:
    """Ways whose steps add up to more than the period they lie in."""
    here = house()
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        law = here.runtime.shelf.law(connection, here.runtime.shelf.newest("law", "law"))
    found = lawfulness.check(package, law, here.directory.today())
    return [finding for finding in found if finding.rule == "law.steps"]


def shown(found: Window) -> dict[str, Any]:
    """A window as the page shows it: the outcomes behind a decision first."""
    paces = [(_("人人随到随办"), found.early), (_("人人都到最后一刻"), found.late)]
    return {
        "paces": [{"name": name, **_pace(bounds)} for name, bounds in paces],
        "impossible": sorted(found.impossible.items()),
        "missed": found.missed,
        "sought": found.sought,
    }


def _pace(bounds: Bounds) -> dict[str, Any]:
    ends = [
        {
            "name": name or "—",
            "days": str(min(days)) if min(days) == max(days) else f"{min(days)}–{max(days)}",
            "number": len(days),
            "decided": name in bounds.decided,
        }
        for name, days in bounds.ends.items()
    ]
    return {
        "ends": sorted(ends, key=lambda end: (not end["decided"], end["name"])),
        "cards": sorted(bounds.cards.items()),
        "unfinished": bounds.unfinished,
    }
