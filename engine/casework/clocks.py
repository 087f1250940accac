"""The law's clocks in a case: when its periods fall due, what happens then, and looking a period up.

Called by `decide` when a due moment comes, by what writes due moments and by every page that shows one.
Counting itself is `engine.periods`; which acts move a period is `period_acts`. It never types a due date:
`dues` derives them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine import feel, periods
from engine.casework import idleness
from engine.clock import moment_text, read_moment
from engine.errors import Conflict, said
from engine.periods import Calendar, Ledger

if TYPE_CHECKING:
    from engine.casework.desk import Desk
    from engine.casework.state import CaseState

# A card falls at the first moment after the limit.
FIRST_MOMENT_AFTER = timedelta(milliseconds=1)


# --- due moments -----------------------------------------------------------------------------------


def dues(state: CaseState, calendar: Calendar) -> dict[str, datetime]:
    """Every due moment of a case: timers of the diagram, ends of running periods, idling; by key."""
    found = {f"timer:{key}": read_moment(row["at"]) for key, row in state.timers.items()}
    if state.open:
        for number in state.periods:
            found.update(armed(state, number, calendar))
        left_lying = idleness.due(state, calendar)
        if left_lying is not None:
            found[idleness.KEY] = left_lying
    return found


def ends(state: CaseState, calendar: Calendar, scopes: tuple[int, ...] | None = None) -> datetime | None:
    """The nearest end of a running period that binds an authority, in the scopes or in the whole case."""
    found = []
    for number, row in state.periods.items():
        if row["stopped"] or (scopes is not None and row["scope"] not in scopes):
            continue
        ledger = ledger_of(state, number)
        seen = calendar_of(state, number, calendar)
        end = periods.runs_out(ledger, seen) if ledger.rule.klass != "party" else None
        if end is not None:
            found.append(end[0].promised_moment or end[0].moment)
    return min(found, default=None)


def fire(desk: Desk, key: str) -> None:
    """A due moment of a period has come. Raises Conflict where it is not (or no longer) due."""
    _, number_text, limit = key.split(":")
    number = int(number_text)
    at = dict(armed(desk.state, number, desk.ground.calendar)).get(key)
    if at is None or at > desk.moment:
        raise Conflict(said("Expected {key} to be due, but it is not", key=key))
    row, ledger = desk.state.periods[number], ledger_of(desk.state, number)
    late = desk.moment - at
    desk.record(
        _FALLS.get(limit, "PeriodOverdue"),
        period=number,
        id=row["id"],
        limit=limit,
        klass=ledger.rule.klass,
        due_at=moment_text(at),
        late_seconds=int(late.total_seconds()),
        basis=ledger.rule.basis,
        scope=row["scope"],
        **_figure(ledger, limit),
    )


def _figure(ledger: Ledger, limit: str) -> dict[str, Any]:
    """The figure of supervision that a reminder or a second fall rests on, where the ledger recorded one."""
    watch = ledger.rule.watch
    if watch is None or limit not in ("prompt", "again"):
        return {}
    return {"share": watch.remind_used} if limit == "prompt" else {"after": str(watch.again_after)}


_FALLS = {"prompt": "PeriodPrompted", "warn": "PeriodWarned", "again": "PeriodStillOverdue"}


def armed(state: CaseState, number: int, calendar: Calendar) -> Iterator[tuple[str, datetime]]:
    """The due moments of one period that have not come yet: (key, moment), by the limits it has."""
    row = state.periods.get(number)
    if row is None or row["stopped"]:
        return
    ledger = ledger_of(state, number)
    if ledger.rule.klass == "party":
        return
    for limit, at in _moments(state, number, ledger, calendar_of(state, number, calendar)):
        fired = row["fired"].get(limit)
        if fired is None or moment_text(at) > fired:
            yield f"period:{number}:{limit}", at


def _moments(
    state: CaseState, number: int, ledger: Ledger, calendar: Calendar
) -> Iterator[tuple[str, datetime]]:
    end = periods.runs_out(ledger, calendar)
    if end is None:
        return
    due, warning = end
    yield "statutory", due.moment + FIRST_MOMENT_AFTER
    if due.promised_moment is not None:
        yield "promised", due.promised_moment + FIRST_MOMENT_AFTER
    if ledger.rule.klass != "statutory":
        return
    if warning is not None:
        yield "warn", warning
    prompt = periods.prompts(ledger, calendar)
    if prompt is not None:
        yield "prompt", prompt
    again = _again(state, number, ledger, calendar)
    if again is not None:
        yield "again", again


def _again(state: CaseState, number: int, ledger: Ledger, calendar: Calendar) -> datetime | None:
    """The moment an overrun falls again: as many working days as the ledger says after it, or after the last
    act of a person in the case. None where nothing has overrun, or that overrun has fallen again already."""
    fired = state.periods[number]["fired"]
    overrun = max((fired[limit] for limit in ("promised", "statutory") if limit in fired), default=None)
    if overrun is None or fired.get("again", "") > overrun:
        return None
    acted = [str(act["date"]) for act in state.acts if act["person"] != "system"]
    day = max([calendar.local_date(read_moment(overrun)), *(date.fromisoformat(one) for one in acted[-1:])])
    figures = periods.watch_of(ledger)
    if figures is None:
        return None
    further = figures.again_after.number
    return calendar.close(calendar.add_working_days(day, further)) + FIRST_MOMENT_AFTER


# --- looking a period up ---------------------------------------------------------------------------


def find(state: CaseState, chain: tuple[int, ...], rule_id: str) -> int | None:
    """The number of a period by id: in the innermost scope that has one, running before stopped."""
    for scope in chain:
        here = [n for n, row in state.periods.items() if row["id"] == rule_id and row["scope"] == scope]
        running = [n for n in here if not state.periods[n]["stopped"]]
        if here:
            return max(running or here)
    return None


def ledger_of(state: CaseState, number: int) -> Ledger:
    """The ledger of a period.

    A step asks for it many times. Its data never change in place, so what was read of the very same data is
    kept beside them for a while.
    """
    data = state.periods[number]["ledger"]
    kept = _READ.get(id(data))
    if kept is None or kept[0] is not data:
        if len(_READ) >= _MOST_READ:
            _READ.clear()
        kept = _READ[id(data)] = (data, Ledger.from_data(data))
    return kept[1]


_MOST_READ = 512
_READ: dict[int, tuple[Any, Ledger]] = {}


def calendar_of(state: CaseState, number: int, calendar: Calendar) -> Calendar:
    """The calendar with the hours of the authority that a period of the case binds."""
    return calendar.of_unit(str(state.periods[number].get("unit") or state.unit))


def seen_by(desk: Desk, number: int) -> Calendar:
    """The calendar a period is counted on in this step: of its authority, looked at today."""
    return calendar_of(desk.state, number, desk.ground.calendar).seen(desk.today)


def period_value(desk: Desk, chain: tuple[int, ...], rule_id: Any) -> dict[str, Any] | None:
    """What `period("id")` gives an expression: due (date and time), state, used, remaining.

    `extended_on` is the day it ends once the applicant has been told of every extension (C9): what the notice
    of an extension says.
    """
    number = find(desk.state, chain, str(rule_id))
    if number is None:
        raise ValueError(
            said("Expected a period {rule_id} in this scope, but none has been opened", rule_id=rule_id)
        )
    ledger, calendar = ledger_of(desk.state, number), seen_by(desk, number)
    due = periods.due(ledger, calendar)
    local = due.moment.astimezone(desk.zone)
    return {
        "due": feel.DateTime.from_python(local),
        "due_on": due.day,
        "promised_on": due.promised_day,
        "extended_on": periods.due(ledger, calendar, desk.moment, if_told=True).day,
        "state": str(periods.state(ledger, calendar, desk.moment)),
        "used": feel.from_json(periods.used(ledger, calendar, desk.moment)),
        "remaining": feel.from_json(periods.remaining(ledger, calendar, desk.moment)),
        "provisional": due.provisional,
    }


def whose_days(desk: Desk, chain: tuple[int, ...], whole: Any, part: Any) -> dict[str, Any]:
    """What `whose days("xk.joint", "xk.joint.department")` gives an expression: working days used by now.

    `case` of the whole period, `between` on which no department worked, and of each `departments` unit,
    name, used, and alone (the case waited for it only). Source: 《行政许可法》第二十六条、第四十二条第二款.
    """
    number = find(desk.state, chain, str(whole))
    if number is None:
        raise ValueError(
            said("Expected a period {whole} in this scope, but none has been opened", whole=whole)
        )
    # A case may hold several packages one after the other: those of an earlier one began before this whole.
    parts: dict[str, list[Ledger]] = {}
    for each, row in desk.state.periods.items():
        if row["id"] == str(part) and each > number:
            parts.setdefault(str(row.get("unit") or desk.state.unit), []).append(ledger_of(desk.state, each))
    shares = periods.whose_days(ledger_of(desk.state, number), parts, desk.ground.calendar, desk.today)
    organisation = desk.ground.organisation
    departments = [
        {"unit": unit, "name": organisation.unit(unit).name_zh, "used": share.used, "alone": share.alone}
        for unit, share in shares.departments.items()
    ]
    found = {"case": shares.case, "between": shares.between, "departments": departments}
    return dict(feel.from_json(found))


def days_apart(desk: Desk, chain: tuple[int, ...], rule_id: Any) -> dict[str, Any]:
    """What `days apart("xk.project")` gives an expression: the days of a period until now, told apart.

    `total`, `used` (those it counted), and `left_out`: for each kind of suspension `kind` and `days`, in the
    order of their names. Source: 《行政许可法》第四十五条.
    """
    number = find(desk.state, chain, str(rule_id))
    if number is None:
        raise ValueError(
            said("Expected a period {rule_id} in this scope, but none has been opened", rule_id=rule_id)
        )
    apart = periods.days_apart(ledger_of(desk.state, number), seen_by(desk, number), desk.today)
    left_out = [{"kind": kind, "days": days} for kind, days in sorted(apart.left_out.items())]
    return dict(feel.from_json({"total": apart.total, "used": apart.used, "left_out": left_out}))


def due_data(ledger: Ledger, calendar: Calendar) -> dict[str, Any]:
    """When a period falls due, as an event tells it: due_on, due_at, promised_on and provisional where so."""
    due = periods.due(ledger, calendar)
    data = {"due_on": due.day.isoformat(), "due_at": moment_text(due.moment)}
    if due.promised_day is not None:
        data["promised_on"] = due.promised_day.isoformat()
    if due.provisional:
        data["provisional"] = "yes"
    return data
