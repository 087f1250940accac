"""The values of FEEL: what an expression reads and what it yields.

Called by every module of this package and, through the package's front, by whoever hands values in.
Numbers are `Decimal`, text is `str`, lists are `list`, contexts are `dict`, a date is
`datetime.date`; the classes here and in `temporal` are what Python lacks. Nothing here evaluates.
Source: DMN 1.5, 10.3.2.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, DivisionByZero, InvalidOperation, Overflow
from typing import Any, TypeAlias

Value: TypeAlias = Any
"""A FEEL value. Which classes it may have stands in the module's docstring."""

NUMBERS = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
"""IEEE 754-2008 Decimal128, as 10.3.2.3.1 asks."""


class Fault(ValueError):
    """An error inside an expression: the value becomes null and the sentence its reason."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Range:
    """An interval (10.3.2.7). An end that is null and not `bounded` reaches without limit."""

    low: Value
    high: Value
    low_closed: bool = True
    high_closed: bool = True
    low_bounded: bool = field(default=True, compare=False)
    high_bounded: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A formal parameter of a function: its name and the type it asks for (None: any)."""

    name: str
    kind: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function value: `invoke(state, arguments)` with as many arguments as parameters.

    `made` is the text's tree and the scope it was evaluated in, by which functions are equal.
    """

    name: str
    parameters: tuple[Parameter, ...]
    invoke: Callable[[Any, list[Value]], Value]
    result: Any = None
    made: tuple[Any, Any] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class HostFunction:
    """A function the host lends to expressions.

    `call` takes FEEL values in the order of `parameters` and gives a FEEL value; trailing parameters
    listed in `optional` may be left out and are then not passed. A ValueError or a refusal raised
    inside becomes null with its sentence as the reason.
    """

    name: str
    parameters: tuple[str, ...]
    call: Callable[..., Value]
    optional: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class HostType:
    """A type the host lends to `instance of` and to parameters (an item definition, say).

    `shape` is the type spelled out (`tree.TypeNode`), by which types of functions are compared.
    """

    name: str
    accepts: Callable[[Value], bool]
    shape: Any = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an evaluation gave: the value, why anything became null on the way, the steps it took."""

    value: Value
    reasons: tuple[str, ...] = ()
    spent: int = field(default=0, compare=False)


NO_NAMES: Mapping[str, object] = {}
