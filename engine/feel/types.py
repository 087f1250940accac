"""Type expressions: `instance of` and the types of parameters (DMN 1.5, 10.3.2.9 and table 49).

Called by the compiler. A type is compiled into a test `accepts(value, scope)`; a name that is no
built-in type is looked up among the types the host lends (`HostType`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from engine.errors import said
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
_ANY = TypeNode("Any")
_DEPTH_LIMIT = 16
"""How deep types that name each other are compared."""


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


def whole_type_test(node: TypeNode) -> Accepts:
    """The test of `instance of`, where a list, context, range or function says what it is of (table 61)."""
    if node.name not in _GENERIC or node.arguments or node.result is not None:
        return type_test(node)
    named = _named(node.name)

    def accepts(value: Value, scope: Scope) -> bool:
        try:
            return named(value, scope)
        except Fault:
            raise Fault(
                said("Expected {name}<…>, which says what it is of, but found {name}", name=node.name)
            ) from None

    return accepts


def _named(name: str) -> Accepts:
    def accepts(value: Value, scope: Scope) -> bool:
        lent = scope.state.host.get(name)
        if not isinstance(lent, HostType):
            raise Fault(said("Expected the name of a type, but found {name!r}", name=name))
        return lent.accepts(value)

    return accepts


def _list_of(node: TypeNode) -> Accepts:
    item = _or_null(node.arguments[0])

    def accepts(value: Value, scope: Scope) -> bool:
        if not isinstance(value, list):
            return False
        scope.state.spend(len(value))
        return all(item(each, scope) for each in value)

    return accepts


def _or_null(node: TypeNode) -> Accepts:
    """Within a list, context or range null is of every type (10.3.2.9.2)."""
    test = type_test(node)
    return lambda value, scope: value is None or test(value, scope)


def _context_of(node: TypeNode) -> Accepts:
    tests = {name: _or_null(kind) for name, kind in zip(node.names, node.arguments, strict=True)}

    def accepts(value: Value, scope: Scope) -> bool:
        if not isinstance(value, dict):
            return False
        scope.state.spend(len(tests))
        return all(name in value and test(value[name], scope) for name, test in tests.items())

    return accepts


def _range_of(node: TypeNode) -> Accepts:
    end = _or_null(node.arguments[0])

    def accepts(value: Value, scope: Scope) -> bool:
        if not isinstance(value, Range):
            return False
        ends = [each for each in (value.low, value.high) if each is not None]
        return bool(ends) and all(end(each, scope) for each in ends)

    return accepts


def _function_of(node: TypeNode) -> Accepts:
    """A function conforms when it takes what is wanted of it and gives nothing else (10.3.2.9.2).

    What a function does not say of itself, it allows: a parameter without a type takes anything.
    """
    wanted, result = node.arguments, node.result

    def accepts(value: Value, scope: Scope) -> bool:
        if not isinstance(value, Function) or len(value.parameters) != len(wanted):
            return False
        scope.state.spend(len(wanted))
        taken = [parameter.kind for parameter in value.parameters]
        return all(_conforms(asks, has, scope) for has, asks in zip(taken, wanted, strict=True)) and (
            _conforms(value.result, result, scope)
        )

    return accepts


def _conforms(narrow: TypeNode | None, wide: TypeNode | None, scope: Scope, depth: int = 0) -> bool:
    """Whether every value of the first type is one of the second; a type left unsaid is no obstacle."""
    if narrow is None or wide is None or wide.name == "Any" or narrow == wide:
        return True
    narrow, wide = _resolved(narrow, scope), _resolved(wide, scope)
    if wide.name == "Any" or narrow.name in ("Null", "null"):
        return True
    if _SIMPLE.get(narrow.name, narrow.name) != _SIMPLE.get(wide.name, wide.name) or depth > _DEPTH_LIMIT:
        return False
    return _parts_conform(narrow, wide, scope, depth + 1)


def _resolved(node: TypeNode, scope: Scope) -> TypeNode:
    lent = scope.state.host.get(node.name)
    shape = lent.shape if isinstance(lent, HostType) else None
    return shape if isinstance(shape, TypeNode) else node


def _parts_conform(narrow: TypeNode, wide: TypeNode, scope: Scope, depth: int) -> bool:
    if wide.name == "context":
        has = dict(zip(narrow.names, narrow.arguments, strict=False))
        wants = zip(wide.names, wide.arguments, strict=False)
        return all(name in has and _conforms(has[name], kind, scope, depth) for name, kind in wants)
    if wide.name == "function" and wide.result is not None:
        if narrow.result is None or len(narrow.arguments) != len(wide.arguments):
            return False
        pairs = [*zip(wide.arguments, narrow.arguments, strict=True), (narrow.result, wide.result)]
        return all(_conforms(one, other, scope, depth) for one, other in pairs)
    pairs = [*zip(narrow.arguments or (_ANY,) * len(wide.arguments), wide.arguments, strict=False)]
    return all(_conforms(one, other, scope, depth) for one, other in pairs)


_GENERIC: dict[str, Callable[[TypeNode], Accepts]] = {
    "list": _list_of,
    "context": _context_of,
    "range": _range_of,
    "function": _function_of,
}
