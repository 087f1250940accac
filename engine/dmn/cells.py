"""What a condition cell accepts, as a set of regions on its column's axis.

Called by the rule index (which finds hits without trying every rule) and by the proof. A cell is
understood when its answer depends on nothing but how the input compares with constants; then the set is
exact. Any other cell raises `Unclear`, and whoever asked must treat it as unknown, never skip it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from engine import feel
from engine.dmn.axis import Axis
from engine.dmn.values import kind_of
from engine.errors import BanjieError, ExpressionError, listed, said
from engine.feel import Range, tree
from engine.feel.builtins import BUILT_INS
from engine.feel.compiler import Compiler
from engine.feel.scope import Run, Scope, State

_MOVING = frozenset({"now", "today", "random number"})
"""Built-ins whose value is not the same each time."""

STEPS = 10_000
"""How much work a constant may be; what takes longer is not looked into."""

_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}


class Unclear(Exception):
    """The cell's set cannot be told from its text; says what is in the way."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The input compared with a constant."""

    op: str
    constant: Any


@dataclass(frozen=True, slots=True)
class Within:
    """The input lies in a range of constants."""

    span: Range


@dataclass(frozen=True, slots=True)
class Either:
    """At least one condition holds."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """All conditions hold."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The condition does not hold."""

    condition: Condition


Condition = Comparison | Within | Either | Every | Not

ANYTHING = Every(())


@lru_cache(maxsize=16384)
def condition_of(text: str, names: frozenset[str] = frozenset()) -> Condition:
    """The condition a cell states. Raises Unclear where it states something else."""
    try:
        node = feel.parse(text, names=names, unary=True)
    except ExpressionError as error:
        raise Unclear(error.sentence) from None
    return _tests(node)


def constants(condition: Condition) -> Iterator[Any]:
    """The constants a condition speaks of, null left out."""
    if isinstance(condition, Comparison):
        if condition.constant is not None:
            yield condition.constant
    elif isinstance(condition, Within):
        yield from (end for end in (condition.span.low, condition.span.high) if end is not None)
    elif isinstance(condition, Not):
        yield from constants(condition.condition)
    else:
        for part in condition.conditions:
            yield from constants(part)


def names_null(condition: Condition) -> bool:
    """Whether a condition speaks of null."""
    if isinstance(condition, Comparison):
        return condition.constant is None
    if isinstance(condition, Not):
        return names_null(condition.condition)
    return isinstance(condition, Either | Every) and any(map(names_null, condition.conditions))


# Tree → condition


def _tests(node: tree.UnaryTests) -> Condition:
    if node.anything:
        return ANYTHING
    found = _either(_test(test) for test in node.tests)
    return Not(found) if node.negated else found


def _either(conditions: Iterable[Condition]) -> Condition:
    found = tuple(conditions)
    return found[0] if len(found) == 1 else Either(found)


def _test(node: tree.Node) -> Condition:
    if isinstance(node, tree.UnaryTest):
        return Comparison(node.op, _constant(node.operand))
    maker = _TRUTHS.get(type(node))
    if maker is not None and _speaks_of_input(node):
        return maker(node)
    return _is_one_of(_constant(node))


def _is_one_of(value: Any) -> Condition:
    if isinstance(value, Range):
        return Within(value)
    if isinstance(value, list):
        return Either(tuple(_is_one_of(item) for item in value))
    return Comparison("=", value)


def _truth(node: tree.Node) -> Condition:
    """A condition written as an expression about `?`."""
    maker = _TRUTHS.get(type(node))
    if maker is None:
        raise Unclear(said("it is neither a comparison nor a list of values"))
    return maker(node)


def _compare(node: tree.Compare) -> Condition:
    if _is_input(node.left):
        return Comparison(node.op, _constant(node.right))
    if _is_input(node.right):
        return Comparison(_FLIPPED[node.op], _constant(node.left))
    raise Unclear(said("it compares something other than the input itself"))


def _between(node: tree.Between) -> Condition:
    _require_input(node.value)
    return Within(Range(_constant(node.low), _constant(node.high)))


def _in(node: tree.In) -> Condition:
    _require_input(node.value)
    return _either(_test(test) for test in node.tests)


def _conjunction(node: tree.Conjunction) -> Condition:
    return Every(tuple(_truth(item) for item in node.items))


def _disjunction(node: tree.Disjunction) -> Condition:
    return Either(tuple(_truth(item) for item in node.items))


def _call(node: tree.Call) -> Condition:
    name = node.function.name if isinstance(node.function, tree.Name) else ""
    if name == "not" and len(node.arguments) == 1:
        return Not(_truth(node.arguments[0]))
    if name == "list contains" and len(node.arguments) == 2 and node.names is None:
        _require_input(node.arguments[1])
        return _is_one_of(_constant(node.arguments[0]))
    raise Unclear(said("it calls {name}", name=name or said("a function")))


_TRUTHS: dict[type, Callable[[Any], Condition]] = {
    tree.Compare: _compare,
    tree.Between: _between,
    tree.In: _in,
    tree.Conjunction: _conjunction,
    tree.Disjunction: _disjunction,
    tree.Call: _call,
}


def _is_input(node: tree.Node) -> bool:
    return isinstance(node, tree.Name) and node.name == "?"


def _require_input(node: tree.Node) -> None:
    if not _is_input(node):
        raise Unclear(said("it tests something other than the input itself"))


def _speaks_of_input(node: tree.Node) -> bool:
    compiler = Compiler(BUILT_INS)
    compiler.run(node)
    return "?" in compiler.roots


def _constant(node: tree.Node) -> Any:
    """The value of an expression that depends on nothing."""
    if isinstance(node, tree.Literal):
        return node.value
    compiler = Compiler(BUILT_INS)
    run = compiler.run(node)
    outside = compiler.free | (compiler.roots - BUILT_INS.keys()) | (compiler.calls & _MOVING)
    if outside:
        raise Unclear(said("it depends on {outside}", outside=listed(sorted(outside))))
    return _brief(run, {})


def _brief(run: Run, variables: Mapping[str, Any]) -> Any:
    """The value of an expression that needs few steps. Raises Unclear where it needs more, or fails."""
    state = State({})
    state.steps = STEPS
    try:
        value = run(Scope(dict(variables), None, state))
    except (BanjieError, RecursionError) as error:
        raise Unclear(str(error)) from None
    if state.reasons:
        raise Unclear(state.reasons[0])
    return value


@lru_cache(maxsize=16384)
def constant_of(text: str) -> Any:
    """The value of a FEEL text that depends on nothing. Raises Unclear where it depends on something."""
    try:
        return _constant(feel.parse(text))
    except ExpressionError as error:
        raise Unclear(error.sentence) from None


def probe(text: str, variables: Mapping[str, Any]) -> Any:
    """The value of a FEEL text for some variables. Raises Unclear where it has none."""
    try:
        run = Compiler(BUILT_INS).run(feel.parse(text, names=variables))
    except ExpressionError as error:
        raise Unclear(error.sentence) from None
    return _brief(run, variables)


# Condition → regions


def mask_of(condition: Condition, axis: Axis) -> int:
    """The regions whose values satisfy a condition; null is not among them.

    Raises Unclear where a constant is of another kind than the axis.
    """
    return _MASKS[type(condition)](condition, axis)


def _comparison_mask(condition: Comparison, axis: Axis) -> int:
    constant, op = condition.constant, condition.op
    if constant is None:
        return axis.all if op == "!=" else 0
    if isinstance(constant, bool) and axis.kind != "boolean":
        return axis.all if op == "=" and constant else 0
    if kind_of(constant) != axis.kind:
        raise Unclear(
            said(
                "it speaks of a {kind_of}, but the column holds a {kind}",
                kind_of=kind_of(constant),
                kind=axis.kind,
            )
        )
    region = axis.region(constant)
    below, equal = (1 << region) - 1, 1 << region
    if op in ("<", "<=", ">", ">=") and axis.kind == "boolean":
        raise Unclear(said("it orders true and false"))
    return {
        "=": equal,
        "!=": axis.all & ~equal,
        "<": below,
        "<=": below | equal,
        ">": axis.all & ~(below | equal),
        ">=": axis.all & ~below,
    }[op]


def _within_mask(condition: Within, axis: Axis) -> int:
    span = condition.span
    mask = axis.all
    if span.low is not None:
        mask &= _comparison_mask(Comparison(">=" if span.low_closed else ">", span.low), axis)
    if span.high is not None:
        mask &= _comparison_mask(Comparison("<=" if span.high_closed else "<", span.high), axis)
    unknown = (span.low is None and span.low_bounded) or (span.high is None and span.high_bounded)
    return 0 if unknown else mask


def _either_mask(condition: Either, axis: Axis) -> int:
    mask = 0
    for part in condition.conditions:
        mask |= mask_of(part, axis)
    return mask


def _every_mask(condition: Every, axis: Axis) -> int:
    mask = axis.all
    for part in condition.conditions:
        mask &= mask_of(part, axis)
    return mask


def _not_mask(condition: Not, axis: Axis) -> int:
    return axis.all & ~mask_of(condition.condition, axis)


_MASKS: dict[type, Callable[[Any, Axis], int]] = {
    Comparison: _comparison_mask,
    Within: _within_mask,
    Either: _either_mask,
    Every: _every_mask,
    Not: _not_mask,
}
