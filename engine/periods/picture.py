"""The explanation of a period as a picture: month by month, every day in its square.

Called by the clerk's page and by documents on paper. Draws only what an `Explanation` says; a letter stands
beside each colour, so that the picture also reads in black and white, and the text of each square for those
who cannot see it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from engine.periods.explain import Explanation, Row, Status, row_text

_CELL = 44
_HEAD = 40
_LEGEND = 30
_MARGIN = 8

_LOOK = {
    Status.START: ("#ffffff", "起", "S"),
    Status.COUNTED: ("#cfe8cf", "", ""),
    Status.EXTENDED: ("#cfdcf2", "延", "X"),
    Status.SUSPENDED: ("#f3d9b1", "停", "P"),
    Status.REST: ("#e6e6e6", "休", "R"),
    Status.HOLIDAY: ("#f2cfcf", "假", "H"),
    Status.ROLLED: ("#f7f3c8", "顺", "N"),
    Status.BETWEEN: ("#cfe8cf", "知", "B"),
    Status.EVENT: ("#ffffff", "事", "E"),
}
_WEEKDAYS = {"zh": "一二三四五六日", "en": "MTWTFSS"}
_WORDS = {
    "zh": {
        Status.START: "起算日",
        Status.COUNTED: "计入",
        Status.EXTENDED: "延长",
        Status.SUSPENDED: "中止",
        Status.REST: "休息日",
        Status.HOLIDAY: "节假日",
        Status.ROLLED: "顺延",
        Status.BETWEEN: "最迟通知日",
        Status.EVENT: "事项",
    },
    "en": {status: status.value for status in Status},
}


def picture(explanation: Explanation, language: str = "zh") -> str:
    """The explanation as an SVG document, one row of squares a week; "zh" or "en"."""
    parts: list[str] = []
    top = _HEAD
    for (year, month), rows in groupby(explanation.rows, key=lambda row: (row.date.year, row.date.month)):
        drawn, height = _month(list(rows), date(year, month, 1), top, language)
        parts.extend(drawn)
        top += height
    parts.extend(_legend(explanation.rows, top, language))
    rule, due = explanation.ledger.rule, explanation.due.day
    title = f"{rule.title(language)} {explanation.ledger.started_on} – {due}"
    width, height = 7 * _CELL + 2 * _MARGIN, top + _LEGEND * (1 + len(_used(explanation.rows)) // 3)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" font-family="sans-serif" aria-label={quoteattr(title)}>'
    )
    return "\n".join(
        [head, f"<title>{escape(title)}</title>", _text(_MARGIN, 24, title, 13), *parts, "</svg>\n"]
    )


def _month(rows: list[Row], first: date, top: int, language: str) -> tuple[list[str], int]:
    """The squares of one month and their height."""
    parts = [_text(_MARGIN, top + 16, first.strftime("%Y-%m"), 13)]
    for index, name in enumerate(_WEEKDAYS[language]):
        parts.append(_text(_MARGIN + index * _CELL + 4, top + 32, name, 10))
    weeks = sorted({row.date.toordinal() - row.date.weekday() for row in rows})
    for row in rows:
        line = weeks.index(row.date.toordinal() - row.date.weekday())
        parts.append(_square(row, _MARGIN + row.date.weekday() * _CELL, top + 36 + line * _CELL, language))
    return parts, 36 + len(weeks) * _CELL + 8


def _square(row: Row, left: int, top: int, language: str) -> str:
    colour, zh, en = _LOOK[row.status]
    letter = str(row.number) if row.number else zh if language == "zh" else en
    border = 'stroke="#b00000" stroke-width="3"' if row.last else 'stroke="#555555" stroke-width="1"'
    dashed = "" if row.known else ' stroke-dasharray="3 2"'
    marks = f"{row.date.day}{'*' if row.make_up else ''}"
    return (
        f"<g><title>{escape(row_text(row, language))}</title>"
        f'<rect x="{left + 1}" y="{top + 1}" width="{_CELL - 3}" height="{_CELL - 3}" fill="{colour}"'
        f" {border}{dashed}/>{_text(left + 5, top + 15, marks, 10)}"
        f"{_text(left + 14, top + 35, letter, 15)}</g>"
    )


def _legend(rows: Iterable[Row], top: int, language: str) -> list[str]:
    parts = []
    for index, status in enumerate(_used(rows)):
        left, line = _MARGIN + index % 3 * 105, top + 14 + index // 3 * 22
        colour = _LOOK[status][0]
        parts.append(
            f'<rect x="{left}" y="{line - 11}" width="13" height="13" fill="{colour}" stroke="#555555"/>'
            + _text(left + 18, line, _WORDS[language][status], 11)
        )
    return parts


def _used(rows: Iterable[Row]) -> list[Status]:
    used = {row.status for row in rows}
    return [status for status in Status if status in used]


def _text(left: int, top: int, words: str, size: int) -> str:
    return f'<text x="{left}" y="{top}" font-size="{size}">{escape(words)}</text>'
