"""Which type a value has and how it is written (DMN 1.5, 10.3.2.2 and 10.3.4.1).

Called by operators, built-ins, `instance of` and the front of the package.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from engine.errors import said
from engine.feel.scope import SIZE_LIMIT
from engine.feel.temporal import DateTime, DaysTime, FarDate, Time, YearsMonths
from engine.feel.temporal_text import date_text, date_time_text, duration_text, time_text
from engine.feel.values import Fault, Function, HostFunction, HostType, Range, Value

TYPE_NAMES: dict[type, str] = {
    type(None): "Null",
    bool: "boolean",
    Decimal: "number",
    str: "string",
    dt.date: "date",
    FarDate: "date",
    Time: "time",
    DateTime: "date and time",
    DaysTime: "days and time duration",
    YearsMonths: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
    HostFunction: "function",
    HostType: "type",
}
TEMPORAL = (dt.date, FarDate, Time, DateTime, DaysTime, YearsMonths)


def type_name(value: Value) -> str:
    """The name of the value's FEEL type: "number", "date and time", "list", "Null", …"""
    return TYPE_NAMES.get(type(value)) or ("function" if isinstance(value, Function) else "Any")


def number_text(value: Decimal) -> str:
    """Plain digits where that is readable, else with an exponent."""
    if not value:
        return format(abs(value), "f") if -40 < int(value.as_tuple().exponent) <= 0 else "0"
    return format(value, "f") if -40 < value.adjusted() < 40 else str(value)


def temporal_text(value: Value) -> str:
    """ISO text of a date, time, date and time or duration."""
    kind = type(value)
    if kind is DateTime:
        return date_time_text(value)
    if kind is Time:
        return time_text(value)
    if kind is DaysTime or kind is YearsMonths:
        return duration_text(value)
    return date_text(value)


def feel_string(value: Value) -> str | None:
    """The text `string(value)` gives: null stays null, a string is itself."""
    return value if value is None or isinstance(value, str) else inner_text(value)


def inner_text(value: Value) -> str:
    """The text of a value inside a list or context, where strings stand in quotes.

    Raises Fault where it would be longer than a text may be.
    """
    writer = _Writer()
    writer.write(value)
    return "".join(writer.parts)


class _Writer:
    """Gathers the parts of one text and watches its length."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.left = SIZE_LIMIT

    def add(self, part: str) -> None:
        self.left -= len(part)
        if self.left < 0:
            raise Fault(
                said(
                    "Expected a text of at most {size_limit} characters, but it is longer",
                    size_limit=SIZE_LIMIT,
                )
            )
        self.parts.append(part)

    def write(self, value: Value) -> None:
        kind = type(value)
        if kind is list:
            self._list(value)
        elif kind is dict:
            self._context(value)
        elif kind is Range:
            self._range(value)
        else:
            self.add(_WRITERS.get(kind, _function_text)(value))

    def _list(self, value: list[Value]) -> None:
        self.add("[")
        for index, item in enumerate(value):
            if index:
                self.add(", ")
            self.write(item)
        self.add("]")

    def _context(self, value: dict[str, Value]) -> None:
        self.add("{")
        for index, (key, item) in enumerate(value.items()):
            self.add(f"{', ' if index else ''}{_key_text(key)}: ")
            self.write(item)
        self.add("}")

    def _range(self, value: Range) -> None:
        self.add("[" if value.low_closed else "(")
        if value.low is not None or value.low_bounded:
            self.write(value.low)
        self.add("..")
        if value.high is not None or value.high_bounded:
            self.write(value.high)
        self.add("]" if value.high_closed else ")")


def _quoted(value: str) -> str:
    text = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def _key_text(key: str) -> str:
    return key if key and all(part.isalnum() or part in " _" for part in key) else _quoted(key)


def _function_text(value: Value) -> str:
    names = [getattr(each, "name", each) for each in getattr(value, "parameters", ())]
    return f"function({', '.join(names)})"


_WRITERS: dict[type, Callable[[Value], str]] = {
    type(None): lambda value: "null",
    bool: lambda value: "true" if value else "false",
    Decimal: number_text,
    str: _quoted,
    **dict.fromkeys(TEMPORAL, temporal_text),
}
