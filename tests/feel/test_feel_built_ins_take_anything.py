"""Every built-in and operator takes whatever values there are: it gives a value of FEEL, or null."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import TooLarge
from engine.feel import evaluate, parse, to_text
from engine.feel.builtins import BUILT_INS
from engine.feel.kinds import TYPE_NAMES, inner_text
from engine.feel.values import Fault, Function

_ROUNDS = int(os.environ.get("BANJIE_FUZZ", "20000"))
_VALUES = (
    *("null", "true", "false", "0", "-1", "1", "2.5", "-0.0", "1e-6000", "9e6000", "10**33", "6177", "1/3"),
    *(
        '""',
        '"a"',
        '"\\U01F40E"',
        '"2026-01-31"',
        '"10:00:00"',
        '"P1D"',
        '"[1..2]"',
        '"(a"',
        '"\\ud83d"',
        '"1,0"',
    ),
    *('@"2026-01-31"', '@"-999999999-01-01"', '@"999999999-12-31"', '@"0000-02-29"'),
    *('@"10:00:00"', '@"23:59:59.999999999+18:00"', '@"10:00:00@Europe/Paris"', '@"00:00:00Z"'),
    *('@"2026-03-29T02:30:00@Europe/Paris"', '@"-999999999-01-01T00:00:00-18:00"', '@"9999-12-31T23:59:59Z"'),
    *('@"P1D"', '@"-PT0.000000001S"', '@"P999999999999999D"', '@"P1Y"', '@"-P999999999999999Y"', '@"PT0S"'),
    *("[]", "[null]", "[1, 2]", '["a", "b"]', "[[1], [[2]]]", '[1, "a", null, {a: 1}]', "[true, null]"),
    *("{}", "{a: 1}", "{a: {b: null}}", '{key: "k", value: 1}', '{"": [1]}'),
    *(
        "[1..3]",
        "(1..1)",
        "[3..1]",
        "(< 5)",
        "(>= 5)",
        '["a".."c"]',
        '[@"P1D"..@"P2D"]',
        '(@"10:00:00"..@"10:00:00Z"]',
    ),
    *("function(a) a", "function(a, b) a < b", "function() 1/0", "function(a, b) null", "abs", "sort"),
)
_OPERATORS = ("+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in")
_NOW = {"now": dt.datetime(2026, 1, 26, 9, 30, tzinfo=dt.UTC)}
_values = st.sampled_from(_VALUES)


def _calls() -> st.SearchStrategy[str]:
    given_by_place = st.tuples(st.sampled_from(sorted(BUILT_INS)), st.lists(_values, max_size=4)).map(
        lambda call: f"{call[0]}({', '.join(call[1])})"
    )
    return given_by_place | st.sampled_from(sorted(BUILT_INS)).flatmap(_named)


def _named(name: str) -> st.SearchStrategy[str]:
    slots = sorted({slot.name for variant in BUILT_INS[name].variants for slot in variant.slots})
    arguments = st.lists(st.tuples(st.sampled_from(slots or ["n"]), _values), max_size=4)
    return arguments.map(lambda found: f"{name}({', '.join(f'{each}: {value}' for each, value in found)})")


def _joins() -> st.SearchStrategy[str]:
    pairs = st.tuples(_values, st.sampled_from(_OPERATORS), _values).map(
        lambda p: f"({p[0]}) {p[1]} ({p[2]})"
    )
    other = st.tuples(_values, _values, _values).flatmap(
        lambda v: st.sampled_from(
            [
                f"({v[0]}) between ({v[1]}) and ({v[2]})",
                f"({v[0]})[({v[1]})]",
                f"for i in ({v[0]})..({v[1]}) return i",
                f"some i in ({v[0]}) satisfies i = ({v[1]})",
                f"[({v[0]})..({v[1]})]",
                f"-({v[0]})",
                f"({v[0]}).time offset",
                f"({v[0]}) instance of list<number>",
                f"if ({v[0]}) then ({v[1]}) else ({v[2]})",
            ]
        )
    )
    return pairs | other


def checked(text: str) -> None:
    try:
        outcome = evaluate(text, host=_NOW)
    except TooLarge:
        return
    assert known(outcome.value), text
    try:
        inner_text(outcome.value)
    except Fault:
        return


def known(value: Any) -> bool:
    """Whether a value, down to its parts, is one of FEEL."""
    if isinstance(value, list):
        return all(map(known, value[:1000]))
    if isinstance(value, dict):
        return all(isinstance(key, str) and known(item) for key, item in value.items())
    if isinstance(value, Decimal):
        return value.is_finite()
    return type(value) in TYPE_NAMES or isinstance(value, Function)


@given(_calls())
@settings(max_examples=300)
def test_a_built_in_gives_a_value_or_null_whatever_it_is_given(text: str) -> None:
    checked(text)


@given(_joins())
@settings(max_examples=300)
def test_an_operator_gives_a_value_or_null_whatever_it_joins(text: str) -> None:
    checked(text)


@given(_calls() | _joins())
@settings(max_examples=100)
def test_what_is_called_is_printed_and_read_again_as_the_same(text: str) -> None:
    tree = parse(text)
    assert parse(to_text(tree)) == tree


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@given(_calls() | _joins() | _calls().map(lambda text: f"string({text})"))
@settings(max_examples=_ROUNDS)
def test_through_the_night_every_call_gives_a_value_or_null(text: str) -> None:
    checked(text)
