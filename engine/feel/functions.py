"""Function definitions and invocations (DMN 1.5, 10.3.2.13).

Called by the compiler, once per node.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from engine.errors import said
from engine.feel import tree
from engine.feel.calls import invoke
from engine.feel.closures import Compiles
from engine.feel.kinds import type_name
from engine.feel.scope import Run, Scope, look_up
from engine.feel.temporal import FarDate, at_midnight
from engine.feel.tree import Node
from engine.feel.types import Accepts, type_test
from engine.feel.values import Fault, Function, HostFunction, Parameter, Value


def compile_function(compiler: Compiles, node: tree.FunctionDefinition) -> Run:
    """The closure of `function(a, b) body`; calling one whose body is in a foreign language gives null."""
    parameters = tuple(Parameter(name, kind) for name, kind in node.parameters)
    names = tuple(name for name, _ in node.parameters)
    typed = [(index, kind, type_test(kind)) for index, (_, kind) in enumerate(node.parameters) if kind]
    body = _foreign if node.external else compiler.bound(set(names), node.body)

    def run(scope: Scope) -> Value:
        def call(state: Any, arguments: list[Value]) -> Value:
            for index, kind, test in typed:
                value = arguments[index]
                if value is not None and not test(value, scope):
                    arguments[index] = _converted(value, kind, test, scope)
            return body(Scope(dict(zip(names, arguments, strict=True)), scope, state))

        return Function("function", parameters, call, None, (node, scope))

    return run


def _foreign(scope: Scope) -> Value:
    raise Fault(said("Expected a function written in FEEL, but it is an external one, which is never run"))


def _converted(value: Value, kind: tree.TypeNode, test: Accepts, scope: Scope) -> Value:
    """The argument as the parameter's type takes it (10.3.2.9.4). Raises Fault where it cannot."""
    if isinstance(value, list) and len(value) == 1 and test(value[0], scope):
        return value[0]
    if kind.name == "date and time" and isinstance(value, dt.date | FarDate):
        return at_midnight(value)
    if kind.name == "list" and test([value], scope):
        return [value]
    raise Fault(
        said(
            "Expected a {name} as the argument, but found {value_type}",
            name=kind.name,
            value_type=type_name(value),
        )
    )


def compile_call(compiler: Compiles, node: tree.Call) -> Run:
    """The closure of `f(a, b)` and `f(x: a, y: b)`."""
    arguments, names = [compiler.run(each) for each in node.arguments], node.names
    function = _callee(compiler, node.function)

    def run(scope: Scope) -> Value:
        called = function(scope)
        return invoke(scope.state, called, [each(scope) for each in arguments], names)

    return run


def _callee(compiler: Compiles, node: Node) -> Run:
    if not isinstance(node, tree.Name):
        return compiler.run(node)
    compiler.calls.add(node.name)
    named, built_in = compiler.run(node), compiler.built_ins.get(node.name)
    if built_in is None:
        return named

    def run(scope: Scope) -> Value:
        value = look_up(scope, node.name)
        return value if isinstance(value, Function | HostFunction) else built_in

    return run
