"""A tree into closures (DMN 1.5, 10.3.2).

Called by the front of the package once per text; the closures then run without looking at the tree.
Every error inside an expression is null and a recorded reason; only an exhausted budget is raised.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from engine.feel import tree
from engine.feel.arithmetic import calculate, negate
from engine.feel.calls import BuiltIn, invoke
from engine.feel.compare import both, compares, equal
from engine.feel.iterate import compile_for, compile_quantified
from engine.feel.kinds import type_name
from engine.feel.membership import compile_test, unary_range
from engine.feel.properties import property_of
from engine.feel.scope import Run, Scope
from engine.feel.temporal_text import read_temporal
from engine.feel.tree import Node
from engine.feel.types import type_test
from engine.feel.values import NUMBERS, Fault, Function, HostFunction, Parameter, Range, Value

MISSING: Any = object()


class Compiler:
    """Turns the nodes of one text into closures; gathers what the text refers to."""

    def __init__(self, built_ins: Mapping[str, BuiltIn]) -> None:
        self.built_ins = built_ins
        self.roots: set[str] = set()
        self.free: set[str] = set()
        self.calls: set[str] = set()
        self._bound: list[set[str]] = []
        self._filters = 0

    def run(self, node: Node) -> Run:
        """The closure of a node."""
        return _COMPILE[type(node)](self, node)

    # --- names --------------------------------------------------------------------------------

    def refer(self, name: str) -> None:
        """Note that the text reads a name from outside."""
        if any(name in names for names in self._bound):
            return
        self.roots.add(name)
        if not self._filters and name not in self.built_ins:
            self.free.add(name)

    def bound(self, names: set[str], node: Node) -> Run:
        """The closure of a node in which more names are bound."""
        self._bound.append(names)
        run = self.run(node)
        self._bound.pop()
        return run

    def name(self, node: tree.Name) -> Run:
        self.refer(node.name)
        name, built_in = node.name, self.built_ins.get(node.name)

        def run(scope: Scope) -> Value:
            value = scope.names.get(name, MISSING)
            if value is not MISSING:
                return value
            value = look_up(scope.parent, name)
            if value is not MISSING:
                return value
            if built_in is not None:
                return built_in
            return scope.state.fault(f"Expected a value named {name!r}, but there is none")

        return run

    # --- literals -----------------------------------------------------------------------------

    def literal(self, node: tree.Literal) -> Run:
        value = node.value
        return lambda scope: value

    def at_literal(self, node: tree.AtLiteral) -> Run:
        try:
            value = read_temporal(node.text)
        except Fault as fault:
            sentence = fault.sentence
            return lambda scope: scope.state.fault(sentence)
        return lambda scope: value

    def list_literal(self, node: tree.ListLiteral) -> Run:
        items = [self.run(item) for item in node.items]
        return lambda scope: [item(scope) for item in items]

    def context_literal(self, node: tree.ContextLiteral) -> Run:
        names: set[str] = set()
        entries: list[tuple[str, Run]] = []
        self._bound.append(names)
        for key, value in node.entries:
            if isinstance(value, tree.FunctionDefinition):
                names.add(key)  # a function may call itself
            entries.append((key, self.run(value)))
            names.add(key)
        self._bound.pop()
        twice = len(names) != len(entries)

        def run(scope: Scope) -> Value:
            if twice:
                return scope.state.fault("Expected each entry of a context once, but one stands twice")
            found: dict[str, Value] = {}
            inner = Scope(found, scope, scope.state)
            for key, value in entries:
                found[key] = value(inner)
            return found

        return run

    def range_literal(self, node: tree.RangeLiteral) -> Run:
        low, high = self.run(node.low), self.run(node.high)
        low_closed, high_closed = node.low_closed, node.high_closed

        def run(scope: Scope) -> Value:
            return make_range(scope, low(scope), high(scope), low_closed, high_closed)

        return run

    # --- operators ----------------------------------------------------------------------------

    def arithmetic(self, node: tree.Arithmetic) -> Run:
        first = self.run(node.first)
        rest = [(op, _FAST.get(op), self.run(operand)) for op, operand in node.rest]

        def run(scope: Scope) -> Value:
            value = first(scope)
            for op, fast, operand in rest:
                right = operand(scope)
                try:
                    if fast is not None and type(value) is Decimal and type(right) is Decimal:
                        value = fast(value, right)
                    else:
                        value = calculate(op, value, right)
                except Fault as fault:
                    value = scope.state.fault(fault.sentence)
                except ArithmeticError:
                    value = scope.state.fault(f"Expected a number as the result of {op!r}, but there is none")
            return value

        return run

    def negate(self, node: tree.Negate) -> Run:
        operand = self.run(node.operand)

        def run(scope: Scope) -> Value:
            try:
                return negate(operand(scope))
            except Fault as fault:
                return scope.state.fault(fault.sentence)

        return run

    def compare(self, node: tree.Compare) -> Run:
        left, right, op = self.run(node.left), self.run(node.right), node.op
        if op in ("=", "!="):
            return _equality(left, right, op == "=")
        fast = _ORDER[op]

        def run(scope: Scope) -> Value:
            one, other = left(scope), right(scope)
            if type(one) is Decimal and type(other) is Decimal:
                return fast(one, other)
            try:
                return compares(op, one, other)
            except Fault as fault:
                return scope.state.fault(fault.sentence)

        return run

    def between(self, node: tree.Between) -> Run:
        value, low, high = self.run(node.value), self.run(node.low), self.run(node.high)

        def run(scope: Scope) -> Value:
            one, least, most = value(scope), low(scope), high(scope)
            try:
                return compares(">=", one, least) and compares("<=", one, most)
            except Fault as fault:
                return scope.state.fault(fault.sentence)

        return run

    def member(self, node: tree.In) -> Run:
        value = self.run(node.value)
        tests = [compile_test(self, test) for test in node.tests]

        def run(scope: Scope) -> Value:
            tested = value(scope)
            return any_of(test(scope, tested) for test in tests)

        return run

    def conjunction(self, node: tree.Conjunction) -> Run:
        return self._logic(node.items, decisive=False)

    def disjunction(self, node: tree.Disjunction) -> Run:
        return self._logic(node.items, decisive=True)

    def _logic(self, nodes: tuple[Node, ...], *, decisive: bool) -> Run:
        """Three-valued logic (table 48): one decisive operand decides, else any null makes null."""
        items = [self.run(item) for item in nodes]

        def run(scope: Scope) -> Value:
            result: bool | None = not decisive
            for item in items:
                value = item(scope)
                if value is decisive:
                    return decisive
                if type(value) is not bool:
                    result = None
                    if value is not None:
                        scope.state.fault(f"Expected true or false, but found {type_name(value)}")
            return result

        return run

    def instance_of(self, node: tree.InstanceOf) -> Run:
        value, accepts = self.run(node.value), type_test(node.kind)

        def run(scope: Scope) -> Value:
            try:
                return accepts(value(scope), scope)
            except Fault as fault:
                return scope.state.fault(fault.sentence)

        return run

    # --- control ------------------------------------------------------------------------------

    def condition(self, node: tree.If) -> Run:
        condition, yes, no = self.run(node.condition), self.run(node.yes), self.run(node.no)
        return lambda scope: yes(scope) if condition(scope) is True else no(scope)

    def function(self, node: tree.FunctionDefinition) -> Run:
        if node.external:
            return lambda scope: scope.state.fault("Expected a function in FEEL, but it is an external one")
        parameters = tuple(Parameter(name, kind) for name, kind in node.parameters)
        names = tuple(name for name, _ in node.parameters)
        tests = [None if kind is None else type_test(kind) for _, kind in node.parameters]
        body = self.bound(set(names), node.body)

        def run(scope: Scope) -> Value:
            def call(state: Any, arguments: list[Value]) -> Value:
                for index, test in enumerate(tests):
                    value = arguments[index]
                    if test is not None and value is not None and not test(value, scope):
                        arguments[index] = _unwrapped(value, test, names[index], scope)
                return body(Scope(dict(zip(names, arguments, strict=True)), scope, state))

            return Function("function", parameters, call)

        return run

    def call(self, node: tree.Call) -> Run:
        arguments, names = [self.run(each) for each in node.arguments], node.names
        function = self._callee(node.function)

        def run(scope: Scope) -> Value:
            called = function(scope)
            return invoke(scope.state, called, [each(scope) for each in arguments], names)

        return run

    def _callee(self, node: Node) -> Run:
        if not isinstance(node, tree.Name):
            return self.run(node)
        self.calls.add(node.name)
        named, built_in = self.name(node), self.built_ins.get(node.name)
        if built_in is None:
            return named

        def run(scope: Scope) -> Value:
            value = look_up(scope, node.name)
            return value if isinstance(value, Function | HostFunction) else built_in

        return run

    # --- paths and filters --------------------------------------------------------------------

    def path(self, node: tree.Path) -> Run:
        base, name = self.run(node.base), node.name

        def run(scope: Scope) -> Value:
            value = base(scope)
            if type(value) is dict and name in value:
                return value[name]
            try:
                return property_of(value, name)
            except Fault as fault:
                return scope.state.fault(fault.sentence)

        return run

    def filter(self, node: tree.Filter) -> Run:
        base = self.run(node.base)
        constant = _constant_index(node.condition)
        if constant is not None:
            return lambda scope: item_at(scope, base(scope), constant)
        self._filters += 1
        condition = self.bound({"item"}, node.condition)
        self._filters -= 1

        def run(scope: Scope) -> Value:
            value = base(scope)
            return _filtered(scope, value if type(value) is list else [value], condition)

        return run

    def unary_test(self, node: tree.UnaryTest) -> Run:
        operand, op = self.run(node.operand), node.op
        return lambda scope: unary_range(scope, op, operand(scope))

    def unary_tests(self, node: tree.UnaryTests) -> Run:
        if node.anything:
            return lambda scope: True
        self.refer("?")
        tests = [compile_test(self, test, cell=True) for test in node.tests]
        negated = node.negated

        def run(scope: Scope) -> Value:
            found = any_of(test(scope, look_up(scope, "?")) for test in tests)
            return (None if found is None else not found) if negated else found

        return run


def look_up(scope: Scope | None, name: str) -> Value:
    """The value a name has in a scope or around it, MISSING where none has it."""
    while scope is not None:
        value = scope.names.get(name, MISSING)
        if value is not MISSING:
            return value
        scope = scope.parent
    return MISSING


def any_of(results: Any) -> bool | None:
    """True if any is true, else null if any is null, else false."""
    found: bool | None = False
    for result in results:
        if result is True:
            return True
        if result is None:
            found = None
    return found


def make_range(scope: Scope, low: Value, high: Value, low_closed: bool, high_closed: bool) -> Value:
    """A range; null with a reason where its ends cannot be compared or a closed end is null."""
    if (low is None and low_closed) or (high is None and high_closed) or (low is None and high is None):
        return scope.state.fault("Expected both ends of a range, but one of them is null")
    try:
        if low is not None and high is not None:
            compares("<=", low, high)
    except Fault as fault:
        return scope.state.fault(fault.sentence)
    return Range(low, high, low_closed, high_closed)


def item_at(scope: Scope, value: Value, index: Decimal) -> Value:
    """The item at a 1-based position, counted from the end where negative; null beyond the ends."""
    items = value if type(value) is list else [value]
    if index != index.to_integral_value():
        return scope.state.fault(f"Expected a whole number as a position, but found {index}")
    position = int(index) if abs(index) <= len(items) else 0
    if position == 0:
        return scope.state.fault(f"Expected a position from 1 to {len(items)}, but found {index}")
    return items[position - 1] if position > 0 else items[position]


def _filtered(scope: Scope, items: list[Value], condition: Run) -> Value:
    state = scope.state
    kept: list[Value] = []
    for position, item in enumerate(items):
        state.spend()
        inner = Scope({"item": item}, scope, state)
        if type(item) is dict:
            inner = Scope(item, inner, state)
        found = condition(inner)
        if found is True:
            kept.append(item)
        elif position == 0 and type(found) is Decimal:
            return item_at(scope, items, found)
    if not items:
        found = condition(Scope({"item": None}, scope, state))
        if type(found) is Decimal:
            return item_at(scope, items, found)
    return kept


def _constant_index(node: Node) -> Decimal | None:
    if isinstance(node, tree.Literal) and type(node.value) is Decimal:
        return node.value
    return None


def _unwrapped(value: Value, test: Any, name: str, scope: Scope) -> Value:
    if isinstance(value, list) and len(value) == 1 and test(value[0], scope):
        return value[0]
    if test([value], scope):
        return [value]
    raise Fault(f"Expected another type for the parameter {name!r}, but found {type_name(value)}")


def _equality(left: Run, right: Run, wanted: bool) -> Run:
    def run(scope: Scope) -> Value:
        one, other = left(scope), right(scope)
        if type(one) is type(other) and type(one) in (str, Decimal, bool):
            return (one == other) is wanted
        found = equal(one, other)
        if found is None:
            return scope.state.fault(f"Expected two values of one type, but found {both(one, other)}")
        return found is wanted

    return run


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
_COMPILE: dict[type, Callable[[Compiler, Any], Run]] = {
    tree.Literal: Compiler.literal,
    tree.AtLiteral: Compiler.at_literal,
    tree.Name: Compiler.name,
    tree.Path: Compiler.path,
    tree.Filter: Compiler.filter,
    tree.Call: Compiler.call,
    tree.Negate: Compiler.negate,
    tree.Arithmetic: Compiler.arithmetic,
    tree.Compare: Compiler.compare,
    tree.Between: Compiler.between,
    tree.In: Compiler.member,
    tree.Conjunction: Compiler.conjunction,
    tree.Disjunction: Compiler.disjunction,
    tree.If: Compiler.condition,
    tree.For: compile_for,
    tree.Quantified: compile_quantified,
    tree.FunctionDefinition: Compiler.function,
    tree.ContextLiteral: Compiler.context_literal,
    tree.ListLiteral: Compiler.list_literal,
    tree.RangeLiteral: Compiler.range_literal,
    tree.InstanceOf: Compiler.instance_of,
    tree.UnaryTest: Compiler.unary_test,
    tree.UnaryTests: Compiler.unary_tests,
}
