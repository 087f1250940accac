"""The periods of a case on a page: state, due day, and the count day by day.

Called by the case, work-item and progress pages. All figures come from `engine.periods`; this only
chooses words and kinds of the days component.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from engine import periods
from engine.casework import clocks
from engine.clock import read_moment
from engine.periods import Calendar, Ledger, Row, State, Status
from web import display
from web.casefile.opening import CaseFile
from web.language import _, current

_KINDS = {
    Status.START: "start",
    Status.EVENT: "start",
    Status.COUNTED: "counted",
    Status.EXTENDED: "counted",
    Status.BETWEEN: "counted",
    Status.SUSPENDED: "suspended",
}
_SOON = timedelta(days=2)
_LEVELS = {"Y": "yellow", "R": "red", "R+": "red"}


@dataclass(frozen=True)
class Clock:
    """One period as a page shows it. `states` are kinds of `due_tag`; `left` is days left in words, or ""."""

    number: int
    id: str
    title: str
    basis: str
    limit: str
    klass: str
    started_on: date
    due_on: date
    promised_on: date | None
    stopped_on: date | None
    states: tuple[str, ...]
    left: str
    running: bool
    standing: str
    rows: Sequence[tuple[str, Any]]
    days: Sequence[Mapping[str, Any]]


def clocks_of(case: CaseFile, *, explained: bool = True) -> list[Clock]:
    """Every period of the case, running ones first, each group by due day."""
    found = [_clock(case, number, explained) for number in case.state.periods]
    return sorted(found, key=lambda clock: (not clock.running, clock.due_on, clock.number))


def nearest(found: Sequence[Clock]) -> Clock | None:
    """The running period that ends first and binds the authority."""
    return next((clock for clock in found if clock.running and clock.klass != "party"), None)


def _clock(case: CaseFile, number: int, explained: bool) -> Clock:
    ledger = clocks.ledger_of(case.state, number)
    case = replace(case, calendar=clocks.calendar_of(case.state, number, case.calendar))
    language = current()
    found = periods.due(ledger, case.calendar, case.now)
    standing = periods.state(ledger, case.calendar, case.now)
    rule = ledger.rule
    return Clock(
        number=number,
        id=rule.id,
        title=rule.title(language),
        basis=rule.basis,
        limit=rule.limit.words(language),
        klass=rule.klass,
        started_on=ledger.started_on,
        due_on=found.day,
        promised_on=found.promised_day,
        stopped_on=ledger.stop_entry.on if ledger.stop_entry else None,
        states=_states(case, number, ledger, standing, found),
        left=_left(case, ledger, standing),
        running=standing is not State.STOPPED,
        standing=standing_still(ledger),
        rows=_facts(ledger, found, language, case),
        days=_days(case, ledger) if explained else (),
    )


def _states(
    case: CaseFile, number: int, ledger: Ledger, standing: State, found: periods.Due
) -> tuple[str, ...]:
    if standing is State.STOPPED:
        late = periods.in_time(ledger, case.calendar) is False
        return (_passed(ledger), "done") if late else ("done",)
    states = ["suspended"] if standing is State.SUSPENDED else [_urgency(case, number, ledger, standing)]
    return (*states, "provisional") if found.provisional else tuple(states)


def _urgency(case: CaseFile, number: int, ledger: Ledger, standing: State) -> str:
    if standing is State.OVERDUE:
        return _passed(ledger)
    fired = case.state.periods[number]["fired"]
    if "promised" in fired:
        return "yellow"
    warning = periods.warn_from(ledger, case.calendar)
    return "soon" if warning is not None and case.now >= warning else "normal"


def _passed(ledger: Ledger) -> str:
    """No card falls on a party who is late: his own limits are told, not supervised."""
    return "past" if ledger.rule.klass == "party" else "red"


def _left(case: CaseFile, ledger: Ledger, standing: State) -> str:
    if standing in (State.STOPPED, State.SUSPENDED):
        return ""
    count = int(periods.remaining(ledger, case.calendar, case.now))
    if str(ledger.rule.limit).endswith("W"):
        return display.days_left(count)
    if str(ledger.rule.limit).endswith("H"):
        return _("还有 %(hours)s 小时", hours=count) if count >= 0 else _("已超 %(hours)s 小时", hours=-count)
    return _("还有 %(days)s 天", days=count) if count >= 0 else _("已超 %(days)s 天", days=-count)


def standing_still(ledger: Ledger) -> str:
    """Why the period stands still, since when, and until when at most; "" while it runs."""
    found = []
    for one in ledger.open_suspensions:
        since = _("%(kind)s，自%(day)s起中止", kind=one.kind, day=display.day(one.since.on))
        most = _("，最长%(limit)s", limit=one.max.words(current())) if one.max else ""
        found.append(since + most)
    return _("；").join(found)


def _facts(ledger: Ledger, found: periods.Due, language: str, case: CaseFile) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = [
        (_("依据"), ledger.rule.basis),
        (_("法定时限"), ledger.rule.limit.words(language)),
        (_("起算日（不计入）"), display.full_date(ledger.started_on)),
    ]
    for entry in ledger.extensions:
        by = entry.by.words(language) if entry.by else ""
        rows.append((_("延长"), f"{by} · {display.full_date(entry.on)}"))
    if ledger.untold and periods.state(ledger, case.calendar, case.now) is not State.STOPPED:
        then = periods.due(ledger, case.calendar, case.now, if_told=True).day
        rows.append(
            (
                _("延长尚未告知"),
                _(
                    "告知申请人以前不生效（须在届满前告知）；告知后届满日为 %(day)s",
                    day=display.full_date(then),
                ),
            )
        )
    for suspension in ledger.suspensions:
        until = display.day(suspension.until.on) if suspension.until else _("至今")
        rows.append((_("中止"), f"{suspension.kind}：{display.day(suspension.since.on)} — {until}"))
    if found.promised_day:
        rows.append((_("承诺办结"), display.full_date(found.promised_day)))
    end = _("中止期间不能确定") if found.suspended else display.full_date(found.day)
    rows.append((_("法定届满"), end))
    return rows


def _days(case: CaseFile, ledger: Ledger) -> list[dict[str, Any]]:
    explained = periods.explain(ledger, case.calendar, case.now)
    return [_day(row) for row in explained.rows]


def _day(row: Row) -> dict[str, Any]:
    kind = _KINDS.get(row.status, "rest")
    if row.make_up and kind == "counted":
        kind = "makeup"
    if row.last:
        kind = "last"
    notes = [row.note_en if current() == "en" else row.note]
    notes += [_("延长期内")] if row.status is Status.EXTENDED else []
    notes += [_("遇休息日顺延")] if row.status is Status.ROLLED else []
    notes += [] if row.known else [_("预计：尚无放假通知")]
    return {
        "date": row.date,
        "kind": kind,
        "number": row.number,
        "note": _("；").join(note for note in notes if note),
    }


def urgency_of_row(due_at: str | None, level: str, now: datetime) -> str:
    """The tag of a worklist's line: what the gravest card says, else how near its due moment is."""
    if level in _LEVELS:
        return _LEVELS[level]
    if not due_at:
        return "normal"
    due = read_moment(due_at)
    if due < now:
        return "red"
    return "soon" if due - now < _SOON else "normal"


def days_to(due_at: str | None, calendar: Calendar, now: datetime) -> str:
    """How many working days are left until a due moment, in words; "" without one."""
    if not due_at:
        return ""
    today, last = calendar.local_date(now), calendar.local_date(read_moment(due_at))
    return display.days_left(calendar.working_days_between(today, last))


def due_day(due_at: str | None, calendar: Calendar, now: datetime) -> str:
    """The day of a due moment as lists write it: with the year where that is another; "" without one."""
    if not due_at:
        return ""
    last = calendar.local_date(read_moment(due_at))
    return (display.short_day if last.year == calendar.local_date(now).year else display.day)(last)
