"""What follows from a ledger and a calendar: due date, used and remaining time, state, first warning.

Called by casework (due rows, host function `period()`, supervision), by `explain` and `joint`. Pure and
without memory: the same ledger and calendar always give the same answer, so nothing derived is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from engine.periods.breaches import untold_breach
from engine.periods.calendar import Calendar
from engine.periods.counting import add_months
from engine.periods.entries import Breach
from engine.periods.ledger import Ledger
from engine.periods.limits import Kind
from engine.periods.rules import PeriodRule
from engine.periods.timeline import Timeline
from engine.periods.watch import Watch


class State(StrEnum):
    """Where a period stands at a moment."""

    RUNNING = "running"
    SUSPENDED = "suspended"
    OVERDUE = "overdue"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Due:
    """When a period ends.

    `day` is its last day, `moment` (UTC) the end of that day's time: close of business or 24:00 as the
    rule says (C4), exact for hours; the first moment after it is overdue. `raw_day` is the last day before
    the roll (C2). `promised_*` are the same for the promised limit (C10), None without a promise.
    `provisional`: counted through days no notice has settled. `suspended`: a suspension is open, the date
    is what it would be if it ended on the day asked about.
    """

    day: date
    moment: datetime
    provisional: bool
    promised_day: date | None
    promised_moment: datetime | None
    raw_day: date
    suspended: bool


@dataclass(frozen=True)
class Change:
    """A due date that moved with the calendar (C11), and the titles of the notices that moved it (an entry of
    hours moves the moment within the day, or a period of hours)."""

    old_day: date
    new_day: date
    notices: tuple[str, ...]


def due(
    ledger: Ledger, calendar: Calendar, as_of: date | datetime | None = None, *, if_told: bool = False
) -> Due:
    """The end of the period. `as_of` is the day asked about: an open suspension is taken to end on it.

    Without `as_of` an open suspension is taken to end on the day it began: the earliest end there can be.
    if_told: the end as it will be once the applicant has been told of every extension (C9): what the notice
    says.
    """
    clock = Timeline(ledger, calendar, as_of, if_told=if_told)
    raw, day, moment = clock.end(clock.total)
    promised = clock.promised()
    seen_on = clock.today
    return Due(
        day=day,
        moment=moment,
        provisional=calendar.provisional(min(ledger.started_on, day), max(ledger.started_on, day), seen_on),
        promised_day=min(promised[1], day) if promised else None,
        promised_moment=min(promised[2], moment) if promised else None,
        raw_day=raw,
        suspended=clock.suspended,
    )


def runs_out(ledger: Ledger, calendar: Calendar) -> tuple[Due, datetime | None] | None:
    """The end and the first warning (`warn_from`) if nobody does anything more: what may be armed.

    An open suspension with a limit of its own stops the clock up to that limit, one that the law does not
    list not at all. None while one holds that only an act can end: nothing falls due before it.
    """
    holds, as_of = _free_from(ledger, calendar)
    return None if holds else (due(ledger, calendar, as_of), warn_from(ledger, calendar, as_of))


def prompts(ledger: Ledger, calendar: Calendar) -> datetime | None:
    """The moment of the reminder: business opens on the first day at whose end the share that the ledger's
    figures name is used of the promised limit (else of the statutory one); for hours, the moment it is.
    None where `warn_from` gives none or comes no later, and while only an act can end a suspension.
    """
    holds, as_of = _free_from(ledger, calendar)
    warning = None if holds else warn_from(ledger, calendar, as_of)
    if warning is None:
        return None
    clock, figures = Timeline(ledger, calendar, as_of), watch_of(ledger)
    if figures is None:
        return None
    share = clock.reach(figures.reminding(clock.amount(clock.promised_limit() or clock.total)))
    moment: datetime = share if clock.hourly else calendar.opening(share)
    return moment if moment < warning else None


def _free_from(ledger: Ledger, calendar: Calendar) -> tuple[bool, date | datetime | None]:
    """Whether an open suspension holds that only an act can end; else the day from which none does."""
    clock = Timeline(ledger, calendar, None)
    holding = [one for one in ledger.open_suspensions if one.listed]
    if any(one.max is None for one in holding) and not ledger.stop_entry:
        return True, None
    # A day after the last of them nothing holds any more, and looked at from there the end is certain.
    free = max((clock.own_point(one) for one in holding), default=None)
    return False, free + timedelta(days=1) if free is not None else None


def used(ledger: Ledger, calendar: Calendar, as_of: date | datetime) -> int | Decimal:
    """What has been counted up to and including the day (to the moment, for hours), never after the stop.

    Working days for W, natural days for N, M and Y, hours with two places for H. Backward periods: 0.
    """
    clock = Timeline(ledger, calendar, as_of)
    return clock.figure(clock.counted(clock.start, clock.now)) if not ledger.rule.backward else 0


def remaining(ledger: Ledger, calendar: Calendar, as_of: date | datetime) -> int | Decimal:
    """What is still to be counted after the day until the period ends; negative once it has ended.

    The units are those of `used`. A period that stopped keeps what remained on the day it stopped.
    """
    clock = Timeline(ledger, calendar, as_of)
    end = clock.last_point(clock.total)
    left = clock.axis.between(clock.now, end) if ledger.rule.backward else clock.counted(clock.now, end)
    return clock.figure(left if left else -clock.axis.between(end, clock.now))


def state(ledger: Ledger, calendar: Calendar, moment: datetime) -> State:
    """Where the period stands at the moment: overdue from the first moment after its end."""
    if ledger.stop_entry:
        return State.STOPPED
    found = due(ledger, calendar, moment)
    if moment > found.moment:
        return State.OVERDUE
    return State.SUSPENDED if found.suspended else State.RUNNING


def in_time(ledger: Ledger, calendar: Calendar) -> bool | None:
    """Whether the period stopped no later than its end; None while it runs."""
    stopped = ledger.stop_entry
    if stopped is None:
        return None
    found = due(ledger, calendar)
    return stopped.at <= found.moment if stopped.at else stopped.on <= found.day


def warn_from(ledger: Ledger, calendar: Calendar, as_of: date | datetime | None = None) -> datetime | None:
    """The moment of rule A1: business opens on the first day whose rest is at most the share, or the working
    days if they are more, that the ledger's figures name.

    Measured on the promised limit, else on the statutory one. None for a citizen's own period, for a
    backward one, for a limit of one day, for one that stopped and for one that recorded no figures.
    """
    clock = Timeline(ledger, calendar, as_of)
    limit = clock.promised_limit() or clock.total
    figures, whole = watch_of(ledger), clock.amount(limit)
    if figures is None or ledger.stop_entry or not ledger.rule.watched:
        return None
    if clock.hourly:
        moment: datetime = clock.reach(whole - figures.resting(whole))
        return moment
    if limit.number == 1 and limit.kind in (Kind.WORKING_DAYS, Kind.NATURAL_DAYS):
        return None
    end, least = min(clock.end(limit)[1], clock.end(clock.total)[1]), figures.warn_least.number
    rest = max(least if limit.kind is Kind.WORKING_DAYS else 0, figures.resting(whole))
    by_share = clock.reach(max(1, whole - rest))
    first = ledger.started_on + timedelta(days=1)
    return calendar.opening(max(first, min(by_share, calendar.add_working_days(end, -least))))


def watch_of(ledger: Ledger) -> Watch | None:
    """The figures of supervision a ledger is watched by: those it recorded, None where it has none."""
    return ledger.rule.watch


def overruns(ledger: Ledger, calendar: Calendar, as_of: date | datetime) -> tuple[Breach, ...]:
    """A7: suspensions longer than the citizen was told, or than the law's own limit for that kind, and those
    nobody was told of though the law asks for it."""
    clock = Timeline(ledger, calendar, as_of)
    found: list[Breach] = []
    for suspension in ledger.suspensions:
        untold = untold_breach(ledger.rule, suspension.kind, suspension.since.told)
        found += [untold] if untold else []
        until = suspension.until.on if suspension.until else clock.today or suspension.since.on
        ends = [suspension.since.told, clock.own_end(suspension)]
        last = min((end for end in ends if end is not None), default=None)
        if last is not None and until > last:
            found.append(
                Breach(
                    "A7",
                    f"Expected the suspension for {suspension.kind} to end by {last}, but found {until}",
                    f"“{suspension.kind}”应当在{last}前结束，实际至{until}",
                )
            )
    return tuple(found)


def recomputed(
    ledger: Ledger, old: Calendar, new: Calendar, as_of: date | datetime | None = None
) -> Change | None:
    """C11: how the due date moves when the calendar changes; None where it does not."""
    before, after = due(ledger, old, as_of), due(ledger, new, as_of)
    if before.moment == after.moment:
        return None
    return Change(before.day, after.day, new.fresh(old))


def earliest_event(rule: PeriodRule, notified_on: date, calendar: Calendar) -> date:
    """The first day an event may take place if notice was given on a day: C5 read the other way round.

    Strict: so many full days lie between; lenient: the event is on the so-manieth day after.
    """
    more = 1 if rule.reading == "strict" else 0
    if rule.limit.kind is Kind.WORKING_DAYS:
        return calendar.add_working_days(notified_on, rule.limit.number + more)
    if rule.limit.kind is Kind.NATURAL_DAYS:
        return notified_on + timedelta(days=rule.limit.number + more)
    return add_months(notified_on, rule.limit.in_months) + timedelta(days=more)
