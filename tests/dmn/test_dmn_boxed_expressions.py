"""Boxed expressions: contexts, relations, lists, functions, invocations, conditionals, filters, loops."""

from __future__ import annotations

from typing import Any

import pytest
from dmn_texts import decision, definitions, input_data, literal

from engine import dmn
from engine.errors import IllegalDefinition


def evaluated(logic: str, data: dict[str, Any] | None = None, *more: str) -> dmn.Evaluation:
    data = data or {}
    inputs = [input_data(name) for name in data]
    return dmn.evaluate(
        dmn.read(definitions(*more, *inputs, decision("D", logic, inputs=list(data)))), "D", data
    )


def entry(name: str, logic: str, type_ref: str = "") -> str:
    kind = f' typeRef="{type_ref}"' if type_ref else ""
    variable = f'<variable name="{name}"{kind}/>' if name else ""
    return f"<contextEntry>{variable}{logic}</contextEntry>"


def iterator(kind: str, source: str, body: str, part: str = "satisfies") -> str:
    return (
        f'<{kind} iteratorVariable="each"><in>{literal(source)}</in><{part}>{literal(body)}</{part}></{kind}>'
    )


def test_a_context_sees_its_earlier_entries() -> None:
    entries = entry("monthly pay", literal("x * 2")) + entry("year", literal("monthly pay * 12"))
    assert evaluated(f"<context>{entries}</context>", {"x": 5}).value == {"monthly pay": 10, "year": 120}


def test_a_context_with_a_result_is_its_result() -> None:
    logic = f"<context>{entry('a', literal('1'))}{entry('', literal('a + 1'))}</context>"
    assert evaluated(logic).value == 2


def test_an_entry_that_does_not_fit_its_type_is_null_with_the_reason() -> None:
    outcome = evaluated(f"<context>{entry('a', literal('1'), 'string')}</context>")
    assert outcome.value == {"a": None}
    assert "string" in outcome.reasons[0]


def test_a_relation_is_a_list_of_contexts() -> None:
    row = f"<row>{literal('1')}{literal('x')}</row><row>{literal('2')}{literal('x + 1')}</row>"
    logic = f'<relation><column name="no"/><column name="the sum"/>{row}</relation>'
    assert evaluated(logic, {"x": 7}).value == [{"no": 1, "the sum": 7}, {"no": 2, "the sum": 8}]


def test_a_list_evaluates_its_items() -> None:
    assert evaluated(f"<list>{literal('x')}{literal('x + 1')}</list>", {"x": 1}).value == [1, 2]


def test_a_boxed_function_is_called_by_name_and_by_place_and_may_call_itself() -> None:
    body = literal("if n <= 1 then 1 else n * factorial(n - 1)")
    function = f'<functionDefinition><formalParameter name="n" typeRef="number"/>{body}</functionDefinition>'
    call = literal("[factorial(4), factorial(n: 5)]")
    logic = f"<context>{entry('factorial', function)}{entry('', call)}</context>"
    assert evaluated(logic).value == [24, 120]


def test_an_argument_that_does_not_fit_makes_the_result_null() -> None:
    body = '<formalParameter name="n" typeRef="number"/>' + literal('"always"')
    function = f"<functionDefinition>{body}</functionDefinition>"
    call = literal('f("text")')
    outcome = evaluated(f"<context>{entry('f', function)}{entry('', call)}</context>")
    assert (outcome.value, "f(n)" in outcome.reasons[0]) == (None, True)


def test_an_external_java_function_is_null_with_the_reason() -> None:
    body = '<functionDefinition kind="Java"><formalParameter name="n"/><context/></functionDefinition>'
    outcome = evaluated(f"<context>{entry('f', body)}{entry('', literal('f(1)'))}</context>")
    assert (outcome.value, "external (Java)" in outcome.reasons[0]) == (None, True)


def test_a_function_without_end_is_stopped_not_followed() -> None:
    body = f'<functionDefinition><formalParameter name="n"/>{literal("f(n + 1)")}</functionDefinition>'
    outcome = evaluated(f"<context>{entry('f', body)}{entry('', literal('f(1)'))}</context>")
    assert (outcome.value, "on and on" in outcome.reasons[0]) == (None, True)


def test_an_invocation_binds_arguments_by_name() -> None:
    call = literal("substring")
    bindings = "".join(
        f'<binding><parameter name="{name}"/>{literal(text)}</binding>'
        for name, text in {"string": '"行政处罚"', "start position": "3"}.items()
    )
    assert evaluated(f"<invocation>{call}{bindings}</invocation>").value == "处罚"


def test_an_invocation_of_what_is_no_function_is_null_with_the_reason() -> None:
    outcome = evaluated(f"<invocation>{literal('5')}</invocation>")
    assert (outcome.value, "Expected a function" in outcome.reasons[0]) == (None, True)


@pytest.mark.parametrize(("x", "expected"), [(True, "yes"), (False, "no"), (None, "no")])
def test_a_conditional_takes_its_branch(x: bool | None, expected: str) -> None:
    parts = {"if": "x", "then": '"yes"', "else": '"no"'}
    body = "".join(f"<{part}>{literal(text)}</{part}>" for part, text in parts.items())
    assert evaluated(f"<conditional>{body}</conditional>", {"x": x}).value == expected


@pytest.mark.parametrize(
    ("source", "match", "expected"),
    [
        ("[1, 2, 3]", "item > 1", [2, 3]),
        ("[{a: 1}, {a: 5}]", "a > 1", [{"a": 5}]),
        ("[1, 2]", "item > 9", []),
        ("[1, 2]", '"no boolean"', None),
        ("null", "true", None),
        ("[1, null]", "item > 0", [1]),
    ],
)
def test_a_filter_keeps_the_items_that_match(source: str, match: str, expected: Any) -> None:
    logic = f"<filter><in>{literal(source)}</in><match>{literal(match)}</match></filter>"
    assert evaluated(logic).value == expected


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (iterator("for", "[1, 2, 3]", "each * 2", "return"), [2, 4, 6]),
        (iterator("for", "[1..3]", "each", "return"), [1, 2, 3]),
        (iterator("for", "3..1", "each", "return"), [3, 2, 1]),
        (iterator("some", "1..count([7, 8])", "each = 3"), False),
        (iterator("every", " 1 .. 2 + 1 ", "each < 4"), True),
        (iterator("for", "[1, 2, 3]", "count(partial) + each", "return"), [1, 3, 5]),
        (iterator("every", "[1, 2]", "each > 0"), True),
        (iterator("every", "[1, 2]", "each > 1"), False),
        (iterator("every", "[]", "false"), True),
        (iterator("some", "[1, 2]", "each > 1"), True),
        (iterator("some", "[1, 2]", "each > 2"), False),
        (iterator("some", "[1, 2]", 'if each = 1 then true else "x"'), None),
        (iterator("some", "[1, null]", "each > 2"), None),
    ],
)
def test_iterators_go_through_a_list(logic: str, expected: Any) -> None:
    assert evaluated(logic).value == expected


@pytest.mark.parametrize(
    ("logic", "rule"),
    [
        ("<conditional><if><literalExpression/></if></conditional>", "dmn.boxed.part"),
        (iterator("every", "[1]", "each", "return"), "dmn.boxed.part"),
        (f"<for><in>{literal('[1]')}</in><return>{literal('1')}</return></for>", "dmn.iterator.variable"),
        (
            f'<relation><column name="a"/><row>{literal("1")}{literal("2")}</row></relation>',
            "dmn.relation.columns",
        ),
        (
            '<literalExpression expressionLanguage="javascript"><text>1</text></literalExpression>',
            "dmn.language",
        ),
        ("<literalExpression><importedValues/></literalExpression>", "dmn.imported-values"),
        (literal("1 +"), "dmn.feel"),
    ],
)
def test_a_faulty_boxed_expression_is_refused_with_its_rule(logic: str, rule: str) -> None:
    with pytest.raises(IllegalDefinition) as caught:
        dmn.read(definitions(decision("D", logic)))
    assert rule in {finding.rule for finding in caught.value.findings}
