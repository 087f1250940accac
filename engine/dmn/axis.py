"""The line on which a column's values lie, cut at every constant its cells speak of.

Called by `engine.dmn.cells`, the rule index and the proof. Between two neighbouring constants no cell
can tell one value from another, so a line with k constants has 2k + 1 regions: the open stretches at even
places, the constants themselves at odd ones; one more place stands for null. A set of values is a bit
mask of regions, which makes "and", "or", "not" and "is there any" exact and cheap.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from functools import cached_property
from typing import Any

from engine.dmn.values import kind_of
from engine.errors import said
from engine.feel import DateTime, DaysTime, FarDate, Time, YearsMonths
from engine.feel.temporal import (
    DAY_NANOS,
    NANOS,
    date_of_day_number,
    day_number,
    moment_of_local_nanos,
    time_of_nanos,
)
from engine.feel.values import NUMBERS

OTHER_TEXT = "其他"
"""The sample of a text that is none of those a column names."""


_SHAPELESS = frozenset({"list", "context", "function", "range", "unknown"})
"""Kinds whose values lie on no line."""


class Unorderable(Exception):
    """The constants of a column do not lie on one line (two kinds, lists, local and zoned times mixed)."""


@dataclass(frozen=True)
class Axis:
    """A line of one kind of values. `points` rise; `whole` numbers have no fractions."""

    kind: str
    points: tuple[Any, ...]
    whole: bool = False

    @cached_property
    def keys(self) -> list[Any]:
        """The points as things Python can order."""
        return [key_of(point) for point in self.points]

    @property
    def size(self) -> int:
        """How many regions there are, without null."""
        return 2 * len(self.points) + 1

    @property
    def all(self) -> int:
        """The mask of every value but null."""
        return (1 << self.size) - 1

    @property
    def null(self) -> int:
        """The mask of null."""
        return 1 << self.size

    def region(self, value: Any) -> int:
        """The place of a value of this kind."""
        key = key_of(value)
        at = bisect_left(self.keys, key)
        return 2 * at + (at < len(self.keys) and self.keys[at] == key)

    @cached_property
    def inhabited(self) -> int:
        """The mask of the regions that hold a value at all (no date lies between two days)."""
        mask = 0
        for region in range(self.size):
            mask |= (self.sample(region) is not None) << region
        return mask

    def sample(self, region: int) -> Any:
        """A value in a region, a plain one where there is a choice; None where the region is empty."""
        if region >= self.size:
            return None
        if region % 2:
            point = self.points[region // 2]
            return None if self.whole and point != point.to_integral_value() else point
        low = self.points[region // 2 - 1] if region else None
        high = self.points[region // 2] if region < self.size - 1 else None
        if self.kind not in _BETWEEN:
            return None
        return _BETWEEN[self.kind](low, high, self)


def axis_of(kind: str, constants: Iterable[Any], *, whole: bool = False) -> Axis:
    """The line through constants of one kind. Raises Unorderable where they are of several."""
    if kind in _SHAPELESS:
        raise Unorderable(said("Expected values that can be ordered, but found {kind} values", kind=kind))
    points: dict[Any, Any] = {}
    for constant in constants:
        if kind_of(constant) != kind:
            raise Unorderable(
                said(
                    "Expected values of the kind {kind}, but found {kind_of}",
                    kind=kind,
                    kind_of=kind_of(constant),
                )
            )
        points.setdefault(key_of(constant), constant)
    if kind == "boolean":
        points = {False: False, True: True}
    try:
        ordered = sorted(points)
    except TypeError:
        raise Unorderable(
            said("Expected moments that can be compared, but some have a zone and some none")
        ) from None
    return Axis(kind, tuple(points[key] for key in ordered), whole)


def places(mask: int) -> Iterator[int]:
    """The places of the bits that are set, rising."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


# Keys: what a value is ordered by


def key_of(value: Any) -> Any:
    """What a value is ordered by; equal values have equal keys."""
    return _KEYS.get(type(value), _itself)(value)


def _itself(value: Any) -> Any:
    return value


def _moment_key(value: DateTime) -> Any:
    instant = value.instant()
    return value.local_nanos if instant is None else _Zoned(instant)


def _time_key(value: Time) -> Any:
    return value.nanos if value.offset is None else _Zoned(value.nanos - value.offset * NANOS)


@dataclass(frozen=True, order=True)
class _Zoned:
    """A moment on the world's line; not comparable with a local one."""

    nanos: int


_KEYS: dict[type, Callable[[Any], Any]] = {
    dt.date: day_number,
    FarDate: day_number,
    DateTime: _moment_key,
    Time: _time_key,
    DaysTime: lambda value: value.nanos,
    YearsMonths: lambda value: value.months,
}


# Samples: a value strictly between two others


def _number_between(low: Any, high: Any, axis: Axis) -> Decimal | None:
    if low is None:
        return Decimal(0) if high is None else (high.to_integral_value(ROUND_FLOOR) - 1)
    above: Decimal = low.to_integral_value(ROUND_FLOOR) + 1
    if high is None or above < high:
        return above
    return None if axis.whole else NUMBERS.divide(NUMBERS.add(low, high), Decimal(2))


def _text_between(low: Any, high: Any, axis: Axis) -> str | None:
    for candidate in (OTHER_TEXT, f"{low or ''}{OTHER_TEXT}", f"{low or ''}\t", ""):
        if (low is None or candidate > low) and (high is None or candidate < high):
            return candidate
    return None


def _integer_between(low: int | None, high: int | None, step: int) -> int | None:
    """A whole key between two, a step away from one of them where there is room."""
    if low is None:
        return None if high is None else high - step
    if high is None or low + step < high:
        return low + step
    return low + 1 if low + 1 < high else None


def _date_between(low: Any, high: Any, axis: Axis) -> Any:
    if low is None and high is None:
        return dt.date(2026, 1, 1)
    found = _integer_between(low and day_number(low), high and day_number(high), 1)
    return None if found is None else date_of_day_number(found)


def _moment_between(low: Any, high: Any, axis: Axis) -> Any:
    like = low or high or DateTime(dt.date(2026, 1, 1), Time(0, 0, 0))
    if low is None and high is None:
        return like
    span = 0 if low is None or high is None else _nanos(high) - _nanos(low)
    if low is not None and high is not None and span < 2:
        return None
    shift = (min(NANOS, span // 2) if span else NANOS) if low is not None else -NANOS
    return moment_of_local_nanos(like.local_nanos + shift, like.time)


def _nanos(value: DateTime) -> int:
    key = _moment_key(value)
    return key.nanos if isinstance(key, _Zoned) else int(key)


def _time_between(low: Any, high: Any, axis: Axis) -> Any:
    like = low or high or Time(12, 0, 0)
    if low is None and high is None:
        return like
    found = _integer_between(low and low.nanos, high and high.nanos, NANOS)
    return time_of_nanos(found, like) if found is not None and 0 <= found < DAY_NANOS else None


def _days_between(low: Any, high: Any, axis: Axis) -> Any:
    if low is None and high is None:
        return DaysTime(DAY_NANOS)
    found = _integer_between(low and low.nanos, high and high.nanos, DAY_NANOS)
    return None if found is None else DaysTime(found)


def _months_between(low: Any, high: Any, axis: Axis) -> Any:
    if low is None and high is None:
        return YearsMonths(12)
    found = _integer_between(low and low.months, high and high.months, 1)
    return None if found is None else YearsMonths(found)


_BETWEEN: dict[str, Callable[[Any, Any, Axis], Any]] = {
    "number": _number_between,
    "string": _text_between,
    "date": _date_between,
    "date and time": _moment_between,
    "time": _time_between,
    "days and time duration": _days_between,
    "years and months duration": _months_between,
}
