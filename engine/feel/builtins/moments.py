"""Temporal built-ins, `now` and `today` (DMN 1.5, 10.3.4.7 and 10.3.4.10). Called through the registry.

The present moment is the host's value `now`; without it both functions give null.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from engine.feel.convert import normal
from engine.feel.properties import weekday
from engine.feel.registry import feel
from engine.feel.scope import State
from engine.feel.temporal import Date, DateTime, FarDate, add_months, day_number, make_date
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
        raise Fault("Expected the present moment, but nobody has told it")
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


@feel("is", "value1: any", "value2: any")
def _is(one: Value, other: Value) -> bool:
    """The same element of the same type: offset and zone count too."""
    if one is None or other is None:
        return one is other
    return type(one) is type(other) and bool(one == other)
