"""Context built-ins (DMN 1.5, 10.3.4.9). Called through the registry; raises Fault for null."""

from __future__ import annotations

from engine.errors import said
from engine.feel.kinds import type_name
from engine.feel.registry import feel
from engine.feel.values import Fault, Value


@feel("get value", "m: context", "key: string")
def _get_value(context: dict[str, Value], key: str) -> Value:
    if key not in context:
        raise Fault(said("Expected an entry {key!r}, but the context has none", key=key))
    return context[key]


@feel("get value", "context: context", "keys: list")
def _get_nested(context: dict[str, Value], keys: list[Value]) -> Value:
    value: Value = context
    for key in _keys(keys):
        if not isinstance(value, dict):
            raise Fault(
                said(
                    "Expected a context that holds {key!r}, but found {value_type}",
                    key=key,
                    value_type=type_name(value),
                )
            )
        value = _get_value(value, key)
    return value


def _keys(keys: list[Value]) -> list[str]:
    if not keys or not all(isinstance(key, str) for key in keys):
        raise Fault(said("Expected a list of names, but it is empty or holds something else"))
    return keys


@feel("get entries", "m: context")
def _get_entries(context: dict[str, Value]) -> list[Value]:
    return [{"key": key, "value": value} for key, value in context.items()]


@feel("context", "entries: list")
def _context(entries: list[Value]) -> dict[str, Value]:
    built: dict[str, Value] = {}
    for entry in entries:
        if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or "value" not in entry:
            raise Fault(said("Expected entries with a key and a value, but one of them is otherwise"))
        if entry["key"] in built:
            raise Fault(said("Expected each key once, but {key!r} stands twice", key=entry["key"]))
        built[entry["key"]] = entry["value"]
    return built


@feel("context put", "context: context", "key: string", "value: any")
def _put(context: dict[str, Value], key: str, value: Value) -> dict[str, Value]:
    return {**context, key: value}


@feel("context put", "context: context", "keys: list", "value: any")
def _put_nested(context: dict[str, Value], keys: list[Value], value: Value) -> dict[str, Value]:
    first, *rest = _keys(keys)
    if not rest:
        return {**context, first: value}
    inner = context.get(first)  # where that is no context, the inner call is null like any other
    return {**context, first: _put_nested(inner, rest, value) if isinstance(inner, dict) else None}


@feel("context merge", "contexts: list")
def _merge(contexts: list[Value]) -> dict[str, Value]:
    merged: dict[str, Value] = {}
    for each in contexts:
        if not isinstance(each, dict):
            raise Fault(
                said("Expected a list of contexts, but it holds a {each_type}", each_type=type_name(each))
            )
        merged.update(each)
    return merged
