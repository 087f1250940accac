"""How built-ins are declared: a signature in words beside a Python function.

Called by the modules of `builtins`; `built_ins` hands all of them to the compiler. A signature is
`"name: type"`, with `?` after the name where it may be left out and `|null` after the type where null is
an argument like any other; `...` at the end gathers all further arguments.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from engine.feel.calls import BuiltIn, Slot, Variant, call_built_in
from engine.feel.scope import State
from engine.feel.temporal import DateTime, DaysTime, FarDate, Time, YearsMonths
from engine.feel.values import Function, HostFunction, Parameter, Range, Value

_DATES = (dt.date, FarDate)
_CLASSES: dict[str, tuple[type, ...]] = {
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "date": _DATES,
    "time": (Time,),
    "moment": (DateTime,),
    "day": (*_DATES, DateTime),
    "days": (DaysTime,),
    "months": (YearsMonths,),
    "duration": (DaysTime, YearsMonths),
    "list": (list,),
    "context": (dict,),
    "range": (Range,),
    "function": (Function, HostFunction),
}
_SHOWN = {
    "moment": "date and time",
    "day": "date or date and time",
    "days": "days and time duration",
    "months": "years and months duration",
}
_Call = TypeVar("_Call", bound=Callable[..., Value])

_variants: dict[str, list[Variant]] = {}


def feel(name: str, *signature: str, stateful: bool = False) -> Callable[[_Call], _Call]:
    """Declare a built-in, or a further signature of one; `stateful` ones get the state first."""
    rest = bool(signature) and signature[-1].endswith("...")
    slots = tuple(_slot(text.removesuffix("...")) for text in signature)

    def declare(call: _Call) -> _Call:
        _variants.setdefault(name, []).append(Variant(slots, call, rest, stateful))
        return call

    return declare


def _slot(text: str) -> Slot:
    name, _, kind = (part.strip() for part in text.partition(":"))
    kinds = [part.strip() for part in kind.split("|")] if kind else ["any"]
    nullable = "null" in kinds
    plain = [part for part in kinds if part != "null"]
    classes = None if plain == ["any"] else tuple(each for part in plain for each in _CLASSES[part])
    shown = " or ".join(_SHOWN.get(part, part) for part in plain)
    return Slot(name.removesuffix("?"), classes, name.endswith("?"), nullable, shown)


def built_ins() -> dict[str, BuiltIn]:
    """All built-ins declared so far, by name."""
    return {name: _built_in(name, tuple(variants)) for name, variants in _variants.items()}


def _built_in(name: str, variants: tuple[Variant, ...]) -> BuiltIn:
    longest = max((variant.slots for variant in variants), key=len)
    parameters = tuple(Parameter(slot.name) for slot in longest)

    def run(state: State, arguments: list[Value]) -> Value:
        return call_built_in(state, BuiltIn(name, parameters, run, variants=variants), arguments, None)

    return BuiltIn(name, parameters, run, variants=variants)
