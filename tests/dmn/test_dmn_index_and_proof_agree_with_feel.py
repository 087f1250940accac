"""The index and the proof against FEEL itself, on tables that nobody would draw by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import product
from typing import Any

from dmn_texts import decision, definitions, input_data, table
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import dmn
from engine.dmn.axis import axis_of, places
from engine.dmn.cells import Unclear, condition_of, constants, mask_of
from engine.feel import unary_tests

_NUMBERS = st.integers(-3, 3).map(str) | st.sampled_from(["0.5", "-1.25", "2.5"])
_DAYS = st.integers(1, 6).map(lambda day: f'date("2026-01-0{day}")')
_WORDS = st.sampled_from(['"人行道"', '"车行道"', '"其他公共场地"'])


def _range(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    ends = st.tuples(st.sampled_from("[("), values, values, st.sampled_from("])"))
    return ends.map(lambda parts: f"{parts[0]}{parts[1]}..{parts[2]}{parts[3]}")


def _ordered_cell(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    comparison = st.tuples(st.sampled_from(["<", "<=", ">", ">=", "="]), values).map(" ".join)
    about_input = st.tuples(st.sampled_from(["< ", ">= ", "!= "]), values).map(lambda p: f"? {p[0]}{p[1]}")
    test = values | comparison | _range(values)
    several = st.lists(test, min_size=1, max_size=3).map(", ".join)
    both = st.tuples(about_input, about_input).map(" and ".join)
    return several | several.map(lambda text: f"not({text})") | both | st.just("-")


_NUMBER_CELL = _ordered_cell(_NUMBERS)
_DAY_CELL = _ordered_cell(_DAYS)
_WORD_CELL = (
    st.lists(_WORDS, min_size=1, max_size=2, unique=True)
    .map(", ".join)
    .flatmap(lambda text: st.sampled_from([text, f"not({text})", "-"]))
)
_TRUTH_CELL = st.sampled_from(["true", "false", "-", "not(true)"])

_SAMPLES: dict[str, list[Any]] = {
    "number": [Decimal(n) / 8 for n in range(-32, 33)],
    "date": [dt.date(2026, 1, 1) + dt.timedelta(days) for days in range(-2, 9)],
    "string": ["人行道", "车行道", "其他公共场地", "桥下", ""],
    "boolean": [True, False],
}


@given(
    st.one_of(
        st.tuples(st.just("number"), _NUMBER_CELL),
        st.tuples(st.just("date"), _DAY_CELL),
        st.tuples(st.just("string"), _WORD_CELL),
        st.tuples(st.just("boolean"), _TRUTH_CELL),
    )
)
@settings(max_examples=200)
def test_a_cells_regions_hold_exactly_the_values_that_feel_accepts(case: tuple[str, str]) -> None:
    kind, text = case
    condition = condition_of(text)
    axis = axis_of(kind, constants(condition))
    mask = mask_of(condition, axis)
    accepts = unary_tests(text)
    for value in _SAMPLES[kind]:
        assert bool(mask >> axis.region(value) & 1) is (accepts({"?": value}).value is True)


@given(st.sampled_from(sorted(_SAMPLES)), st.data())
@settings(max_examples=150)
def test_every_sample_of_a_region_lies_in_it(kind: str, data: st.DataObject) -> None:
    points = data.draw(st.lists(st.sampled_from(_SAMPLES[kind]), max_size=5))
    axis = axis_of(kind, points)
    for region in range(axis.size):
        sample = axis.sample(region)
        assert sample is None or axis.region(sample) == region


def _rows(draw: st.DrawFn) -> list[tuple[str, str, str]]:
    return draw(st.lists(st.tuples(_NUMBER_CELL, _WORD_CELL, _TRUTH_CELL), min_size=1, max_size=6))


@st.composite
def _models(draw: st.DrawFn, policy: str) -> dmn.Model:
    rows = "\n".join(f"{a} | {b} | {c} | {i}" for i, (a, b, c) in enumerate(_rows(draw)))
    drawn = table(["n", "w", "t"], ["out"], rows, policy=policy, values={"w": '"人行道","车行道","桥下"'})
    inputs = [input_data("n", "number"), input_data("w", "string"), input_data("t", "boolean")]
    return dmn.read(definitions(*inputs, decision("D", drawn, inputs=["n", "w", "t"])))


_ALL_INPUTS = [
    {"n": n, "w": w, "t": t}
    for n, w, t in product(_SAMPLES["number"], ["人行道", "车行道", "桥下"], [True, False])
]


def _hits(model: dmn.Model, given_inputs: dict[str, Any]) -> list[int]:
    return [int(each) for each in dmn.evaluate(model, "D", given_inputs).value]


@given(_models(policy="RULE ORDER"))
@settings(max_examples=25)
def test_the_index_finds_the_rules_whose_cells_all_accept(model: dmn.Model) -> None:
    rules = model.decisions["D"].logic.rules  # type: ignore[union-attr]
    for inputs in _ALL_INPUTS[::5]:
        expected = [
            rule.index - 1
            for rule in rules
            if all(
                cell.is_any or cell.compiled({"?": inputs[name]}).value is True
                for cell, name in zip(rule.tests, "nwt", strict=True)
            )
        ]
        assert _hits(model, inputs) == expected


@given(_models(policy="UNIQUE"))
@settings(max_examples=30)
def test_a_proof_finds_a_gap_or_overlap_exactly_where_there_is_one(model: dmn.Model) -> None:
    findings = dmn.prove(model, "D")
    results = [dmn.evaluate(model, "D", inputs) for inputs in _ALL_INPUTS]
    counts = {len(each.evidence[0]["tables"][0]["rules"]) for each in results}
    kinds = {finding.kind for finding in findings}
    assert ("gap" in kinds) is (0 in counts)
    assert bool(kinds & {"overlap", "subsumed", "duplicate"}) is bool(counts - {0, 1})


@given(_models(policy="UNIQUE"))
@settings(max_examples=25)
def test_the_input_of_a_finding_shows_its_fault(model: dmn.Model) -> None:
    for finding in dmn.prove(model, "D"):
        outcome = dmn.evaluate(model, "D", finding.input)
        matched = [rule["index"] for rule in outcome.evidence[0]["tables"][0]["rules"]]
        if finding.kind == "gap":
            assert matched == []
        elif finding.kind in ("overlap", "subsumed", "duplicate"):
            assert set(finding.rules) <= set(matched)


@given(_models(policy="FIRST"))
@settings(max_examples=25)
def test_a_rule_is_called_unreachable_exactly_when_it_never_decides(model: dmn.Model) -> None:
    unreachable = {f.rules[0] for f in dmn.prove(model, "D") if f.kind == "unreachable"}
    deciding = {
        each.evidence[0]["tables"][0]["rules"][0]["index"]
        for each in (dmn.evaluate(model, "D", inputs) for inputs in _ALL_INPUTS)
        if each.evidence[0]["tables"][0]["rules"]
    }
    rules = {rule.index for rule in model.decisions["D"].logic.rules}  # type: ignore[union-attr]
    assert rules - unreachable == deciding


@given(
    st.lists(st.tuples(_NUMBER_CELL, _TRUTH_CELL, st.integers(0, 3)), min_size=1, max_size=5),
    st.sampled_from(["FIRST", "UNIQUE", "PRIORITY"]),
)
@settings(max_examples=40)
def test_a_graver_fact_is_found_treated_lighter_exactly_when_it_is(
    rows: list[tuple[str, str, int]], policy: str
) -> None:
    text = "\n".join(f"{n} | {t} | {amount}" for n, t, amount in rows)
    drawn = table(["n", "t"], ["amount"], text, policy=policy, values={"amount": "2, 0, 3, 1"})
    inputs = [input_data("n", "number"), input_data("t", "boolean")]
    gravity = {"banjie.gravity": "n, t"}
    model = dmn.read(definitions(*inputs, decision("D", drawn, inputs=["n", "t"], properties=gravity)))
    found = [f for f in dmn.prove(model, "D") if f.kind == "gravity"]
    amounts = {
        (n, t): dmn.evaluate(model, "D", {"n": n, "t": t}).value
        for n, t in product(_SAMPLES["number"], [False, True])
    }
    inverted = any(
        light is not None and grave is not None and grave < light
        for ((n, t), light), ((m, u), grave) in product(amounts.items(), repeat=2)
        if (t == u and n < m) or (n == m and t < u)
    )
    if policy != "UNIQUE" or not any(
        f.kind in ("overlap", "subsumed", "duplicate") for f in dmn.prove(model, "D")
    ):
        assert bool(found) is inverted
    for finding in found if policy != "UNIQUE" else ():
        lighter, graver = (dmn.evaluate(model, "D", dict(case)) for case in (finding.input, finding.other))
        assert graver.value < lighter.value


def test_a_cell_about_another_variable_is_unclear_not_guessed() -> None:
    for text in ("> limit", "floor(?) = 3", "is working day(?)", "today()"):
        try:
            condition_of(text)
        except Unclear:
            continue
        raise AssertionError(text)


def test_places_are_the_set_bits_from_the_lowest() -> None:
    assert list(places(0b101001)) == [0, 3, 5]
