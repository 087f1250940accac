"""Arithmetic, comparison, logic, conditions and loops: what the tables of chapter 10 say of each."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.feel import Range, evaluate


def value(text: str, **variables: object) -> Any:
    return evaluate(text, variables).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("24 / 4 / 3", 2),
        ("2 ** 3 ** 2", 64),
        ("-2 ** 2", 4),
        ("2 - -3", 5),
        ("1.20 + 1.30", "2.50"),
        (".5e1 + 1E-1", "5.1"),
        ("1 / 3", "0.3333333333333333333333333333333333"),
        ("-(2 + 3)", -5),
    ],
)
def test_numbers_are_decimals_of_34_digits_and_bind_as_the_grammar_says(text: str, expected: Any) -> None:
    assert value(text) == Decimal(expected)


@pytest.mark.parametrize(
    "text",
    ["1 / 0", "0 / 0", "10 ** 7000", '"a" + 1', "null + 1", "[1] ** 2", '-"a"', "true * 2", "sqrt(-1)"],
)
def test_an_operation_without_a_result_is_null_and_says_why(text: str) -> None:
    outcome = evaluate(text)
    assert outcome.value is None
    assert outcome.reasons[0].startswith("Expected ")


def test_texts_are_joined_with_plus() -> None:
    assert value('"办" + "结"') == "办结"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true and true", True),
        ("true and false", False),
        ("false and null", False),
        ("null and false", False),
        ("true and null", None),
        ('true and "x"', None),
        ("true or null", True),
        ("null or true", True),
        ("false or null", None),
        ("false or 1", None),
        ("not(true)", False),
        ("not(null)", None),
        ('not("x")', None),
        ("false or true and false", False),
    ],
)
def test_logic_has_three_values(text: str, expected: bool | None) -> None:
    assert value(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 = 1.0", True),
        ("1 != 2", True),
        ('1 = "1"', None),
        ("null = null", True),
        ("1 = null", False),
        ("null != 1", True),
        ("[1, [2]] = [1, [2.0]]", True),
        ("[1, 2] = [2, 1]", False),
        ("{a: 1, b: 2} = {b: 2, a: 1}", True),
        ("{a: 1} = {a: 2}", False),
        ("[1..5] = [1..5]", True),
        ("[1..5] = [1..5)", False),
        ("[100] = 100", None),
        ("1 < 2", True),
        ('"a" < "b"', True),
        ("true < false", None),
        ("1 < null", None),
        ('1 >= "a"', None),
    ],
)
def test_values_of_one_type_are_compared_and_others_are_null(text: str, expected: bool | None) -> None:
    assert value(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3 between 1 and 5", True),
        ("1 between 1 and 5", True),
        ("0 between 1 and 5", False),
        ("null between 1 and 5", None),
        ('3 between 1 and "x"', None),
        ('0 between 1 and "x"', False),
        ("1 in [1..3)", True),
        ("3 in [1..3)", False),
        ("1 in ]1..3]", False),
        ("1 in (1..3]", False),
        ("2 in (<3)", True),
        ("2 in (1, >5)", False),
        ("7 in (1, >5)", True),
        ("2 in != 3", True),
        ("2 in [1, 2, 3]", True),
        ("2 in [[5..6], [1..3]]", True),
        ("[1] in [[1], [2]]", True),
        ('"b" in ["a".."c"]', True),
        ("null in [1..3]", None),
        ("5 in (null..10]", None),
        ("11 in (null..10]", False),
        ("null in [1, null]", True),
    ],
)
def test_between_and_in_ask_for_membership(text: str, expected: bool | None) -> None:
    assert value(text) is expected


def test_if_takes_its_second_branch_for_everything_but_true() -> None:
    assert value('if 1 > 2 then "a" else "b"') == "b"
    assert value('if null then "a" else "b"') == "b"
    assert value('if 1 then "a" else "b"') == "b"
    assert value('if true then "a" else "b"') == "a"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for i in [1, 2, 3] return i * i", [1, 4, 9]),
        ("for i in [1, 2], j in [10, 20] return i + j", [11, 21, 12, 22]),
        ("for i in 3..1 return i", [3, 2, 1]),
        ("for i in [1..3] return i", [1, 2, 3]),
        ("for i in (1..3) return i", [2]),
        ("for i in 5 return i", [5]),
        ("for x in [[1, 2], [3]], y in x return y", [1, 2, 3]),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", [1, 1, 2, 6, 24]),
        ("for i in 1..3 return count(partial)", [0, 1, 2]),
        ("for i in [3..1] return i", None),
        ("for i in null return i", None),
        ('for i in "a".."c" return i', None),
        ("for i in 1.5..3 return i", None),
        ('for i in 1..@"2020-01-01" return i', None),
    ],
)
def test_for_goes_through_lists_and_ranges(text: str, expected: Any) -> None:
    assert value(text) == expected


def test_the_partial_results_are_a_copy_and_never_the_list_itself() -> None:
    assert value("for i in 1..2 return partial") == [[], [[]]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("some i in [1, 2] satisfies i > 1", True),
        ("some i in [1, 2] satisfies i > 2", False),
        ("some i in [] satisfies true", False),
        ("every i in [1, 2] satisfies i > 0", True),
        ("every i in [] satisfies false", True),
        ("every i in [1, null] satisfies i > 0", None),
        ("some i in [null, 5] satisfies i > 0", True),
        ("some i in [1, 2], j in [2, 3] satisfies i = j", True),
        ("every i in [1, 2] satisfies some j in [1, 2] satisfies i = j", True),
    ],
)
def test_quantifiers_are_chains_of_or_and_and(text: str, expected: bool | None) -> None:
    assert value(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, 2, 3][1]", 1),
        ("[1, 2, 3][-1]", 3),
        ("[1, 2, 3][4]", None),
        ("[1, 2, 3][0]", None),
        ("[1, 2, 3][1.5]", None),
        ("[1, 2, 3][item >= 2]", [2, 3]),
        ("[1, 2, 3][count([1, 1])]", 2),
        ("[{a: 1}, {a: 2}][a > 1]", [{"a": 2}]),
        ("[{a: 1}, {b: 2}][a = 1]", [{"a": 1}]),
        ("[{item: 5}][item = 5]", [{"item": 5}]),
        ("5[true]", [5]),
        ("5[1]", 5),
        ("[][item > 1]", []),
        ("null[1]", None),
        ("[{a: 1}, {a: 2}].a", [1, 2]),
        ("[{a: 1}, {b: 2}].a", [1, None]),
        ("{a: {b: [1, 2]}}.a.b[2]", 2),
        ("{a: 1}.b", None),
        ("null.a", None),
    ],
)
def test_paths_and_filters_reach_into_lists_and_contexts(text: str, expected: Any) -> None:
    assert value(text) == expected


def test_an_item_hides_outer_names_inside_its_filter_only() -> None:
    assert value("xs[a > limit]", xs=[{"a": 1}, {"a": 5}], limit=3) == [{"a": 5}]
    assert value("xs[a > 0][1].a + a", xs=[{"a": 1}], a=10) == 11


def test_entries_of_a_context_see_those_before_them() -> None:
    assert value("{a: 1, b: a + 1, c: {d: a + b}}") == {"a": 1, "b": 2, "c": {"d": 3}}
    assert value("{a: 1, a: 2}") is None


def test_functions_are_values_and_may_call_themselves() -> None:
    assert value("(function(a, b) a - b)(5, 3)") == 2
    assert value("(function(a, b) a - b)(b: 5, a: 3)") == -2
    assert value("{f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(10)}.r") == 3628800
    assert value("{twice: function(f, x) f(f(x)), r: twice(function(x) x * 3, 2)}.r") == 18


@pytest.mark.parametrize(
    "text",
    [
        "(function(a) a)()",
        "(function(a) a)(1, 2)",
        "(function(a) a)(b: 1)",
        "(function(a) 1)(a: 1, a: 2)",
        '(function(a: number) 1)("x")',
        "nobody(1)",
        '"abs"(1)',
        '{f: function(a) external {java: {class: "X", method signature: "m(int)"}}, r: f(1)}.r',
    ],
)
def test_a_call_that_does_not_fit_is_null_and_says_why(text: str) -> None:
    outcome = evaluate(text)
    assert outcome.value is None
    assert outcome.reasons


def test_a_parameter_that_named_arguments_leave_out_is_null() -> None:
    assert value("(function(a, b) if b = null then a else b)(a: 3)") == 3
    assert value("(function(a, b) if a = null then b else a)(b: 3)") == 3
    assert value("(function() 7)()") == 7
    assert value("list contains(list: [1, null])") is True
    assert value('number(from: "1,000", grouping separator: ",")') == 1000
    assert value("floor(scale: 1)") is None


def test_functions_are_equal_when_they_were_written_alike_in_one_scope() -> None:
    assert value("(function(a) a + 1) = (function(a) a + 1)") is True
    assert value("(function(a) a + 1) = (function(a)  a+1)") is True
    assert value("(function(a) a + 1) = (function(b) b + 1)") is False
    assert value("(function(a: number) a) = (function(a) a)") is False
    assert value("{f: function(n) function(a) a + n, r: f(1) = f(2)}.r") is False
    assert value("abs = abs") is True
    assert value("abs = floor") is False


def test_arguments_are_fitted_to_typed_parameters() -> None:
    assert value("(function(a: number) a)([7])") == 7
    assert value("(function(a: list<number>) a)(7)") == [7]
    assert value('string((function(a: date and time) a)(@"2026-01-02"))') == "2026-01-02T00:00:00Z"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 instance of number", True),
        ("-1 instance of number", True),
        ('"a" instance of number', False),
        ("null instance of Any", False),
        ("null instance of Null", True),
        ("1 instance of Any", True),
        ("[1, 2] instance of list<number>", True),
        ('[1, "a"] instance of list<number>', False),
        ("[1, null] instance of list<Any>", True),
        ("{a: 1, b: 2} instance of context<a: number>", True),
        ("{b: 2} instance of context<a: number>", False),
        ("[1..2] instance of range<number>", True),
        ("abs instance of function<number> -> number", True),
        ("[1] instance of list", None),
        ("{a: 1} instance of context", None),
        ("[1..2] instance of range", None),
        ("abs instance of function", None),
        ("[1, null] instance of list<number>", True),
        ("[null] instance of list<list<number>>", True),
        ("{a: null} instance of context<a: number>", True),
        ("(function(a: number) a) instance of function<number> -> number", True),
        ("(function(a: string) a) instance of function<number> -> number", False),
        ("(function(a: number) a) instance of function<Any> -> Any", False),
        ("(function(a: list) a) instance of function<list<number>> -> Any", True),
        ("(function(a: list<number>) a) instance of function<list> -> Any", False),
        (
            "(function(a: context<x: Any>) a) instance of function<context<x: number, y: string>> -> Any",
            True,
        ),
        ("(function(a: context<x: number>) a) instance of function<context<y: string>> -> Any", False),
        ("(function(a: range<date>) a) instance of function<range<date>> -> Any", True),
        ("(function(a: dateTime) a) instance of function<date and time> -> Any", True),
        (
            "(function(f: function<Any> -> date) f) instance of function<function<Any> -> date> -> Any",
            True,
        ),
        (
            "(function(f: function<date> -> Any) f) instance of function<function<Any> -> date> -> Any",
            True,
        ),
        ("(function(f: function<Any> -> Any) f) instance of function<function<number> -> Any> -> Any", False),
        ('@"P1D" instance of days and time duration', True),
        ('@"P1Y" instance of days and time duration', False),
        ('@"2020-01-01" instance of date', True),
        ('@"2020-01-01T00:00:00" instance of date and time', True),
        ("1 instance of nothing known", None),
    ],
)
def test_instance_of_asks_for_the_type(text: str, expected: bool | None) -> None:
    assert evaluate(text, names=["nothing known"]).value is expected


def test_ranges_show_their_ends() -> None:
    assert value("[1..5)") == Range(Decimal(1), Decimal(5), True, False)
    assert value("[1..5).start") == 1
    assert value("[1..5).end included") is False
    assert value("(>= 3).start included") is True
    assert value("(>= 3).end") is None
    assert value('[1.."a"]') is None
