"""Unary tests: what a cell says of the value that stands above it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from engine.errors import ExpressionError
from engine.feel import unary_tests


def decide(cell: str, value: object, **variables: object) -> Any:
    return unary_tests(cell, names=tuple(variables))({**variables, "?": value}).value


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("-", None, True),
        ("5", 5, True),
        ("5", 6, False),
        ("-5", -5, True),
        ('"a", "b"', "b", True),
        ('"a", "b"', "c", False),
        ("< 5", 4, True),
        ("< 5", 5, False),
        ("< 5, > 10", 11, True),
        ("[5..10]", 10, True),
        ("[5..10)", 10, False),
        ("]5..10[", 5, False),
        ("(5..10), 5", 5, True),
        ("not(5)", 5, False),
        ("not(5, 6)", 7, True),
        ("not(< 5)", 4, False),
        ("not([5..10), 3)", 10, True),
        ('not("a")', None, True),
        ("null", None, True),
        ("null", 1, False),
        ("!= 3", 4, True),
        ("= 3", 3, True),
        ("true", True, True),
        ("false", True, False),
        ("not(true)", False, True),
        ("[1, 2, 3]", 2, True),
        ("[1, 2, 3]", [1, 2, 3], True),
        ("[[1..2], [5..6]]", 5, True),
        ("? > 3 and ? < 6", 5, True),
        ("? > 3 and ? < 6", 6, False),
        ('contains(?, "b")', "abc", True),
        ("count(?) > 1", [1, 2], True),
        ("not(? > 3)", 5, False),
        ('starts with(?, "x") or ? = "abc"', "abc", True),
        ("1 + 1", 2, True),
        ("< null", 1, None),
        ("< 5", "a", None),
        ("< 5", None, None),
        ('date("2026-01-01")', dt.date(2026, 1, 1), True),
        ('>= @"2026-01-01"', dt.date(2025, 12, 31), False),
        ("some x in ? satisfies x = 2", [1, 2], True),
    ],
)
def test_a_cell_holds_or_does_not(cell: str, value: object, expected: bool | None) -> None:
    assert decide(cell, value) is expected


def test_a_cell_may_speak_of_other_inputs() -> None:
    assert decide("> limit", 5, limit=3) is True
    assert decide("limit", 3, limit=3) is True
    assert decide("allowed", "b", allowed=["a", "b"]) is True
    assert decide("limit > 2", "whatever", limit=3) is True
    assert decide("limit > 2", "whatever", limit=1) is False
    assert decide("my limit + 1", 4, **{"my limit": 3}) is True


def test_an_expression_that_begins_with_not_is_no_negated_cell() -> None:
    assert decide("not(? = 1) and ? < 5", 3) is True


@pytest.mark.parametrize("cell", ["", "5,", "[1..2", "not(", "> ", "5 6", "- 5 -"])
def test_a_cell_that_is_none_is_refused(cell: str) -> None:
    with pytest.raises(ExpressionError):
        unary_tests(cell)


@pytest.mark.parametrize("cell", ["true", "false", "not(false)", "true, false", '"a"', "0"])
def test_a_missing_value_satisfies_no_constant_not_even_true(cell: str) -> None:
    assert unary_tests(cell)({"?": None}).value is cell.startswith("not")


def test_an_expression_about_something_else_still_answers_for_itself() -> None:
    assert unary_tests("a > 1")({"?": None, "a": 2}).value is True
