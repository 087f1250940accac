"""Covering what a public view must not show, as the case-file schema's `x-mask` asks.

Called by the citizen's pages and the public list. What is covered is covered on the server: the page does
not hold the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.casework import covering
from web.display import masked
from web.language import _

_KEPT_OF_ADDRESS = 6


def covered(kind: str, value: Any) -> Any:
    """A value under a mask: name, id, phone, address, or all; without a mask, the value itself."""
    if not kind or value in (None, ""):
        return value
    if kind == "name":
        return str(value)[:1] + "*" * min(max(1, len(str(value)) - 1), 3)
    if kind in ("id", "phone"):
        return masked(str(value), 3, 4)
    if kind == "address":
        return str(value)[: min(_KEPT_OF_ADDRESS, len(str(value)) // 2)] + "****"
    return _("（不公开）")


def covered_text(text: str) -> str:
    """A running text with every number of a person in it covered, as when something is published."""
    return covering.covered_text(text)


def covered_data(schemas: Mapping[str, Mapping[str, Any]], data: Any, name: str = "") -> Any:
    """Plain data with each named value covered by its schema's mask, and all running text besides."""
    mask = str(schemas.get(name, {}).get("x-mask", ""))
    if mask:
        return covered(mask, data)
    if isinstance(data, Mapping):
        return {key: covered_data(schemas, value, str(key)) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [covered_data(schemas, value, name) for value in data]
    return covered_text(data) if isinstance(data, str) else data
