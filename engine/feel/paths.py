"""Paths and filters (DMN 1.5, 10.3.2.5, tables 53 and 54).

Called by the compiler, once per node.
"""

from __future__ import annotations

from decimal import Decimal

from engine.errors import said
from engine.feel import tree
from engine.feel.closures import Compiles
from engine.feel.properties import property_of
from engine.feel.scope import Run, Scope
from engine.feel.tree import Node
from engine.feel.values import Fault, Value


def compile_path(compiler: Compiles, node: tree.Path) -> Run:
    """The closure of `base.name`."""
    base, name = compiler.run(node.base), node.name

    def run(scope: Scope) -> Value:
        value = base(scope)
        if type(value) is dict and name in value:
            return value[name]
        try:
            return property_of(value, name, scope.state)
        except Fault as fault:
            return scope.state.fault(fault.sentence)

    return run


def compile_filter(compiler: Compiles, node: tree.Filter) -> Run:
    """The closure of `base[condition]`, the condition a test or a position."""
    base = compiler.run(node.base)
    constant = _constant_index(node.condition)
    if constant is not None:
        return lambda scope: _item_at(scope, base(scope), constant)
    condition = compiler.filtering(node.condition)

    def run(scope: Scope) -> Value:
        value = base(scope)
        if value is None:
            return scope.state.fault(said("Expected a list to filter, but found null"))
        return _filtered(scope, value if type(value) is list else [value], condition)

    return run


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
            return _item_at(scope, items, found)
    if not items:
        found = condition(Scope({"item": None}, scope, state))
        if type(found) is Decimal:
            return _item_at(scope, items, found)
    return kept


def _item_at(scope: Scope, value: Value, index: Decimal) -> Value:
    """The item at a 1-based position, counted from the end where negative; null beyond the ends."""
    items = value if type(value) is list else [value]
    if index != index.to_integral_value():
        return scope.state.fault(
            said("Expected a whole number as a position, but found {index}", index=index)
        )
    position = int(index) if abs(index) <= len(items) else 0
    if position == 0:
        return scope.state.fault(
            said("Expected a position from 1 to {count}, but found {index}", count=len(items), index=index)
        )
    return items[position - 1] if position > 0 else items[position]


def _constant_index(node: Node) -> Decimal | None:
    if isinstance(node, tree.Literal) and type(node.value) is Decimal:
        return node.value
    return None
