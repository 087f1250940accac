"""Why a period ends when it does, day by day, so that an outsider can count along.

Called by the clerk's page, the API, documents and the dossier. Draws only on the ledger and the calendar;
never decides anything. `Explanation.as_data` carries what a recomputation from the export needs: the rule's
text, the entries, the calendar's version and one row for each day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from engine.clock import moment_text
from engine.periods.calendar import Calendar, Day, DayKind
from engine.periods.counting import NaturalDays, counted
from engine.periods.due import Due, due
from engine.periods.entries import Entry, Suspension
from engine.periods.ledger import Ledger
from engine.periods.limits import Kind
from engine.periods.timeline import Timeline

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Status(StrEnum):
    """What a day is to the count."""

    START = "start-day"  # the day of the trigger, not counted (C1)
    COUNTED = "counted"
    EXTENDED = "extended"  # counted within an extension (C9)
    SUSPENDED = "suspended"  # left out (C6)
    REST = "rest-day"
    HOLIDAY = "holiday"
    ROLLED = "rolled"  # after the last counted day, on the way to the next working day (C2)
    BETWEEN = "between"  # backward: the full day that must lie between (C5 strict)
    EVENT = "event"  # backward: the event counted back from


@dataclass(frozen=True)
class Row:
    """One day. `number` is what has been counted up to it (hours: with it), None where it does not count.

    `last` is the day the limit ends, `promised` the day the promised limit ends. `known`: a notice has
    settled the day (`Calendar.settled`).
    """

    date: date
    status: Status
    number: int | None
    make_up: bool = False
    last: bool = False
    promised: bool = False
    note: str = ""
    note_en: str = ""
    known: bool = True

    def as_data(self) -> dict[str, Any]:
        """The row as plain data; `weekday` is 1 for Monday to 7 for Sunday."""
        return {
            "date": self.date.isoformat(),
            "weekday": self.date.isoweekday(),
            "status": self.status.value,
            "number": self.number,
            "make_up": self.make_up,
            "last": self.last,
            "promised": self.promised,
            "note": self.note,
            "note_en": self.note_en,
            "known": self.known,
        }


@dataclass(frozen=True)
class Explanation:
    """The count of one period, row by row from its first day to its last."""

    ledger: Ledger
    due: Due
    rows: tuple[Row, ...]
    calendar_version: str
    notices: tuple[str, ...]
    idle: tuple[Entry, ...] = ()  # extensions that do not bind: the applicant was not told in time (C9)

    def text(self, language: str = "zh") -> str:
        """The count as lines of text, head first; "zh" or "en"."""
        return "\n".join([*_head(self, language), *(row_text(row, language) for row in self.rows)]) + "\n"

    def as_data(self) -> dict[str, Any]:
        """All of it as plain JSON data."""
        promised = self.due.promised_day
        return {
            "ledger": self.ledger.as_data(),
            "due": self.due.day.isoformat(),
            "due_moment": moment_text(self.due.moment),
            "promised": promised.isoformat() if promised else None,
            "raw": self.due.raw_day.isoformat(),
            "provisional": self.due.provisional,
            "suspended": self.due.suspended,
            "calendar": self.calendar_version,
            "notices": list(self.notices),
            "rows": [row.as_data() for row in self.rows],
        }


def explain(ledger: Ledger, calendar: Calendar, as_of: date | datetime | None = None) -> Explanation:
    """The explanation of a ledger's due date, `as_of` as in `due`."""
    found = due(ledger, calendar, as_of)
    rows = (
        _backward(ledger, calendar, found)
        if ledger.rule.backward
        else _forward(ledger, calendar, found, as_of)
    )
    used = {calendar.day(row.date).notice for row in rows}
    binding = Timeline(ledger, calendar, as_of).binding
    idle = tuple(entry for entry in ledger.extensions if not any(entry is one for one in binding))
    return Explanation(ledger, found, tuple(rows), calendar.version, tuple(sorted(used - {""})), idle)


def _forward(ledger: Ledger, calendar: Calendar, found: Due, as_of: date | datetime | None) -> list[Row]:
    clock = Timeline(ledger, calendar, as_of)
    plain = clock.amount(ledger.rule.limit)
    rows = [Row(ledger.started_on, Status.START, None, known=calendar.knows(ledger.started_on))]
    if clock.hourly:
        rows = []
    day = ledger.started_on if clock.hourly else ledger.started_on + timedelta(days=1)
    while day <= found.day:
        rows.append(_row(clock, calendar.day(day), plain, found))
        day += timedelta(days=1)
    return rows


def _row(clock: Timeline, day: Day, plain: Any, found: Due) -> Row:
    first, last = _bounds(clock, day.date)
    here = counted(
        clock.axis, max(clock.start, first), min(last, found.moment) if clock.hourly else last, clock.excluded
    )
    so_far = clock.counted(clock.start, min(last, found.moment) if clock.hourly else last)
    status, zh, en = _status(clock, day, bool(here), so_far > plain, found)
    number = _number(so_far) if here and status in (Status.COUNTED, Status.EXTENDED) else None
    make_up = day.kind is DayKind.MAKE_UP_DAY
    last, promised = day.date == found.day, day.date == found.promised_day
    known = clock.calendar.settled(day.date, clock.today)
    return Row(day.date, status, number, make_up, last, promised, zh, en, known)


def _status(clock: Timeline, day: Day, counts: bool, beyond: bool, found: Due) -> tuple[Status, str, str]:
    if not clock.hourly and day.date > found.raw_day:
        return Status.ROLLED, day.name[0], day.name[1]
    if counts:
        return (Status.EXTENDED if beyond else Status.COUNTED), "", ""
    kinds = _suspending(clock, day.date)
    # A rest day inside a suspension is a rest day: it would not have counted anyhow.
    if kinds and (day.works or isinstance(clock.axis, NaturalDays) or clock.hourly):
        return Status.SUSPENDED, kinds, kinds
    if day.kind is DayKind.HOLIDAY:
        return Status.HOLIDAY, day.name[0], day.name[1]
    return Status.REST, "", ""


def _suspending(clock: Timeline, day: date) -> str:
    first, last = _bounds(clock, day)
    kinds = []
    for suspension in clock.ledger.suspensions:
        after, until = clock.interval(suspension)
        if suspension.listed and after < last and until > first:
            kinds.append(suspension.kind)
    return "、".join(dict.fromkeys(kinds))


def _bounds(clock: Timeline, day: date) -> tuple[Any, Any]:
    """The day as an interval (p, r] of the clock's axis."""
    if clock.hourly:
        return clock.calendar.midnight_after(day - timedelta(days=1)), clock.calendar.midnight_after(day)
    return day - timedelta(days=1), day


def _number(amount: Any) -> int:
    """Days counted; for hours, whole hours begun."""
    return -(-amount // timedelta(hours=1)) if isinstance(amount, timedelta) else int(amount)


def _backward(ledger: Ledger, calendar: Calendar, found: Due) -> list[Row]:
    event = ledger.started_on
    working = ledger.rule.limit.kind is Kind.WORKING_DAYS
    whole = (
        ledger.rule.limit.number if working else (event - found.day).days - (ledger.rule.reading == "strict")
    )
    rows = [Row(event, Status.EVENT, None, known=calendar.knows(event))]
    number, day = 0, event - timedelta(days=1)
    while day >= found.day:
        fact = calendar.day(day)
        counts = fact.works or not working
        number += counts
        status = Status.COUNTED if counts else Status.HOLIDAY if fact.kind is DayKind.HOLIDAY else Status.REST
        make_up, last = fact.kind is DayKind.MAKE_UP_DAY, day == found.day
        shown = number if counts and number <= whole else None
        if counts and shown is None:
            status = Status.BETWEEN
        rows.append(Row(day, status, shown, make_up, last, False, *fact.name, fact.known))
        day -= timedelta(days=1)
    return list(reversed(rows))


_WORDS = {
    Status.START: ("起算日，不计入", "start, not counted"),
    Status.COUNTED: ("计入，第{n}{u}", "counted, {u} {n}"),
    Status.EXTENDED: ("延长期内，第{n}{u}", "extension, {u} {n}"),
    Status.SUSPENDED: ("不计入（{note}）", "not counted ({note})"),
    Status.REST: ("休息日", "rest day"),
    Status.HOLIDAY: ("节假日（{note}）", "holiday ({note})"),
    Status.ROLLED: ("顺延", "carried over to the next working day"),
    Status.BETWEEN: ("最迟通知日", "latest day for the notice"),
    Status.EVENT: ("事项当日，不计入", "event, not counted"),
}


def row_text(row: Row, language: str = "zh") -> str:
    """One row as a line of text."""
    english = language != "zh"
    words = _WORDS[row.status][english]
    unit = ("日", "no.")[english]
    text = words.format(n=row.number, u=unit, note=row.note_en if english else row.note)
    marks = []
    if row.make_up:
        marks.append(("调休上班", "make-up working day")[english])
    if row.promised:
        marks.append(("承诺期限届满", "promised day")[english])
    if row.last:
        marks.append(("期限届满", "last day")[english])
    if not row.known:
        marks.append(("预计", "estimated")[english])
    weekday = _WEEKDAYS_EN[row.date.weekday()] if english else f"星期{_WEEKDAYS_ZH[row.date.weekday()]}"
    return f"{row.date} {weekday} {text}" + (f" [{('；', '; ')[english].join(marks)}]" if marks else "")


def _head(explanation: Explanation, language: str) -> list[str]:
    english = language != "zh"
    rule, found = explanation.ledger.rule, explanation.due
    lines = [
        f"{rule.title(language)} — {rule.basis}",
        (
            f"Limit {rule.limit.words('en')}, from {explanation.ledger.started_on} to {found.day}"
            if english
            else f"期限{rule.limit.words()}，自{explanation.ledger.started_on}起，至{found.day}止"
        ),
    ]
    lines += [
        _entry_line(entry, language, entry in explanation.idle) for entry in explanation.ledger.extensions
    ]
    lines += [_suspension_line(suspension, language) for suspension in explanation.ledger.suspensions]
    if found.promised_day:
        lines.append(f"Promised {found.promised_day}" if english else f"承诺办结日{found.promised_day}")
    if found.provisional:
        lines.append(
            "Provisional: no notice yet for some of these days" if english else "预计：部分日期尚无放假通知"
        )
    if found.suspended:
        lines.append("Suspended: not determinable yet" if english else "期限中止，届满日尚不能确定")
    notices = ", ".join(explanation.notices) or ("none" if english else "无")
    lines.append(f"{'Calendar' if english else '日历'} {explanation.calendar_version[:12]} ({notices})")
    return lines


def _entry_line(extension: Entry, language: str, idle: bool) -> str:
    by = extension.by.words(language) if extension.by else ""
    if language == "zh":
        words = f"{extension.on}经{extension.approver or '批准'}延长{by}" + _because(extension, language)
        return words + ("（未在届满前告知申请人，不计）" if idle else "")
    words = f"Extended by {by} on {extension.on} ({extension.approver})" + _because(extension, language)
    return words + (" (the applicant was not told before the limit: it does not count)" if idle else "")


def _suspension_line(suspension: Suspension, language: str) -> str:
    since, until = suspension.since.on, suspension.until.on if suspension.until else None
    if language == "zh":
        words = f"{since}因{suspension.kind}中止" + (f"，{until}恢复" if until else "，尚未恢复")
        return words + ("" if suspension.listed else "（不在法定事项之列，照常计算）")
    words = f"Suspended for {suspension.kind} on {since}, " + (
        f"resumed on {until}" if until else "still open"
    )
    return words + ("" if suspension.listed else " (not listed in the law: counted all the same)")


def _because(entry: Entry, language: str) -> str:
    if not entry.reason:
        return ""
    return f"：{entry.reason}" if language == "zh" else f": {entry.reason}"
