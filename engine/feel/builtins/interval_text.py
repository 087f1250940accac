"""`range("[1..5)")`: an interval read from its text (DMN 1.5, 10.3.4.1).

Called through the registry. The ends must be literals, `@"…"` or calls of `date`, `time`,
`date and time` and `duration` with a literal text, as the standard asks; an end may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.errors import ExpressionError, said
from engine.feel import tree
from engine.feel.compare import order
from engine.feel.kinds import type_name
from engine.feel.names import KnownNames, name_table
from engine.feel.parser import Parser
from engine.feel.registry import feel
from engine.feel.temporal_text import read_date, read_date_time, read_duration, read_temporal, read_time
from engine.feel.tree import Node
from engine.feel.values import Fault, Range, Value

_READERS: dict[str, Callable[[str], Value]] = {
    "date": read_date,
    "time": read_time,
    "date and time": read_date_time,
    "duration": read_duration,
}
_TABLE = name_table(frozenset(_READERS))
_TEXT_LIMIT = 1000
_ENDLESS = "null"


@feel("range", "from: string")
def _range(text: str) -> Range:
    if len(text) > _TEXT_LIMIT:
        raise Fault(
            said(
                "Expected a range of at most {text_limit} characters, but it is longer",
                text_limit=_TEXT_LIMIT,
            )
        )
    node = _parsed(_with_both_ends(text))
    if not isinstance(node, tree.RangeLiteral):
        raise Fault(said("Expected a range like [1..5], but found {text!r}", text=text[:80]))
    low, high = _end(node.low), _end(node.high)
    _check(node, low, high)
    return Range(
        low,
        high,
        node.low_closed,
        node.high_closed,
        low_bounded=low is not None,
        high_bounded=high is not None,
    )


def _with_both_ends(text: str) -> str:
    text = re.sub(r"^\s*([\[\](])\s*\.\.", rf"\1{_ENDLESS}..", text)
    return re.sub(r"\.\.\s*([\[\])])\s*$", rf"..{_ENDLESS}\1", text)


def _parsed(text: str) -> Node:
    try:
        return Parser(text, KnownNames((_TABLE, {}))).expression_text()
    except (ExpressionError, RecursionError):
        raise Fault(said("Expected a range like [1..5], but found {text!r}", text=text[:80])) from None


def _end(node: Node) -> Value:
    if isinstance(node, tree.Literal):
        return node.value
    if isinstance(node, tree.AtLiteral):
        return read_temporal(node.text)
    if isinstance(node, tree.Call) and isinstance(node.function, tree.Name) and len(node.arguments) == 1:
        reader, argument = _READERS.get(node.function.name), node.arguments[0]
        if reader is not None and isinstance(argument, tree.Literal) and isinstance(argument.value, str):
            return reader(argument.value)
    raise Fault(said("Expected a literal at each end of the range, but found something else"))


def _check(node: tree.RangeLiteral, low: Value, high: Value) -> None:
    if (low is None and (node.low_closed or high is None)) or (high is None and node.high_closed):
        raise Fault(said("Expected an open end where a range has no value, but it is closed"))
    for end in (low, high):
        if end is not None:
            order(end, end)
    if low is not None and high is not None:
        if type_name(low) != type_name(high):
            raise Fault(
                said(
                    "Expected ends of one type, but found {low_type} and {high_type}",
                    low_type=type_name(low),
                    high_type=type_name(high),
                )
            )
        if order(low, high) > 0:
            raise Fault(said("Expected a range that rises, but it falls"))
