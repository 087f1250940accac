"""Operators: arithmetic, comparison, logic, `between`, `instance of`, `if` (DMN 1.5, 10.3.2.5 to 10.3.2.12).

Called by the compiler, once per node. Two numbers take a short way: that is what most conditions are.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.errors import said
from engine.feel import tree
from engine.feel.arithmetic import calculate, negate
from engine.feel.closures import Compiles
from engine.feel.compare import both, compares, equal
from engine.feel.kinds import type_name
from engine.feel.scope import Run, Scope
from engine.feel.tree import Node
from engine.feel.types import whole_type_test
from engine.feel.values import NUMBERS, Fault, Value

_FAST: dict[str, Callable[[Decimal, Decimal], Decimal]] = {
    "+": NUMBERS.add,
    "-": NUMBERS.subtract,
    "*": NUMBERS.multiply,
    "/": NUMBERS.divide,
}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def compile_arithmetic(compiler: Compiles, node: tree.Arithmetic) -> Run:
    """The closure of `a + b - c`."""
    first = compiler.run(node.first)
    rest = [(op, _FAST.get(op), compiler.run(operand)) for op, operand in node.rest]

    def run(scope: Scope) -> Value:
        value = first(scope)
        for op, fast, operand in rest:
            right = operand(scope)
            try:
                if fast is not None and type(value) is Decimal and type(right) is Decimal:
                    value = fast(value, right)
                else:
                    value = calculate(op, value, right)
                    scope.state.weigh(value)
            except Fault as fault:
                value = scope.state.fault(fault.sentence)
            except ArithmeticError:
                value = scope.state.fault(
                    said("Expected a number as the result of {op!r}, but there is none", op=op)
                )
        return value

    return run


def compile_negation(compiler: Compiles, node: tree.Negate) -> Run:
    """The closure of `-a`."""
    operand = compiler.run(node.operand)

    def run(scope: Scope) -> Value:
        try:
            return negate(operand(scope))
        except Fault as fault:
            return scope.state.fault(fault.sentence)

    return run


def compile_comparison(compiler: Compiles, node: tree.Compare) -> Run:
    """The closure of `a = b`, `a < b` and their kin."""
    left, right, op = compiler.run(node.left), compiler.run(node.right), node.op
    if op in ("=", "!="):
        return _equality(left, right, op == "=")
    fast = _ORDER[op]

    def run(scope: Scope) -> Value:
        one, other = left(scope), right(scope)
        if type(one) is Decimal and type(other) is Decimal:
            return fast(one, other)
        return _ordered(scope, op, one, other)

    return run


def _equality(left: Run, right: Run, wanted: bool) -> Run:
    def run(scope: Scope) -> Value:
        one, other = left(scope), right(scope)
        if type(one) is type(other) and type(one) in (str, Decimal, bool):
            return (one == other) is wanted
        found = equal(one, other)
        if found is None:
            return scope.state.fault(
                said("Expected two values of one type, but found {both}", both=both(one, other))
            )
        return found is wanted

    return run


def compile_between(compiler: Compiles, node: tree.Between) -> Run:
    """The closure of `a between b and c`, which is `a >= b and a <= c`."""
    value, low, high = compiler.run(node.value), compiler.run(node.low), compiler.run(node.high)

    def run(scope: Scope) -> Value:
        tested = value(scope)
        above = _ordered(scope, ">=", tested, low(scope))
        below = _ordered(scope, "<=", tested, high(scope))
        if above is False or below is False:
            return False
        return None if above is None or below is None else True

    return run


def _ordered(scope: Scope, op: str, left: Value, right: Value) -> Value:
    try:
        return compares(op, left, right)
    except Fault as fault:
        return scope.state.fault(fault.sentence)


def compile_conjunction(compiler: Compiles, node: tree.Conjunction) -> Run:
    """The closure of `a and b`."""
    return _logic(compiler, node.items, decisive=False)


def compile_disjunction(compiler: Compiles, node: tree.Disjunction) -> Run:
    """The closure of `a or b`."""
    return _logic(compiler, node.items, decisive=True)


def _logic(compiler: Compiles, nodes: tuple[Node, ...], *, decisive: bool) -> Run:
    """Three-valued logic (table 48): one decisive operand decides, else any null makes null."""
    items = [compiler.run(item) for item in nodes]

    def run(scope: Scope) -> Value:
        result: bool | None = not decisive
        for item in items:
            value = item(scope)
            if value is decisive:
                return decisive
            if type(value) is not bool:
                result = None
                if value is not None:
                    scope.state.fault(
                        said("Expected true or false, but found {value_type}", value_type=type_name(value))
                    )
        return result

    return run


def compile_instance_of(compiler: Compiles, node: tree.InstanceOf) -> Run:
    """The closure of `a instance of type`."""
    value, accepts = compiler.run(node.value), whole_type_test(node.kind)

    def run(scope: Scope) -> Value:
        try:
            return accepts(value(scope), scope)
        except Fault as fault:
            return scope.state.fault(fault.sentence)

    return run


def compile_if(compiler: Compiles, node: tree.If) -> Run:
    """The closure of `if … then … else …`."""
    condition, yes, no = compiler.run(node.condition), compiler.run(node.yes), compiler.run(node.no)
    return lambda scope: yes(scope) if condition(scope) is True else no(scope)
