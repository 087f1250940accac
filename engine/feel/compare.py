"""Equality and order of FEEL values (DMN 1.5, tables 42, 50 and 51).

Called by the comparison operators, tests, ranges and list built-ins. Equality of different types is
null, order outside numbers, strings and temporal values is null; both raise Fault with the reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from engine.feel.kinds import type_name
from engine.feel.temporal import (
    DateTime,
    DaysTime,
    FarDate,
    Time,
    YearsMonths,
    at_midnight,
    moment_of_local_nanos,
    ymd,
)
from engine.feel.values import Fault, Range, Value

_DATES = (dt.date, FarDate)
_ANY_DAY = moment_of_local_nanos(0, Time(0, 0, 0)).date


def equal(left: Value, right: Value) -> bool | None:
    """Whether two values are equal; None where their types differ (the caller tells why)."""
    if left is None or right is None:
        return left is None and right is None
    if type(left) is type(right):
        return _equal_alike(left, right)
    if isinstance(left, _DATES) and isinstance(right, _DATES):
        return False
    if isinstance(left, DateTime | dt.date | FarDate) and isinstance(right, DateTime | dt.date | FarDate):
        return _equal_alike(_as_moment(left), _as_moment(right))
    return None


def _equal_alike(left: Value, right: Value) -> bool | None:
    kind = type(left)
    if kind is list:
        return len(left) == len(right) and _all_equal(zip(left, right, strict=True))
    if kind is dict:
        return left.keys() == right.keys() and _all_equal((item, right[key]) for key, item in left.items())
    if kind is Range:
        return _equal_ranges(left, right)
    if kind is Time or kind is DateTime:
        return _equal_moments(left, right)
    return bool(left == right)


def _all_equal(pairs: Iterable[tuple[Value, Value]]) -> bool:
    return all(equal(one, other) for one, other in pairs)


def _equal_ranges(left: Range, right: Range) -> bool:
    same_ends = left.low_closed == right.low_closed and left.high_closed == right.high_closed
    return same_ends and equal(left.low, right.low) is True and equal(left.high, right.high) is True


def _equal_moments(left: Value, right: Value) -> bool:
    if left == right:
        return True
    one, other = _position(left), _position(right)
    return one[0] == other[0] and one[1] == other[1]


def _position(value: Time | DateTime) -> tuple[bool, int]:
    """Whether it has an offset, and nanoseconds that put moments in order."""
    moment = value if isinstance(value, DateTime) else DateTime(_ANY_DAY, value)
    instant = moment.instant()
    return (False, moment.local_nanos) if instant is None else (True, instant)


def _as_moment(value: Value) -> DateTime:
    return value if isinstance(value, DateTime) else at_midnight(value)


def order(left: Value, right: Value) -> int:
    """-1, 0 or 1. Raises Fault where the two cannot be put in order."""
    kind = type(left)
    if kind is type(right):
        if kind is Decimal or kind is str:
            return int(left > right) - int(left < right)
        key = _key(left, right)
        if key is not None:
            return int(key[0] > key[1]) - int(key[0] < key[1])
    elif isinstance(left, _DATES) and isinstance(right, _DATES):
        return int(ymd(left) > ymd(right)) - int(ymd(left) < ymd(right))
    elif isinstance(left, DateTime | dt.date | FarDate) and isinstance(right, DateTime | dt.date | FarDate):
        return order(_as_moment(left), _as_moment(right))
    raise Fault(f"Expected two values that can be compared, but found {both(left, right)}")


def _key(left: Value, right: Value) -> tuple[Value, Value] | None:
    if isinstance(left, DateTime | Time):
        one, other = _position(left), _position(right)
        if one[0] != other[0]:
            raise Fault("Expected both times with an offset or both without, but one of them has none")
        return one[1], other[1]
    if isinstance(left, DaysTime):
        return left.nanos, right.nanos
    if isinstance(left, YearsMonths):
        return left.months, right.months
    if isinstance(left, _DATES):
        return ymd(left), ymd(right)
    return None


def both(left: Value, right: Value) -> str:
    """ "number and string": the types of two values, for a sentence."""
    return f"{type_name(left)} and {type_name(right)}"


def compares(op: str, left: Value, right: Value) -> bool:
    """`left op right` with op one of `< <= > >=`. Raises Fault where they have no order."""
    result = order(left, right)
    if op == "<":
        return result < 0
    if op == "<=":
        return result <= 0
    return result > 0 if op == ">" else result >= 0


def within(value: Value, span: Range) -> bool | None:
    """Whether the value lies in the range. Raises Fault where it cannot be compared with an end."""
    if value is None:
        raise Fault("Expected a value to compare with a range, but found null")
    above = _beyond(value, span.low, ">=" if span.low_closed else ">", span.low_bounded)
    below = _beyond(value, span.high, "<=" if span.high_closed else "<", span.high_bounded)
    if above is False or below is False:
        return False
    if above is None or below is None:
        raise Fault("Expected a range with both ends, but one of them is null")
    return True


def _beyond(value: Value, end: Value, op: str, bounded: bool) -> bool | None:
    if end is None:
        return None if bounded else True
    return compares(op, value, end)


def same(left: Value, right: Value) -> bool:
    """Equality for list built-ins: values of different types are simply not the same."""
    return equal(left, right) is True
