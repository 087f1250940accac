"""Texts and data made to exhaust the machine end with a sentence, soon."""

from __future__ import annotations

import time

import pytest

from engine.errors import ExpressionError, TooLarge
from engine.feel import compile, evaluate, from_json, parse, scope, to_json

_TREE = "{f: function(n, l) if n = 0 then l else f(n - 1, [l, l]), t: f(40, [1]), "


@pytest.fixture
def _small_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the steps, so that the tests are quick; what is counted stays the same."""
    monkeypatch.setattr(scope, "STEP_LIMIT", scope.STEP_LIMIT // 10)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "[" * 5000,
        "{a:" * 5000,
        "-" * 5000 + "a",
        "if true then " * 1000 + "1" + " else 2" * 1000,
        "not(" * 1000 + "true" + ")" * 1000,
        "function(a) " * 1000 + "a",
        "for i in 1..2 return " * 1000 + "i",
        "a" + ".b" * 5000,
        "a" + "[1]" * 5000,
        "f" + "(1)" * 5000,
        "+".join(["1"] * 20000),
        " = ".join(["1"] * 20000),
        "1" + " in [1]" * 5000,
        "1 instance of " + "list<" * 1000 + "number" + ">" * 1000,
        "/*" * 45_000,
        '"' + "\\" * 90_000,
        "x" * 200_000,
        "1" * 50_000,
    ],
)
def test_a_text_too_deep_or_too_long_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile(text)
    assert caught.value.sentence.startswith("Expected ")


def test_what_people_write_is_not_too_deep() -> None:
    assert evaluate("(" * 30 + "1" + ")" * 30).value == 1
    assert evaluate(" or ".join(f"x = {n}" for n in range(500)), {"x": 499}).value is True
    assert evaluate("+".join(["1"] * 1000)).value == 1000


@pytest.mark.parametrize(
    "text",
    [
        "some i in 1..100000, j in 1..100000 satisfies false",
        "{f: function(n) f(n + 1), r: f(1)}.r",
        "{f: function(n) if n = 0 then 0 else f(n - 1) + f(n - 1), r: f(60)}.r",
        'count(for i in 1..100000 return "' + "y" * 50_000 + '" + "z")',
        'for i in 1..1000 return replace("' + "a" * 1000 + '", "a", "' + "b" * 5000 + '")',
        "count(union(for i in 1..3000 return {a: i}, []))",
        _TREE + "r: t.x}.r",
        _TREE + "r: is(t, f(40, [1]))}.r",
    ],
)
@pytest.mark.usefixtures("_small_budget")
def test_a_computation_without_end_uses_up_its_budget(text: str) -> None:
    with pytest.raises(TooLarge) as caught:
        evaluate(text)
    assert caught.value.sentence.startswith("Expected ")


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..10000000 return i",
        "for i in 1..1e6000 return i",
        "for i in [1..10**12] return i",
        "for i in 10**12..1 return i",
        'for d in @"-999999999-01-01"..@"999999999-12-31" return d',
        '{f: function(n, s) if n = 0 then s else f(n - 1, s + s), r: f(100, "abc")}.r',
        "{f: function(n, l) if n = 0 then l else f(n - 1, concatenate(l, l)), r: f(100, [1])}.r",
        'string join(for i in 1..1000 return "' + "y" * 5000 + '", "")',
        'replace("' + "a" * 5000 + '", "a", "' + "b" * 5000 + '")',
        "9 ** 99999",
        "exp(1e6000)",
        "modulo(1e6000, 3)",
        '@"P999999999999999Y" * 1e30',
        "decimal(1e6000, 7000)",
        _TREE + "r: string(t)}.r",
        _TREE + "r: flatten(t)}.r",
    ],
)
def test_a_value_too_large_is_null_and_says_why(text: str) -> None:
    outcome = evaluate(text)
    assert outcome.value is None
    assert outcome.reasons


def test_shared_lists_are_compared_without_unfolding_them() -> None:
    assert evaluate(_TREE + "r: t = f(40, [1])}.r").value is True
    assert evaluate(_TREE + "r: t in [f(40, [1])]}.r").value is True


def test_data_that_unfolds_without_measure_is_neither_stored_nor_taken_in() -> None:
    tree = evaluate(_TREE + "r: t}.r").value
    with pytest.raises(TooLarge):
        to_json(tree)
    with pytest.raises(TooLarge):
        from_json(tree)
    with pytest.raises(TooLarge):
        evaluate("x", {"x": tree})


def test_the_budget_is_used_up_within_seconds() -> None:
    began = time.monotonic()
    with pytest.raises(TooLarge):
        evaluate("some i in 1..100000, j in 1..100000 satisfies false")
    assert time.monotonic() - began < 60


def test_reasons_do_not_pile_up() -> None:
    assert len(evaluate("for i in 1..1000 return 1 / 0").reasons) <= 20


def test_nothing_of_python_can_be_reached() -> None:
    for text in ("__import__", "().__class__", '"".join', "x.__dict__", "evaluate.__globals__", "abs.invoke"):
        try:
            assert evaluate(text, {"x": 1}).value is None
        except ExpressionError:
            continue
    with pytest.raises(ExpressionError):
        parse("__import__('os')")
