"""The proof of a table before deployment: each fault with a concrete input, nothing skipped in silence."""

from __future__ import annotations

from typing import Any

import pytest
from dmn_texts import decision, definitions, input_data, knowledge_model, literal, table

from engine import dmn
from engine.errors import NotFound

_PLACES = '"人行道","车行道","其他公共场地"'

# 《青岛市市容和环境卫生管理条例》第二十四条: street trading, tiers as the domain reference proposes them.
_STREET_TRADING = """
    true  | -    | -             | -       | "不予罚款" | 0     | -
    false | 0    | not("车行道") | <= 5    | "罚款"     | 500   | 500..2000
    false | 0    | not("车行道") | (5..10] | "罚款"     | 1000  | 500..2000
    false | 0    | not("车行道") | > 10    | "罚款"     | 1500  | 500..2000
    false | 0    | "车行道"      | <= 10   | "罚款"     | 2000  | 500..2000
    false | 0    | "车行道"      | > 10    | "罚款"     | 3000  | 2000..10000
    false | 1    | -             | -       | "罚款"     | 5000  | 2000-10000
    false | >= 2 | -             | -       | "罚款"     | 10000 | [2000..10000]
"""
_GRAVITY = "prior_12m, area_m2; place: 人行道 = 其他公共场地 < 车行道; corrected desc"


def proven(logic: str, types: dict[str, str], **properties: str) -> list[dmn.ProofFinding]:
    named = {f"banjie.{name}": value for name, value in properties.items()}
    inputs = [input_data(name, kind) for name, kind in types.items()]
    return dmn.prove(
        dmn.read(definitions(*inputs, decision("D", logic, inputs=types, properties=named))), "D"
    )


def street_trading(rows: str = _STREET_TRADING, **properties: str) -> list[dmn.ProofFinding]:
    types = {"corrected": "boolean", "prior_12m": "integer", "place": "string", "area_m2": "number"}
    values = {"prior_12m": ">= 0", "place": _PLACES, "area_m2": "> 0"}
    logic = table(list(types), ["kind", "amount"], rows, values=values, annotations=["banjie.band"])
    return proven(logic, types, gravity=_GRAVITY, item="P1", **properties)


def only(findings: list[dmn.ProofFinding], kind: str) -> dmn.ProofFinding:
    [finding] = findings
    assert finding.kind == kind
    return finding


def test_a_sound_penalty_table_has_no_finding() -> None:
    assert street_trading() == []


def test_a_gap_shows_an_input_without_a_rule() -> None:
    finding = only(street_trading(_STREET_TRADING.replace("(5..10]", "(5..9]")), "gap")
    assert finding.input == {"corrected": False, "prior_12m": 0, "place": "人行道", "area_m2": 10}
    assert "area_m2 in (9..10]" in finding.sentence


def test_an_overlap_shows_an_input_with_two_rules() -> None:
    finding = only(street_trading(_STREET_TRADING.replace("(5..10]", "[5..10]")), "overlap")
    assert (finding.rules, finding.input["area_m2"]) == ((2, 3), 5)
    assert finding.as_finding().rule == "dmn.proof.overlap"


def test_an_amount_outside_the_band_of_its_rule_is_found() -> None:
    finding = only(
        street_trading(_STREET_TRADING.replace("| 3000 ", "| 1900 ").replace("| 2000  |", "| 1900  |")),
        "band",
    )
    assert (finding.rules, finding.input["place"]) == ((6,), "车行道")
    assert "2000..10000" in finding.sentence


def test_a_graver_fact_that_is_treated_more_lightly_is_found_with_both_inputs() -> None:
    findings = street_trading(_STREET_TRADING.replace("| 1500 ", "| 700 "))
    finding = only(findings, "gravity")
    assert (finding.rules, finding.input["area_m2"], finding.other["area_m2"]) == ((3, 4), 6, 11)


def test_integers_have_no_gap_between_neighbours_but_numbers_have() -> None:
    logic = table(["n"], ["y"], "0 | 1\n1 | 2\n> 1 | 3\n< 0 | 4")
    assert proven(logic, {"n": "integer"}) == []
    assert proven(logic, {"n": "number"}, integer="n") == []
    assert [f.input["n"] for f in proven(logic, {"n": "number"})] == [pytest.approx(0.5)]


def test_days_have_no_gap_between_neighbours() -> None:
    rows = '<= date("2017-12-31") | "old"\n>= date("2018-01-01") | "new"'
    assert proven(table(["on"], ["law"], rows), {"on": "date"}) == []
    finding = only(
        proven(table(["on"], ["law"], rows.replace("2017-12-31", "2017-12-30")), {"on": "date"}), "gap"
    )
    assert finding.input == {"on": "2017-12-31"}


@pytest.mark.parametrize(
    ("kind", "rows", "missing"),
    [
        ("dateTime", '< @"2026-01-26T09:30:00Z" | 1\n> @"2026-01-26T09:30:00Z" | 2', "2026-01-26T09:30:00Z"),
        ("time", '< @"12:00:00" | 1\n> @"12:00:00" | 2', "12:00:00"),
        ("dayTimeDuration", '< duration("P15D") | 1\n> duration("P15D") | 2', "P15D"),
        ("yearMonthDuration", '< duration("P2Y") | 1\n> duration("P2Y") | 2', "P2Y"),
        ("string", '"a" | 1\nnot("a", "b") | 2', "b"),
        ("boolean", "true | 1", False),
        ("number", "< 3 | 1\n> 3 | 2", 3),
    ],
)
def test_a_gap_is_found_in_every_kind_of_value(kind: str, rows: str, missing: Any) -> None:
    assert only(proven(table(["x"], ["y"], rows), {"x": kind}), "gap").input == {"x": missing}


def test_the_possible_values_bound_the_proof() -> None:
    rows = '"a" | 1\n"b" | 2'
    assert proven(table(["x"], ["y"], rows, values={"x": '"a","b"'}), {"x": "string"}) == []
    assert only(proven(table(["x"], ["y"], rows), {"x": "string"}), "gap").input == {"x": "其他"}


def test_null_is_proven_for_where_a_cell_speaks_of_it() -> None:
    assert proven(table(["x"], ["y"], "null | 1\nnot(null) | 2"), {"x": "number"}) == []
    finding = only(proven(table(["x"], ["y"], "< 5, null | 1\n> 5 | 2"), {"x": "number"}), "gap")
    assert finding.input == {"x": 5}


def test_a_rule_outside_the_possible_values_never_matches() -> None:
    rows = '"a" | 1\n"b" | 2\n"c" | 3'
    finding = only(proven(table(["x"], ["y"], rows, values={"x": '"a","b"'}), {"x": "string"}), "unreachable")
    assert finding.rules == (3,)


def test_a_rule_behind_rules_that_cover_it_together_never_decides() -> None:
    logic = table(["x"], ["y"], "< 5 | 1\n>= 3 | 2\n[1..9] | 3\n- | 4", policy="FIRST")
    findings = proven(logic, {"x": "number"})
    assert [(f.kind, f.rules) for f in findings] == [("unreachable", (3,)), ("unreachable", (4,))]


def test_a_rule_below_higher_ones_never_decides_a_priority_table() -> None:
    logic = table(
        ["x"],
        ["y"],
        '> 5 | "low"\n> 3 | "high"\n<= 3 | "low"',
        policy="PRIORITY",
        values={"y": '"high","low"'},
    )
    assert only(proven(logic, {"x": "number"}), "unreachable").rules == (1,)


def test_a_rule_inside_another_adds_nothing() -> None:
    findings = proven(table(["x"], ["y"], "- | 1\n> 5 | 2"), {"x": "number"})
    assert [(f.kind, f.rules) for f in findings] == [("subsumed", (1, 2))]


def test_any_forbids_only_overlaps_that_disagree() -> None:
    agreeing = table(["x"], ["y"], "< 5 | 1\n> 3 | 1", policy="ANY")
    assert proven(agreeing, {"x": "number"}) == []
    assert only(
        proven(
            agreeing.replace(
                "<text>1</text></outputEntry></rule></", "<text>2</text></outputEntry></rule></"
            ),
            {"x": "number"},
        ),
        "overlap",
    ).input == {"x": 4}


def test_a_table_that_collects_may_overlap_and_leave_gaps_but_not_repeat_a_rule() -> None:
    logic = table(["x"], ["y"], "> 5 | 1\n> 3 | 2", policy="COLLECT")
    assert proven(logic, {"x": "number"}) == []
    twice = table(["x"], ["y"], "> 5 | 1\n> 5 | 1", policy="COLLECT")
    assert only(proven(twice, {"x": "number"}), "duplicate").rules == (1, 2)


def test_a_default_closes_every_gap() -> None:
    assert proven(table(["x"], ["y"], "> 5 | 1", defaults={"y": "0"}), {"x": "number"}) == []


def test_two_columns_about_one_fact_are_proven_as_one_fact() -> None:
    logic = table(["x", "x"], ["y"], ">= 0 | < 5 | 1\n>= 5 | - | 2\n- | < 0 | 3")
    assert proven(logic, {"x": "number"}) == []


def test_a_cell_that_cannot_be_read_is_told_and_taken_for_nothing() -> None:
    findings = proven(table(["x"], ["y"], "< limit | 1\n>= 5 | 2"), {"x": "number", "limit": "number"})
    kinds = [(f.kind, f.certain) for f in findings]
    assert kinds == [("not-proven", True), ("gap", False), ("overlap", False)]
    assert "limit" in findings[0].sentence
    assert {f.as_finding().severity for f in findings} == {"note"}


def test_a_column_of_values_that_lie_on_no_line_is_told() -> None:
    rows = '< @"09:00:00" | 1\n> @"10:00:00Z" | 2'
    assert "not-proven" in {f.kind for f in proven(table(["x"], ["y"], rows), {"x": "time"})}


def test_vague_words_in_conditions_and_columns_are_found() -> None:
    logic = table(
        ["情节"],
        ["amount"],
        '"情节轻微" | 1\n"占用面积 5 平方米以下" | 2\n"后果严重" | 3',
        defaults={"amount": "0"},
    )
    findings = [f for f in proven(logic, {"情节": "string"}) if f.kind == "vague"]
    assert [(f.rules, f.input) for f in findings] == [
        ((1,), {"情节": "情节轻微"}),
        ((3,), {"情节": "后果严重"}),
    ]


@pytest.mark.parametrize("term", ["一般纳税人", "特别行政区", "等级三", "高等学校", "严重失信"])
def test_terms_of_law_that_contain_a_vague_word_are_let_through(term: str) -> None:
    logic = table(["x"], ["y"], f'"{term}" | 1', defaults={"y": "0"})
    assert proven(logic, {"x": "string"}) == []


@pytest.mark.parametrize("word", ["多次", "酌情", "数额较大", "污水、粪便等", "态度恶劣", "情节一般"])
def test_every_banned_word_is_found(word: str) -> None:
    logic = table(["x"], ["y"], f'"{word}" | 1', defaults={"y": "0"})
    assert {f.kind for f in proven(logic, {"x": "string"})} == {"vague"}


def test_the_band_of_the_decision_holds_for_rules_without_their_own() -> None:
    rows = "< 5 | 40\n>= 5 | 300"
    found = proven(
        table(["x"], ["amount"], rows), {"x": "number"}, **{"band": "50-200", "band.R2": "[200..300]"}
    )
    assert only(found, "band").rules == (1,)


def test_a_band_that_cannot_be_read_is_told() -> None:
    found = proven(table(["x"], ["amount"], "- | 40"), {"x": "number"}, band="五十到二百")
    assert found[0].kind == "not-proven"


def test_the_amount_must_be_known_to_be_proven() -> None:
    found = proven(table(["x"], ["kind"], '- | "罚款"'), {"x": "number"}, band="50..200", gravity="x")
    assert [f.kind for f in found] == ["not-proven", "not-proven"]


def test_a_formula_is_probed_at_its_edges_and_never_called_proven() -> None:
    logic = table(["metres"], ["amount"], "[0..10] | 100 * metres\n> 10 | 5000", values={"metres": ">= 0"})
    sound = proven(logic, {"metres": "number"}, band="[0..5000]")
    assert only(sound, "not-proven").rules == (1,)
    finding = only(proven(logic, {"metres": "number"}, band="[0..800], 5000"), "band")
    assert finding.input == {"metres": 10}


def test_a_row_of_a_penalty_table_names_one_amount() -> None:
    logic = table(["x"], ["amount"], '< 5 | "500元以上2000元以下"\n>= 5 | [500..2000]')
    found = proven(logic, {"x": "number"}, item="P9")
    assert [(f.kind, f.rules) for f in found] == [("range-output", (1,)), ("range-output", (2,))]


def test_a_constant_outside_the_possible_outputs_is_found() -> None:
    logic = table(["x"], ["kind"], '- | "没收"', values={"kind": '"警告","罚款"'})
    assert only(proven(logic, {"x": "number"}), "output-value").rules == (1,)


@pytest.mark.parametrize("gravity", ["nothing", "place", "place: 人行道 < 桥下"])
def test_an_order_of_gravity_that_cannot_be_read_is_told(gravity: str) -> None:
    logic = table(["place"], ["amount"], '"人行道" | 1\nnot("人行道") | 2')
    assert only(proven(logic, {"place": "string"}, gravity=gravity), "not-proven").rules == ()


def test_text_rises_in_the_order_in_which_its_values_are_declared() -> None:
    logic = table(["act"], ["amount"], '"吐痰" | 100\n"便溺" | 50', values={"act": '"吐痰","便溺"'})
    finding = only(proven(logic, {"act": "string"}, gravity="act"), "gravity")
    assert (finding.input, finding.other) == ({"act": "吐痰"}, {"act": "便溺"})


def test_in_a_first_table_only_what_a_rule_decides_counts_for_gravity() -> None:
    sound = table(["n"], ["amount"], ">= 5 | 500\n- | 100", policy="FIRST")
    assert proven(sound, {"n": "number"}, gravity="n") == []
    turned = table(["n"], ["amount"], "< 5 | 500\n- | 100", policy="FIRST")
    assert only(proven(turned, {"n": "number"}, gravity="n"), "gravity").rules == (1, 2)


def test_types_of_components_reach_the_columns_that_look_at_them() -> None:
    kind = (
        '<itemDefinition name="tParty"><itemComponent name="sort"><typeRef>string</typeRef>'
        '<allowedValues><text>"公民","法人"</text></allowedValues></itemComponent></itemDefinition>'
    )
    logic = table(["party.sort"], ["y"], '"公民" | 1\n"法人" | 2')
    model = dmn.read(definitions(kind, input_data("party", "tParty"), decision("D", logic, inputs=["party"])))
    assert dmn.prove(model, "D") == []


def test_tables_in_knowledge_models_and_boxed_expressions_are_proven_too() -> None:
    inner = table(["n"], ["y"], "< 5 | 1")
    context = f"<context><contextEntry>{inner}</contextEntry></context>"
    model = dmn.read(
        definitions(
            knowledge_model("tier", {"n": "integer"}, inner),
            decision("called", literal("tier(1)"), knowledge=["tier"]),
            decision("boxed", context),
            decision("plain", literal("1")),
        )
    )
    assert [[f.kind for f in dmn.prove(model, name)] for name in ("called", "boxed", "plain")] == [
        ["gap"],
        ["gap"],
        [],
    ]


def test_a_decision_the_model_does_not_have_is_refused() -> None:
    with pytest.raises(NotFound):
        dmn.prove(dmn.read(definitions()), "D")


def test_a_table_with_too_many_combinations_says_so() -> None:
    names = [f"c{n}" for n in range(40)]
    rows = "\n".join(
        " | ".join("true" if n in (i, (i + 7) % 40) else "-" for n in range(40)) + " | 1" for i in range(40)
    )
    logic = table(names, ["y"], rows, policy="ANY")
    findings = proven(logic, dict.fromkeys(names, "boolean"))
    assert {f.kind for f in findings} <= {"gap", "not-proven", "subsumed", "duplicate"}
    assert findings


def test_every_decision_of_a_catalogue_is_proven_and_progress_is_told() -> None:
    models = [dmn.read(definitions(decision("D", table(["x"], ["y"], f"< {n} | 1")))) for n in range(5)]
    heard: list[int] = []
    proofs = list(dmn.prove_all(models, heard.append))
    assert [proof.findings[0].input["x"] for proof in proofs] == list(range(5))
    assert heard == [1, 2, 3, 4, 5]


def test_a_table_of_too_many_rules_is_evaluated_but_not_proven() -> None:
    rows = "\n".join(f"{n} | {n}" for n in range(4001))
    model = dmn.read(definitions(decision("D", table(["x"], ["y"], rows))))
    assert dmn.evaluate(model, "D", {"x": 4000}).value == 4000
    assert only(dmn.prove(model, "D"), "not-proven").rules == ()
