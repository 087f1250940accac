"""A report in words: its headings by their names, its figures as text, the choices of its filter.

Called by the pages. It counts nothing itself: the numbers are those of `engine.audit.reports`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from engine.audit.reports import Counted, Line, Number
from engine.casework import registers
from engine.definitions.reports import CASES, ITEMS, MONTH, SHARE, Report
from web.casefile import naming
from web.casefile.facts import label_of, shown
from web.language import _, current
from web.signin.who import house, unit_name
from web.watching import reach

UNIT_FIELDS = frozenset({"unit", "desk", "department"})
ITEM_FIELDS = frozenset({"item", "code"})
_COUNTED = ("counts", "sum")
NOTHING = "–"


def schemas_of(report: Report) -> Mapping[str, Any]:
    """The fields of a report's rows with their labels."""
    if report.over in (CASES, ITEMS):
        return {name: {"title": zh, "x-title-en": en} for name, (zh, en) in _FIELDS.items()}
    here = house()
    with here.store.reading() as connection:
        return registers.book(here.runtime, connection).of(report.over).schemas


_FIELDS = {
    "unit": ("单位", "Unit"),
    "department": ("责任部门", "Department"),
    "item": ("事项", "Service item"),
    "procedure": ("程序", "Procedure"),
    "channel": ("渠道", "Channel"),
    "online_depth": ("网上办理深度", "Online depth"),
    "kind": ("类别", "Kind"),
    "level": ("层级", "Level"),
    "status": ("状态", "Status"),
}


def field_name(report: Report, name: str) -> str:
    """What a heading's field is called."""
    if name == MONTH:
        return _("月份")
    return label_of(schemas_of(report).get(name, {}), name)


class Names:
    """The names of headings, looked up once for a page."""

    def __init__(self, report: Report) -> None:
        self._schemas = schemas_of(report)
        self._items = naming.items()
        self._procedures = reach.procedures()

    def of(self, by: str, key: str) -> str:
        """A heading in words; a dash where the row says nothing."""
        if not key:
            return _("（未填）")
        if by in UNIT_FIELDS:
            return unit_name(key)
        return self._known(by).get(key) or shown(self._schemas.get(by, {}), key)

    def _known(self, by: str) -> Mapping[str, str]:
        """The names of what a field's codes stand for, where it is more than its schema says."""
        if by in ITEM_FIELDS:
            return self._items
        return {"procedure": self._procedures, "channel": channels()}.get(by, {})


def channels() -> dict[str, str]:
    """The channels a case comes by."""
    return {"online": _("网上"), "window": _("窗口"), "system": _("系统转入"), "api": _("接口")}


def table(report: Report, counted: Counted, by: str) -> dict[str, Any]:
    """{"head": [...], "lines": [(name, [text …])], "total": [...], "notes": [(name, sentence)]}."""
    names, language = Names(report), current()
    figures = report.figures
    return {
        "head": [field_name(report, by), *(figure.title(language) for figure in figures)],
        "lines": [(names.of(by, line.key), texts(report, line)) for line in counted.lines],
        "total": texts(report, counted.total),
        "rows": counted.rows,
        "notes": [(f.title(language), f.meaning(language)) for f in figures if f.meaning(language)],
    }


def texts(report: Report, line: Line) -> list[str]:
    """The figures of a line as text, in the report's order."""
    found = [(figure.how, text_of(line.figures[figure.id])) for figure in report.figures]
    return [f"{text}%" if how == SHARE and text != NOTHING else text for how, text in found]


def text_of(number: Number) -> str:
    """A figure; a dash where there was nothing to count."""
    if number is None:
        return NOTHING
    text = f"{Decimal(number):,.2f}" if isinstance(number, Decimal) else f"{number:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def chart(report: Report, counted: Counted, by: str) -> dict[str, Any]:
    """What the chart script draws: the first counted figures of up to twelve headings."""
    names = Names(report)
    drawn = [figure for figure in report.figures if figure.how in _COUNTED][:3]
    lines = counted.lines[:12]
    return {
        "kind": "bar",
        "unit": "",
        "labels": [names.of(by, line.key) for line in lines],
        "series": [
            {
                "label": figure.title(current()),
                "values": [int(line.figures[figure.id] or 0) for line in lines],
            }
            for figure in drawn
        ],
    }


def day_of(text: str, other: date) -> date:
    """A day as it was asked for, or another where none or nonsense was."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return other
