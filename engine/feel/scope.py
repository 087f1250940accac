"""What an evaluation carries along: the names in scope, the step budget, the recorded reasons.

Made by the front of the package for one evaluation, passed through every compiled closure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import TooLarge, said
from engine.feel.values import Value

STEP_LIMIT = 2_000_000
"""Rounds of loops, items of lists and calls one evaluation may make."""
CALL_LIMIT = 200
"""How deep functions may call one another."""
SIZE_LIMIT = 1_000_000
"""Items a list, characters a string that an expression builds may have."""
REASON_LIMIT = 20
"""Reasons kept; the first ones tell most."""


MISSING: Any = object()
"""What a name has that nothing is bound to."""


class State:
    """The state of one evaluation."""

    __slots__ = ("calls", "host", "reasons", "steps")

    def __init__(self, host: Mapping[str, object]) -> None:
        self.host = host
        self.reasons: list[str] = []
        self.steps = STEP_LIMIT
        self.calls = 0

    def fault(self, sentence: str) -> Value:
        """Record why a value is null, and give that null."""
        if len(self.reasons) < REASON_LIMIT:
            self.reasons.append(sentence)
        return None

    def weigh(self, value: Value) -> None:
        """Count steps for a text or list that is read or built: large ones cost more than small ones."""
        kind = type(value)
        if kind is str:
            self.spend(len(value) >> 7)
        elif kind is list:
            self.spend(len(value) >> 2)

    def spend(self, steps: int = 1) -> None:
        """Count steps. Raises TooLarge when the budget is used up."""
        self.steps -= steps
        if self.steps < 0:
            raise TooLarge(
                said(
                    "Expected an expression of at most {step_limit} steps, but it goes on",
                    step_limit=STEP_LIMIT,
                )
            )


class Scope:
    """Names bound here, then those of the enclosing scope."""

    __slots__ = ("names", "parent", "state")

    def __init__(self, names: Mapping[str, Value], parent: Scope | None, state: State) -> None:
        self.names = names
        self.parent = parent
        self.state = state

    def inner(self, names: Mapping[str, Value]) -> Scope:
        """A scope inside this one."""
        return Scope(names, self, self.state)


Run = Callable[[Scope], Value]
"""A compiled expression."""


def look_up(scope: Scope | None, name: str) -> Value:
    """The value a name has in a scope or around it, MISSING where none has it."""
    while scope is not None:
        value = scope.names.get(name, MISSING)
        if value is not MISSING:
            return value
        scope = scope.parent
    return MISSING
