"""What a result rests on: its row, the version of the table, the statutory band, the next lower tier."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import processes
from engine import dmn

FOLDER = Path(processes.__file__).parent / "penalties"
MODELS = [dmn.read(path.read_bytes()) for path in sorted(FOLDER.glob("*.dmn"))]
ACT = "2026-03-01"
BOARD = {"prohibited": True, "area_m2": 25, "prior_12m": 0, "act_on": ACT}
STALL = {"place": "人行道", "area_m2": 3, "prior_12m": 0, "corrected": False, "act_on": ACT}
LITTER = {"act": "乱弃", "cleaned": False, "prior_12m": 0, "act_on": ACT}
SPILL = {"measurable": False, "spots": 3, "act_on": ACT}


def rests(name: str, facts: dict[str, Any], day: str = "2026-03-10") -> dict[str, Any]:
    found = dmn.evaluate_in_time(dmn.versions(MODELS, name), facts, dt.date.fromisoformat(day))
    assert found.version is not None
    assert found.evaluation is not None
    return dmn.footing(found.version.model, found.version.decision, found.evaluation)


@pytest.mark.parametrize(
    ("name", "facts", "row", "band", "lower"),
    [
        ("advertising", BOARD, "R5", (20000, 50000), 20000),
        ("advertising", {**BOARD, "prohibited": False}, "R2", (5000, 20000), 5000),
        ("advertising", {**BOARD, "prohibited": False, "area_m2": 10}, "R1", (5000, 20000), None),
        ("advertising", {**BOARD, "prior_12m": 1}, "R7", (20000, 50000), 35000),
        ("street_trading", STALL, "R1", (500, 2000), None),
        ("street_trading", {**STALL, "prior_12m": 1}, "R6", (2000, 10000), 3000),
        ("street_trading", {**STALL, "place": "车行道", "area_m2": 11}, "R5", (2000, 10000), 2000),
        ("street_trading", {**STALL, "corrected": True}, "R0", (None, None), None),
        ("littering", LITTER, "R2", (50, 200), None),
        ("littering", {**LITTER, "prior_12m": 1}, "R3", (50, 200), 50),
        ("spilling", SPILL, "R2", (None, None), None),
    ],
)
def test_a_result_names_its_row_its_band_and_the_next_lower_tier(
    name: str, facts: dict[str, Any], row: str, band: tuple[Any, Any], lower: int | None
) -> None:
    found = rests(name, facts)
    assert (found["row"], (found["band_min"], found["band_max"]), found["lower"]) == (row, band, lower)


def test_the_version_that_binds_is_kept_with_the_result() -> None:
    facts = {**STALL, "place": "车行道", "area_m2": 4, "act_on": "2017-12-20"}
    refused, cleared = (
        rests("street_trading", {**facts, "corrected": c}, "2018-02-05") for c in (False, True)
    )
    assert (refused["valid_to"], refused["row"]) == ("2017-12-31", "R6")
    assert (cleared["valid_from"], cleared["row"]) == ("2018-01-01", "R0")
    assert refused["model"] != cleared["model"]


def test_no_row_no_footing() -> None:
    found = dmn.versions(MODELS, "spilling")[0]
    evaluation = dmn.evaluate(found.model, "spilling", {"measurable": True})
    rests = dmn.footing(found.model, "spilling", evaluation)
    assert (rests["row"], rests["rows"], rests["band_min"], rests["lower"]) == (None, [], None, None)


def test_a_rule_of_procedure_speaks_of_no_act_and_is_that_of_the_day() -> None:
    fine = {"party": "公民", "kind": "罚款", "amount": 100, "facts_certain": True, "business": True,
            "norm_maximum": 1000, "hard_to_collect": False, "remote_and_asked": False, "hearing_held": False,
            "major": False, "complex": False, "several_relations": False}  # fmt: skip
    versions = dmn.versions(MODELS, "penalty_procedure")
    steps = [
        [row["step"] for row in dmn.evaluate_in_time(versions, fine, dt.date.fromisoformat(day)).json]
        for day in ("2021-07-14", "2021-07-15")
    ]
    assert steps == [[], ["简易程序", "当场收缴"]]


@pytest.mark.parametrize(
    ("day", "norm", "most"),
    [("2017-12-31", "street_trading_2011", 1000), ("2018-01-01", "street_trading_2018", 10000)],
)
def test_a_matter_has_the_norm_of_a_day(day: str, norm: str, most: int) -> None:
    (version,) = dmn.versions(MODELS, "penalty_matter")
    value = dmn.evaluate(version.model, "penalty_matter", {"item_code": "street_trading", "on_day": day}).json
    assert (value["norm"], value["most"]) == (norm, Decimal(most))
