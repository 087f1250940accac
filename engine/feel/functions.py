"""Function definitions and invocations (DMN 1.5, 10.3.2.13).

Called by the compiler, once per node.
"""

from __future__ import annotations

from typing import Any

from engine.feel import tree
from engine.feel.calls import invoke
from engine.feel.closures import Compiles
from engine.feel.kinds import type_name
from engine.feel.scope import Run, Scope, look_up
from engine.feel.tree import Node
from engine.feel.types import type_test
from engine.feel.values import Fault, Function, HostFunction, Parameter, Value


def compile_function(compiler: Compiles, node: tree.FunctionDefinition) -> Run:
    """The closure of `function(a, b) body`; a body in a foreign language is null."""
    if node.external:
        return lambda scope: scope.state.fault("Expected a function in FEEL, but it is an external one")
    parameters = tuple(Parameter(name, kind) for name, kind in node.parameters)
    names = tuple(name for name, _ in node.parameters)
    tests = [None if kind is None else type_test(kind) for _, kind in node.parameters]
    body = compiler.bound(set(names), node.body)

    def run(scope: Scope) -> Value:
        def call(state: Any, arguments: list[Value]) -> Value:
            for index, test in enumerate(tests):
                value = arguments[index]
                if test is not None and value is not None and not test(value, scope):
                    arguments[index] = _unwrapped(value, test, names[index], scope)
            return body(Scope(dict(zip(names, arguments, strict=True)), scope, state))

        return Function("function", parameters, call)

    return run


def _unwrapped(value: Value, test: Any, name: str, scope: Scope) -> Value:
    if isinstance(value, list) and len(value) == 1 and test(value[0], scope):
        return value[0]
    if test([value], scope):
        return [value]
    raise Fault(f"Expected another type for the parameter {name!r}, but found {type_name(value)}")


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
