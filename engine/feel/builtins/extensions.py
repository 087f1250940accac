"""What Camunda 8 adds to the built-ins of the standard, so that its models run unchanged.

Called through the registry. Functions that depend on chance (`uuid`, `random number`) are not among
them: an expression gives the same value whenever it is replayed.
"""

from __future__ import annotations

import base64
from decimal import Decimal

from engine import canonical
from engine.errors import BanjieError, Malformed, said
from engine.feel.compare import same
from engine.feel.convert import from_json, to_json
from engine.feel.registry import feel
from engine.feel.scope import State
from engine.feel.values import Fault, Value


@feel("is defined", "value: any")
def _is_defined(value: Value) -> bool:
    return value is not None


@feel("get or else", "value: any", "default: any")
def _get_or_else(value: Value, default: Value) -> Value:
    return default if value is None else value


@feel("assert", "value: any", "condition: any")
def _assert(value: Value, condition: Value) -> Value:
    return _assert_why(value, condition, said("the condition to hold"))


@feel("assert", "value: any", "condition: any", "cause: string")
def _assert_why(value: Value, condition: Value, cause: str) -> Value:
    if condition is not True:
        raise Fault(said("Expected {cause}, but it does not", cause=cause))
    return value


@feel("trim", "string: string")
def _trim(text: str) -> str:
    return text.strip()


@feel("is blank", "string: string")
def _is_blank(text: str) -> bool:
    return not text.strip()


@feel("to base64", "value: string")
def _to_base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode()


@feel("from json", "value: string")
def _from_json(text: str) -> Value:
    try:
        return from_json(canonical.loads(text))
    except BanjieError as refusal:
        raise Fault(refusal.sentence) from None


@feel("to json", "value: any")
def _to_json(value: Value) -> str:
    try:
        return canonical.dumps(to_json(value))
    except Malformed as refusal:
        raise Fault(refusal.sentence) from None


@feel("is empty", "list: list")
def _is_empty(items: list[Value]) -> bool:
    return not items


@feel("partition", "list: list", "size: number")
def _partition(items: list[Value], size: Decimal) -> list[Value]:
    width = int(size) if 0 < size <= max(len(items), 1) else len(items)
    if size <= 0:
        raise Fault(said("Expected a size above zero, but found {size}", size=size))
    return [items[at : at + width] for at in range(0, len(items), max(width, 1))]


@feel("duplicate values", "list: list", stateful=True)
def _duplicate_values(state: State, items: list[Value]) -> list[Value]:
    kept: list[Value] = []
    for index, item in enumerate(items):
        state.spend(5 * len(items))
        again = any(same(item, other) for other in items[index + 1 :])
        if again and not any(same(item, other) for other in kept):
            kept.append(item)
    return kept
