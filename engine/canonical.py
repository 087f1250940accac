"""One written form for every piece of data that is hashed, stored or compared.

Canonical JSON: keys sorted by code point, no white space, UTF-8, no floating point. Numbers are
integers or decimals and keep every digit they were given (`1.10` stays `1.10`); they come back as
`int` when the text is a whole number and as `Decimal` otherwise. Strings must be encodable in UTF-8.
Used by the marking, the journal, the seals and the offline verification program alike.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.errors import Malformed


def dumps(value: object) -> str:
    """The canonical text of plain data (None, bool, int, Decimal, str, list, tuple, dict).

    Raises Malformed for a float, a non-finite decimal, a key that is no string, or any other type.
    """
    parts: list[str] = []
    _write(value, parts.append)
    return "".join(parts)


def loads(text: str | bytes) -> Any:
    """Plain data from JSON text; decimals are exact. Raises Malformed where the text is not JSON."""
    try:
        return json.loads(
            text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_unique_keys
        )
    except (ValueError, RecursionError) as error:
        raise Malformed(f"Expected JSON text, but {error}") from error


def digest(value: object) -> str:
    """SHA-256 of the canonical text of the data, 64 lower-case hexadecimal digits."""
    return hashlib.sha256(dumps(value).encode()).hexdigest()


def digest_bytes(data: bytes) -> str:
    """SHA-256 of bytes, 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _write(value: object, out: Any) -> None:
    if value is None or isinstance(value, bool | str):
        out(json.dumps(value, ensure_ascii=False))
    elif isinstance(value, int):
        out(str(value))
    elif isinstance(value, Decimal):
        out(_number(value))
    elif isinstance(value, list | tuple):
        _write_list(value, out)
    elif isinstance(value, Mapping):
        _write_object(value, out)
    else:
        raise Malformed(f"Expected plain data, but found a {type(value).__name__}")


def _write_list(value: list[object] | tuple[object, ...], out: Any) -> None:
    out("[")
    for index, item in enumerate(value):
        if index:
            out(",")
        _write(item, out)
    out("]")


def _write_object(value: Mapping[Any, object], out: Any) -> None:
    for key in value:
        if not isinstance(key, str):
            raise Malformed(f"Expected text as a key, but found {key!r}")
    out("{")
    for index, key in enumerate(sorted(value)):
        if index:
            out(",")
        out(json.dumps(key, ensure_ascii=False))
        out(":")
        _write(value[key], out)
    out("}")


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise Malformed(f"Expected a finite number, but found {value}")
    return str(value)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found
