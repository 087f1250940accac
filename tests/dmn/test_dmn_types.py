"""Item definitions: conversion, allowed values, ISO text from outside, instance of."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from dmn_texts import decision, definitions, input_data, knowledge_model, literal

from engine import dmn
from engine.errors import IllegalDefinition
from engine.feel import DateTime, DaysTime, Time, YearsMonths


def item(name: str, body: str, *, collection: bool = False, tag: str = "itemDefinition") -> str:
    many = ' isCollection="true"' if collection else ""
    return f'<{tag} name="{name}"{many}>{body}</{tag}>'


def ref(name: str, allowed: str = "", whole: str = "") -> str:
    values = f"<allowedValues><text>{allowed}</text></allowedValues>" if allowed else ""
    constraint = f"<typeConstraint><text>{whole}</text></typeConstraint>" if whole else ""
    return f"<typeRef>{name}</typeRef>{values}{constraint}"


_PARTY = item(
    "tParty",
    item("name", ref("string"), tag="itemComponent")
    + item("birth date", ref("date"), tag="itemComponent")
    + item("kind", ref("string", '"公民","法人"'), tag="itemComponent"),
)


def passed(kind: str, value: Any, *types: str) -> dmn.Evaluation:
    """The value of an input of a type, as a decision sees it."""
    model = dmn.read(definitions(*types, input_data("x", kind), decision("D", literal("x"), inputs=["x"])))
    return dmn.evaluate(model, "D", {"x": value})


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("number", 5, Decimal(5)),
        ("integer", 5, Decimal(5)),
        ("string", "5", "5"),
        ("boolean", True, True),
        ("date", "2026-01-26", dt.date(2026, 1, 26)),
        ("time", "09:30:00", Time(9, 30, 0)),
        ("dateTime", "2026-01-26T09:30:00Z", DateTime(dt.date(2026, 1, 26), Time(9, 30, 0, 0, 0))),
        ("date and time", "2026-01-26T09:30:00Z", DateTime(dt.date(2026, 1, 26), Time(9, 30, 0, 0, 0))),
        ("dayTimeDuration", "P2D", DaysTime(2 * 86_400 * 10**9)),
        ("days and time duration", "P2D", DaysTime(2 * 86_400 * 10**9)),
        ("yearMonthDuration", "P1Y2M", YearsMonths(14)),
        ("feel:string", "x", "x"),
        ("Any", [1, "a"], [Decimal(1), "a"]),
        ("", "2026-01-26", "2026-01-26"),
        ("number", None, None),
    ],
)
def test_plain_data_become_values_of_the_inputs_type(kind: str, given: Any, expected: Any) -> None:
    assert passed(kind, given).value == expected


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("number", "5"),
        ("string", 5),
        ("date", "26.1.2026"),
        ("boolean", "true"),
        ("number", [1, 2]),
        ("date", 20260126),
    ],
)
def test_data_of_another_type_become_null_with_the_reason(kind: str, given: Any) -> None:
    outcome = passed(kind, given)
    assert outcome.value is None
    assert outcome.errors[0].startswith("D: x: Expected") or outcome.errors[0].startswith("x: Expected")


def test_a_single_value_becomes_a_list_of_one_and_back() -> None:
    many = item("tNames", ref("string"), collection=True)
    assert passed("tNames", "甲", many).value == ["甲"]
    assert passed("string", ["甲"]).value == "甲"


def test_a_date_becomes_the_midnight_of_a_date_and_time() -> None:
    model = dmn.read(definitions(decision("D", literal('date("2026-01-26")'), type_ref="dateTime")))
    assert dmn.evaluate(model, "D", {}).value == DateTime(dt.date(2026, 1, 26), Time(0, 0, 0, 0, 0))


def test_components_are_read_by_their_own_types() -> None:
    outcome = passed(
        "tParty", {"name": "张三", "birth date": "2012-05-01", "kind": "公民", "more": 1}, _PARTY
    )
    assert outcome.value == {"name": "张三", "birth date": dt.date(2012, 5, 1), "kind": "公民", "more": 1}


def test_a_component_outside_its_allowed_values_makes_the_whole_null_and_is_named() -> None:
    outcome = passed("tParty", {"name": "张三", "kind": "其他"}, _PARTY)
    assert outcome.value is None
    assert "kind: " in outcome.errors[0]


def test_a_component_that_data_leave_out_is_null() -> None:
    assert passed("tParty", {"name": "张三"}, _PARTY).value == {
        "name": "张三",
        "birth date": None,
        "kind": None,
    }


def test_a_context_of_the_models_own_making_must_have_every_component() -> None:
    party = decision("D", literal('{name: "张三"}'), type_ref="tParty")
    outcome = dmn.evaluate(dmn.read(definitions(_PARTY, party)), "D", {})
    assert outcome.value is None
    assert "tParty with birth date" in outcome.errors[0]


@pytest.mark.parametrize(
    ("kind", "text", "fits"),
    [
        ("list<number>", "[1, 2]", True),
        ("list<number>", '[1, "a"]', False),
        ("list<tAge>", "[-1]", False),
        ("range<number>", "[1..2]", True),
        ("range<string>", "[1..2]", False),
        ("context<a: number, b: list<string>>", '{a: 1, b: ["x"]}', True),
        ("context<a: number>", "{b: 1}", False),
        ("function<number> -> number", "function(x) x", True),
        ("function<number> -> number", "1", False),
    ],
)
def test_a_type_may_be_spelled_out(kind: str, text: str, fits: bool) -> None:
    age = item("tAge", ref("number", "&gt;= 0"))
    made = decision("D", literal(text), type_ref=kind)
    outcome = dmn.evaluate(dmn.read(definitions(age, made)), "D", {})
    assert (outcome.value is not None) is fits
    assert bool(outcome.reasons) is not fits


def test_a_spelled_out_type_of_an_unknown_one_is_refused() -> None:
    with pytest.raises(IllegalDefinition) as caught:
        dmn.read(definitions(decision("D", literal("1"), type_ref="list<tNobody>")))
    assert [finding.rule for finding in caught.value.findings] == ["dmn.type.unknown"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("function<number> -> string", True),
        ("function<number> -> Any", True),
        ("function<number> -> number", False),
        ("function<string> -> string", False),
        ("function<Any> -> string", False),
        ("function<tCount> -> string", True),
        ("function<number, number> -> string", False),
        ("tText", True),
    ],
)
def test_a_knowledge_model_conforms_to_the_functions_it_can_stand_for(kind: str, expected: bool) -> None:
    """A parameter may take more than is wanted of it, a result may say less (10.3.2.9.2)."""
    types = (
        '<itemDefinition name="tText"><functionItem outputTypeRef="string">'
        '<parameters name="n" typeRef="number"/></functionItem></itemDefinition>'
        + item("tCount", ref("number", "&gt;= 0"))
    )
    model = knowledge_model("told", {"n": "number"}, literal("string(n)")).replace(
        '<variable name="told"/>', '<variable name="told" typeRef="tText"/>'
    )
    asks = decision("D", literal(f"told instance of {kind}"), knowledge=["told"])
    assert dmn.evaluate(dmn.read(definitions(types, model, asks)), "D", {}).value is expected


def test_allowed_values_of_a_collection_judge_each_item_and_a_constraint_the_whole() -> None:
    few = item("tFew", ref("number", "[0..9]", "count(?) &lt;= 2"), collection=True)
    assert passed("tFew", [1, 9], few).value == [1, 9]
    assert passed("tFew", [1, 10], few).value is None
    assert passed("tFew", [1, 2, 3], few).value is None


def test_allowed_values_of_a_component_may_speak_of_its_siblings() -> None:
    span = item(
        "tSpan",
        item("from day", ref("number"), tag="itemComponent")
        + item("to day", ref("number", "&gt;= from day"), tag="itemComponent"),
    )
    assert passed("tSpan", {"from day": 3, "to day": 5}, span).value == {"from day": 3, "to day": 5}
    assert passed("tSpan", {"from day": 3, "to day": 2}, span).value is None


def test_types_may_be_based_on_each_other_in_any_order() -> None:
    outer = item("tFine", ref("tAmount", "&lt;= 500"))
    inner = item("tAmount", ref("number", "&gt;= 0"))
    assert [passed("tFine", n, outer, inner).value for n in (-1, 0, 500, 501)] == [None, 0, 500, None]


def test_a_type_may_hold_itself() -> None:
    unit = item(
        "tUnit",
        item("name", ref("string"), tag="itemComponent") + item("part", ref("tUnit"), tag="itemComponent"),
    )
    assert passed("tUnit", {"name": "a", "part": {"name": "b"}}, unit).value == {
        "name": "a",
        "part": {"name": "b", "part": None},
    }
    assert passed("tUnit", {"name": "a", "part": {"name": 5}}, unit).value is None


def test_a_type_that_is_its_own_base_is_refused() -> None:
    with pytest.raises(IllegalDefinition) as caught:
        dmn.read(definitions(item("a", ref("b")), item("b", ref("a"))))
    assert "dmn.type.circle" in {finding.rule for finding in caught.value.findings}


@pytest.mark.parametrize(
    ("body", "rule"), [(ref("tNowhere"), "dmn.type.unknown"), (ref("string", "&lt;&lt;"), "dmn.type.values")]
)
def test_a_faulty_item_definition_is_refused(body: str, rule: str) -> None:
    with pytest.raises(IllegalDefinition) as caught:
        dmn.read(definitions(item("t", body)))
    assert [finding.rule for finding in caught.value.findings] == [rule]


def test_expressions_may_ask_for_item_definitions_by_name() -> None:
    text = (
        '[{name: "a", birth date: date("2026-01-01"), kind: "公民"} instance of tParty, 5 instance of tParty]'
    )
    model = dmn.read(definitions(_PARTY, decision("D", literal(text))))
    assert dmn.evaluate(model, "D", {}).value == [True, False]


def test_a_variable_is_not_hidden_by_a_type_of_its_name() -> None:
    kind = item("Address", item("street", ref("string"), tag="itemComponent"))
    text = literal("[Address.street, Address instance of Address]")
    model = dmn.read(
        definitions(kind, input_data("Address", "Address"), decision("D", text, inputs=["Address"]))
    )
    assert dmn.evaluate(model, "D", {"Address": {"street": "香港中路"}}).value[0] == "香港中路"


def test_the_result_of_a_decision_is_made_to_fit_its_variable() -> None:
    model = dmn.read(definitions(decision("D", literal('"five"'), type_ref="number")))
    outcome = dmn.evaluate(model, "D", {})
    assert (outcome.value, "number" in outcome.errors[0]) == (None, True)


def test_a_function_item_names_what_a_knowledge_model_gives() -> None:
    kind = '<itemDefinition name="tF"><functionItem outputTypeRef="string"/></itemDefinition>'
    bkm = knowledge_model("f", {}, literal("5")).replace(
        '<variable name="f"/>', '<variable name="f" typeRef="tF"/>'
    )
    model = dmn.read(definitions(kind, bkm, decision("D", literal("f()"), knowledge=["f"])))
    outcome = dmn.evaluate(model, "D", {})
    assert (outcome.value, "string" in outcome.reasons[0]) == (None, True)
