"""Temporal built-ins, `now` and `today` (DMN 1.5, 10.3.4.7 and 10.3.4.10). Called through the registry.

The present moment is the host's value `now`; without it both functions give null.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from engine.errors import said
from engine.feel.compare import same
from engine.feel.convert import normal
from engine.feel.properties import weekday
from engine.feel.registry import feel
from engine.feel.scope import State
from engine.feel.temporal import Date, DateTime, FarDate, Time, add_months, day_number, make_date
from engine.feel.values import Fault, Value

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _date(value: Value) -> Date:
    return value.date if isinstance(value, DateTime) else value


def _now(state: State) -> DateTime:
    now = normal(state.host.get("now"))
    if not isinstance(now, DateTime):
        raise Fault(said("Expected the present moment, but nobody has told it"))
    return now


@feel("now", stateful=True)
def _now_function(state: State) -> DateTime:
    return _now(state)


@feel("today", stateful=True)
def _today(state: State) -> Date:
    return _now(state).date


@feel("day of year", "date: day")
def _day_of_year(value: Value) -> Decimal:
    date = _date(value)
    return Decimal(day_number(date) - day_number(make_date(date.year, 1, 1)) + 1)


@feel("day of week", "date: day")
def _day_of_week(value: Value) -> str:
    return _DAYS[weekday(_date(value)) - 1]


@feel("month of year", "date: day")
def _month_of_year(value: Value) -> str:
    return _MONTHS[_date(value).month - 1]


@feel("week of year", "date: day")
def _week_of_year(value: Value) -> Decimal:
    """The week's number of ISO 8601."""
    date = _date(value)
    if isinstance(date, FarDate):
        date = dt.date(2000 + date.year % 400, date.month, date.day)
    return Decimal(date.isocalendar().week)


@feel("last day of month", "date: day")
def _last_day_of_month(value: Value) -> Date:
    date = _date(value)
    return add_months(make_date(date.year, 1, 31), date.month - 1)


@feel("is", "value1: any", "value2: any", stateful=True)
def _is(state: State, one: Value, other: Value) -> bool:
    """The same element of the same type: the offset from UTC counts, how it was written does not."""
    if type(one) is not type(other):
        return False
    if isinstance(one, DateTime | Time):
        return one.local_reading == other.local_reading and same(one, other)
    if isinstance(one, list):
        state.spend(len(one))
        return len(one) == len(other) and all(_is(state, *pair) for pair in zip(one, other, strict=True))
    if isinstance(one, dict):
        state.spend(len(one))
        return one.keys() == other.keys() and all(_is(state, item, other[key]) for key, item in one.items())
    return bool(one == other)
