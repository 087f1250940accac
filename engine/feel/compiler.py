"""A tree into closures (DMN 1.5, 10.3.2).

Called by the front of the package once per text; the closures then run without looking at the tree.
Every error inside an expression is null and a recorded reason; only an exhausted budget is raised.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import said
from engine.feel import tree
from engine.feel.calls import BuiltIn
from engine.feel.closures import Compiles
from engine.feel.functions import compile_call, compile_function
from engine.feel.iterate import compile_for, compile_quantified
from engine.feel.literals import (
    compile_at_literal,
    compile_context,
    compile_list,
    compile_literal,
    compile_range,
)
from engine.feel.membership import compile_in, compile_unary_test, compile_unary_tests
from engine.feel.operators import (
    compile_arithmetic,
    compile_between,
    compile_comparison,
    compile_conjunction,
    compile_disjunction,
    compile_if,
    compile_instance_of,
    compile_negation,
)
from engine.feel.paths import compile_filter, compile_path
from engine.feel.scope import MISSING, Run, Scope, look_up
from engine.feel.tree import Node
from engine.feel.values import Value


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

    def refer(self, name: str) -> None:
        """Note that the text reads a name from outside."""
        if any(name in names for names in self._bound):
            return
        self.roots.add(name)
        if not self._filters and name != "?" and name not in self.built_ins:
            self.free.add(name)

    def bound(self, names: set[str], node: Node) -> Run:
        """The closure of a node in which more names are bound."""
        self._bound.append(names)
        run = self.run(node)
        self._bound.pop()
        return run

    def bind(self, names: set[str]) -> None:
        """Open a scope whose names may still grow."""
        self._bound.append(names)

    def unbind(self) -> None:
        """Close the innermost scope."""
        self._bound.pop()

    def filtering(self, node: Node) -> Run:
        """The closure of a filter's condition, whose names may be entries of the items."""
        self._filters += 1
        run = self.bound({"item"}, node)
        self._filters -= 1
        return run


def _compile_name(compiler: Compiles, node: tree.Name) -> Run:
    """The closure of a name: the innermost scope that has it, then the built-ins."""
    compiler.refer(node.name)
    name, built_in = node.name, compiler.built_ins.get(node.name)

    def run(scope: Scope) -> Value:
        value = scope.names.get(name, MISSING)
        if value is not MISSING:
            return value
        value = look_up(scope.parent, name)
        if value is not MISSING:
            return value
        if built_in is not None:
            return built_in
        return scope.state.fault(said("Expected a value named {name!r}, but there is none", name=name))

    return run


_COMPILE: dict[type, Callable[[Any, Any], Run]] = {
    tree.Literal: compile_literal,
    tree.AtLiteral: compile_at_literal,
    tree.Name: _compile_name,
    tree.Path: compile_path,
    tree.Filter: compile_filter,
    tree.Call: compile_call,
    tree.Negate: compile_negation,
    tree.Arithmetic: compile_arithmetic,
    tree.Compare: compile_comparison,
    tree.Between: compile_between,
    tree.In: compile_in,
    tree.Conjunction: compile_conjunction,
    tree.Disjunction: compile_disjunction,
    tree.If: compile_if,
    tree.For: compile_for,
    tree.Quantified: compile_quantified,
    tree.FunctionDefinition: compile_function,
    tree.ContextLiteral: compile_context,
    tree.ListLiteral: compile_list,
    tree.RangeLiteral: compile_range,
    tree.InstanceOf: compile_instance_of,
    tree.UnaryTest: compile_unary_test,
    tree.UnaryTests: compile_unary_tests,
}
