"""Type expressions: `instance of` and the types of parameters (DMN 1.5, 10.3.2.9 and table 49).

Called by the compiler. A type is compiled into a test `accepts(value, scope)`; a name that is no
built-in type is looked up among the types the host lends (`HostType`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from engine.feel.scope import Scope
from engine.feel.temporal import DateTime, DaysTime, FarDate, Time, YearsMonths
from engine.feel.tree import TypeNode
from engine.feel.values import Fault, Function, HostFunction, HostType, Range, Value

Accepts = Callable[[Value, Scope], bool]

_FUNCTIONS = (Function, HostFunction)
_SIMPLE: dict[str, tuple[type, ...]] = {
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "date": (dt.date, FarDate),
    "time": (Time,),
    "date and time": (DateTime,),
    "dateTime": (DateTime,),
    "days and time duration": (DaysTime,),
    "dayTimeDuration": (DaysTime,),
    "years and months duration": (YearsMonths,),
    "yearMonthDuration": (YearsMonths,),
    "list": (list,),
    "context": (dict,),
    "range": (Range,),
    "function": _FUNCTIONS,
    "null": (type(None),),
    "Null": (type(None),),
}


def type_test(node: TypeNode) -> Accepts:
    """The test whether a value is of the type. The test raises Fault for a type nobody knows."""
    maker = _GENERIC.get(node.name) if node.arguments or node.result is not None else None
    if maker is not None:
        return maker(node)
    if node.name == "Any":
        return lambda value, scope: value is not None
    classes = _SIMPLE.get(node.name)
    if classes is not None and not node.arguments:
        return lambda value, scope: isinstance(value, classes)
    return _named(node.name)


def _named(name: str) -> Accepts:
    def accepts(value: Value, scope: Scope) -> bool:
        lent = scope.state.host.get(name)
        if not isinstance(lent, HostType):
            raise Fault(f"Expected the name of a type, but found {name!r}")
        return lent.accepts(value)

    return accepts


def _list_of(node: TypeNode) -> Accepts:
    item = _or_any(node.arguments[0])

    def accepts(value: Value, scope: Scope) -> bool:
        if not isinstance(value, list):
            return False
        scope.state.spend(len(value))
        return all(item(each, scope) for each in value)

    return accepts


def _or_any(node: TypeNode) -> Accepts:
    """Within `list<Any>` and `context<a: Any>` null is a member too."""
    return (lambda value, scope: True) if node.name == "Any" else type_test(node)


def _context_of(node: TypeNode) -> Accepts:
    tests = {name: _or_any(kind) for name, kind in zip(node.names, node.arguments, strict=True)}

    def accepts(value: Value, scope: Scope) -> bool:
        if not isinstance(value, dict):
            return False
        scope.state.spend(len(tests))
        return all(name in value and test(value[name], scope) for name, test in tests.items())

    return accepts


def _range_of(node: TypeNode) -> Accepts:
    end = _or_any(node.arguments[0])

    def accepts(value: Value, scope: Scope) -> bool:
        if not isinstance(value, Range):
            return False
        ends = [each for each in (value.low, value.high) if each is not None]
        return bool(ends) and all(end(each, scope) for each in ends)

    return accepts


def _function_of(node: TypeNode) -> Accepts:
    """A function conforms when it takes as many parameters and none asks for another type."""
    wanted = node.arguments

    def accepts(value: Value, scope: Scope) -> bool:
        if not isinstance(value, Function) or len(value.parameters) != len(wanted):
            return False
        given = [parameter.kind for parameter in value.parameters]
        if any(not _may_take(has, asks) for has, asks in zip(given, wanted, strict=True)):
            return False
        return node.result is None or _may_take(node.result, value.result)

    return accepts


def _may_take(wide: TypeNode | None, narrow: TypeNode | None) -> bool:
    """Whether the first type holds every value of the second, as far as their texts tell."""
    return wide is None or narrow is None or wide.name == "Any" or wide == narrow


_GENERIC: dict[str, Callable[[TypeNode], Accepts]] = {
    "list": _list_of,
    "context": _context_of,
    "range": _range_of,
    "function": _function_of,
}
