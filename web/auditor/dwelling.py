"""How long a case dwelt at each element of a diagram: a table below the drawing, and its warmth on it.

Called by the replay page. Counted from entering to leaving, over nights and days off too; several stays at
one element are added up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask import jsonify, url_for
from werkzeug.wrappers import Response

from engine.audit.history import Step
from engine.bpmn.definition import Element
from engine.clock import read_moment
from web.auditor.room import ROOM, read_case
from web.casefile.opening import CaseFile
from web.language import _

HEATS = 5
SHORTEST = timedelta(minutes=1)
_AROUND = ("subProcess", "eventSubProcess", "adHocSubProcess", "transaction", "process")


@dataclass(frozen=True)
class Dwelt:
    """Time spent at an element: how often, how long in all, warmth from 1 to 5, whether it still lasts."""

    element: str
    name: str
    times: int
    spent: timedelta
    heat: int
    lasts: bool

    @property
    def text(self) -> str:
        """The time in words, to two parts."""
        minutes = int(self.spent.total_seconds()) // 60
        days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
        if days:
            return _("%(days)s天%(hours)s小时", days=days, hours=hours)
        return _("%(hours)s小时%(minutes)s分", hours=hours, minutes=rest) if hours else _("%(n)s分钟", n=rest)


def dwelt(case: CaseFile, digest: str) -> list[Dwelt]:
    """The elements of a diagram where the case spent a minute or more, longest first."""
    spent: dict[str, timedelta] = {}
    times: dict[str, int] = {}
    entered: dict[int, tuple[str, str]] = {}
    for step in case.steps:
        _take(step, digest, entered, spent, times)
    for element, moment in entered.values():
        spent[element] = spent.get(element, timedelta()) + (case.now - read_moment(moment))
    longest = max((time for time in spent.values()), default=timedelta())
    open_ = {element for element, _moment in entered.values()}
    found = [
        Dwelt(
            element,
            _name(case, digest, element),
            times[element],
            time,
            min(HEATS, 1 + int(time * HEATS / longest)) if longest else 1,
            element in open_,
        )
        for element, time in spent.items()
        if time >= SHORTEST and not _surrounds(case, digest, element)
    ]
    return sorted(found, key=lambda one: (-one.spent, one.element))


def _take(
    step: Step,
    digest: str,
    entered: dict[int, tuple[str, str]],
    spent: dict[str, timedelta],
    times: dict[str, int],
) -> None:
    for event, where in zip(step.of("ElementEntered"), step.diagrams, strict=True):
        if where == digest and not event.data.get("repeats"):
            entered[event.data["instance"]] = (event.data["element"], step.moment)
            times[event.data["element"]] = times.get(event.data["element"], 0) + 1
    for event in step.of("ElementLeft"):
        element, since = entered.pop(event.data["instance"], ("", ""))
        if element:
            span = read_moment(step.moment) - read_moment(since)
            spent[element] = spent.get(element, timedelta()) + span


def _element(case: CaseFile, digest: str, element: str) -> Element | None:
    for package in case.packages.values():
        if package.definition.digest == digest:
            return package.definition.elements.get(element)
    return None


def _surrounds(case: CaseFile, digest: str, element: str) -> bool:
    found = _element(case, digest, element)
    return found is not None and found.kind in _AROUND


def _name(case: CaseFile, digest: str, element: str) -> str:
    """What an element is called; where its diagram gives it no name, what it is."""
    found = _element(case, digest, element)
    if found is None or found.name:
        return found.name if found else element
    if found.kind.endswith("Gateway"):
        return _("会合处（等其他路径）")
    return _("等待") if found.kind.endswith("Event") else element


@ROOM.get("/cases/<number>/diagrams/<digest>/heat.json")
def heat(number: str, digest: str) -> Response:
    """Where the case spent its time, for the drawing: {"places": [{"element", "heat", "text"}]}."""
    found = dwelt(read_case(number), digest)
    return jsonify({"places": [{"element": d.element, "heat": d.heat, "text": d.text} for d in found]})


def heat_address(number: str, digest: str) -> str:
    """Where the drawing's warmth is read."""
    return url_for("auditor.heat", number=number, digest=digest)
