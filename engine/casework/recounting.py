"""A new notice moves the dates of running periods: what a recount makes happen, pure.

Called by `decide` for the command `Recount`, which `runtime` gives before any other command of a case whose
dates still stand under an older calendar, and the sweep (`recounts`) for those nobody touches. It changes
no ledger: dates are derived, so only the fact that they moved is recorded (C11).
"""

from __future__ import annotations

from typing import Any

from engine import periods
from engine.bpmn import stimuli
from engine.casework import clocks, commands
from engine.casework.desk import Desk
from engine.casework.state import CaseState
from engine.clock import moment_text
from engine.errors import Conflict, said
from engine.periods import Calendar, Due


def recount(desk: Desk, command: commands.Recount) -> None:
    """Record every running period whose date moved, and let timers follow. Raises Conflict where none can."""
    ground = desk.ground
    if ground.answers.get("calendar_before") in (None, ground.digests["calendar"]):
        raise Conflict(
            said("Expected a calendar newer than the case's dates, but they stand under the newest")
        )
    old, new = ground.calendar_before, ground.calendar
    for number, row in sorted(desk.state.periods.items()):
        if row["stopped"]:
            continue
        ends = shifted(desk.state, number, old, new)
        if ends is not None:
            facts = _facts(*ends, new.fresh(old))
            desk.record("PeriodRecounted", period=number, id=row["id"], scope=row["scope"], **facts)
    if desk.state.root is not None and any(row["moves"] for row in desk.state.timers.values()):
        # Nothing is set; the run ends by letting timers that speak of a period follow it.
        desk.push(stimuli.SetVariables(scope=desk.state.root))


def shifted(state: CaseState, number: int, old: Calendar, new: Calendar) -> tuple[Due, Due] | None:
    """The ends of a period under two calendars, each with the hours of the authority it binds; None where
    neither its limit nor its promise moves."""
    ledger = clocks.ledger_of(state, number)
    before, after = (periods.due(ledger, clocks.calendar_of(state, number, one)) for one in (old, new))
    same = (before.moment, before.promised_moment) == (after.moment, after.promised_moment)
    return None if same else (before, after)


def _facts(before: Due, after: Due, notices: tuple[str, ...]) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "due_before": before.day.isoformat(),
        "due_on": after.day.isoformat(),
        "due_at": moment_text(after.moment),
        "notices": list(notices),
    }
    if before.promised_day and after.promised_day:
        facts["promised_before"] = before.promised_day.isoformat()
        facts["promised_on"] = after.promised_day.isoformat()
    return facts
