"""One ledger laid on one calendar and looked at on one day: the figures all derived answers share.

Called by `due`, `explain` and `joint`; never by anything outside this package. Holds nothing that is not
computed from what it is given.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.periods.calendar import Calendar
from engine.periods.counting import (
    Axis,
    ClockHours,
    Interval,
    NaturalDays,
    ServiceHours,
    WorkingDays,
    add_months,
    counted,
    reach,
    union,
)
from engine.periods.entries import Entry, Suspension
from engine.periods.ledger import Ledger
from engine.periods.limits import Kind, Limit


class Timeline:
    """One ledger laid on one calendar, looked at on one day: the figures the functions above share."""

    def __init__(
        self, ledger: Ledger, calendar: Calendar, as_of: date | datetime | None, *, if_told: bool = False
    ) -> None:
        self.ledger = ledger
        self.calendar = calendar
        self.hourly = ledger.rule.limit.kind is Kind.HOURS
        self.axis = _axis(ledger, calendar)
        self.start: Any = self._point(ledger.start)
        self.today = calendar.local_date(as_of) if isinstance(as_of, datetime) else as_of
        stopped = ledger.stop_entry
        self.now: Any = self._now(as_of)
        if stopped:
            self.now = min(self.now, self._point(stopped)) if self.now else self._point(stopped)
        self.suspended = not stopped and any(self._stands(one) for one in ledger.open_suspensions)
        self.excluded = union(
            self.interval(suspension) for suspension in ledger.suspensions if suspension.listed
        )
        self.total = ledger.rule.limit
        self.binding: list[Entry] = []
        for number, extension in enumerate(ledger.extensions):
            if extension.by and (if_told or self._binds(number, extension)):
                self.total = self.total.plus(extension.by)
                self.binding.append(extension)

    def reach(self, amount: Any) -> Any:
        """The point at which the amount has been counted."""
        return reach(self.axis, self.start, amount, self.excluded)

    def counted(self, after: Any, until: Any) -> Any:
        """What counts between two points, from the start on."""
        return counted(self.axis, max(self.start, after), until, self.excluded)

    def amount(self, limit: Limit) -> Any:
        """A limit in units of the axis: working days, natural days or a duration."""
        if limit.kind is Kind.HOURS:
            return timedelta(hours=limit.number)
        if limit.kind in (Kind.MONTHS, Kind.YEARS):
            return (add_months(self.ledger.started_on, limit.in_months) - self.ledger.started_on).days
        return limit.number

    def last_point(self, limit: Limit) -> Any:
        """Where a limit ends on the axis, rolled."""
        _, day, moment = self.end(limit)
        return moment if self.hourly else day

    def end(self, limit: Limit) -> tuple[date, date, datetime]:
        """Last day before the roll, last day, last moment, of a limit of this ledger."""
        rule = self.ledger.rule
        if self.hourly:
            moment = self.reach(self.amount(limit))
            day = self.calendar.local_date(moment)
            return day, day, moment
        raw = self._backward(limit) if rule.backward else self.reach(self.amount(limit))
        day = self.calendar.roll(raw) if rule.roll == "next-working-day" else raw
        last = self.calendar.midnight_after(day) if rule.ends == "24:00" else self.calendar.close(day)
        return raw, day, last

    def promised_limit(self) -> Limit | None:
        """The promised limit; an extension moves it by the same length."""
        limit = self.ledger.promise
        for extension in self.binding:
            limit = limit.plus(extension.by) if limit and extension.by else limit
        return limit

    def promised(self) -> tuple[date, date, datetime] | None:
        """The end of the promised limit, None without a promise."""
        limit = self.promised_limit()
        return self.end(limit) if limit else None

    def own_end(self, suspension: Suspension) -> Any:
        """The last day (moment, for hours) that a suspension's own limit lets it stop the clock."""
        if suspension.max is None:
            return None
        since = suspension.since
        if suspension.max.kind is Kind.WORKING_DAYS:
            return self.calendar.add_working_days(since.on, suspension.max.number)
        if suspension.max.kind is Kind.NATURAL_DAYS:
            return since.on + timedelta(days=suspension.max.number)
        return since.on + timedelta(days=-(-suspension.max.number // 24))

    def figure(self, amount: Any) -> int | Decimal:
        """An amount for people and expressions."""
        if isinstance(amount, timedelta):
            return (Decimal(amount // timedelta(seconds=1)) / 3600).quantize(Decimal("0.01"))
        return int(amount)

    def _backward(self, limit: Limit) -> date:
        # C5: strict leaves so many full days between notice and event; lenient counts the day of notice.
        more = 1 if self.ledger.rule.reading == "strict" else 0
        event = self.ledger.started_on
        if limit.kind in (Kind.MONTHS, Kind.YEARS):
            return add_months(event, -limit.in_months) - timedelta(days=more)
        day: date = self.axis.add(event, -limit.number - more)
        return day

    def interval(self, suspension: Suspension) -> Interval:
        """What a suspension takes out of the axis, cut at its own limit."""
        since = self._point(suspension.since)
        until = self._point(suspension.until) if suspension.until else self._still_open(since)
        own = self.own_point(suspension)
        return since, until if own is None else min(until, own)

    def own_point(self, suspension: Suspension) -> Any:
        """Where a suspension's own limit ends on the axis; None where it has none."""
        own = self.own_end(suspension)
        if own is None or not self.hourly:
            return own
        since = suspension.since.at
        if suspension.max and suspension.max.kind is Kind.HOURS and since:
            return since + timedelta(hours=suspension.max.number)
        return self.calendar.midnight_after(own)

    def _binds(self, number: int, extension: Entry) -> bool:
        """C9: whether the applicant, where the law asks for it, was told before the limit ended."""
        stage, told = self.ledger.rule.stage(number), self.ledger.told_of(extension)
        if stage is None or not stage.notify:
            return True
        if told is None:
            return False
        told_on = told.told or told.on
        at = told.at if told_on == told.on else None
        then = Timeline(self.ledger.before_telling(number), self.calendar, at or told_on)
        _, day, moment = then.end(then.total)
        return at <= moment if at else told_on <= day

    def _stands(self, suspension: Suspension) -> bool:
        """Whether an open suspension stops the clock now: the law lists it and its own limit is not over."""
        own = self.own_point(suspension)
        return suspension.listed and (own is None or self.now is None or self.now < own)

    def _still_open(self, since: Any) -> Any:
        return max(since, self.now) if self.now else since

    def _point(self, entry: Entry) -> Any:
        return entry.at if self.hourly else entry.on

    def _now(self, as_of: date | datetime | None) -> Any:
        if as_of is None or isinstance(as_of, datetime) == self.hourly:
            return as_of
        return self.calendar.midnight_after(as_of) if self.hourly else self.today


def _axis(ledger: Ledger, calendar: Calendar) -> Axis:
    kind = ledger.rule.limit.kind
    if kind is Kind.WORKING_DAYS:
        return WorkingDays(calendar)
    if kind is Kind.HOURS:
        return ServiceHours(calendar) if ledger.rule.hours == "service" else ClockHours()
    return NaturalDays()
