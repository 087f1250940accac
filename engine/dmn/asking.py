"""Asks a compiled FEEL text for its value without ever being raised at.

Called wherever this package evaluates: a text that uses up its budget is null with the reason, as every
other error inside an expression is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import TooLarge
from engine.feel import Compiled, Outcome
from engine.feel.scope import STEP_LIMIT

_NOBODY: Mapping[str, Any] = {}


class Unending(Outcome):
    """The outcome of a text that used up its budget."""


def ask(
    compiled: Compiled,
    variables: Mapping[str, Any],
    host: Mapping[str, Any] = _NOBODY,
    *,
    steps: int = STEP_LIMIT,
) -> Outcome:
    """The outcome of a text in FEEL values; null with its reason where the text does not end in time."""
    try:
        return compiled(variables, host=host, settled=True, steps=steps)
    except TooLarge as limit:
        return Unending(None, (limit.sentence,))


def holds(compiled: Compiled, value: Any) -> bool:
    """Whether tests accept a value: anything but true is a no."""
    return ask(compiled, {"?": value}).value is True
