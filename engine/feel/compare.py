"""Equality and order of FEEL values (DMN 1.5, tables 42, 50 and 51).

Called by the comparison operators, tests, ranges and list built-ins. Equality of different types is
null, order outside numbers, strings and temporal values is null; both raise Fault with the reason.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from engine.errors import said
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
from engine.feel.values import Fault, Function, Range, Value

_DATES = (dt.date, FarDate)
_DAYS = (*_DATES, DateTime)
_ANY_DAY = moment_of_local_nanos(0, Time(0, 0, 0)).date


def equal(left: Value, right: Value) -> bool | None:
    """Whether two values are equal; None where their types differ (the caller tells why)."""
    return _equal(left, right, {})


_Seen = dict[tuple[int, int], bool | None]


def _equal(left: Value, right: Value, seen: _Seen) -> bool | None:
    if left is None or right is None:
        return left is None and right is None
    if type(left) is type(right):
        return _equal_alike(left, right, seen)
    if isinstance(left, _DATES) and isinstance(right, _DATES):
        return False
    if isinstance(left, _DAYS) and isinstance(right, _DAYS):
        return _equal_moments(_as_moment(left), _as_moment(right))
    return None


def _equal_alike(left: Value, right: Value, seen: _Seen) -> bool | None:
    kind = type(left)
    if kind is list or kind is dict:
        pair = (id(left), id(right))
        if pair not in seen:
            seen[pair] = (
                _equal_lists(left, right, seen) if kind is list else _equal_contexts(left, right, seen)
            )
        return seen[pair]
    if kind is Range:
        return _equal_ranges(left, right)
    if kind is Time or kind is DateTime:
        return _equal_moments(left, right)
    return _equal_functions(left, right) if kind is Function else bool(left == right)


def _equal_lists(left: list[Value], right: list[Value], seen: _Seen) -> bool:
    return len(left) == len(right) and all(_equal(*pair, seen) for pair in zip(left, right, strict=True))


def _equal_contexts(left: dict[str, Value], right: dict[str, Value], seen: _Seen) -> bool:
    return left.keys() == right.keys() and all(_equal(item, right[key], seen) for key, item in left.items())


def _equal_ranges(left: Range, right: Range) -> bool:
    same_ends = left.low_closed == right.low_closed and left.high_closed == right.high_closed
    return same_ends and equal(left.low, right.low) is True and equal(left.high, right.high) is True


def _equal_functions(left: Function, right: Function) -> bool:
    """Functions written alike in one scope are the same (table 53)."""
    if left is right or left.made is None or right.made is None:
        return left is right
    return left.made[0] == right.made[0] and left.made[1] is right.made[1]


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
    """A date is its midnight in UTC (10.3.2.3.5)."""
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
    elif isinstance(left, _DAYS) and isinstance(right, _DAYS):
        return order(_as_moment(left), _as_moment(right))
    raise Fault(said("Expected two values that can be compared, but found {both}", both=both(left, right)))


def _key(left: Value, right: Value) -> tuple[Value, Value] | None:
    if isinstance(left, DateTime | Time):
        one, other = _position(left), _position(right)
        if one[0] != other[0]:  # table 54: what has no offset is read at the other's
            return left.local_reading, right.local_reading
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
        raise Fault(said("Expected a value to compare with a range, but found null"))
    above = _beyond(value, span.low, ">=" if span.low_closed else ">", span.low_bounded)
    below = _beyond(value, span.high, "<=" if span.high_closed else "<", span.high_bounded)
    if above is False or below is False:
        return False
    if above is None or below is None:
        raise Fault(said("Expected a range with both ends, but one of them is null"))
    return True


def _beyond(value: Value, end: Value, op: str, bounded: bool) -> bool | None:
    if end is None:
        return None if bounded else True
    return compares(op, value, end)


def same(left: Value, right: Value) -> bool:
    """Equality for list built-ins: values of different types are simply not the same."""
    return equal(left, right) is True
