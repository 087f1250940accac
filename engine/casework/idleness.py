"""Since when nobody has done anything in a case, and when that becomes a matter of supervision (rule C4).

Called by `decide` when a case begins and when its moment comes, by `clocks` for the moment and by the state
for what counts as done. How long is a period of the law, `jc.idle.<kind>` for each kind of procedure that is
watched so; a case keeps the text in force on the day it began. It judges nothing: the rules do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine import periods
from engine.clock import moment_text, read_moment
from engine.errors import Conflict, NotFound, said
from engine.periods import Calendar, Ledger, PeriodRule, RuleBook

if TYPE_CHECKING:
    from engine.casework.desk import Desk
    from engine.casework.state import CaseState

KEY = "idle"
"""The key of the due row: a case has one."""
PERIOD = "jc.idle"
_FIRST_MOMENT_AFTER = timedelta(milliseconds=1)
_DECIDED = "decided_on"  # the variable that says when a case was decided: what follows waits for the citizen


def watch(law: RuleBook, kind: str, day: date) -> dict[str, Any]:
    """What a case of that kind records when it begins: {"idle": {"rule": …}}; nothing without such a law."""
    try:
        return {"idle": {"rule": law.of(f"{PERIOD}.{kind}", day).as_data()}}
    except NotFound:
        return {}


def done(state: CaseState, moment: str) -> CaseState:
    """Somebody has done something: the stretch begins anew."""
    return replace(state, idle={**state.idle, "since": moment}) if state.idle else state


def worked(state: CaseState, data: Mapping[str, Any], moment: str) -> CaseState:
    """A person completed work, or sent a message; what the product does by itself is no work."""
    return state if data.get("person") == "system" else done(state, moment)


def decided(state: CaseState, name: str, value: Any) -> CaseState:
    """After the decision a case may rest while the citizen pays or goes to court; set aside, it may not."""
    if not state.idle or name != _DECIDED:
        return state
    return replace(state, idle={**state.idle, "rests": value is not None})


def fallen(state: CaseState, data: Mapping[str, Any], moment: str) -> CaseState:
    """The moment came: it comes again only after a new stretch."""
    return replace(state, idle={**(state.idle or {}), "fallen": data["stretch"]})


def due(state: CaseState, calendar: Calendar) -> datetime | None:
    """The first moment after the time that a case may lie; None where it is not watched or may rest.

    While a suspension that the law lists is open the case waits lawfully; the resumption begins a stretch.
    """
    idle = state.idle
    if not idle or not state.open or idle.get("rests") or idle.get("fallen") == idle["since"]:
        return None
    if any(_waits(state, row["period"]) for row in state.suspensions.values()):
        return None
    ledger = Ledger.open(_rule(idle), calendar.local_date(read_moment(idle["since"])))
    return periods.due(ledger, calendar).moment + _FIRST_MOMENT_AFTER


def _waits(state: CaseState, number: int) -> bool:
    row = state.periods[number]
    ledger = Ledger.from_data(row["ledger"])
    return not row["stopped"] and any(one.listed for one in ledger.open_suspensions)


def _rule(idle: Mapping[str, Any]) -> PeriodRule:
    return PeriodRule.from_data(idle["rule"])


def fire(desk: Desk) -> None:
    """The moment has come. Raises Conflict where it is not (or no longer) due."""
    idle, at = desk.state.idle, due(desk.state, desk.ground.calendar)
    if idle is None or at is None or at > desk.moment:
        raise Conflict(said("Expected {key} to be due, but it is not", key=KEY))
    rule, since = _rule(idle), desk.ground.calendar.local_date(read_moment(idle["since"]))
    desk.record(
        "CaseIdle",
        id=rule.id,
        basis=rule.basis,
        after=str(rule.limit),
        stretch=idle["since"],
        since=since.isoformat(),
        days=(desk.today - since).days,
        due_at=moment_text(at),
        late_seconds=int((desk.moment - at).total_seconds()),
    )
