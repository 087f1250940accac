"""One written form for every piece of data that is hashed, stored or compared.

Canonical JSON: keys sorted by code point, no white space, UTF-8, no floating point. Numbers are
integers or decimals and keep every digit they were given (`1.10` stays `1.10`); they come back as
`int` when the text is a whole number and as `Decimal` otherwise. Strings must be encodable in UTF-8.
Used by the marking, the journal, the seals and the offline verification program alike.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from json.encoder import encode_basestring as _quoted
from typing import Any

from engine.errors import Malformed, TooLarge, said

DEEPEST = 40  # of lists and objects in each other
MOST_VALUES = 100_000
MOST_DIGITS = 34  # decimal128, as FEEL counts
_LARGEST_EXPONENT = 6_144


def dumps(value: object) -> str:
    """The canonical text of plain data (None, bool, int, Decimal, str, list, tuple, dict).

    Raises Malformed for a float, a non-finite decimal, a key that is no string, or any other type.
    """
    return _text(value)


def loads(text: str | bytes) -> Any:
    """Plain data from JSON text; decimals are exact. Raises Malformed where the text is not JSON."""
    try:
        return json.loads(
            text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_unique_keys
        )
    except (ValueError, RecursionError) as error:
        raise Malformed(said("Expected JSON text, but {error}", error=error)) from error


def demand_storable(value: object) -> None:
    """Refuse plain data that no store or expression could keep exactly.

    Raises TooLarge for data too deep or too much, Malformed for text with a NUL or half a surrogate pair
    and for a number of more than 34 digits.
    """
    level: list[object] = [value]
    count = 0
    for _ in range(DEEPEST):
        count += len(level)
        if count > MOST_VALUES:
            raise TooLarge(
                said("Expected at most {most_values} values, but found more", most_values=MOST_VALUES)
            )
        level = [inner for one in level for inner in _inside(one)]
        if not level:
            return
    raise TooLarge(said("Expected data at most {deepest} levels deep, but it is deeper", deepest=DEEPEST))


def _inside(value: Any) -> Iterable[object]:
    """What a list or object holds; anything else is looked at itself and holds nothing."""
    kind = type(value)
    if kind is dict:
        return (*value, *value.values())
    if kind is list:
        return (*value,)
    if kind is str or isinstance(value, str):
        _demand_storable_text(value)
    elif kind is int or kind is Decimal:
        _demand_storable_number(Decimal(value))
    elif kind is not bool and value is not None:
        return _inside_other(value)
    return ()


def _inside_other(value: object) -> Iterable[object]:
    """The same of a class derived from those of plain data."""
    if isinstance(value, int | Decimal):
        _demand_storable_number(Decimal(value))
    if isinstance(value, Mapping):
        return (*value.keys(), *value.values())
    return value if isinstance(value, list | tuple) else ()


def _demand_storable_number(number: Decimal) -> None:
    if not number.is_finite():
        raise Malformed(said("Expected a finite number, but found {number}", number=number))
    if len(number.as_tuple().digits) > MOST_DIGITS or abs(number.adjusted()) > _LARGEST_EXPONENT:
        raise Malformed(
            said(
                "Expected a number of at most {most_digits} digits, but found a longer one",
                most_digits=MOST_DIGITS,
            )
        )


def _demand_storable_text(value: str) -> None:
    if "\0" in value or not (value.isascii() or _encodable(value)):
        raise Malformed(said("Expected plain text, but found a control character that cannot be kept"))


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def settled(value: Any) -> Any:
    """Plain data as it comes back from its written form: keys in their order, lists for tuples.

    What is held in memory and what is read back must look alike to an expression that walks over it.
    """
    if isinstance(value, dict):
        return {key: settled(value[key]) for key in sorted(value)}
    return [settled(one) for one in value] if isinstance(value, list | tuple) else value


def digest(value: object) -> str:
    """SHA-256 of the canonical text of the data, 64 lower-case hexadecimal digits."""
    return hashlib.sha256(dumps(value).encode()).hexdigest()


def digest_bytes(data: bytes) -> str:
    """SHA-256 of bytes, 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _text(value: object) -> str:
    """The text of one value: by its exact class where it has one of ours, else by what it is derived from."""
    write = _WRITTEN.get(type(value))
    if write is not None:
        return write(value)
    for kind, write in _DERIVED:
        if isinstance(value, kind):
            return write(value)
    raise Malformed(said("Expected plain data, but found a {name}", name=type(value).__name__))


def _list(value: Sequence[object]) -> str:
    return "[" + ",".join([_text(item) for item in value]) + "]"


def _object(value: Mapping[Any, object]) -> str:
    for key in value:
        if not isinstance(key, str):
            raise Malformed(said("Expected text as a key, but found {key!r}", key=key))
    return "{" + ",".join([f"{_quoted(key)}:{_text(value[key])}" for key in sorted(value)]) + "}"


def _number(value: Decimal) -> str:
    if not value.is_finite():
        raise Malformed(said("Expected a finite number, but found {value}", value=value))
    return str(value)


def _refuse_constant(name: str) -> None:
    raise ValueError(said("{name} is not a number of JSON", name=name))


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError(said("a key stands twice in one object"))
    return found


_WRITTEN: dict[type, Callable[[Any], str]] = {
    str: _quoted,
    int: int.__repr__,
    bool: lambda value: "true" if value else "false",
    type(None): lambda value: "null",
    Decimal: _number,
    dict: _object,
    list: _list,
    tuple: _list,
}
_DERIVED: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (str, _quoted),
    (int, str),
    (Decimal, _number),
    (list, _list),
    (tuple, _list),
    (Mapping, _object),
)
