"""The deadline laboratory: how early and how late a procedure ends lawfully, before it is published.

A few made-up cases are lived through the real runtime in a store of their own (`timers.deadlines`), while the
reader waits: few of them, and one reading at a time in a process. Nothing reaches the installation.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from threading import Lock
from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from engine.definitions import lawfulness
from engine.definitions.packages import Package
from engine.errors import BanjieError, Conflict, Finding
from timers import deadlines
from timers.bench import Bench
from timers.deadlines import Bounds, Window
from web.designer import trials
from web.designer.room import ROOM
from web.designer.trying import Asked, _asked
from web.language import _
from web.signin.who import house, organisation, unit_name

MOST_CASES = 5
SEED = 1
_ONE_AT_A_TIME = Lock()


@ROOM.get("/deadlines")
def deadline_question() -> str:
    """Choose item, unit, day and how many cases."""
    return page(_asked())


@ROOM.post("/deadlines")
def deadline_answer() -> tuple[str, int] | Response | str:
    """Live the cases and show what came of them. Raises Conflict while another reading runs."""
    asked = _asked()
    item, _at, unit = request.form.get("place", "").partition("@")
    fault = _fault(unit)
    if fault:
        return page(asked, fault=fault), 422
    day, cases = date.fromisoformat(request.form["day"]), int(request.form["cases"])
    beside = [*asked.beside, asked.package.bundle]
    if item == trials.TRIAL_ITEM:
        beside.append(trials.catalogue_with_trial(house().runtime, asked.package))
    try:
        with _alone(), Bench(house().runtime, beside) as bench:
            found = deadlines.window(
                bench.laboratory, item, unit, cases=cases, seed=SEED, first_day=day, given={}
            )
    except Conflict:
        raise
    except BanjieError as refusal:
        return page(asked, fault=refusal.sentence), refusal.status
    return page(asked, found)


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


@contextmanager
def _alone() -> Iterator[None]:
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        raise Conflict(_("另一次测算正在进行，请稍后再试。"))
    try:
        yield
    finally:
        _ONE_AT_A_TIME.release()


def page(asked: Asked, found: Window | None = None, fault: str = "") -> str:
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
        chosen=request.form.get("place", ""),
        day=request.form.get("day") or house().directory.today().isoformat(),
        cases=request.form.get("cases") or "3",
        most=MOST_CASES,
        fault=fault,
        steps=too_long(asked.package),
        answer=shown(found, asked.package) if found else None,
    )


def too_long(package: Package) -> list[Finding]:
    """Ways whose steps add up to more than the period they lie in."""
    here = house()
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        law = here.runtime.shelf.law(connection, here.runtime.shelf.newest("law", "law"))
    found = lawfulness.check(package, law, here.directory.today())
    return [finding for finding in found if finding.rule == "law.steps"]


def shown(found: Window, package: Package) -> dict[str, Any]:
    """A window as the page shows it."""
    paces = [(_("人人随到随办"), found.early), (_("人人都到最后一刻"), found.late)]
    return {
        "paces": [{"name": name, **_pace(bounds)} for name, bounds in paces],
        "impossible": sorted(found.impossible.items()),
    }


def _pace(bounds: Bounds) -> dict[str, Any]:
    return {
        "ends": [(name, min(days), max(days), len(days)) for name, days in sorted(bounds.ends.items())],
        "cards": sorted(bounds.cards.items()),
        "unfinished": bounds.unfinished,
    }
