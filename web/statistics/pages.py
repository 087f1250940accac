"""The pages of statistics: one report with its filter, all of a year together, each as a file too.

Every number can be had with the rows it was counted from (`rows.csv`, without what the register masks), so
that whoever doubts it counts again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from engine.audit import reports as counting
from engine.audit.reports import Asked, Counted
from web.language import _, current
from web.signin.who import house, organisation
from web.statistics import shown
from web.statistics.room import ROOM, Open, open_reports, opened
from web.watching import reach, sheets

FIELDS = ("unit", "from", "to", "by")
FIRST_YEAR = 2006
_LISTS = (list, dict)


@dataclass(frozen=True)
class Seen:
    """What a page was asked: the fields of its filter as text, and as the counting takes them."""

    asked: dict[str, str]
    wanted: Asked


def today() -> date:
    """The day in the authority's zone."""
    here = house()
    return here.clock.now().astimezone(here.runtime.settings.zone).date()


def seen(open_: Open) -> Seen:
    """The filter of this request, narrowed to what the reader may count; without days, this year so far."""
    given = {name: request.args.get(name, "").strip()[:80] for name in FIELDS}
    this = today()
    begin = shown.day_of(given["from"], date(this.year, 1, 1))
    end = shown.day_of(given["to"], this)
    by = given["by"] if given["by"] in open_.report.by else open_.report.by[0]
    units = reach.narrowed(list(open_.units), given["unit"], organisation())
    asked = {"unit": given["unit"], "from": begin.isoformat(), "to": end.isoformat(), "by": by}
    return Seen(asked, Asked(begin, end, frozenset(units), by))


def counted(open_: Open, wanted: Asked) -> Counted:
    """The report counted."""
    here = house()
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        return counting.count(here.runtime, connection, open_.report, wanted)


@ROOM.get("/reports/<report_id>")
def report(report_id: str) -> str:
    """One report."""
    open_ = opened(report_id)
    asked, tree = seen(open_), organisation()
    found = counted(open_, asked.wanted)
    by = asked.wanted.by
    return render_template(
        "statistics/report.html",
        report=open_.report,
        title=open_.report.title(current()),
        note=open_.report.note(current()),
        seen=asked,
        table=shown.table(open_.report, found, by),
        chart=shown.chart(open_.report, found, by),
        unit_choices=reach.unit_choices(list(open_.units), tree),
        by_choices=[(name, shown.field_name(open_.report, name)) for name in open_.report.by],
    )


@ROOM.get("/reports/<report_id>.csv")
def report_sheet(report_id: str) -> Response:
    """The same table as a file."""
    open_ = opened(report_id)
    asked = seen(open_)
    told = shown.table(open_.report, counted(open_, asked.wanted), asked.wanted.by)
    lines = [[name, *texts] for name, texts in told["lines"]]
    return sheets.sheet(open_.report.title(current()), told["head"], [*lines, [_("合计"), *told["total"]]])


@ROOM.get("/reports/<report_id>/rows.csv")
def rows_sheet(report_id: str) -> Response:
    """The rows that were counted, without what the register masks."""
    open_ = opened(report_id)
    asked, here = seen(open_), house()
    schemas = shown.schemas_of(open_.report)
    names = ["key", *(name for name in open_.report.fields if not schemas.get(name, {}).get("x-mask"))]
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        found = counting.rows(here.runtime, connection, open_.report, asked.wanted)
        lines = [[plain(row.get(name)) for name in names] for row in found]
    return sheets.sheet(f"{open_.report.title(current())} {_('明细')}", names, lines)


def plain(value: Any) -> str:
    """A value of a row as one cell."""
    if isinstance(value, Mapping):
        return " ".join(f"{name}={plain(one)}" for name, one in value.items())
    if isinstance(value, list):
        return "; ".join(plain(one) for one in value)
    return "" if value is None else str(value)


# --- the year ----------------------------------------------------------------------------------------


def year_asked() -> int:
    """The year asked for; this one where none or nonsense is."""
    text, this = request.args.get("year", ""), today().year
    return int(text) if text.isdecimal() and FIRST_YEAR <= int(text[:4]) <= this else this


def of_the_year(year: int) -> list[dict[str, Any]]:
    """Every report of the year's page that the reader may open, counted by its first heading."""
    found = []
    for open_ in open_reports():
        if not open_.report.annual:
            continue
        by = open_.report.by[0]
        wanted = Asked(date(year, 1, 1), date(year, 12, 31), frozenset(open_.units), by)
        told = shown.table(open_.report, counted(open_, wanted), by)
        found.append({"id": open_.report.id, "title": open_.report.title(current()), "table": told})
    return found


@ROOM.get("/annual")
def annual() -> str:
    """The figures of a year on one page, to be printed."""
    year, this = year_asked(), today().year
    return render_template(
        "statistics/annual.html",
        year=year,
        years=[str(one) for one in range(this, max(FIRST_YEAR, this - 10) - 1, -1)],
        reports=of_the_year(year),
    )


@ROOM.get("/annual.csv")
def annual_sheet() -> Response:
    """The year as a file: one line for each report, heading and figure."""
    year = year_asked()
    lines = [
        [one["title"], name, figure, text]
        for one in of_the_year(year)
        for name, texts in [*one["table"]["lines"], (_("合计"), one["table"]["total"])]
        for figure, text in zip(one["table"]["head"][1:], texts, strict=True)
    ]
    return sheets.sheet(
        _("%(year)s 年度统计", year=year), [_("统计"), _("分组"), _("项目"), _("数字")], lines
    )
