"""Invoking functions: matching arguments to parameters, coercion, and the call itself.

Called by the compiler for `f(…)` and by built-ins that take functions (`sort`). Every mistake in a call
gives null with a reason; only an exhausted budget is raised. Source: DMN 1.5, 10.3.2.13 and 10.3.2.9.4.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import BanjieError, TooLarge, listed, said
from engine.feel.kinds import type_name
from engine.feel.scope import CALL_LIMIT, State
from engine.feel.values import Fault, Function, HostFunction, Value

CALL_COST = 4
"""Steps a call counts for."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A parameter of a built-in: name, the classes it takes, and whether it may be left out or null."""

    name: str
    classes: tuple[type, ...] | None
    optional: bool = False
    nullable: bool = False
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """One signature of a built-in; `rest` gathers all further arguments as a list."""

    slots: tuple[Slot, ...]
    call: Callable[..., Value]
    rest: bool = False
    stateful: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class BuiltIn(Function):
    """A built-in function: its signatures in the order they are tried."""

    variants: tuple[Variant, ...] = ()


def invoke(
    state: State, function: Value, arguments: list[Value], names: Sequence[str] | None = None
) -> Value:
    """The result of the call, or null with its reason. Raises TooLarge where calls nest too deep."""
    state.spend(CALL_COST)
    if state.calls >= CALL_LIMIT:
        raise TooLarge(
            said(
                "Expected functions nested at most {call_limit} deep, but they call on and on",
                call_limit=CALL_LIMIT,
            )
        )
    state.calls += 1
    try:
        return _dispatch(state, function, arguments, names)
    except Fault as fault:
        return state.fault(fault.sentence)
    finally:
        state.calls -= 1


def _dispatch(state: State, function: Value, arguments: list[Value], names: Sequence[str] | None) -> Value:
    if isinstance(function, BuiltIn):
        return call_built_in(state, function, arguments, names)
    if isinstance(function, Function):
        wanted = tuple(parameter.name for parameter in function.parameters)
        return function.invoke(state, _in_order(function.name, wanted, 0, arguments, names, fill=True))
    if isinstance(function, HostFunction):
        ordered = _in_order(function.name, function.parameters, function.optional, arguments, names)
        return _call_host(function, ordered)
    raise Fault(
        said("Expected a function to call, but found {function_type}", function_type=type_name(function))
    )


def _in_order(
    called: str,
    wanted: tuple[str, ...],
    optional: int,
    arguments: list[Value],
    names: Sequence[str] | None,
    *,
    fill: bool = False,
) -> list[Value]:
    """The arguments in the order of the parameters; `fill` gives null for names left out (table 63)."""
    least = len(wanted) - optional
    if names is None:
        if not least <= len(arguments) <= len(wanted):
            raise Fault(
                said(
                    "Expected {called}({wanted}), but found {count} arguments",
                    called=called,
                    wanted=listed(wanted),
                    count=len(arguments),
                )
            )
        return arguments
    given = dict(zip(names, arguments, strict=True))
    if len(given) != len(names) or not given.keys() <= set(wanted):
        raise Fault(
            said(
                "Expected {called}({wanted}), but the arguments are {names}",
                called=called,
                wanted=listed(wanted),
                names=listed(names),
            )
        )
    last = max((index for index, name in enumerate(wanted, 1) if name in given), default=0)
    missing = [name for name in wanted[: max(least, last)] if name not in given]
    if missing and not fill:
        raise Fault(
            said(
                "Expected {called}({wanted}), but {missing!r} is missing",
                called=called,
                wanted=listed(wanted),
                missing=missing[0],
            )
        )
    return [given.get(name) for name in wanted[: max(least, last)]]


def _call_host(function: HostFunction, arguments: list[Value]) -> Value:
    try:
        return function.call(*arguments)
    except TooLarge:
        raise
    except BanjieError as refusal:
        raise Fault(refusal.sentence) from None
    except (ValueError, ArithmeticError) as error:
        raise Fault(
            said("Expected {name}() to give a value, but {error}", name=function.name, error=error)
        ) from None


def call_built_in(
    state: State, function: BuiltIn, arguments: list[Value], names: Sequence[str] | None
) -> Value:
    """The first signature the arguments fit is called. Raises Fault where none fits."""
    for variant in function.variants:
        fitted = _fit(variant, arguments) if names is None else _fit_named(variant, arguments, names)
        if fitted is not None:
            for each in arguments:
                state.weigh(each)
            result = variant.call(state, *fitted) if variant.stateful else variant.call(*fitted)
            state.weigh(result)
            return result
    found = ", ".join(type_name(each) for each in arguments)
    near = [each for each in function.variants if len(each.slots) == len(arguments)] or function.variants
    shapes = " or ".join(_shape(function.name, variant) for variant in near[:3])
    raise Fault(
        said("Expected {shapes}, but found {name}({found})", shapes=shapes, name=function.name, found=found)
    )


def _shape(name: str, variant: Variant) -> str:
    parts = [f"{slot.name}: {slot.shown}{'?' if slot.optional else ''}" for slot in variant.slots]
    return f"{name}({', '.join(parts)}{'…' if variant.rest else ''})"


def _fit(variant: Variant, arguments: list[Value]) -> list[Any] | None:
    slots = variant.slots
    if variant.rest:
        return _fit_rest(variant, arguments)
    if len(arguments) > len(slots):
        return None
    fitted: list[Any] = []
    for index, slot in enumerate(slots):
        if index >= len(arguments):
            if not slot.optional:
                return None
            continue
        value = coerce(slot, arguments[index])
        if value is _NO_FIT:
            return None
        fitted.append(value)
    return fitted


def _fit_rest(variant: Variant, arguments: list[Value]) -> list[Any] | None:
    fixed, last = variant.slots[:-1], variant.slots[-1]
    if len(arguments) <= len(fixed):
        return None
    fitted = [coerce(slot, value) for slot, value in zip(fixed, arguments, strict=False)]
    rest = [coerce(last, value) for value in arguments[len(fixed) :]]
    if any(value is _NO_FIT for value in (*fitted, *rest)):
        return None
    return [*fitted, rest]


def _fit_named(variant: Variant, arguments: list[Value], names: Sequence[str]) -> list[Any] | None:
    given = dict(zip(names, arguments, strict=True))
    known = {slot.name for slot in variant.slots}
    if variant.rest or len(given) != len(names) or not known.issuperset(given):
        return None
    ordered = [given.get(slot.name, _LEFT_OUT if slot.optional else None) for slot in variant.slots]
    while ordered and ordered[-1] is _LEFT_OUT:
        ordered.pop()
    return _fit(variant, [None if value is _LEFT_OUT else value for value in ordered])


class _Mark:
    """A value no expression can have."""


_NO_FIT: Any = _Mark()
_LEFT_OUT: Any = _Mark()


def coerce(slot: Slot, value: Value) -> Any:
    """The argument as the slot takes it: a list of one stands for its item, an item for its list."""
    if value is None:
        return None if slot.nullable or slot.classes is None else _NO_FIT
    if slot.classes is None or isinstance(value, slot.classes):
        return value
    if isinstance(value, list):
        return coerce(slot, value[0]) if len(value) == 1 and list not in slot.classes else _NO_FIT
    return [value] if slot.classes == (list,) else _NO_FIT
