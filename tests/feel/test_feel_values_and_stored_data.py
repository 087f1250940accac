"""Values from and to stored data, what a host function may do, and laws that hold for any input."""

from __future__ import annotations

import enum
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ActBlocked, BanjieError, ExpressionError, Malformed, TooLarge
from engine.feel import (
    HostFunction,
    HostType,
    Range,
    compile,
    evaluate,
    feel_string,
    from_json,
    parse,
    to_json,
    type_name,
    unary_tests,
)
from engine.feel.values import NUMBERS


def test_whole_numbers_of_stored_data_become_decimals_and_texts_stay_texts() -> None:
    value = from_json({"a": 1, "b": [True, "2026-01-01", None], "c": Decimal("1.10")})
    assert value == {"a": Decimal(1), "b": [True, "2026-01-01", None], "c": Decimal("1.10")}
    assert type(value["a"]) is Decimal
    assert value["b"][0] is True


def test_temporal_values_are_stored_as_iso_text() -> None:
    value = evaluate('{d: @"2026-01-01", t: [@"10:00:00Z"], p: @"P1Y", q: @"PT90M"}').value
    assert to_json(value) == {"d": "2026-01-01", "t": ["10:00:00Z"], "p": "P1Y", "q": "PT1H30M"}


@pytest.mark.parametrize("text", ["[1..2]", "function(a) a", "{a: [abs]}"])
def test_ranges_and_functions_cannot_be_stored(text: str) -> None:
    with pytest.raises(Malformed):
        to_json(evaluate(text).value)


@pytest.mark.parametrize("value", [1.5, {"a": [0.1]}, object(), {1: "a"}, {"a": {1, 2}}])
def test_floating_point_and_foreign_classes_are_not_let_in(value: object) -> None:
    with pytest.raises(Malformed):
        evaluate("x", {"x": value})
    with pytest.raises(Malformed):
        from_json(value)


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("sNaN")])
def test_what_is_not_a_number_is_refused(number: Decimal) -> None:
    with pytest.raises(Malformed):
        evaluate("x < 1", {"x": number})


def test_subclasses_and_tuples_of_the_host_are_taken_as_what_they_are() -> None:
    class Level(enum.StrEnum):
        RED = "red"

    assert evaluate("x", {"x": (1, 2)}).value == [1, 2]
    assert evaluate('level = "red"', {"level": Level.RED}).value is True


def test_types_and_texts_of_values() -> None:
    names = {
        "1": "number",
        '"a"': "string",
        "null": "Null",
        "true": "boolean",
        "[1]": "list",
        "{}": "context",
    }
    names |= {'@"P1D"': "days and time duration", "[1..2]": "range", "abs": "function", '@"10:00:00"': "time"}
    for text, name in names.items():
        assert type_name(evaluate(text).value) == name
    assert feel_string(Decimal("1E+2")) == "100"
    assert feel_string(None) is None
    assert feel_string({"a b": 'x"y\n'}) == '{a b: "x\\"y\\n"}'


def test_a_refusal_of_a_host_function_is_null_with_its_sentence() -> None:
    def refuse(*_: object) -> Any:
        raise BanjieError("Expected a calendar for 2031, but none is published")

    outcome = evaluate("ask()", host={"ask": HostFunction("ask", (), refuse)})
    assert outcome.value is None
    assert outcome.reasons == ("Expected a calendar for 2031, but none is published",)


def test_a_value_error_of_a_host_function_is_null_and_exhaustion_goes_through() -> None:
    def fail(error: Exception) -> HostFunction:
        def call() -> Any:
            raise error

        return HostFunction("f", (), call)

    assert "no such day" in evaluate("f()", host={"f": fail(ValueError("no such day"))}).reasons[0]
    assert evaluate("f()", host={"f": fail(ActBlocked("void"))}).reasons == ("void",)
    with pytest.raises(TooLarge):
        evaluate("f()", host={"f": fail(TooLarge("enough"))})
    with pytest.raises(KeyError):
        evaluate("f()", host={"f": fail(KeyError("a fault of the program is not hidden"))})


def test_a_type_of_the_host_can_be_asked_for() -> None:
    host = {"tAge": HostType("tAge", lambda value: isinstance(value, Decimal) and value >= 0)}
    assert evaluate("5 instance of tAge", host=host).value is True
    assert evaluate("-5 instance of tAge", host=host).value is False
    assert evaluate("[5] instance of list<tAge>", host=host).value is True
    assert evaluate("(function(a: tAge) a)(-5)", host=host).value is None


def test_the_same_compiled_text_runs_on_different_data_without_traces() -> None:
    made = compile("{a: x, b: [x]}")
    first = made({"x": 1})
    assert made({"x": 2}).value == {"a": 2, "b": [2]}
    assert first.value == {"a": 1, "b": [1]}
    assert made({}).reasons
    assert not made({"x": 3}).reasons


def test_an_expression_never_changes_its_input() -> None:
    data = {"xs": [Decimal(3), Decimal(1)], "c": {"a": Decimal(1)}}
    texts = ["append(xs, 1)", "sort(xs)", "reverse(xs)", 'context put(c, "a", 2)', "remove(xs, 1)"]
    for text in texts:
        evaluate(text, data)
    assert data == {"xs": [Decimal(3), Decimal(1)], "c": {"a": Decimal(1)}}


_NUMBERS = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=4)
_PLAIN = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | _NUMBERS | st.integers(-(10**30), 10**30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(_NUMBERS, _NUMBERS)
def test_arithmetic_agrees_with_decimals(a: Decimal, b: Decimal) -> None:
    made = evaluate(
        "[a + b, a - b, a * b, if b = 0 then null else a / b, a < b, a = b]", {"a": a, "b": b}
    ).value
    quotient = NUMBERS.divide(a, b) if b else None
    assert made == [
        NUMBERS.add(a, b),
        NUMBERS.subtract(a, b),
        NUMBERS.multiply(a, b),
        quotient,
        a < b,
        a == b,
    ]


@given(_NUMBERS)
def test_a_number_written_and_read_is_the_same(number: Decimal) -> None:
    assert evaluate("number(string(n)) = n", {"n": number}).value is True


@given(_PLAIN)
def test_plain_data_goes_through_unchanged(data: object) -> None:
    assert to_json(from_json(data)) == data
    assert to_json(evaluate("x", {"x": data}).value) == data
    assert evaluate("x = y", {"x": data, "y": data}).value is True


@given(st.dates(), st.integers(-5000, 5000))
def test_days_added_and_taken_away_again_change_nothing(day: Any, count: int) -> None:
    outcome = evaluate('string(d + n * @"P1D" - n * @"P1D") = string(d)', {"d": day, "n": count})
    assert outcome.value is True


@given(st.integers(-50, 50), st.integers(-50, 50), st.booleans(), st.booleans(), st.integers(-60, 60))
def test_a_range_holds_what_its_ends_say(low: int, high: int, left: bool, right: bool, n: int) -> None:
    span = Range(Decimal(low), Decimal(high), left, right)
    expected = (low <= n if left else low < n) and (n <= high if right else n < high)
    assert evaluate("n in r", {"n": n, "r": span}).value is expected


_SCRAPS = st.sampled_from(
    [
        *(
            "1",
            "2.5",
            "a",
            "b.c",
            "?",
            "(",
            ")",
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "..",
            "<",
            "<=",
            "=",
            "!=",
            "+",
        ),
        *(
            "-",
            "*",
            "/",
            "**",
            "and",
            "or",
            "not(",
            "if",
            "then",
            "else",
            "for",
            "in",
            "return",
            "some",
            "every",
        ),
        *(
            "satisfies",
            "between",
            "instance of",
            "function",
            "null",
            "true",
            '"x"',
            '@"P1D"',
            "date(",
            "item",
        ),
        *("list<", "number>", "->", "//", "/*", "\\", "'", "`", "external", "partial", "string length"),
    ]
)


@given(st.lists(_SCRAPS, max_size=14).map(" ".join) | st.text(max_size=30))
def test_any_text_is_either_run_or_refused_with_a_place(text: str) -> None:
    for unary in (False, True):
        fault = fault_of(text, unary)
        if fault is None:
            run = unary_tests(text) if unary else compile(text)
            run({"?": 1, "a": [1], "b": {"c": 2}})
        else:
            assert fault.line >= 1
            assert fault.column >= 1


def fault_of(text: str, unary: bool) -> ExpressionError | None:
    try:
        parse(text, unary=unary)
    except ExpressionError as error:
        return error
    return None
