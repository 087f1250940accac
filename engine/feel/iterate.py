"""`for`, `some` and `every` (DMN 1.5, 10.3.2.14, tables 44 and 46).

Called by the compiler. Every round costs a step of the budget.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from engine.errors import said
from engine.feel import tree
from engine.feel.closures import Compiles, mentions
from engine.feel.kinds import type_name
from engine.feel.scope import SIZE_LIMIT, Run, Scope
from engine.feel.temporal import FarDate, date_of_day_number, day_number
from engine.feel.tree import Node
from engine.feel.values import Fault, Range, Value

_FURTHEST = 10**18
_Loop = tuple[str, Run, Run | None]


def compile_for(compiler: Compiles, node: tree.For) -> Run:
    """The closure of `for … return …`; `partial` is the list of results so far."""
    loops, body = _loops(compiler, node.iterations, node.body, {"partial"})
    keeps = mentions(node.body, "partial")

    def run(scope: Scope) -> Value:
        results: list[Value] = []
        try:
            for inner in _rounds(loops, scope, 0, SIZE_LIMIT):
                results.append(body(_with_partial(inner, results) if keeps else inner))
                if len(results) > SIZE_LIMIT:
                    raise Fault(
                        said(
                            "Expected a list of at most {size_limit} items, but it is longer",
                            size_limit=SIZE_LIMIT,
                        )
                    )
        except Fault as fault:
            return scope.state.fault(fault.sentence)
        return results

    return run


def _with_partial(scope: Scope, results: list[Value]) -> Scope:
    scope.state.spend(len(results) // 64)
    return scope.inner({"partial": list(results)})


def compile_quantified(compiler: Compiles, node: tree.Quantified) -> Run:
    """The closure of `some` and `every`: disjunction or conjunction of all rounds (table 46)."""
    loops, condition = _loops(compiler, node.iterations, node.condition, set())
    decisive = not node.every

    def run(scope: Scope) -> Value:
        found: bool | None = node.every
        try:
            for inner in _rounds(loops, scope, 0, _FURTHEST):
                result = condition(inner)
                if result is decisive:
                    return decisive
                if type(result) is not bool:
                    found = None
        except Fault as fault:
            return scope.state.fault(fault.sentence)
        return found

    return run


def _loops(
    compiler: Compiles, iterations: tuple[tree.Iteration, ...], body: Node, extra: set[str]
) -> tuple[list[_Loop], Run]:
    names: set[str] = set()
    loops: list[_Loop] = []
    for each in iterations:
        source = compiler.bound(set(names), each.source)
        end = None if each.end is None else compiler.bound(set(names), each.end)
        loops.append((each.name, source, end))
        names.add(each.name)
    return loops, compiler.bound(names | extra, body)


def _rounds(loops: list[_Loop], scope: Scope, at: int, most: int) -> Iterator[Scope]:
    """The scope of each round, the last variable fastest; a range of more than `most` values is refused."""
    name, source, end = loops[at]
    items = _items(source(scope), most) if end is None else _count(source(scope), end(scope), most)
    last = at == len(loops) - 1
    for item in items:
        scope.state.spend()
        inner = Scope({name: item}, scope, scope.state)
        if last:
            yield inner
        else:
            yield from _rounds(loops, inner, at + 1, most)


def _items(value: Value, most: int) -> Iterator[Value]:
    if isinstance(value, list):
        return iter(value)
    if isinstance(value, Range):
        return _range_items(value, most)
    if value is None:
        raise Fault(said("Expected a list or a range to go through, but found null"))
    return iter([value])


def _range_items(span: Range, most: int) -> Iterator[Value]:
    low, high = _ordinal(span.low), _ordinal(span.high)
    if low > high:
        raise Fault(said("Expected a range that rises, but it falls"))
    first, last = low + (not span.low_closed), high - (not span.high_closed)
    return _numbered(range(first, last + 1), isinstance(span.low, Decimal), most)


def _count(start: Value, end: Value, most: int) -> Iterator[Value]:
    """`start..end`, upwards or downwards."""
    first, last = _ordinal(start), _ordinal(end)
    if isinstance(start, Decimal) is not isinstance(end, Decimal):
        raise Fault(
            said(
                "Expected two numbers or two dates, but found {start_type} and {end_type}",
                start_type=type_name(start),
                end_type=type_name(end),
            )
        )
    step = 1 if first <= last else -1
    return _numbered(range(first, last + step, step), isinstance(start, Decimal), most)


def _ordinal(value: Value) -> int:
    if isinstance(value, Decimal):
        if abs(value) <= _FURTHEST and value == value.to_integral_value():
            return int(value)
    elif isinstance(value, dt.date | FarDate):
        return day_number(value)
    raise Fault(
        said(
            "Expected whole numbers or dates to go through, but found {value_type}",
            value_type=type_name(value),
        )
    )


def _numbered(places: range, numbers: bool, most: int) -> Iterator[Value]:
    if abs(places.stop - places.start) > most:
        raise Fault(
            said("Expected a range of at most {most} values to go through, but it holds more", most=most)
        )
    return map(Decimal, places) if numbers else map(date_of_day_number, places)
