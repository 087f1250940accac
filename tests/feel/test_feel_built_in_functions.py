"""Every built-in function: its result, its named arguments, and its nulls."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.feel import evaluate, feel_string
from engine.feel.builtins import BUILT_INS


def value(text: str) -> Any:
    return evaluate(text).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("decimal(1/3, 2)", "0.33"),
        ("decimal(2.5, 0)", "2"),
        ("decimal(3.5, 0)", "4"),
        ("decimal(1234.567, -2)", "1200"),
        ("decimal(1.5, 40)", "1.5"),
        ("floor(-1.5)", "-2"),
        ("floor(1.56, 1)", "1.5"),
        ("ceiling(-1.5)", "-1"),
        ("ceiling(n: 1.51, scale: 1)", "1.6"),
        ("round up(-5.5, 0)", "-6"),
        ("round down(-5.5, 0)", "-5"),
        ("round half up(-5.5, 0)", "-6"),
        ("round half down(-5.5, 0)", "-5"),
        ("abs(-3)", "3"),
        ("abs(-1.234567890123456789012345678901234)", "1.234567890123456789012345678901234"),
        ("modulo(12, 5)", "2"),
        ("modulo(-12, 5)", "3"),
        ("modulo(12, -5)", "-3"),
        ("modulo(-10.1, 4.5)", "3.4"),
        ("sqrt(16)", "4"),
        ("exp(0)", "1"),
        ("log(1)", "0"),
        ("sum([1, 2, 3])", "6"),
        ("sum(1, 2.5)", "3.5"),
        ("mean([1, 2, 6])", "3"),
        ("median([8, 2, 5, 3, 4])", "4"),
        ("median(6, 1, 2, 3)", "2.5"),
        ("product(2, 3, 4)", "24"),
        ("stddev(2, 4, 7, 5)", "2.081665999466132735282297706979931"),
        ("min(3, 1, 2)", "1"),
        ("max([3, 1, 2])", "3"),
        ("count([1, null])", "2"),
        ("count(5)", "1"),
        ('string length("办结")', "2"),
        ('number("1,000.5", ",", ".")', "1000.5"),
        ('number("1 000,5", " ", ",")', "1000.5"),
        ('number("-12.5")', "-12.5"),
    ],
)
def test_functions_that_give_a_number(text: str, expected: str) -> None:
    assert value(text) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('substring("foobar", 3)', "obar"),
        ('substring("foobar", 3, 3)', "oba"),
        ('substring("foobar", -2, 1)', "a"),
        ('substring("foobar", 5, 9)', "ar"),
        ('substring(string: "行政许可", start position: 3)', "许可"),
        ('upper case("aBc4")', "ABC4"),
        ('lower case("aBc4")', "abc4"),
        ('substring before("foobar", "bar")', "foo"),
        ('substring before("foobar", "x")', ""),
        ('substring after("foobar", "ob")', "ar"),
        ('substring after("foobar", "")', "foobar"),
        ('string join(["a", null, "b"], "-")', "a-b"),
        ('string join(["a", "b"])', "ab"),
        ("string join([])", ""),
        ('string("x")', "x"),
        ("string(1.10)", "1.10"),
        ("string(1e3)", "1000"),
        ("string(true)", "true"),
        ('string([1, "a", {b: null, "c-d": @"P1D"}])', '[1, "a", {b: null, "c-d": P1D}]'),
        ("string([1..5))", "[1..5)"),
        ("string((< 5))", "(..5)"),
        ("string(function(a, b) a)", "function(a, b)"),
        ('trim("  a ")', "a"),
        ('to base64("FEEL")', "RkVFTA=="),
        ('to json({b: 1.50, a: @"P1D"})', '{"a":"P1D","b":1.50}'),
    ],
)
def test_functions_that_give_a_text(text: str, expected: str) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('contains("foobar", "ob")', True),
        ('starts with("foobar", "fo")', True),
        ('ends with("foobar", "r")', True),
        ("list contains([1, null], null)", True),
        ("list contains([1, 2], 3)", False),
        ("all([true, true])", True),
        ("all([])", True),
        ("all(true, false, null)", False),
        ("any([false, true, null])", True),
        ("any([])", False),
        ("odd(5)", True),
        ("even(number: 4)", True),
        ("even(-1)", False),
        ("is defined(null)", False),
        ('is blank(" ")', True),
        ("is empty([])", True),
    ],
)
def test_functions_that_give_a_truth(text: str, expected: bool) -> None:
    assert value(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("append([1], 2, 3)", "[1, 2, 3]"),
        ("append(1, 2)", "[1, 2]"),
        ("concatenate([1], [2], 3)", "[1, 2, 3]"),
        ("insert before([1, 3], 2, 2)", "[1, 2, 3]"),
        ("insert before([1, 3], -1, 2)", "[1, 2, 3]"),
        ("remove([1, 2, 3], 2)", "[1, 3]"),
        ("list replace([2, 4, 7], 3, 6)", "[2, 4, 6]"),
        ("list replace([2, 4, 7], -3, 6)", "[6, 4, 7]"),
        ("list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5)", "[5, 5, 7, 8]"),
        ("reverse([1, 2, 3])", "[3, 2, 1]"),
        ("index of([1, 2, 3, 2], 2)", "[2, 4]"),
        ("index of([1, null], null)", "[2]"),
        ("union([1, 2], [2, 3])", "[1, 2, 3]"),
        ('distinct values([1, "1", 1.0, true, null, null, [1], [1]])', '[1, "1", true, null, [1]]'),
        ("duplicate values([1, 2, 1, 1])", "[1]"),
        ("flatten([1, [2, [3, []]]])", "[1, 2, 3]"),
        ("sublist([1, 2, 3], 2)", "[2, 3]"),
        ("sublist([1, 2, 3], -2, 1)", "[2]"),
        ("mode([6, 3, 9, 6, 6])", "[6]"),
        ("mode([6, 1, 9, 6, 1])", "[1, 6]"),
        ("mode([])", "[]"),
        ("sort([3, 1, 2], function(a, b) a > b)", "[3, 2, 1]"),
        ("sort([3, 1, 2])", "[1, 2, 3]"),
        ("partition([1, 2, 3], 2)", "[[1, 2], [3]]"),
        ("get entries({a: 1})", '[{key: "a", value: 1}]'),
        ('context([{key: "a", value: 1}])', "{a: 1}"),
        ('context put({a: 1}, "b", 2)', "{a: 1, b: 2}"),
        ('context put({a: {b: 1}}, ["a", "b"], 2)', "{a: {b: 2}}"),
        ('context put({a: 1}, ["y", "b"], 2)', "{a: 1, y: null}"),  # context put(null, ["b"], 2) is null
        ('context put({a: 1}, ["a", "b"], 2)', "{a: null}"),
        ("context merge([{a: 1}, {a: 2, b: 3}])", "{a: 2, b: 3}"),
        ('get value({a: {b: 1}}, ["a", "b"])', "1"),
        ('from json("{\\"a\\": [1, null]}")', "{a: [1, null]}"),
        ('split("a;b;;", ";")', '["a", "b", "", ""]'),
        ('extract("a1b22", "[0-9]+")', '["1", "22"]'),
        ("get or else(null, 1)", "1"),
        ("get or else(2, 1)", "2"),
        ("assert(1, 1 = 1)", "1"),
        ('range("[18..21)")', "[18..21)"),
        ('range("(..2]")', "(..2]"),
        ('range("[date(\\"2026-01-01\\")..@\\"2026-02-01\\"]")', "[2026-01-01..2026-02-01]"),
    ],
)
def test_functions_that_give_a_list_a_context_or_a_range(text: str, expected: str) -> None:
    assert feel_string(value(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "decimal(1, 7000)", "decimal(1)", "floor(null)", 'abs("1")', "modulo(1, 0)", "sqrt(-1)", "log(0)",
        "exp(100000)", "sum([])", 'sum([1, "a"])', "sum(null)", "mean([])", "median([null])", "product([])",
        "stddev([1])", 'mode(["a"])', "min([])", 'max(1, "a")', "all([true, 1])", "any([false, null])",
        'substring("abc", 0)', 'substring("abc", 4)', 'substring("abc", 1, 0)', "upper case(1)",
        'contains("a", null)', "string join([1])", "string()", 'number("1,5", ",", ",")', 'number("x")',
        'number("1,5", ";", ".")', "append(null, 1)", "insert before([1], 5, 1)", "remove([1], 0)",
        "list replace([1], 5, 1)", "list replace([1], function(a) true, 1)",
        "list replace([1], function(a, b) 1, 1)", "sublist([1], 1, 2)", "sublist([1], 2)", 'sort([1, "a"])',
        "sort([1, 2], function(a, b) 1)", "partition([1], 0)", 'get value({a: 1}, "b")',
        "context([{key: 1, value: 1}])", 'context([{key: "a", value: 1}, {key: "a", value: 1}])',
        "context put({a: 1}, [], 1)", 'context put({a: 1}, ["a", 2], 1)', "context merge([1])",
        "round up(1, 9e6000)",
        'assert(1, 1 = 2, "one to be two")', 'range("1..2")', 'range("[..2]")', 'range("[2..1]")',
        'range("[a..b]")', 'range("[1..@\\"P1D\\"]")', 'split("a", "")', 'time("x")', "duration(1)",
        "even(n: 2)", "to json(abs)", 'from json("{")', "is(1)", "date(null)", "today(1)",
    ],
)  # fmt: skip
def test_a_call_without_a_result_is_null_and_says_why(text: str) -> None:
    outcome = evaluate(text)
    assert outcome.value is None
    assert outcome.reasons[0].startswith("Expected ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("before(1, 10)", True),
        ("before([1..10), 10)", True),
        ("before([1..10], [10..20])", False),
        ("after(10, [1..10))", True),
        ("after([11..20], [1..10])", True),
        ("meets([1..5], [5..10])", True),
        ("meets([1..5), [5..10])", False),
        ("met by([5..10], [1..5])", True),
        ("overlaps([1..5], [5..8])", True),
        ("overlaps([1..5], (5..8])", False),
        ("overlaps before([1..5), (1..5])", True),
        ("overlaps before([1..5], [1..5])", False),
        ("overlaps after((1..5], [1..5])", True),
        ("overlaps after([1..5], [1..5))", False),
        ("finishes(10, [1..10])", True),
        ("finishes([5..10), [1..10])", False),
        ("finished by([1..10], 10)", True),
        ("includes([1..10], [1..10))", True),
        ("includes([1..10), 10)", False),
        ("includes((>= 5), [6..7])", True),
        ("during(5, [1..10])", True),
        ("starts(1, (1..10])", False),
        ("starts([1..5], [1..10])", True),
        ("started by([1..10], [1..5])", True),
        ("coincides([1..5], [1..5])", True),
        ("coincides(3, 4)", False),
        ("coincides(3, [3..3])", None),
        ("before(null, 1)", None),
        ('before(1, "a")', None),
        ('includes([@"2026-01-01"..@"2026-12-31"], @"2026-06-01")', True),
    ],
)
def test_functions_of_ranges(text: str, expected: bool | None) -> None:
    assert value(text) is expected


def test_a_list_of_one_stands_for_its_item_and_an_item_for_its_list() -> None:
    assert value('upper case(["a"])') == "A"
    assert value("count(1)") == 1
    assert value('upper case(["a", "b"])') is None


def test_named_arguments_may_stand_in_any_order_but_none_may_be_strange() -> None:
    assert value("modulo(divisor: 5, dividend: 12)") == 2
    assert value('split(delimiter: ",", string: "a,b")') == ["a", "b"]
    assert value("sum(list: [1, 2])") == 3
    assert value("modulo(divisor: 5, divident: 12)") is None
    assert value("modulo(divisor: 5, divisor: 12)") is None


def test_every_built_in_can_be_called_with_nonsense_and_gives_null_with_a_reason() -> None:
    nonsense = "function(q) q"
    total = {"not", "string", "count", "append", "concatenate", "reverse", "list contains", "index of", "is"}
    total |= {"union", "distinct values", "flatten", "is defined", "get or else", "is empty", "partition"}
    total |= {"duplicate values", "sort"}
    for name in BUILT_INS.keys() - total:
        outcome = evaluate(f"{name}({nonsense}, {nonsense})")
        assert outcome.value is None, name
        assert outcome.reasons, name
