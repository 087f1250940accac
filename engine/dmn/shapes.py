"""Item definitions as FEEL's own types, and FEEL's type expressions as item definitions (DMN 1.5, 10.3.2.9).

Called by the reader (a type reference such as `list<number>`) and by the run (what functions say of
themselves, so that `instance of function<…>` can be asked). Constraints are no part of a shape.
"""

from __future__ import annotations

from engine.dmn.types import ANY, ItemType
from engine.errors import ExpressionError
from engine.feel import parse
from engine.feel.tree import InstanceOf, TypeNode

_ANY = TypeNode(ANY)


def shape_of(declared: ItemType | None, within: tuple[ItemType, ...] = ()) -> TypeNode:
    """The type spelled out; one that holds itself is named where it does."""
    if declared is None:
        return _ANY
    if declared in within:
        return TypeNode(declared.name)
    inner = (*within, declared)
    if declared.base is not None:
        return shape_of(declared.base, inner)
    return _parts(declared, inner)


def _parts(declared: ItemType, inner: tuple[ItemType, ...]) -> TypeNode:
    holds = declared.element or declared.ends
    if holds is not None:
        return TypeNode(declared.kind, (shape_of(holds, inner),))
    if declared.components:
        parts = tuple(shape_of(part, inner) for part in declared.components.values())
        return TypeNode("context", parts, tuple(declared.components))
    if declared.result is not None:
        taken = tuple(shape_of(part, inner) for part in declared.parameters)
        return TypeNode("function", taken, result=shape_of(declared.result, inner))
    return TypeNode(declared.kind)


def result_shape(declared: ItemType | None) -> TypeNode | None:
    """What a function says it gives; None where it says nothing."""
    return None if declared is None else shape_of(declared)


def read_type(text: str, names: frozenset[str]) -> TypeNode | None:
    """The type expression of a reference like `list<number>`; None where it is none."""
    if "<" not in text:
        return None
    try:
        found = parse(f"null instance of {text}", names=names)
    except ExpressionError:
        return None
    return found.kind if isinstance(found, InstanceOf) and isinstance(found.kind, TypeNode) else None
