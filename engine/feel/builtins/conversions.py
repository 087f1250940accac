"""Conversion built-ins and `not` (DMN 1.5, 10.3.4.1 and 10.3.4.2). Called through the registry."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, DecimalException

from engine.errors import said
from engine.feel.kinds import feel_string
from engine.feel.registry import feel
from engine.feel.temporal import (
    NANOS,
    OFFSET_LIMIT,
    YEAR_LIMIT,
    Date,
    DateTime,
    DaysTime,
    Duration,
    FarDate,
    Time,
    YearsMonths,
    known_zone,
    make_date,
    months_between,
    whole,
)
from engine.feel.temporal_text import check_time, read_date, read_date_time, read_duration, read_time
from engine.feel.values import NUMBERS, Fault, Value

_NUMBER = re.compile(r"-?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d{1,5})?", re.ASCII)


@feel("not", "negand: any")
def _not(value: Value) -> bool | None:
    return (not value) if type(value) is bool else None


@feel("string", "from: any")
def _string(value: Value) -> str | None:
    return feel_string(value)


@feel("number", "from: string")
def _number(text: str) -> Decimal:
    if len(text) > 10_000 or not _NUMBER.fullmatch(text):
        raise Fault(said("Expected a number in digits, but found {text!r}", text=text[:40]))
    try:
        return NUMBERS.create_decimal(text)
    except DecimalException:
        raise Fault(said("Expected a number that can be kept, but found {text!r}", text=text[:40])) from None


@feel("number", "from: string", "grouping separator: string|null", "decimal separator: string|null")
def _number_grouped(text: str, grouping: str | None, point: str | None) -> Decimal:
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", "."):
        raise Fault(said("Expected a space, a comma or a period as the separator, but found another"))
    if grouping is not None and grouping == point:
        raise Fault(said("Expected two different separators, but they are the same"))
    if grouping is not None:
        text = text.replace(grouping, "")
    if point == "," and "." in text:
        raise Fault(said("Expected a number in digits, but found {text!r}", text=text[:40]))
    return _number(text.replace(point, ".") if point is not None else text)


@feel("date", "from: string")
def _date_read(text: str) -> Date:
    return read_date(text)


@feel("date", "from: day")
def _date_of(value: Value) -> Date:
    return value.date if isinstance(value, DateTime) else value


@feel("date", "year: number", "month: number", "day: number")
def _date_made(year: Decimal, month: Decimal, day: Decimal) -> Date:
    return make_date(_part(year), _part(month), _part(day))


def _part(number: Decimal) -> int:
    if abs(number) > YEAR_LIMIT:
        raise Fault(
            said(
                "Expected a year within ±{year_limit}, but found {number}",
                year_limit=YEAR_LIMIT,
                number=number,
            )
        )
    return int(number)


@feel("time", "from: string")
def _time_read(text: str) -> Time:
    return read_time(text)


@feel("time", "from: day | time")
def _time_of(value: Value) -> Time:
    if isinstance(value, DateTime):
        return value.time
    return value if isinstance(value, Time) else Time(0, 0, 0, 0, 0)


@feel("time", "hour: number", "minute: number", "second: number", "offset?: days|null")
def _time_made(hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTime | None = None) -> Time:
    if abs(second) >= 60:
        raise Fault(said("Expected a second below 60, but found {second}", second=second))
    nanos = int(NUMBERS.multiply(second, Decimal(NANOS)))
    check_time(_part(hour), _part(minute), whole(nanos, NANOS) if nanos >= 0 else -1)
    return Time(int(hour), int(minute), nanos // NANOS, nanos % NANOS, _offset(offset))


def _offset(span: DaysTime | None) -> int | None:
    if span is None:
        return None
    seconds = whole(span.nanos, NANOS)
    if abs(seconds) > OFFSET_LIMIT:
        raise Fault(said("Expected an offset of at most 18 hours, but it is longer"))
    return seconds


@feel("date and time", "from: string")
def _moment_read(text: str) -> DateTime:
    return read_date_time(text)


@feel("date and time", "from: moment")
def _moment_same(value: DateTime) -> DateTime:
    return value


@feel("date and time", "from: date")
def _moment_of_date(value: Date) -> DateTime:
    return DateTime(value, Time(0, 0, 0, 0, 0))


@feel("date and time", "date: day", "time: time")
def _moment_joined(date: Value, time: Time) -> DateTime:
    return DateTime(_date_of(date), time)


@feel("date and time", "date: moment", "timezone: string")
def _moment_moved(value: DateTime, zone: str) -> DateTime:
    """The same moment in another zone, as Camunda has it."""
    instant = value.instant()
    if instant is None or isinstance(value.date, FarDate):
        raise Fault(said("Expected a moment with an offset of the years 1 to 9999, but it is otherwise"))
    moved = value.to_python().astimezone(known_zone(zone))
    clock = Time(moved.hour, moved.minute, moved.second, value.time.nano, None, zone)
    return DateTime(dt.date(moved.year, moved.month, moved.day), clock)


_MOMENT = ("year: number", "month: number", "day: number", "hour: number", "minute: number", "second: number")


@feel("date and time", *_MOMENT, "offset?: days|null")
def _moment_made(
    year: Decimal,
    month: Decimal,
    day: Decimal,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    offset: DaysTime | None = None,
) -> DateTime:
    return DateTime(_date_made(year, month, day), _time_made(hour, minute, second, offset))


@feel("date and time", *_MOMENT, "timezone: string")
def _moment_in_zone(
    year: Decimal, month: Decimal, day: Decimal, hour: Decimal, minute: Decimal, second: Decimal, zone: str
) -> DateTime:
    known_zone(zone)
    time = _time_made(hour, minute, second)
    zoned = Time(time.hour, time.minute, time.second, time.nano, None, zone)
    return DateTime(_date_made(year, month, day), zoned)


@feel("duration", "from: string")
def _duration_read(text: str) -> Duration:
    return read_duration(text)


@feel("duration", "from: duration")
def _duration_same(value: Duration) -> Duration:
    return value


@feel("years and months duration", "from: day", "to: day")
def _months_between(start: Value, end: Value) -> YearsMonths:
    """Whole months from the one date to the other; the time of day does not count."""
    return YearsMonths(months_between(_date_of(start), _date_of(end)))
