"""A tree is printed as a text that parses into the same tree, and the text is a normal form."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ExpressionError
from engine.feel import evaluate, feel_string, parse, to_text

_NAMES = ("a", "b", "Full Name", "a-b", "date and hour", "if only", "x", "件数")


def bare(node: Any) -> str:
    """A tree without the places of its names."""
    return re.sub(r", line=\d+, column=\d+", "", repr(node))


def stable(text: str, *, names: tuple[str, ...] = _NAMES, unary: bool = False) -> str:
    tree = parse(text, names=names, unary=unary)
    printed = to_text(tree, names)
    again = parse(printed, names=names, unary=unary)
    assert bare(again) == bare(tree), printed
    assert to_text(again, names) == printed
    return printed


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("a+b*x", "(`a`) + ((`b`) * x)"),
        ("1 - 2 - 3", "1 - 2 - 3"),
        ("(a) - (b)", "(`a`) - (`b`)"),
        ("a-b", "`a-b`"),
        ("Full  Name", "`Full Name`"),
        ("- 5", "-5"),
        ("-(5)", "-(5)"),
        ("-x ** 2", "(-(x)) ** 2"),
        ('{ "k y": 1, z: 件数 }', '{"k y": 1, "z": 件数}'),
        ("x in [1..5)", "x in ([1..5))"),
        ("x in (1, < 5)", "x in (1, (< 5))"),
        ("for i in 1..x return i*2", "for i in 1..x return i * 2"),
        ("function(p: list<number>) p[1]", "function(p: list<number>) p[1]"),
        ("x instance of function<number> -> string", "x instance of function<number> -> string"),
        ('@ "2026-01-01"', '@"2026-01-01"'),
        (r'"a\"\n\u0041"', r'"a\"\nA"'),
        ("date and time(x)", "`date and time`(x)"),
        ("substring(string: x, start position: 2)", "substring(string: x, `start position`: 2)"),
    ],
)
def test_a_tree_has_one_normal_text(text: str, printed: str) -> None:
    assert stable(text) == printed


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("-", "-"),
        ("<5,>  7", "< 5, > 7"),
        ("not(1,2)", "not(1, 2)"),
        ("(not(true))", "(not(true))"),
        ("[1..2], (3..4)", "[1..2], (3..4)"),
        ("? > 3 and ? < x", "(? > 3) and (? < x)"),
    ],
)
def test_a_cell_has_one_normal_text(text: str, printed: str) -> None:
    assert stable(text, unary=True) == printed


@pytest.mark.parametrize(
    "text",
    [
        "if if only then a-b else (if x then a else b)",
        "some i in [1, 2], j in [i] satisfies i = j and not(j > 2) or x between 1 and 2",
        "every i in x satisfies i.Full Name = `if`",
        "{f: function(n, m) n + m, r: f(m: 1, n: 2), b-c: 3, d: r.b - 1}",
        "[{a: 1, b c: 2}][b c > 1].b c",
        "(1..5][item > 2]",
        "x.y.z(1)(2)[3].w",
        '"\\d\\t" + string(.5e-7) + string(1E+3000)',
        'function(x) external {java: {class: "c"}}',
        "x instance of context<a: list<Any>, b: range<date>>",
        "(< 5)",
        "null = (true != false)",
    ],
)
def test_what_people_write_stays_what_it_means(text: str) -> None:
    stable(text)


_ATOMS = st.sampled_from(
    ["a", "b", "x", "件数", "`a-b`", "`if only`", "`Full Name`", "1", "2.5", '"t"', "null"]
)
_ATOMS |= st.sampled_from(["true", '@"P1D"', "[]", "{}", "-3", "x.`Full Name`", "`date and hour`"])


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pair = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**", "=", "<", "and", "or"]), inner)
    return st.one_of(
        pair.map(lambda p: f"({p[0]}) {p[1]} ({p[2]})"),
        pair.map(lambda p: f"{p[0]} {p[1]} {p[2]}"),
        st.tuples(inner, inner, inner).map(lambda p: f"if {p[0]} then {p[1]} else {p[2]}"),
        st.tuples(inner, inner, inner).map(lambda p: f"({p[0]}) between ({p[1]}) and ({p[2]})"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]}) in ({p[1]}, < 3)"),
        st.tuples(inner, inner).map(lambda p: f"for i in ({p[0]}) return {p[1]} + i"),
        st.tuples(inner, inner).map(lambda p: f"some i in ({p[0]}), j in 1..3 satisfies ({p[1]}) = j"),
        st.tuples(inner, inner).map(lambda p: f"[{p[0]}, {p[1]}]"),
        st.tuples(inner, inner).map(lambda p: f'{{"k-v": {p[0]}, b c: {p[1]}}}.b c'),
        st.tuples(inner, inner).map(lambda p: f"({p[0]})[{p[1]}]"),
        st.tuples(inner, inner).map(lambda p: f"[({p[0]})..({p[1]}))"),
        inner.map(lambda text: f"-({text})"),
        inner.map(lambda text: f"count(list: {text})"),
        inner.map(lambda text: f"(function(p: number, q r) {text})(1, 2)"),
        inner.map(lambda text: f"({text}) instance of list<number>"),
    )


_TEXTS = st.recursive(_ATOMS, _grown, max_leaves=6)


@given(_TEXTS)
@settings(max_examples=200)
def test_printing_what_was_parsed_parses_into_the_same_tree(text: str) -> None:
    try:
        parse(text, names=_NAMES)
    except ExpressionError:
        return
    stable(text)


@given(_TEXTS)
@settings(max_examples=100)
def test_the_printed_text_has_the_same_value(text: str) -> None:
    variables = {
        "a": 1,
        "b": 2,
        "x": {"Full Name": 3},
        "件数": 4,
        "a-b": 5,
        "if only": True,
        "Full Name": "n",
    }
    try:
        tree = parse(text, names=_NAMES)
    except ExpressionError:
        return
    before = evaluate(text, variables, names=_NAMES).value
    after = evaluate(to_text(tree, _NAMES), variables, names=_NAMES).value
    assert feel_string(before) == feel_string(after)
