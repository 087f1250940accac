"""`+ - * / **` and negation (DMN 1.5, tables 45 and 57 to 59).

Called by the compiler and by built-ins. Each operation is a row of a table keyed by the two types;
what stands in no row raises Fault.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal, DecimalException

from engine.errors import said
from engine.feel.compare import both
from engine.feel.kinds import type_name
from engine.feel.scope import SIZE_LIMIT
from engine.feel.temporal import (
    DAY_NANOS,
    NANOS,
    DateTime,
    DaysTime,
    FarDate,
    Time,
    YearsMonths,
    add_months,
    at_midnight,
    date_of_day_number,
    day_number,
    moment_of_local_nanos,
    offset_at,
    time_of_nanos,
)
from engine.feel.values import NUMBERS, Fault, Value

Operation = Callable[[Value, Value], Value]

EXPONENT_LIMIT = 100_000
"""Largest whole exponent of `**`; beyond it nothing but overflow is to be had."""
SPAN_LIMIT = 10**28
"""Largest count of months or nanoseconds a duration may have."""


def calculate(op: str, left: Value, right: Value) -> Value:
    """`left op right`. Raises Fault where the operation is not defined or the number overflows."""
    operation = TABLE.get((op, type(left), type(right)))
    if operation is None:
        raise Fault(
            said("Expected values that {op!r} can join, but found {both}", op=op, both=both(left, right))
        )
    try:
        return operation(left, right)
    except (DecimalException, OverflowError):
        raise Fault(said("Expected a number as the result of {op!r}, but there is none", op=op)) from None


def negate(value: Value) -> Value:
    """`-value` of a number or duration."""
    kind = type(value)
    if kind is Decimal:
        return NUMBERS.minus(value)
    if kind is DaysTime or kind is YearsMonths:
        return -value
    raise Fault(
        said("Expected a number or a duration after '-', but found {value_type}", value_type=type_name(value))
    )


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    if abs(exponent) > EXPONENT_LIMIT:
        raise Fault(
            said(
                "Expected an exponent within ±{exponent_limit}, but found {exponent}",
                exponent_limit=EXPONENT_LIMIT,
                exponent=exponent,
            )
        )
    if not base and not exponent:
        return Decimal(1)
    return NUMBERS.power(base, exponent)


def _concatenate(left: str, right: str) -> str:
    if len(left) + len(right) > SIZE_LIMIT:
        raise Fault(
            said(
                "Expected a text of at most {size_limit} characters, but it is longer", size_limit=SIZE_LIMIT
            )
        )
    return left + right


def months(count: int) -> YearsMonths:
    """A duration of so many months. Raises Fault beyond the limit."""
    if abs(count) > SPAN_LIMIT:
        raise Fault(said("Expected a duration of a length that can be kept, but it is longer"))
    return YearsMonths(count)


def nanos(count: int) -> DaysTime:
    """A duration of so many nanoseconds. Raises Fault beyond the limit."""
    if abs(count) > SPAN_LIMIT:
        raise Fault(said("Expected a duration of a length that can be kept, but it is longer"))
    return DaysTime(count)


def _scaled(count: int, factor: Decimal, operation: Callable[[Decimal, Decimal], Decimal]) -> int:
    exact = operation(Decimal(count), factor)
    return int(exact.to_integral_value(context=NUMBERS)) if abs(exact) <= SPAN_LIMIT else SPAN_LIMIT + 1


def _scale_months(span: YearsMonths, factor: Decimal) -> YearsMonths:
    return months(int(NUMBERS.multiply(Decimal(span.months), factor)))


def _divide_months(span: YearsMonths, divisor: Decimal) -> YearsMonths:
    return months(int(NUMBERS.divide(Decimal(span.months), divisor)))


def _scale_days(span: DaysTime, factor: Decimal) -> DaysTime:
    return nanos(_scaled(span.nanos, factor, NUMBERS.multiply))


def _divide_days(span: DaysTime, divisor: Decimal) -> DaysTime:
    return nanos(_scaled(span.nanos, divisor, NUMBERS.divide))


def _moment_plus_days(moment: DateTime, span: DaysTime) -> DateTime:
    instant = moment.instant()
    if moment.time.zone is None or instant is None:
        return moment_of_local_nanos(moment.local_nanos + span.nanos, moment.time)
    later = instant + span.nanos  # summer time may begin or end between
    return moment_of_local_nanos(later + offset_at(moment.time.zone, later) * NANOS, moment.time)


def _moment_plus_months(moment: DateTime, span: YearsMonths) -> DateTime:
    return DateTime(add_months(moment.date, span.months), moment.time)


def _date_plus_days(date: Value, span: DaysTime) -> Value:
    return date_of_day_number((day_number(date) * DAY_NANOS + span.nanos) // DAY_NANOS)


def _time_plus_days(time: Time, span: DaysTime) -> Time:
    return time_of_nanos((time.nanos + span.nanos) % DAY_NANOS, time)


def _between_moments(left: DateTime, right: DateTime) -> DaysTime:
    one, other = left.instant(), right.instant()
    if (one is None) != (other is None):
        raise Fault(said("Expected both moments with an offset or both without, but one of them has none"))
    if one is None or other is None:
        return nanos(left.local_nanos - right.local_nanos)
    return nanos(one - other)


def _between_times(left: Time, right: Time) -> DaysTime:
    day = date_of_day_number(0)
    return _between_moments(DateTime(day, left), DateTime(day, right))


def _moments(left: Value, right: Value) -> DaysTime:
    one = left if isinstance(left, DateTime) else at_midnight(left)
    other = right if isinstance(right, DateTime) else at_midnight(right)
    return _between_moments(one, other)


def _minus(plus: Operation) -> Operation:
    return lambda left, right: plus(left, -right)


def _flipped(operation: Operation) -> Operation:
    return lambda left, right: operation(right, left)


def _table() -> dict[tuple[str, type, type], Operation]:
    rows: list[tuple[str, type, type, Operation]] = [
        ("+", Decimal, Decimal, NUMBERS.add),
        ("-", Decimal, Decimal, NUMBERS.subtract),
        ("*", Decimal, Decimal, NUMBERS.multiply),
        ("/", Decimal, Decimal, NUMBERS.divide),
        ("**", Decimal, Decimal, _power),
        ("+", str, str, _concatenate),
        ("+", YearsMonths, YearsMonths, lambda a, b: months(a.months + b.months)),
        ("-", YearsMonths, YearsMonths, lambda a, b: months(a.months - b.months)),
        ("+", DaysTime, DaysTime, lambda a, b: nanos(a.nanos + b.nanos)),
        ("-", DaysTime, DaysTime, lambda a, b: nanos(a.nanos - b.nanos)),
        ("*", YearsMonths, Decimal, _scale_months),
        ("*", Decimal, YearsMonths, _flipped(_scale_months)),
        ("/", YearsMonths, Decimal, _divide_months),
        ("*", DaysTime, Decimal, _scale_days),
        ("*", Decimal, DaysTime, _flipped(_scale_days)),
        ("/", DaysTime, Decimal, _divide_days),
        ("/", YearsMonths, YearsMonths, lambda a, b: NUMBERS.divide(Decimal(a.months), Decimal(b.months))),
        ("/", DaysTime, DaysTime, lambda a, b: NUMBERS.divide(Decimal(a.nanos), Decimal(b.nanos))),
        ("-", Time, Time, _between_times),
        ("-", DateTime, DateTime, _between_moments),
    ]
    pluses: list[tuple[type, type, Operation]] = [
        (DateTime, DaysTime, _moment_plus_days),
        (DateTime, YearsMonths, _moment_plus_months),
        (Time, DaysTime, _time_plus_days),
    ]
    for kind in (dt.date, FarDate):
        pluses.append((kind, DaysTime, _date_plus_days))
        pluses.append((kind, YearsMonths, lambda a, b: add_months(a, b.months)))
        rows += [("-", kind, DateTime, _moments), ("-", DateTime, kind, _moments)]
        rows += [("-", kind, dt.date, _moments), ("-", kind, FarDate, _moments)]
    for left, right, operation in pluses:
        rows.append(("+", left, right, operation))
        rows.append(("+", right, left, _flipped(operation)))
        rows.append(("-", left, right, _minus(operation)))
    return {(op, left, right): operation for op, left, right, operation in rows}


TABLE = _table()
