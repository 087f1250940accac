"""The heat map of a procedure: its diagram, coloured by the working days its cases spent at each element.

Reads `engine.audit.delays`, narrowed to the units within reach; the table beside the drawing says the same.
Opens no case file: it leads to those that took longest, whose opening is then journalled.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import jsonify, make_response, render_template, url_for
from werkzeug.wrappers import Response

from engine.audit.delays import MOST_CASES, Delay, delays
from engine.bpmn.definition import Definition
from engine.definitions.packages import Package
from engine.errors import NotFound
from web.casefile.story import activity
from web.language import _
from web.signin.who import house
from web.supervisor.room import ROOM, View, view
from web.watching import reach, sheets

HOLD = frozenset({"process", "subProcess", "adHocSubProcess", "transaction", "callActivity"})
"""Elements whose time is that of what runs inside them; a called procedure has a heat map of its own. A
gateway at which branches wait for each other is left out too: the days are those of the slowest branch."""
HEATS = 5


@ROOM.get("/procedures/<procedure>")
def heat(procedure: str) -> str:
    """The page."""
    seen, (package, found, cases) = view("unit"), _read(procedure)
    whole = sum(one.days for one in found)
    return render_template(
        "supervisor/heat.html",
        seen={**vars(seen), "asked": {**seen.asked, "procedure": procedure}},
        title=reach.procedures().get(procedure, procedure),
        procedure=procedure,
        lines=[line(one, package.definition, whole) for one in found if one.days or one.ongoing],
        quick=sum(not (one.days or one.ongoing) for one in found),
        whole=whole,
        cases=cases,
        most=MOST_CASES,
        unit_choices=reach.unit_choices(seen.watched, seen.tree),
    )


@ROOM.get("/procedures/<procedure>/diagram.bpmn")
def heat_diagram(procedure: str) -> Response:
    """The diagram in force, byte for byte."""
    response = make_response(_package(procedure).definition.source)
    response.headers["Content-Type"] = "application/xml; charset=utf-8"
    return response


@ROOM.get("/procedures/<procedure>/heat.json")
def heat_places(procedure: str) -> Response:
    """{"places": [{element, heat, text}]}: heat from 1 (least) to 5, text the days for the badge."""
    _unused, found, _cases = _read(procedure)
    hottest = max((one.days for one in found), default=0)
    places = [
        {"element": one.element, "heat": heat_of(one.days, hottest), "text": _("%(days)s 日", days=one.days)}
        for one in found
        if one.days
    ]
    return jsonify({"places": places})


@ROOM.get("/procedures/<procedure>/heat.csv")
def heat_sheet(procedure: str) -> Response:
    """The table as a file."""
    package, found, _cases = _read(procedure)
    whole = sum(one.days for one in found)
    head = [
        _("环节"),
        _("经过次数"),
        _("正在停留"),
        _("合计工作日"),
        _("占比（%）"),
        _("中位数"),
        _("最长"),
        _("最长的案件"),
    ]
    rows = [line(one, package.definition, whole) for one in found]
    names = ("name", "stays", "ongoing", "days", "share", "median", "longest", "number")
    return sheets.sheet(_("耗时分布"), head, [[row[name] for name in names] for row in rows])


def _package(procedure: str) -> Package:
    here = house()
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        if not here.runtime.shelf.versions("package", procedure):
            raise NotFound(_("没有名为 %(name)s 的办理程序。", name=procedure[:60]))
        return here.runtime.shelf.package(connection, here.runtime.shelf.newest("package", procedure))


def _read(procedure: str) -> tuple[Package, list[Delay], int]:
    package, seen, here = _package(procedure), view(), house()
    definition = package.definition
    waits = frozenset(
        key
        for key, element in definition.elements.items()
        if element.kind not in HOLD and not element.kind.endswith("Gateway")
    )
    with here.store.reading() as connection:
        calendar = here.runtime.calendar(connection)
        found, cases = delays(
            connection, _units(seen), procedure, definition.digest, calendar, here.clock.now(), waits
        )
    return package, found, cases


def _units(seen: View) -> Sequence[str]:
    return seen.units


def heat_of(days: int, hottest: int) -> int:
    """How warm an element is beside the hottest one: 1 to 5."""
    return min(HEATS, 1 + days * HEATS // max(hottest, 1)) if days else 1


def line(one: Delay, definition: Definition, whole: int) -> dict[str, Any]:
    """An element in words."""
    element = definition.elements[one.element]
    return {
        "element": one.element,
        "name": activity(element.name, element.act) or one.element,
        "stays": one.stays,
        "ongoing": one.ongoing,
        "days": one.days,
        "share": one.days * 100 // whole if whole else 0,
        "median": one.median,
        "longest": one.longest.days,
        "number": one.longest.number,
        "href": url_for("supervisor.case", number=one.longest.number),
    }
