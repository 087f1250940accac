"""Counting along an axis of days or hours, leaving out what is excluded.

Called by `due` and `explain`. An axis knows how far a point is from another in counted units; `reach`
walks along it past the excluded intervals. Knows nothing of rules, promises or ledgers.

Source of the convention: C1 and C6 of the counting rules (《民法典》第二百零一条: the day of the trigger is
not counted; excluded are the days d with p < d <= r).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from engine.errors import Malformed, said
from engine.periods.calendar import Calendar

Interval = tuple[Any, Any]
"""(p, r]: everything after p up to and including r; dates on a day axis, UTC moments on an hour axis."""


class Axis(Protocol):
    """A way to count. Points are dates or moments; amounts are whole days or durations."""

    def add(self, point: Any, amount: Any) -> Any:
        """The point at which `amount` has been counted after `point`."""
        ...

    def between(self, after: Any, until: Any) -> Any:
        """What is counted in after < x <= until; zero where until is not later."""
        ...


class WorkingDays:
    """Working days of a calendar."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def add(self, point: date, amount: int) -> date:
        """The amount-th working day after the point, before it where the amount is negative."""
        return self._calendar.add_working_days(point, amount)

    def between(self, after: date, until: date) -> int:
        """Working days in after < d <= until."""
        return max(0, self._calendar.working_days_between(after, until))


class NaturalDays:
    """Every day counts."""

    def add(self, point: date, amount: int) -> date:
        """The day so many days away. Raises Malformed beyond the year 9999."""
        try:
            return point + timedelta(days=amount)
        except OverflowError as error:
            raise Malformed(
                said(
                    "Expected a date up to 9999, but {point} and {amount} days is none",
                    point=point,
                    amount=amount,
                )
            ) from error

    def between(self, after: date, until: date) -> int:
        """Days in after < d <= until."""
        return max(0, (until - after).days)


class ClockHours:
    """Every hour counts, whatever the local clocks are set to."""

    def add(self, point: datetime, amount: timedelta) -> datetime:
        """The moment so long after the point."""
        return point + amount

    def between(self, after: datetime, until: datetime) -> timedelta:
        """The time from one moment to the other."""
        return max(timedelta(), until - after)


class ServiceHours:
    """The hours in which the authority serves count, on working days or on every day as its roster says."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def add(self, point: datetime, amount: timedelta) -> datetime:
        """The moment at which so much service time has passed since the point."""
        day = self._calendar.local_date(point)
        while True:
            for opening, close in self._spans(day):
                begin = max(point, opening)
                if begin >= close:
                    continue
                if amount <= close - begin:
                    return begin + amount
                amount -= close - begin
            day += timedelta(days=1)

    def between(self, after: datetime, until: datetime) -> timedelta:
        """The service time from one moment to the other."""
        total = timedelta()
        day, last = self._calendar.local_date(after), self._calendar.local_date(until)
        while day <= last:
            for opening, close in self._spans(day):
                total += max(timedelta(), min(until, close) - max(after, opening))
            day += timedelta(days=1)
        return total

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        roster = self._calendar.service(day)
        if not (roster.every_day or self._calendar.is_working(day)):
            return []
        return [(self._calendar.moment(day, a), self._calendar.closing(day, b)) for a, b in roster.spans]


def reach(axis: Axis, start: Any, amount: Any, excluded: Sequence[Interval]) -> Any:
    """The point at which `amount` has been counted after `start` outside the excluded intervals.

    `excluded` is a union (see `union`). The search climbs from the end without exclusions; each round can
    only move the end later, and it rests at the earliest end that fits.
    """
    end = axis.add(start, amount)
    while True:
        later = axis.add(start, amount + left_out(axis, start, end, excluded))
        if later == end:
            return end
        end = later


def counted(axis: Axis, start: Any, until: Any, excluded: Sequence[Interval]) -> Any:
    """What counts in start < x <= until outside the excluded intervals."""
    return axis.between(start, until) - left_out(axis, start, until, excluded)


def left_out(axis: Axis, start: Any, until: Any, excluded: Sequence[Interval]) -> Any:
    """What the excluded intervals take out of start < x <= until; intervals must not overlap."""
    total = axis.between(start, start)
    for after, to in excluded:
        total += axis.between(max(start, after), min(until, to))
    return total


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The intervals in order, those that overlap or touch made one, empty ones dropped (C6)."""
    merged: list[Interval] = []
    for after, until in sorted(intervals):
        if until <= after:
            continue
        if merged and after <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        else:
            merged.append((after, until))
    return merged


def add_months(day: date, months: int) -> date:
    """The day of the same number so many months on, or that month's last day (《民法典》第二百零二条).

    Raises Malformed for a date outside the years 1 to 9999.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise Malformed(
            said("Expected a date up to 9999, but {day} and {months} months is none", day=day, months=months)
        )
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def as_utc(moment: datetime) -> datetime:
    """The moment in UTC. Raises Malformed for one without a zone."""
    if moment.tzinfo is None:
        raise Malformed(
            said("Expected a moment with a time zone, but {moment} has none", moment=moment.isoformat())
        )
    return moment.astimezone(UTC)
