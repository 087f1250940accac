"""The room of statistics: its blueprint, its navigation, which reports a reader may open and for which units.

The pages beside it hang on `ROOM`. A report names the roles that may read it; a supervisor or auditor reads
as far as the post reaches, everybody else the own unit and those below.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, url_for

from engine.casework import registers
from engine.definitions.reports import Report
from engine.errors import NotAuthorised, NotFound
from engine.organisation.model import Actor, Organisation
from web.frame import Place
from web.language import _, current
from web.signin.who import current_actor, find_actor, home_of, house, organisation, require
from web.watching import reach

ROOM = Blueprint("statistics", __name__, url_prefix="/statistics")
ROOM.before_request(require())
WATCHERS = ("supervisor", "auditor")


@dataclass(frozen=True)
class Open:
    """A report with the units its reader may count."""

    report: Report
    units: tuple[str, ...]


@ROOM.context_processor
def navigation() -> dict[str, object]:
    """Back to the reader's own room, and every report there is to read."""
    home = home_of(find_actor())
    places = [Place(_("返回工作台"), home), Place(_("年度统计"), url_for("statistics.annual"))]
    if find_actor() is not None:
        places += [
            Place(one.report.title(current()), url_for("statistics.report", report_id=one.report.id))
            for one in open_reports()
        ]
    return {"navigation": places, "home": home}


def open_reports() -> list[Open]:
    """The reports that the signed-in officer's posts may read, in their order."""
    here, actor, tree = house(), current_actor(), organisation()
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        known = registers.book(here.runtime, connection).reports
    found = [Open(report, units_of(actor, report, tree)) for report in known]
    return [one for one in found if one.units]


def units_of(actor: Actor, report: Report, tree: Organisation) -> tuple[str, ...]:
    """The units a reader may count in a report; none where no post may read it."""
    found: set[str] = set()
    for held in actor.posts:
        for role in set(held.roles) & set(report.readers):
            if role in WATCHERS:
                found |= set(reach.units_watched(actor, role, tree))
            else:
                found |= {unit.code for unit in tree.units if tree.within(unit.code, held.unit)}
    return tuple(sorted(found))


def opened(report_id: str) -> Open:
    """The report asked for. Raises NotFound, or NotAuthorised where the reader's posts do not open it."""
    found = next((one for one in open_reports() if one.report.id == report_id), None)
    if found is not None:
        return found
    here = house()
    with here.store.reading() as connection:
        known = registers.book(here.runtime, connection).reports
    if any(report.id == report_id for report in known):
        raise NotAuthorised(_("您的岗位不能查看这份统计。"))
    raise NotFound(_("没有这份统计。"))
