"""`value.name`: entries of contexts and properties of temporal values and ranges (DMN 1.5, table 53, 65).

Called by the compiler. Raises Fault where the value has no such property.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from engine.errors import said
from engine.feel.kinds import type_name
from engine.feel.scope import State
from engine.feel.temporal import (
    DAY_NANOS,
    NANOS,
    Date,
    DateTime,
    DaysTime,
    FarDate,
    Time,
    YearsMonths,
    at_midnight,
    day_number,
    whole,
)
from engine.feel.values import NUMBERS, Fault, Range, Value


def property_of(value: Value, name: str, state: State) -> Value:
    """The property of a value; of a list, the list of its items' properties."""
    kind = type(value)
    if kind is list:
        state.spend(len(value))
        return [_of_item(item, name, state) for item in value]
    if kind is dict:
        if name in value:
            return value[name]
        raise Fault(said("Expected an entry {name!r}, but the context has none", name=name))
    reader = _PROPERTIES.get((kind, name))
    if reader is None:
        raise Fault(
            said(
                "Expected a value with a property {name!r}, but found {value_type}",
                name=name,
                value_type=type_name(value),
            )
        )
    return reader(value)


def _of_item(item: Value, name: str, state: State) -> Value:
    try:
        return property_of(item, name, state)
    except Fault:
        return None


def weekday(value: Date) -> int:
    """1 for Monday to 7 for Sunday."""
    return (day_number(value) + 3) % 7 + 1


def _seconds(nanos: int) -> Decimal:
    return NUMBERS.divide(Decimal(nanos), Decimal(NANOS))


def _offset(value: Time | DateTime) -> DaysTime | None:
    offset = value.utc_offset() if isinstance(value, DateTime) else value.offset
    if isinstance(value, Time) and value.zone is not None:
        offset = DateTime(dt.date(1970, 1, 1), value).utc_offset()
    return None if offset is None else DaysTime(offset * NANOS)


def _moment_value(value: DateTime) -> Decimal:
    instant = value.instant()
    return _seconds(value.local_nanos if instant is None else instant)


_OF_DATE: dict[str, Callable[[Date], Value]] = {
    "year": lambda value: Decimal(value.year),
    "month": lambda value: Decimal(value.month),
    "day": lambda value: Decimal(value.day),
    "weekday": lambda value: Decimal(weekday(value)),
}
_OF_TIME: dict[str, Callable[[Time], Value]] = {
    "hour": lambda value: Decimal(value.hour),
    "minute": lambda value: Decimal(value.minute),
    "second": lambda value: NUMBERS.add(Decimal(value.second), _seconds(value.nano)),
    "timezone": lambda value: value.zone,
}
_OF_DAYS: dict[str, Callable[[DaysTime], Value]] = {
    "days": lambda value: Decimal(whole(value.nanos, DAY_NANOS)),
    "hours": lambda value: Decimal(whole(value.nanos, 3600 * NANOS) - whole(value.nanos, DAY_NANOS) * 24),
    "minutes": lambda value: Decimal(whole(value.nanos, 60 * NANOS) - whole(value.nanos, 3600 * NANOS) * 60),
    "seconds": lambda value: _seconds(value.nanos - whole(value.nanos, 60 * NANOS) * 60 * NANOS),
    "value": lambda value: value.seconds,
}
_OF_MONTHS: dict[str, Callable[[YearsMonths], Value]] = {
    "years": lambda value: Decimal(whole(value.months, 12)),
    "months": lambda value: Decimal(value.months - whole(value.months, 12) * 12),
    "value": lambda value: Decimal(value.months),
}
_OF_RANGE: dict[str, Callable[[Range], Value]] = {
    "start": lambda value: value.low,
    "end": lambda value: value.high,
    "start included": lambda value: value.low_closed,
    "end included": lambda value: value.high_closed,
}


def _within(reader: Callable[[Value], Value], part: str) -> Callable[[Value], Value]:
    return lambda value: reader(getattr(value, part))


def _all_properties() -> dict[tuple[type, str], Callable[[Value], Value]]:
    found: dict[tuple[type, str], Callable[[Value], Value]] = {}
    for kind in (dt.date, FarDate):
        found.update({(kind, name): reader for name, reader in _OF_DATE.items()})
        found[kind, "value"] = lambda value: _moment_value(at_midnight(value))
    found.update({(Time, name): reader for name, reader in _OF_TIME.items()})
    found[Time, "value"] = lambda value: _seconds(value.nanos)
    found.update({(DateTime, name): _within(reader, "date") for name, reader in _OF_DATE.items()})
    found.update({(DateTime, name): _within(reader, "time") for name, reader in _OF_TIME.items()})
    found[DateTime, "value"] = _moment_value
    found[Time, "time offset"] = found[DateTime, "time offset"] = _offset
    found.update({(DaysTime, name): reader for name, reader in _OF_DAYS.items()})
    found.update({(YearsMonths, name): reader for name, reader in _OF_MONTHS.items()})
    found.update({(Range, name): reader for name, reader in _OF_RANGE.items()})
    return found


_PROPERTIES = _all_properties()
