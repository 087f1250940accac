"""Tests of a value: the right side of `in` and the cells of a decision table (DMN 1.5, 10.3.2.8, table 55).

Called by the compiler. A compiled test takes the scope and the value tested and gives true, false or
null. A cell differs from `in` in one thing: an expression of its own that is true or false decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.errors import said
from engine.feel import tree
from engine.feel.closures import Compiles, mentions
from engine.feel.compare import both, compares, equal, same, within
from engine.feel.scope import Run, Scope, look_up
from engine.feel.tree import Node
from engine.feel.values import Fault, Range, Value

Test = Callable[[Scope, Value], bool | None]


def compile_test(compiler: Compiles, node: Node, *, cell: bool = False) -> Test:
    """The test a node stands for."""
    if isinstance(node, tree.UnaryTest):
        return _comparison(node.op, compiler.run(node.operand))
    run = compiler.run(node)
    if isinstance(node, tree.RangeLiteral):
        return lambda scope, value: _in_range(scope, value, run(scope))
    if cell and mentions(node, "?"):
        return lambda scope, value: _own_answer(scope, value, run(scope))
    if cell and isinstance(node, tree.Literal):
        return lambda scope, value: _constant_answer(scope, value, run(scope))
    if cell:
        return lambda scope, value: _cell_answer(scope, value, run(scope))
    return lambda scope, value: _matches(scope, value, run(scope))


def _comparison(op: str, operand: Run) -> Test:
    def test(scope: Scope, value: Value) -> bool | None:
        other = operand(scope)
        try:
            return (
                compares(op, value, other)
                if op not in ("=", "!=")
                else _is_equal(value, other) is (op == "=")
            )
        except Fault as fault:
            return _noted(scope, fault)

    return test


def _noted(scope: Scope, fault: Fault) -> bool | None:
    """Null, and the reason recorded."""
    scope.state.fault(fault.sentence)
    return None


def _is_equal(value: Value, other: Value) -> bool:
    found = equal(value, other)
    if found is None:
        raise Fault(said("Expected two values of one type, but found {both}", both=both(value, other)))
    return found


def _in_range(scope: Scope, value: Value, span: Value) -> bool | None:
    return None if span is None else _matches(scope, value, span)


def _own_answer(scope: Scope, value: Value, result: Value) -> bool | None:
    """An expression that speaks of `?` itself says whether it holds."""
    return result if result is None or type(result) is bool else _matches(scope, value, result)


def _cell_answer(scope: Scope, value: Value, result: Value) -> bool | None:
    if type(result) is bool and type(value) is not bool:
        return result
    return _matches(scope, value, result)


def _constant_answer(scope: Scope, value: Value, result: Value) -> bool | None:
    """A bare `true` answers no question about a fact that is missing: it is a value to compare with."""
    return _matches(scope, value, result) if value is None else _cell_answer(scope, value, result)


def _matches(scope: Scope, value: Value, result: Value) -> bool | None:
    """Whether the value is the result, lies in the range, or is found in the list."""
    try:
        if isinstance(result, Range):
            return within(value, result) if not isinstance(value, Range) else same(value, result)
        if isinstance(result, list):
            return _in_list(scope, value, result)
        return _is_equal(value, result)
    except Fault as fault:
        return _noted(scope, fault)


def _in_list(scope: Scope, value: Value, items: list[Value]) -> bool:
    if isinstance(value, list) and same(value, items):
        return True
    return any(_is_item(scope, value, item) for item in items)


def _is_item(scope: Scope, value: Value, item: Value) -> bool:
    scope.state.spend()
    if not isinstance(item, Range) or isinstance(value, Range):
        return same(value, item)
    try:
        return within(value, item) is True
    except Fault:
        return False


def _unary_range(scope: Scope, op: str, operand: Value) -> Value:
    """The range `(< 5)`, `(>= 5)` or `(= 5)` stands for as a value (10.3.2.7)."""
    if operand is None or op == "!=":
        return scope.state.fault(
            said("Expected a value after {op!r} to make a range, but there is none", op=op)
        )
    closed = op in ("<=", ">=", "=")
    if op == "=":
        return Range(operand, operand)
    if op in ("<", "<="):
        return Range(None, operand, False, closed, low_bounded=False)
    return Range(operand, None, closed, False, high_bounded=False)


def compile_in(compiler: Compiles, node: tree.In) -> Run:
    """The closure of `a in (tests)`."""
    value = compiler.run(node.value)
    tests = [compile_test(compiler, test) for test in node.tests]

    def run(scope: Scope) -> Value:
        tested = value(scope)
        return _any_of(test(scope, tested) for test in tests)

    return run


def compile_unary_test(compiler: Compiles, node: tree.UnaryTest) -> Run:
    """The closure of `(< 5)` where a value is wanted."""
    operand, op = compiler.run(node.operand), node.op
    return lambda scope: _unary_range(scope, op, operand(scope))


def compile_unary_tests(compiler: Compiles, node: tree.UnaryTests) -> Run:
    """The closure of a whole cell; the value tested is the variable `?`."""
    if node.anything:
        return lambda scope: True
    compiler.refer("?")
    tests = [compile_test(compiler, test, cell=True) for test in node.tests]
    negated = node.negated

    def run(scope: Scope) -> Value:
        found = _any_of(test(scope, look_up(scope, "?")) for test in tests)
        return (None if found is None else not found) if negated else found

    return run


def _any_of(results: Iterable[bool | None]) -> bool | None:
    """True if any is true, else null if any is null, else false."""
    found: bool | None = False
    for result in results:
        if result is True:
            return True
        if result is None:
            found = None
    return found
