"""FEEL values from and to plain JSON data, and host values made fit for FEEL.

Called by the front of the package; `from_json` and `to_json` by everybody who stores what an
expression gave. Floating point is never let in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.errors import Malformed, TooLarge, said
from engine.feel.kinds import TEMPORAL, TYPE_NAMES, temporal_text, type_name
from engine.feel.scope import SIZE_LIMIT
from engine.feel.temporal import DateTime, DaysTime, Time
from engine.feel.values import Function, Value

_PLAIN = frozenset({type(None), bool, str, Decimal})


def from_json(value: object) -> Value:
    """JSON data as FEEL values: whole numbers become decimals, text stays text.

    Raises Malformed for a float or any class JSON has not.
    """
    if isinstance(value, dt.date | dt.time | dt.timedelta) or type(value) in TEMPORAL:
        raise Malformed(said("Expected JSON data, but found a {name}", name=type(value).__name__))
    return normal(value)


def to_json(value: Value) -> Any:
    """A FEEL value as JSON data: temporal values as ISO text, decimals kept.

    Raises Malformed for a range or a function, TooLarge for data that unfolds without measure.
    """
    return _plain(value, [SIZE_LIMIT])


def _plain(value: Value, left: list[int]) -> Any:
    _count(1, left)
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is int:
        return Decimal(value)
    if kind in TEMPORAL:
        return temporal_text(value)
    if isinstance(value, list | tuple):
        return [_plain(item, left) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item, left) for key, item in value.items()}
    raise Malformed(
        said("Expected a value that can be stored, but found a {value_type}", value_type=type_name(value))
    )


def normal(value: object) -> Value:
    """A value of the host as FEEL knows it; what needs no change is not copied.

    Raises Malformed for a class FEEL has not, TooLarge for data that unfolds without measure.
    """
    return value if type(value) in _PLAIN else _normal(value, [SIZE_LIMIT])


def _normal(value: object, left: list[int]) -> Value:
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is int:
        return Decimal(value)  # type: ignore[arg-type]
    if kind is dict or (kind not in TYPE_NAMES and isinstance(value, Mapping)):
        return _normal_context(value, left)
    if kind is list or isinstance(value, tuple):
        return _normal_list(value, left)
    return value if kind in TYPE_NAMES else _foreign(value)


def _count(items: int, left: list[int]) -> None:
    left[0] -= items
    if left[0] < 0:
        raise TooLarge(
            said("Expected data of at most {size_limit} values, but there are more", size_limit=SIZE_LIMIT)
        )


def _normal_list(value: Any, left: list[int]) -> Value:
    _count(len(value) + 1, left)
    if type(value) is list and _PLAIN.issuperset(map(type, value)):
        return value
    return [_normal(item, left) for item in value]


def _normal_context(value: Any, left: list[int]) -> Value:
    _count(len(value) + 1, left)
    if not all(isinstance(key, str) for key in value):
        raise Malformed(said("Expected text as the names of a context, but found something else"))
    if type(value) is dict and _PLAIN.issuperset(map(type, value.values())):
        return value
    return {key: _normal(item, left) for key, item in value.items()}


def _foreign(value: object) -> Value:
    for kind, convert in _CONVERSIONS:
        if isinstance(value, kind):
            return convert(value)
    raise Malformed(said("Expected a value of FEEL, but found a {name}", name=type(value).__name__))


def _foreign_time(value: dt.time) -> Time:
    zone = getattr(value.tzinfo, "key", None)
    span = value.utcoffset()
    offset = None if span is None or zone is not None else int(span.total_seconds())
    return Time(value.hour, value.minute, value.second, value.microsecond * 1000, offset, zone)


_CONVERSIONS: tuple[tuple[type, Callable[[Any], Value]], ...] = (
    (int, lambda value: Decimal(int(value))),
    (dt.datetime, DateTime.from_python),
    (dt.timedelta, DaysTime.from_python),
    (dt.time, _foreign_time),
    (str, str.__str__),
    (Decimal, Decimal),
    (dt.date, lambda value: dt.date(value.year, value.month, value.day)),
    (Function, lambda value: value),
)
