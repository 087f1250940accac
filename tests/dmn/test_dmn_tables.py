"""Decision tables: every hit policy and aggregation, defaults, possible values, evidence, refusals."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from dmn_texts import decision, definitions, input_data, table

from engine import dmn
from engine.errors import IllegalDefinition
from engine.feel import DaysTime, YearsMonths

_TIERS = """
    < 10   | "轻" | 100
    >= 5   | "中" | 200
    >= 8   | "重" | 300
"""


def evaluated(logic: str, data: dict[str, Any]) -> dmn.Evaluation:
    inputs = [input_data(name) for name in data]
    return dmn.evaluate(dmn.read(definitions(*inputs, decision("D", logic, inputs=list(data)))), "D", data)


def tiers(policy: str, aggregation: str = "", **more: Any) -> str:
    return table(["x"], ["kind", "amount"], _TIERS, policy=policy, aggregation=aggregation, **more)


def amounts(policy: str, aggregation: str, x: int) -> Any:
    logic = table(
        ["x"], ["amount"], "< 10 | 100\n>= 5 | 200\n>= 8 | 300", policy=policy, aggregation=aggregation
    )
    return evaluated(logic, {"x": x}).value


def test_a_unique_table_gives_the_one_rule_that_matches() -> None:
    assert evaluated(tiers("UNIQUE"), {"x": 3}).value == {"kind": "轻", "amount": 100}


def test_a_unique_table_with_two_hits_gives_null_and_names_the_rules() -> None:
    outcome = evaluated(tiers("UNIQUE"), {"x": 6})
    assert outcome.value is None
    assert "rules 1, 2 do" in outcome.errors[0]


def test_a_table_that_nothing_matches_gives_null_and_shows_what_it_saw() -> None:
    outcome = evaluated(table(["x"], ["y"], "< 0 | 1"), {"x": 5})
    assert outcome.value is None
    assert "x = 5" in outcome.errors[0]


def test_any_gives_the_value_on_which_all_hits_agree() -> None:
    assert evaluated(table(["x"], ["y"], '< 9 | "a"\n< 7 | "a"', policy="ANY"), {"x": 1}).value == "a"


def test_any_gives_null_where_hits_disagree() -> None:
    outcome = evaluated(table(["x"], ["y"], '< 9 | "a"\n< 7 | "b"', policy="ANY"), {"x": 1})
    assert (outcome.value, "do not" in outcome.errors[0]) == (None, True)


def test_first_gives_the_first_hit_in_the_order_of_the_file() -> None:
    assert evaluated(tiers("FIRST"), {"x": 9}).value == {"kind": "轻", "amount": 100}


def test_priority_gives_the_hit_whose_output_stands_first_among_the_possible_values() -> None:
    logic = tiers("PRIORITY", values={"kind": '"重","中","轻"', "amount": "300,200,100"})
    assert evaluated(logic, {"x": 9}).value == {"kind": "重", "amount": 300}


def test_output_order_sorts_all_hits_by_the_possible_values() -> None:
    logic = tiers("OUTPUT ORDER", values={"kind": '"重","中","轻"'})
    assert [hit["kind"] for hit in evaluated(logic, {"x": 9}).value] == ["重", "中", "轻"]


def test_output_order_takes_the_order_from_the_types_allowed_values() -> None:
    kind = (
        '<itemDefinition name="tKind"><typeRef>string</typeRef>'
        '<allowedValues><text>"b","a"</text></allowedValues></itemDefinition>'
    )
    logic = table(["x"], ["y"], '- | "a"\n- | "b"', policy="OUTPUT ORDER", types={"y": "tKind"})
    model = dmn.read(definitions(kind, input_data("x"), decision("D", logic, inputs=["x"])))
    assert dmn.evaluate(model, "D", {"x": 1}).value == ["b", "a"]


def test_rule_order_lists_all_hits_in_the_order_of_the_file() -> None:
    assert [hit["amount"] for hit in evaluated(tiers("RULE ORDER"), {"x": 9}).value] == [100, 200, 300]


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [("SUM", 600), ("MIN", 100), ("MAX", 300), ("COUNT", 3), ("", [100, 200, 300])],
)
def test_collect_aggregates_the_outputs_of_all_hits(aggregation: str, expected: Any) -> None:
    assert amounts("COLLECT", aggregation, 9) == expected


@pytest.mark.parametrize(("aggregation", "expected"), [("SUM", None), ("MIN", None), ("COUNT", 0), ("", [])])
def test_collect_without_a_hit_has_nothing_to_aggregate(aggregation: str, expected: Any) -> None:
    logic = table(["x"], ["y"], "< 0 | 1", policy="COLLECT", aggregation=aggregation)
    assert evaluated(logic, {"x": 5}).value == expected


def test_an_aggregation_of_texts_that_cannot_be_added_is_null_with_the_reason() -> None:
    outcome = evaluated(
        table(["x"], ["y"], '- | "a"\n- | "b"', policy="COLLECT", aggregation="SUM"), {"x": 1}
    )
    assert (outcome.value, "SUM" in outcome.errors[0]) == (None, True)


@pytest.mark.parametrize(
    ("aggregation", "outputs", "expected"),
    [
        ("SUM", ['duration("P1D")', 'duration("PT12H")'], DaysTime(36 * 3600 * 10**9)),
        ("SUM", ['duration("P1Y")', 'duration("P1M")'], YearsMonths(13)),
        ("SUM", ['date("2026-01-01")', 'date("2026-01-02")'], None),
        ("SUM", ["1", "null"], None),
        ("MIN", ['duration("P1D")', 'duration("PT12H")'], DaysTime(12 * 3600 * 10**9)),
        ("MAX", ['date("2026-01-01")', 'date("2026-01-02")'], dt.date(2026, 1, 2)),
        ("MIN", ['"b"', '"a"'], "a"),
        ("MAX", ['"b"', "1"], None),
        ("MIN", ["null"], None),
        ("MAX", ["true"], None),
    ],
)
def test_whatever_feel_can_add_or_compare_is_aggregated(
    aggregation: str, outputs: list[str], expected: Any
) -> None:
    rows = "\n".join(f"- | {output}" for output in outputs)
    outcome = evaluated(table(["x"], ["y"], rows, policy="COLLECT", aggregation=aggregation), {"x": 1})
    assert outcome.value == expected
    assert bool(outcome.errors) is (expected is None)


def test_a_default_stands_where_nothing_matches() -> None:
    logic = table(["x"], ["y"], "< 0 | 1", defaults={"y": "7"})
    assert evaluated(logic, {"x": 5}).value == 7


def test_a_default_of_a_table_that_collects_is_a_list_of_it_where_a_list_is_wanted() -> None:
    logic = table(["x"], ["y"], "< 0 | 1", policy="COLLECT", defaults={"y": "7"})
    assert evaluated(logic, {"x": 5}).value == 7
    made = decision("D", logic, inputs=["x"], type_ref="list<number>")
    assert dmn.evaluate(dmn.read(definitions(input_data("x"), made)), "D", {"x": 5}).value == [7]


def test_an_input_outside_its_possible_values_makes_the_table_null() -> None:
    outcome = evaluated(table(["x"], ["y"], "- | 1", values={"x": "[0..10]"}), {"x": 11})
    assert (outcome.value, "[0..10]" in outcome.errors[0]) == (None, True)


def test_a_missing_input_may_be_met_by_an_empty_cell() -> None:
    logic = table(["x"], ["y"], "> 3 | 1\n- | 2", values={"x": "[0..10]"}, policy="FIRST")
    assert evaluated(logic, {"x": None}).value == 2


def test_an_output_outside_its_possible_values_is_null_with_the_reason() -> None:
    outcome = evaluated(table(["x"], ["y"], "- | 5", values={"y": "1, 2"}), {"x": 1})
    assert (outcome.value, "1, 2" in outcome.errors[0]) == (None, True)


def test_a_cell_may_speak_of_another_variable() -> None:
    logic = table(["x"], ["y"], '> limit | "over"\n<= limit | "under"')
    model = dmn.read(
        definitions(input_data("x"), input_data("limit"), decision("D", logic, inputs=["x", "limit"]))
    )
    assert dmn.evaluate(model, "D", {"x": 5, "limit": 3}).value == "over"
    assert dmn.evaluate(model, "D", {"x": 5, "limit": 8}).value == "under"


def test_an_output_is_an_expression_over_the_same_scope() -> None:
    logic = table(["x"], ["y"], "> 0 | 100 * decimal(x * 3.5, 2)")
    assert evaluated(logic, {"x": Decimal("12.0")}).value == Decimal("4200.000")


def test_evidence_tells_inputs_rules_outputs_and_annotations() -> None:
    logic = table(["x"], ["amount"], "< 5 | 50 | 第24条\n>= 5 | 200 | 第24条之二", annotations=["依据"])
    [entry] = evaluated(logic, {"x": 7}).evidence
    [facts] = entry["tables"]
    assert (entry["decision"], entry["value"]) == ("D", 200)
    assert facts["inputs"] == [{"column": "x", "label": "", "value": 7}]
    assert facts["rules"] == [
        {"id": "R2", "index": 2, "outputs": {"amount": 200}, "annotations": {"依据": "第24条之二"}}
    ]


def test_evidence_of_two_hits_in_a_unique_table_shows_both() -> None:
    [entry] = evaluated(tiers("UNIQUE"), {"x": 6}).evidence
    assert [rule["index"] for rule in entry["tables"][0]["rules"]] == [1, 2]
    assert entry["tables"][0]["reasons"]


def test_a_value_of_another_kind_than_the_column_matches_only_empty_cells() -> None:
    logic = table(["x"], ["y"], '< 5 | "small"\n- | "any"', policy="COLLECT")
    assert evaluated(logic, {"x": "three"}).value == ["any"]


def test_a_table_of_a_thousand_constants_is_looked_up_not_scanned() -> None:
    rows = "\n".join(f'"code-{n}" | {n}' for n in range(1000))
    outcome = evaluated(table(["x"], ["y"], rows), {"x": "code-777"})
    assert outcome.value == 777


@pytest.mark.parametrize(
    ("logic", "rule"),
    [
        (table(["x"], ["y"], "1 | 2", policy="BEST"), "dmn.table.hit-policy"),
        (table(["x"], ["y"], "1 | 2", policy="UNIQUE", aggregation="SUM"), "dmn.table.aggregation"),
        (table(["x"], ["y"], "1 | 2", policy="COLLECT", aggregation="MEAN"), "dmn.table.aggregation"),
        (table(["x"], ["y", "y"], "1 | 2 | 3"), "dmn.table.output-names"),
        (table(["x", "z"], ["y"], "1 | 2"), "dmn.rule.width"),
        (table(["x"], [], "1"), "dmn.table.outputs"),
        (table(["x"], ["y"], '"blue | 2'), "dmn.feel"),
        (table(["x"], ["y"], "1 | 2 +"), "dmn.feel"),
        (table(["x"], ["y"], "1 | 2", types={"y": "tNothing"}), "dmn.type.unknown"),
    ],
)
def test_a_faulty_table_is_refused_with_its_rule(logic: str, rule: str) -> None:
    with pytest.raises(IllegalDefinition) as caught:
        dmn.read(definitions(input_data("x"), decision("D", logic, inputs=["x"])))
    assert rule in {finding.rule for finding in caught.value.findings}


def test_a_cell_that_does_not_end_is_null_with_the_reason_and_proves_nothing() -> None:
    endless = "count(for i in 1..99999999 return i)"
    logic = table(
        ["x"], ["y"], f"{endless} | 1\n- | {endless}", policy="FIRST", values={"x": f"{endless}, > 0"}
    )
    model = dmn.read(definitions(input_data("x"), decision("D", logic, inputs=["x"])))
    assert dmn.evaluate(model, "D", {"x": 1}).value is None
    assert "not-proven" in {finding.kind for finding in dmn.prove(model, "D")}
