"""String built-ins (DMN 1.5, 10.3.4.3). Called through the registry; raises Fault for null.

Patterns are XPath's and run on this package's own matcher, whose time is bounded.
"""

from __future__ import annotations

from decimal import Decimal

from engine.errors import said
from engine.feel.kinds import type_name
from engine.feel.regex import pattern_of
from engine.feel.registry import feel
from engine.feel.scope import SIZE_LIMIT, State
from engine.feel.values import Fault, Value


@feel("substring", "string: string", "start position: number", "length?: number|null")
def _substring(text: str, start: Decimal, length: Decimal | None = None) -> str:
    first = int(start) if abs(start) <= len(text) else 0
    if first == 0:
        raise Fault(
            said(
                "Expected a start position from 1 to {count}, but found {start}", count=len(text), start=start
            )
        )
    begin = first - 1 if first > 0 else len(text) + first
    if length is None:
        return text[begin:]
    if int(length) < 1:
        raise Fault(said("Expected a length of 1 or more, but found {length}", length=length))
    return text[begin : begin + min(int(length), len(text))]


@feel("string length", "string: string")
def _string_length(text: str) -> Decimal:
    return Decimal(len(text))


@feel("upper case", "string: string")
def _upper_case(text: str) -> str:
    return text.upper()


@feel("lower case", "string: string")
def _lower_case(text: str) -> str:
    return text.lower()


@feel("substring before", "string: string", "match: string")
def _substring_before(text: str, match: str) -> str:
    return text.partition(match)[0] if match and match in text else ""


@feel("substring after", "string: string", "match: string")
def _substring_after(text: str, match: str) -> str:
    return text.partition(match)[2] if match else text


@feel("contains", "string: string", "match: string")
def _contains(text: str, match: str) -> bool:
    return match in text


@feel("starts with", "string: string", "match: string")
def _starts_with(text: str, match: str) -> bool:
    return text.startswith(match)


@feel("ends with", "string: string", "match: string")
def _ends_with(text: str, match: str) -> bool:
    return text.endswith(match)


@feel("matches", "input: string", "pattern: string", "flags?: string|null", stateful=True)
def _matches(state: State, text: str, pattern: str, flags: str | None = None) -> bool:
    return pattern_of(pattern, flags or "").search(text, state) is not None


@feel(
    "replace", "input: string", "pattern: string", "replacement: string", "flags?: string|null", stateful=True
)
def _replace(state: State, text: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    return pattern_of(pattern, flags or "").replace(text, replacement, state)


@feel("split", "string: string", "delimiter: string", stateful=True)
def _split(state: State, text: str, delimiter: str) -> list[str]:
    return pattern_of(delimiter, "").split(text, state)


@feel("extract", "string: string", "pattern: string", stateful=True)
def _extract(state: State, text: str, pattern: str) -> list[str]:
    return [text[start:end] for start, end in pattern_of(pattern, "").spans(text, state)]


@feel("string join", "list: list", "delimiter?: string|null")
def _string_join(items: list[Value], delimiter: str | None = None) -> str:
    kept = [item for item in items if item is not None]
    for item in kept:
        if not isinstance(item, str):
            raise Fault(
                said(
                    "Expected a list of strings to join, but it holds a {item_type}",
                    item_type=type_name(item),
                )
            )
    if sum(map(len, kept)) + len(delimiter or "") * len(kept) > SIZE_LIMIT:
        raise Fault(
            said(
                "Expected a text of at most {size_limit} characters, but it is longer", size_limit=SIZE_LIMIT
            )
        )
    return (delimiter or "").join(kept)
