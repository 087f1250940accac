"""Which words belong together, and what a text that is no FEEL is told."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import ExpressionError
from engine.feel import HostFunction, compile, evaluate, parse, tree


def value(text: str, **variables: object) -> Any:
    return evaluate(text, variables).value


def test_the_longest_known_name_wins() -> None:
    known = {"Monthly": 1, "Monthly Salary": 100, "Monthly Salary Bonus": 7}
    assert evaluate("Monthly Salary * 2", known).value == 200
    assert evaluate("Monthly Salary Bonus", known).value == 7
    assert evaluate("Monthly + 1", known).value == 2


def test_a_name_may_hold_operators_numbers_and_words_of_the_language() -> None:
    assert evaluate("a-b", {"a-b": 5}).value == 5
    assert evaluate("a-b", {"a": 5, "b": 3}).value == 2
    assert evaluate("date 2 + 1", {"date 2": 5}).value == 6
    assert evaluate("days in weekend", {"days in weekend": 2}).value == 2
    assert evaluate("Applicant's age", {"Applicant's age": 30}).value == 30


def test_chinese_names_are_names() -> None:
    assert value("罚款金额 * 2", 罚款金额=50) == 100
    assert value('{申请人: {姓名: "张"}}.申请人.姓名') == "张"


def test_names_become_known_where_they_are_declared() -> None:
    assert value("{first part: 2, r: first part + 1}.r") == 3
    assert value("for a part in [1, 2] return a part + 1") == [2, 3]
    assert value("some a part in [1, 2] satisfies a part = 2") is True
    assert value("(function(a part) a part * 2)(4)") == 8
    assert value("[{unit price: 3}][unit price > 2]") == [{"unit price": 3}]


def test_words_after_a_dot_are_one_name() -> None:
    assert value("person.home town", person={"home town": "杭州"}) == "杭州"
    assert value("{a+b: 1}.a+b") == 1
    assert value("if x.flag then 1 else 2", x={"flag": True}) == 1


def test_a_name_in_backticks_is_taken_as_written() -> None:
    assert evaluate("`a b` + 1", {"a b": 1}, names=()).value == 2


def test_inner_names_hide_outer_ones_and_a_context_hides_a_built_in() -> None:
    assert value("for x in [1] return x", x=9) == [1]
    assert value("{count: 3, r: count + 1}.r") == 4


def test_a_variable_named_like_a_built_in_does_not_take_the_function_away() -> None:
    assert value("count(count)", count=[1, 2]) == 2


def test_unknown_words_in_a_filter_are_an_entry_of_its_items() -> None:
    people = [{"first name": "甲", "age": 3}, {"first name": "乙", "age": 9}]
    assert evaluate('xs[first name = "乙"].age', {"xs": people}).value == [9]
    assert evaluate("xs[age > least age].first name", {"xs": people, "least age": 5}).value == ["乙"]
    assert evaluate("xs[nobody knows = null]", {"xs": people}).value == people


def test_unknown_words_side_by_side_are_a_fault_with_line_and_column() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("1 +\n  Monthly Salary")
    assert (caught.value.line, caught.value.column) == (2, 11)
    assert "'Salary'" in caught.value.sentence


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1 +",
        "(1",
        "[1, 2",
        "{a: 1",
        "{a 1}",
        "if true then 1",
        "for i [1] return i",
        "some x in [1]",
        "function(a b",
        "1 ~ 2",
        '"abc',
        "/* open",
        "[1..2",
        "a.",
        "f(1,)",
        "f(a: 1, 2)",
        "1 instance of",
        "x instance of list<",
        "1e99999999",
        "a b",
    ],
)
def test_a_text_that_is_no_feel_is_refused_with_what_was_expected(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert caught.value.sentence.startswith("Expected ")
    assert caught.value.line >= 1
    assert caught.value.column >= 1


def test_comments_are_left_out() -> None:
    assert value("1 + /* two */ 2 // three") == 3


def test_a_compiled_text_tells_what_it_reads_and_calls() -> None:
    made = compile('sum(xs[a > limit]) + fee + period("xk").used', names=())
    assert made.free_names == {"xs", "fee", "period"}
    assert made.roots >= {"xs", "limit", "a", "fee"}
    assert made.calls == {"sum", "period"}
    assert compile("for i in xs return {a: i, b: a + c}").free_names == {"xs", "c"}
    assert compile("? > limit", unary=True).free_names == {"limit"}


def test_a_name_in_the_tree_knows_its_place() -> None:
    assert parse("1 +\n value") == tree.Arithmetic(tree.Literal(1), (("+", tree.Name("value", 2, 2)),))


def test_the_same_text_is_compiled_once() -> None:
    assert compile("1 + 1", names=["a b"]) is compile("1 + 1", names=["a b"])


def test_what_the_host_lends_hides_variables_and_may_have_words() -> None:
    host = {
        "is working day": HostFunction("is working day", ("day",), lambda day: day.weekday() < 5),
        "limit": 3,
    }
    assert evaluate('is working day(@"2026-01-05")', host=host).value is True
    assert evaluate("limit", {"limit": 1}, host).value == 3


def test_a_function_of_the_host_takes_named_and_optional_arguments() -> None:
    host = {"add": HostFunction("add", ("a", "b"), lambda a, b=1: a + b, optional=1)}
    assert evaluate("add(1, 2)", host=host).value == 3
    assert evaluate("add(1)", host=host).value == 2
    assert evaluate("add(b: 5, a: 1)", host=host).value == 6
    assert evaluate("add(1, 2, 3)", host=host).value is None
    assert evaluate("add(b: 1)", host=host).value is None
