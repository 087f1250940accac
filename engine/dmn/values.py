"""FEEL values as item definitions see them: the name of their kind, and text read as one.

Called by `types`. Holds no type rules of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.feel import (
    Fault,
    read_date,
    read_date_time,
    read_duration,
    read_time,
)
from engine.feel.calls import BuiltIn
from engine.feel.kinds import TYPE_NAMES
from engine.feel.temporal import at_midnight

_KINDS: dict[type, str] = {**TYPE_NAMES, type(None): "null", int: "number", BuiltIn: "function"}
"""FEEL's own names, and those of what a table's cells hold besides."""

_READERS: dict[str, Callable[[str], Any]] = {
    "date": read_date,
    "time": read_time,
    "date and time": read_date_time,
    "days and time duration": read_duration,
    "years and months duration": read_duration,
}


def kind_of(value: object) -> str:
    """The name of the FEEL type of a value; "null" for None, "unknown" for a foreign object."""
    return _KINDS.get(type(value), "unknown")


def read_text(text: str, kind: str) -> Any:
    """Text as a date, time or duration where the kind is one; the text itself where it cannot be read."""
    reader = _READERS.get(kind)
    if reader is None:
        return text
    try:
        return reader(text)
    except Fault:
        return text


to_date_and_time = at_midnight
