"""Literals: constants, `@"…"`, lists, contexts and ranges (DMN 1.5, 10.3.2.6 and 10.3.2.7).

Called by the compiler, once per node.
"""

from __future__ import annotations

from engine.errors import said
from engine.feel import tree
from engine.feel.closures import Compiles
from engine.feel.compare import compares
from engine.feel.scope import Run, Scope
from engine.feel.temporal_text import read_temporal
from engine.feel.values import Fault, Range, Value


def compile_literal(compiler: Compiles, node: tree.Literal) -> Run:
    """The closure of a constant."""
    value = node.value
    return lambda scope: value


def compile_at_literal(compiler: Compiles, node: tree.AtLiteral) -> Run:
    """The closure of `@"…"`; text that is no temporal value is null."""
    try:
        value = read_temporal(node.text)
    except Fault as fault:
        sentence = fault.sentence
        return lambda scope: scope.state.fault(sentence)
    return lambda scope: value


def compile_list(compiler: Compiles, node: tree.ListLiteral) -> Run:
    """The closure of `[a, b]`."""
    items = [compiler.run(item) for item in node.items]
    return lambda scope: [item(scope) for item in items]


def compile_context(compiler: Compiles, node: tree.ContextLiteral) -> Run:
    """The closure of `{a: 1, b: a + 1}`: each entry sees those before it."""
    names: set[str] = set()
    entries: list[tuple[str, Run]] = []
    compiler.bind(names)
    for key, value in node.entries:
        if isinstance(value, tree.FunctionDefinition):
            names.add(key)  # a function may call itself
        entries.append((key, compiler.run(value)))
        names.add(key)
    compiler.unbind()
    twice = len(names) != len(entries)

    def run(scope: Scope) -> Value:
        if twice:
            return scope.state.fault(said("Expected each entry of a context once, but one stands twice"))
        found: dict[str, Value] = {}
        inner = Scope(found, scope, scope.state)
        for key, value in entries:
            found[key] = value(inner)
        return found

    return run


def compile_range(compiler: Compiles, node: tree.RangeLiteral) -> Run:
    """The closure of `[low..high]`."""
    low, high = compiler.run(node.low), compiler.run(node.high)
    low_closed, high_closed = node.low_closed, node.high_closed

    def run(scope: Scope) -> Value:
        return _make_range(scope, low(scope), high(scope), low_closed, high_closed)

    return run


def _make_range(scope: Scope, low: Value, high: Value, low_closed: bool, high_closed: bool) -> Value:
    """A range; null with a reason where its ends cannot be compared or a closed end is null."""
    if (low is None and low_closed) or (high is None and high_closed) or (low is None and high is None):
        return scope.state.fault(said("Expected both ends of a range, but one of them is null"))
    try:
        if low is not None and high is not None:
            compares("<=", low, high)
    except Fault as fault:
        return scope.state.fault(fault.sentence)
    return Range(low, high, low_closed, high_closed)
