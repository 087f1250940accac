"""The law's clocks: working-day calendars, period rules, the period ledger and what follows from it.

Pure. Casework opens and changes ledgers and asks for what is due; definitions read the files; nothing here
knows a case, a store or the present moment.

    calendar = Calendar.read({name: text, …})            # processes/calendars/*.toml
    rules = RuleBook.read({name: text, …})               # processes/law/*.toml
    ledger = Ledger.open(rules.of("xk.decision", day), day, Limit.read("10W"))
    due(ledger, calendar).day; explain(ledger, calendar).text()
"""

from engine.periods.allowances import Excluded, Extension
from engine.periods.apart import Apart, days_apart
from engine.periods.calendar import Calendar, Day, DayKind
from engine.periods.due import (
    Change,
    Due,
    State,
    due,
    earliest_event,
    in_time,
    overruns,
    prompts,
    recomputed,
    remaining,
    runs_out,
    state,
    used,
    warn_from,
    watch_of,
)
from engine.periods.entries import Breach, Entry, PeriodRefused, Suspension
from engine.periods.explain import Explanation, Row, Status, explain
from engine.periods.hours import Hours, read_hours
from engine.periods.joint import Share, Shares, whose_days
from engine.periods.ledger import Ledger
from engine.periods.limits import Kind, Limit
from engine.periods.notices import Notice, read_notices
from engine.periods.picture import picture
from engine.periods.roster import Roster
from engine.periods.rules import PeriodRule, RuleBook
from engine.periods.statute import Statute
from engine.periods.watch import Watch
from engine.periods.watched import demand_figures, demand_watched

__all__ = [
    "Apart",
    "Breach",
    "Calendar",
    "Change",
    "Day",
    "DayKind",
    "Due",
    "Entry",
    "Excluded",
    "Explanation",
    "Extension",
    "Hours",
    "Kind",
    "Ledger",
    "Limit",
    "Notice",
    "PeriodRefused",
    "PeriodRule",
    "Roster",
    "Row",
    "RuleBook",
    "Share",
    "Shares",
    "State",
    "Status",
    "Statute",
    "Suspension",
    "Watch",
    "days_apart",
    "demand_figures",
    "demand_watched",
    "due",
    "earliest_event",
    "explain",
    "in_time",
    "overruns",
    "picture",
    "prompts",
    "read_hours",
    "read_notices",
    "recomputed",
    "remaining",
    "runs_out",
    "state",
    "used",
    "warn_from",
    "watch_of",
    "whose_days",
]
