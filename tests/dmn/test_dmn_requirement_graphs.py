"""Requirement graphs: decisions, inputs, knowledge models, decision services, imports, evidence."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from dmn_texts import decision, definitions, input_data, knowledge_model, literal, table, variable

from engine import dmn
from engine.errors import IllegalDefinition, NotFound


def service(name: str, *, outputs: str, encapsulated: str = "", decisions: str = "", inputs: str = "") -> str:
    parts = {"outputDecision": outputs, "encapsulatedDecision": encapsulated, "inputDecision": decisions}
    body = "".join(
        f'<{kind} href="#{each}"/>'
        for kind, names in {**parts, "inputData": inputs}.items()
        for each in names.split()
    )
    return f'<decisionService id="{name}" name="{name}">{variable(name)}{body}</decisionService>'


_CHAIN = definitions(
    input_data("base", "number"),
    decision("first step", literal("base + 1"), inputs=["base"]),
    decision("second-step", literal("first step * 2"), decisions=["first step"]),
    decision("both", literal("first step + second-step"), decisions=["first step", "second-step"]),
    service("whole", outputs="both", encapsulated="first_step second_step", inputs="base"),
    service("upper", outputs="both second_step", decisions="first_step"),
    decision(
        "uses", literal("[whole(1), upper(10), upper(first step: 3).both]"), knowledge=["whole", "upper"]
    ),
)


def test_a_decision_is_evaluated_after_what_it_requires_and_once() -> None:
    outcome = dmn.evaluate(dmn.read(_CHAIN), "both", {"base": 4})
    assert outcome.value == 15
    assert [entry["name"] for entry in outcome.evidence] == ["first step", "second-step", "both"]


def test_a_decision_is_found_by_id_and_by_name() -> None:
    model = dmn.read(_CHAIN)
    assert (
        dmn.evaluate(model, "first_step", {"base": 1}).value
        == dmn.evaluate(model, "first step", {"base": 1}).value
    )


def test_a_decision_the_model_does_not_have_is_refused() -> None:
    with pytest.raises(NotFound, match="nowhere"):
        dmn.evaluate(dmn.read(_CHAIN), "nowhere", {})


def test_a_chain_of_a_thousand_decisions_is_followed() -> None:
    links = [decision(f"d{n}", literal(f"d{n - 1} + 1"), decisions=[f"d{n - 1}"]) for n in range(1, 1000)]
    model = dmn.read(definitions(decision("d0", literal("0")), *links))
    assert dmn.evaluate(model, "d999", {}).value == 999


def test_a_decision_sees_only_what_it_requires() -> None:
    model = dmn.read(
        definitions(
            input_data("seen"),
            input_data("unseen"),
            decision("D", literal("[seen, unseen]"), inputs=["seen"]),
        )
    )
    outcome = dmn.evaluate(model, "D", {"seen": 1, "unseen": 2})
    assert outcome.value == [1, None]
    assert "unseen" in outcome.reasons[0]


def test_a_variable_no_element_declares_is_seen_everywhere_as_in_camunda() -> None:
    model = dmn.read(definitions(decision("D", table(["height"], ["y"], '> 180 | "tall"\n<= 180 | "short"'))))
    assert dmn.evaluate(model, "D", {"height": 190}).value == "tall"


def test_a_required_decision_is_reached_by_its_id_too_as_in_camunda() -> None:
    first = f'<decision id="jedi_or_sith" name="Jedi or Sith">{literal("1")}</decision>'
    model = dmn.read(
        definitions(first, decision("D", literal("jedi_or_sith + 1"), decisions=["jedi_or_sith"]))
    )
    assert dmn.evaluate(model, "D", {}).value == 2


def test_a_decision_without_logic_has_the_value_people_gave_it() -> None:
    bare = f'<decision id="opinion" name="opinion">{variable("opinion", "date")}</decision>'
    model = dmn.read(definitions(bare, decision("D", literal("opinion.year"), decisions=["opinion"])))
    assert dmn.evaluate(model, "D", {"opinion": "2026-01-26"}).value == 2026
    assert "without logic" in dmn.evaluate(model, "D", {}).reasons[0]


def test_a_knowledge_model_is_a_function_that_sees_its_own_requirements() -> None:
    model = dmn.read(
        definitions(
            knowledge_model("rate", {}, literal("3")),
            knowledge_model("fine of", {"area": "number"}, literal("area * rate()"), knowledge=["rate"]),
            decision("D", literal("fine of(4)"), knowledge=["fine of"]),
        )
    )
    assert dmn.evaluate(model, "D", {}).value == 12
    assert dmn.evaluate(model, "fine of", {"area": 5}).value == 15


def test_the_evidence_of_a_table_in_a_knowledge_model_says_within_which() -> None:
    model = dmn.read(
        definitions(
            knowledge_model("tier", {"n": "number"}, table(["n"], ["y"], '< 5 | "low"\n>= 5 | "high"')),
            decision("D", literal("tier(7)"), knowledge=["tier"]),
        )
    )
    outcome = dmn.evaluate(model, "D", {})
    [facts] = outcome.evidence[0]["tables"]
    assert (outcome.value, facts["within"], facts["rules"][0]["id"]) == ("high", ["tier"], "R2")


def test_a_knowledge_model_without_logic_is_null_with_the_reason() -> None:
    bare = f'<businessKnowledgeModel id="k" name="k">{variable("k")}</businessKnowledgeModel>'
    outcome = dmn.evaluate(
        dmn.read(definitions(bare, decision("D", literal("k()"), knowledge=["k"]))), "D", {}
    )
    assert (outcome.value, "to have logic" in outcome.reasons[0]) == (None, True)


def test_a_decision_service_is_a_function_of_its_input_data_then_its_input_decisions() -> None:
    assert dmn.evaluate(dmn.read(_CHAIN), "uses", {}).value == [6, {"both": 30, "second-step": 20}, 9]


def test_a_decision_service_is_evaluated_with_its_inputs_by_name() -> None:
    model = dmn.read(_CHAIN)
    assert dmn.evaluate(model, "whole", {"base": 4}).value == 15
    assert dmn.evaluate(model, "upper", {"first step": 3}).value == {"both": 9, "second-step": 6}


def test_entries_that_another_decision_writes_down_are_found_by_names_with_operators() -> None:
    model = dmn.read(
        definitions(
            decision("A", literal('{"a-b": 3, list: [{"x/y": 4}]}')),
            decision("B", literal("A.a-b + A.list[1].x/y"), decisions=["A"]),
        )
    )
    assert dmn.evaluate(model, "B", {}).value == 7


def test_a_table_without_formal_parameters_takes_what_its_columns_look_at() -> None:
    rows = '"公民" | > 10 | "a"\n"公民" | <= 10 | "b"\n"法人" | - | "c"'
    model = dmn.read(
        definitions(
            knowledge_model("class", {}, table(["party.kind", "floor area"], ["y"], rows)),
            decision("by place", literal('class({kind: "公民"}, 20)'), knowledge=["class"]),
            decision("by name", literal('class(floor area: 5, party: {kind: "公民"})'), knowledge=["class"]),
            decision("half", literal('class(party: {kind: "法人"})'), knowledge=["class"]),
        )
    )
    assert [dmn.evaluate(model, name, {}).value for name in ("by place", "by name", "half")] == [
        "a",
        "b",
        "c",
    ]


def imported() -> dmn.Model:
    allowed = "<allowedValues><text>[0..150]</text></allowedValues>"
    kind = f'<itemDefinition name="tAge"><typeRef>number</typeRef>{allowed}</itemDefinition>'
    return dmn.read(
        definitions(
            kind,
            input_data("age", "tAge"),
            decision("is minor", literal("age < 18"), inputs=["age"]),
            knowledge_model("years left", {"age": "tAge"}, literal("18 - age")),
            namespace="urn:people",
        )
    )


def importing(name: str = "people") -> dmn.Model:
    prefix = f"{name}." if name else ""
    return dmn.read(
        definitions(
            f'<import name="{name}" namespace="urn:people" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>',
            input_data("own", f"{prefix}tAge"),
            decision(
                "D",
                literal(f"[{prefix}is minor, {prefix}years left(own), {prefix}age]"),
                inputs=["own", "urn:people#age"],
                decisions=["urn:people#is_minor"],
                knowledge=["urn:people#years_left"],
            ),
        ),
        {"urn:people": imported()},
    )


@pytest.mark.parametrize("data", [{"own": 10, "people": {"age": 20}}, {"own": 10, "age": 20}])
def test_an_imported_decision_input_and_function_are_reached_under_the_imports_name(
    data: dict[str, Any],
) -> None:
    assert dmn.evaluate(importing(), "D", data).value == [False, 8, 20]


def test_an_import_without_a_name_brings_its_elements_in_plainly() -> None:
    assert dmn.evaluate(importing(""), "D", {"own": 10, "age": 20}).value == [False, 8, 20]


def test_an_element_of_an_import_is_asked_for_by_its_name_there() -> None:
    assert dmn.evaluate(importing(), "people.is minor", {"people": {"age": 20}}).value is False
    assert dmn.evaluate(importing(), "people.is minor", {"people.age": 7}).value is True
    assert dmn.evaluate(importing(), "people.years left", {"age": 20}).value == -2
    assert dmn.evaluate(importing(""), "is minor", {"age": 20}).value is False
    with pytest.raises(NotFound):
        dmn.evaluate(importing(), "is minor", {"age": 20})


def test_an_imported_type_is_enforced() -> None:
    outcome = dmn.evaluate(importing(), "D", {"own": 200, "age": 20})
    assert outcome.value == [False, None, 20]
    assert "[0..150]" in outcome.reasons[0]


def test_a_model_that_is_not_handed_in_cannot_be_imported() -> None:
    text = definitions(
        '<import name="people" namespace="urn:people" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'
    )
    with pytest.raises(IllegalDefinition) as caught:
        dmn.read(text)
    assert [finding.rule for finding in caught.value.findings] == ["dmn.import"]


@pytest.mark.parametrize("strict", [True, False])
def test_decisions_that_require_each_other_are_refused(strict: bool) -> None:
    text = definitions(
        decision("a", literal("b"), decisions=["b"]), decision("b", literal("a"), decisions=["a"])
    )
    with pytest.raises(IllegalDefinition, match="a → b → a"):
        dmn.read(text, strict=strict)


def test_a_reference_to_nothing_is_refused_with_its_line() -> None:
    text = definitions(decision("D", literal("1"), inputs=["ghost"]))
    with pytest.raises(IllegalDefinition) as caught:
        dmn.read(text)
    [finding] = caught.value.findings
    assert (finding.rule, finding.line) == ("dmn.reference", 2)
    assert "ghost" in finding.sentence


def test_evaluation_leaves_the_callers_data_alone() -> None:
    data = {"own": 10, "people": {"age": 20}}
    dmn.evaluate(importing(), "D", data)
    assert data == {"own": 10, "people": {"age": 20}}


def test_a_requirement_of_a_knowledge_source_is_ignored() -> None:
    authority = '<authorityRequirement><requiredAuthority href="#law"/></authorityRequirement>'
    text = definitions('<knowledgeSource id="law" name="law"/>', decision("D", authority + literal("1")))
    assert dmn.evaluate(dmn.read(text), "D", {}).value == 1


def test_the_present_moment_is_what_the_host_says() -> None:
    model = dmn.read(definitions(decision("D", literal("today().year"))))
    moment = dt.datetime(2026, 1, 26, tzinfo=dt.UTC)
    assert dmn.evaluate(model, "D", {}, host={"now": moment}).value == 2026
    assert dmn.evaluate(model, "D", {}).value is None
