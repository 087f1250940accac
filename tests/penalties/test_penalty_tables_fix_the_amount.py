"""The shipped penalty tables: sound as proven, and right to the yuan in every example case."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import processes
from engine import dmn

FOLDER = Path(processes.__file__).parent / "penalties"
FILES = sorted(path.name for path in FOLDER.glob("*.dmn"))


@cache
def model(file: str) -> dmn.Model:
    return dmn.read((FOLDER / f"{file}.dmn").read_bytes())


def decided(file: str, decision: str, facts: dict[str, Any]) -> tuple[str | None, Any]:
    """The row that decided, and the value."""
    outcome = dmn.evaluate(model(file), decision, facts)
    rules = outcome.evidence[-1]["tables"][0]["rules"]
    return (rules[0]["description"] if rules else None), outcome.json


@pytest.mark.parametrize("file", FILES)
def test_a_shipped_table_is_proven_without_a_finding(file: str) -> None:
    [*proofs] = dmn.prove_all([model(file.removesuffix(".dmn"))])
    assert proofs
    assert [finding for proof in proofs for finding in proof.findings] == []


def test_every_shipped_table_says_its_item_its_law_and_since_when() -> None:
    for file in FILES:
        read = model(file.removesuffix(".dmn"))
        main = [d for d in read.decisions.values() if "banjie.valid_from" in d.extensions]
        assert main, file
        for decision in main:
            assert dt.date.fromisoformat(decision.extensions["banjie.valid_from"])
            assert decision.extensions["banjie.basis"]


_STALL = {"place": "车行道", "area_m2": 4, "prior_12m": 0}
_GOODS = {"place": "人行道", "area_m2": 7, "prior_12m": 0, "corrected": False}
_BOARD = {"prohibited": True, "area_m2": 25, "prior_12m": 0}


@pytest.mark.parametrize(
    ("case", "file", "decision", "facts", "row", "amount"),
    [
        ("P1-A", "street_trading_2011", "street_trading", _STALL, "R6", 300),
        ("P1-B", "street_trading_2018", "street_trading", _GOODS, "R2", 1000),
        ("P1-D", "street_trading_2018", "street_trading", {**_GOODS, "prior_12m": 2}, "R7", 10000),
        ("JY-A", "littering", "littering", {"act": "乱弃", "cleaned": False, "prior_12m": 0}, "R2", 50),
        ("JY-C", "littering", "littering", {"act": "乱弃", "cleaned": True, "prior_12m": 0}, "R1", 0),
        ("PT-A", "advertising", "advertising", _BOARD, "R5", 25000),
        ("PT-E", "advertising", "advertising", {**_BOARD, "area_m2": 35}, "R6", 35000),
        (
            "P4-C",
            "advertising",
            "advertising",
            {"prohibited": False, "area_m2": 20, "prior_12m": 1},
            "R7",
            50000,
        ),
        (
            "P3-A",
            "spilling",
            "spilling",
            {"measurable": True, "length_m": 12, "lane_full_width_m": Decimal("3.5")},
            "R1",
            4200,
        ),
        ("P3-B", "spilling", "spilling", {"measurable": False, "spots": 3}, "R2", 15000),
        (
            "P3-C",
            "spilling",
            "spilling",
            {"measurable": True, "length_m": 8, "lane_full_width_m": Decimal("3.5")},
            "R1",
            2800,
        ),
    ],
)
def test_an_example_case_gives_its_row_and_its_amount(
    case: str, file: str, decision: str, facts: dict[str, Any], row: str, amount: int
) -> None:
    found, value = decided(file, decision, facts)
    assert (case, found, value["amount"]) == (case, row, amount)


_ROWS = {
    "street_trading_2011": (
        "street_trading",
        ("place", "area_m2", "prior_12m"),
        [
            ("人行道", 2, 0, 50),
            ("其他公共场地", 5, 0, 100),
            ("人行道", 6, 0, 200),
            ("人行道", 5, 1, 300),
            ("人行道", 6, 1, 400),
            ("车行道", 5, 0, 300),
            ("车行道", 6, 0, 500),
            ("车行道", 1, 1, 700),
            ("车行道", 9, 2, 1000),
            ("人行道", 1, 7, 1000),
        ],
    ),
    "street_trading_2018": (
        "street_trading",
        ("corrected", "prior_12m", "place", "area_m2"),
        [
            (True, 3, "车行道", 50, 0),
            (False, 0, "人行道", 5, 500),
            (False, 0, "人行道", 10, 1000),
            (False, 0, "其他公共场地", 11, 1500),
            (False, 0, "车行道", 10, 2000),
            (False, 0, "车行道", 11, 3000),
            (False, 1, "人行道", 1, 5000),
            (False, 2, "人行道", 1, 10000),
        ],
    ),
    "littering": (
        "littering",
        ("act", "cleaned", "prior_12m"),
        [
            ("便溺", True, 0, 0),
            ("吐痰", False, 0, 50),
            ("乱弃", False, 1, 100),
            ("乱倒", False, 0, 100),
            ("便溺", False, 1, 150),
            ("吐痰", True, 2, 200),
            ("乱倒", False, 5, 200),
            ("乱弃", True, 1, 50),
        ],
    ),
    "advertising": (
        "advertising",
        ("prohibited", "area_m2", "prior_12m"),
        [
            (False, 10, 0, 5000),
            (False, 30, 0, 8000),
            (False, 60, 0, 12000),
            (False, 61, 0, 20000),
            (True, 30, 0, 25000),
            (True, 31, 0, 35000),
            (False, 1, 1, 50000),
        ],
    ),
}


@pytest.mark.parametrize("file", _ROWS)
def test_every_row_gives_its_amount_at_the_edges_of_its_facts(file: str) -> None:
    decision, names, cases = _ROWS[file]
    for *facts, amount in cases:
        assert decided(file, decision, dict(zip(names, facts, strict=True)))[1]["amount"] == amount


@pytest.mark.parametrize("area", [0, -1, None])
def test_an_area_that_is_zero_negative_or_missing_gives_no_result_and_says_why(area: int | None) -> None:
    outcome = dmn.evaluate(model("street_trading_2018"), "street_trading", {**_GOODS, "area_m2": area})
    assert outcome.value is None
    assert outcome.errors


def test_a_spill_without_its_measure_gives_no_result() -> None:
    for facts in ({"measurable": True, "length_m": 12}, {"measurable": False}, {}):
        assert decided("spilling", "spilling", facts) == (None, None)


def test_a_place_the_table_does_not_know_gives_no_result() -> None:
    assert (
        dmn.evaluate(model("street_trading_2018"), "street_trading", {**_GOODS, "place": "桥下"}).value
        is None
    )


# G: general grounds

_ADULT: dict[str, Any] = {
    "age": 40,
    "incapable": False,
    "act_on": "2026-03-01",
    "discovered_on": "2026-03-02",
    "life_or_finance_harm": False,
    "fined_before": False,
    "faultless": False,
    "own_fault_rule": False,
    "corrected": "未改正",
    "damage": 0,
    "first_offence_damage": None,
    "on_minor_list": False,
    "on_first_offence_list": False,
    "prior": 0,
    "ground_32": False,
    "law_changed": False,
}
_LISTED = {"on_first_offence_list": True, "first_offence_damage": 1000, "damage": 1000, "corrected": "按期"}


@pytest.mark.parametrize(
    ("facts", "row", "outcome", "measure"),
    [
        ({}, "G11", "按阶裁量", None),
        ({"age": None}, "G11", "按阶裁量", None),
        ({"age": 13}, "G1", "不予处罚", "责令监护人管教"),
        ({"age": 14}, "G8", "降一阶", None),
        ({"age": 17}, "G8", "降一阶", None),
        ({"age": 18}, "G11", "按阶裁量", None),
        ({"incapable": True}, "G2", "不予处罚", "责令监护人看管治疗"),
        ({"discovered_on": "2028-03-01"}, "G11", "按阶裁量", None),
        ({"discovered_on": "2028-03-02"}, "G3", "不予处罚", None),
        ({"discovered_on": "2028-03-02", "life_or_finance_harm": True}, "G11", "按阶裁量", None),
        ({"discovered_on": "2031-03-02", "life_or_finance_harm": True}, "G3", "不予处罚", None),
        ({"fined_before": True}, "G4", "不再罚款", None),
        ({"faultless": True}, "G5", "不予处罚", None),
        ({"faultless": True, "own_fault_rule": True}, "G11", "按阶裁量", None),
        ({"corrected": "当场", "on_minor_list": True}, "G6", "不予处罚", "教育"),
        ({"corrected": "当场", "on_minor_list": True, "damage": 1}, "G11", "按阶裁量", None),
        ({"corrected": "按期", "on_minor_list": True}, "G11", "按阶裁量", None),
        (_LISTED, "G7", "不予处罚", "教育"),
        ({**_LISTED, "damage": 1001}, "G11", "按阶裁量", None),
        ({**_LISTED, "prior": 1}, "G11", "按阶裁量", None),
        ({"ground_32": True}, "G9", "降一阶", None),
        ({"law_changed": True}, "G10", "新旧比较", None),
        ({"age": 13, "law_changed": True, "fined_before": True}, "G1", "不予处罚", "责令监护人管教"),
    ],
)
def test_a_general_ground_is_found_before_the_tiers(
    facts: dict[str, Any], row: str, outcome: str, measure: str | None
) -> None:
    found = decided("general_grounds", "general_grounds", {**_ADULT, **facts})
    assert found == (row, {"outcome": outcome, "measure": measure})


@pytest.mark.parametrize("missing", [name for name in _ADULT if name not in ("age", "first_offence_damage")])
def test_no_general_ground_is_assumed_where_a_fact_is_missing(missing: str) -> None:
    assert decided("general_grounds", "general_grounds", {**_ADULT, missing: None}) == (None, None)


def test_grounds_that_bar_a_penalty_come_before_those_that_make_it_lighter() -> None:
    flags = ("incapable", "fined_before", "faultless", "ground_32", "law_changed")
    for chosen in product((False, True), repeat=len(flags)):
        facts = {**_ADULT, **dict(zip(flags, chosen, strict=True))}
        _, value = decided("general_grounds", "general_grounds", facts)
        barred = facts["incapable"] or facts["fined_before"] or facts["faultless"]
        assert (value["outcome"] in ("不予处罚", "不再罚款")) is barred


# H: the procedure

_FINE: dict[str, Any] = {
    "party": "公民",
    "kind": "罚款",
    "amount": 50,
    "facts_certain": True,
    "business": True,
    "norm_maximum": 10000,
    "hard_to_collect": False,
    "remote_and_asked": False,
    "hearing_held": False,
    "major": False,
    "complex": False,
    "several_relations": False,
}


def steps(**facts: Any) -> list[str]:
    outcome = dmn.evaluate(model("procedure"), "penalty_procedure", {**_FINE, **facts})
    return [each["step"] for each in outcome.json or []]


@pytest.mark.parametrize(
    ("case", "facts", "expected"),
    [
        ("P1-A", {"amount": 300, "norm_maximum": 1000}, []),
        ("P1-B", {"party": "组织", "amount": 1000}, ["简易程序"]),
        ("P1-D", {"party": "组织", "amount": 10000}, ["听证权利"]),
        ("P1-D heard", {"party": "组织", "amount": 10000, "hearing_held": True}, ["听证权利", "法制审核"]),
        ("JY-A", {"amount": 50, "business": False, "norm_maximum": 200}, ["简易程序", "当场收缴"]),
        ("P3-A", {"party": "组织", "amount": 4200, "norm_maximum": None}, []),
        ("P3-B", {"party": "组织", "amount": 15000, "norm_maximum": None}, ["听证权利"]),
        ("P3-C", {"party": "组织", "amount": 2800, "norm_maximum": None}, ["简易程序"]),
        ("PT-A", {"party": "组织", "amount": 25000, "norm_maximum": 50000}, ["听证权利"]),
        ("P4 R3", {"party": "组织", "amount": 12000, "norm_maximum": 50000}, []),
        ("P4 R4", {"party": "组织", "amount": 20000, "norm_maximum": 50000}, []),
        ("citizen at 200", {"amount": 200, "norm_maximum": 1000}, ["简易程序"]),
        ("citizen over 200", {"amount": 201, "norm_maximum": 1000}, []),
        ("at 100", {"amount": 100, "norm_maximum": 1000}, ["简易程序", "当场收缴"]),
        ("hard", {"amount": 150, "norm_maximum": 1000, "hard_to_collect": True}, ["简易程序", "当场收缴"]),
        ("remote", {"amount": 2000, "norm_maximum": 10000, "remote_and_asked": True}, ["当场收缴"]),
        ("warning", {"kind": "警告", "amount": 0}, ["简易程序"]),
        ("uncertain", {"kind": "警告", "amount": 0, "facts_certain": False}, []),
        ("revoked", {"kind": "其他", "amount": 0}, ["听证权利"]),
        ("half, small", {"amount": 1500, "norm_maximum": 2000}, []),
        ("half, not business", {"amount": 1000, "norm_maximum": 2000, "business": False}, ["听证权利"]),
        ("none, citizen", {"amount": 3000, "norm_maximum": None}, ["听证权利"]),
        ("none, citizen below", {"amount": 2999, "norm_maximum": None}, []),
        ("none, private", {"amount": 1000, "norm_maximum": None, "business": False}, ["听证权利"]),
        (
            "none, organisation",
            {"party": "组织", "amount": 5000, "norm_maximum": None, "business": False},
            ["听证权利"],
        ),
        ("major", {"amount": 300, "major": True}, ["法制审核", "集体讨论"]),
        ("complex", {"amount": 300, "complex": True}, ["法制审核", "集体讨论"]),
        ("several", {"amount": 300, "several_relations": True}, ["法制审核"]),
    ],
)
def test_the_procedure_follows_from_the_penalty(
    case: str, facts: dict[str, Any], expected: list[str]
) -> None:
    assert (case, steps(**facts)) == (case, expected)
