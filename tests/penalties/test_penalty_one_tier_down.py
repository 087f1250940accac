"""One tier down (裁量降一阶): the next lower amount of the same kind in the same table, never below the band.

《行政处罚法》第三十条、第三十二条 make a penalty lighter; the amount follows from the table.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

import processes
from engine import dmn

_FOLDER = Path(processes.__file__).parent / "penalties"


@cache
def model(file: str) -> dmn.Model:
    return dmn.read((_FOLDER / f"{file}.dmn").read_bytes())


def lowered(file: str, **facts: Any) -> tuple[str, Any, Any]:
    """The row that decides, its amount, and the amount one tier down."""
    [decision] = [d for d in model(file).decisions.values() if "banjie.item" in d.extensions][:1]
    found = dmn.evaluate(model(file), decision.id, facts)
    rests = dmn.footing(model(file), decision.id, found)
    return rests["row"], found.json["amount"], rests["lower"]


_STREET = {"place": "人行道", "area_m2": 3, "prior_12m": 0}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"area_m2": 1}, ("R1", 50, None)),
        ({}, ("R2", 100, 50)),
        ({"area_m2": 6}, ("R3", 200, 100)),
        ({"prior_12m": 1}, ("R4", 300, 200)),
        ({"prior_12m": 1, "area_m2": 6}, ("R5", 400, 300)),
        ({"place": "车行道"}, ("R6", 300, 200)),
        ({"place": "车行道", "area_m2": 6}, ("R7", 500, 400)),
        ({"place": "车行道", "prior_12m": 1}, ("R8", 700, 500)),
        ({"prior_12m": 2}, ("R9", 1000, 700)),
    ],
)
def test_street_trading_under_the_old_law(facts: dict[str, Any], expected: tuple[str, Any, Any]) -> None:
    assert lowered("street_trading_2011", **{**_STREET, **facts}) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"corrected": True}, ("R0", 0, None)),
        ({}, ("R1", 500, None)),
        ({"area_m2": 6}, ("R2", 1000, 500)),
        ({"area_m2": 11}, ("R3", 1500, 1000)),
        ({"place": "车行道"}, ("R4", 2000, 1500)),
        ({"place": "车行道", "area_m2": 11}, ("R5", 3000, 2000)),  # 2000 is the least of the graver band
        ({"prior_12m": 1}, ("R6", 5000, 3000)),
        ({"prior_12m": 2}, ("R7", 10000, 5000)),
    ],
)
def test_street_trading_under_the_new_law(facts: dict[str, Any], expected: tuple[str, Any, Any]) -> None:
    assert lowered("street_trading_2018", **{**_STREET, "corrected": False, **facts}) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"cleaned": True}, ("R1", 0, None)),
        ({}, ("R2", 50, None)),  # 0 is another kind: no penalty at all
        ({"prior_12m": 1}, ("R3", 100, 50)),
        ({"act": "便溺"}, ("R4", 100, 50)),
        ({"act": "便溺", "prior_12m": 1}, ("R5", 150, 100)),
        ({"prior_12m": 2}, ("R6", 200, 150)),
    ],
)
def test_littering(facts: dict[str, Any], expected: tuple[str, Any, Any]) -> None:
    assert lowered("littering", **{"act": "吐痰", "cleaned": False, "prior_12m": 0, **facts}) == expected


@pytest.mark.parametrize(
    ("prohibited", "area", "prior", "expected"),
    [
        (False, 10, 0, ("R1", 5000, None)),
        (False, 30, 0, ("R2", 8000, 5000)),
        (False, 60, 0, ("R3", 12000, 8000)),
        (False, 61, 0, ("R4", 20000, 12000)),
        (True, 30, 0, ("R5", 25000, 20000)),
        (True, 31, 0, ("R6", 35000, 25000)),
        (False, 20, 1, ("R7", 50000, 35000)),
    ],
)
def test_advertising(prohibited: bool, area: int, prior: int, expected: tuple[str, Any, Any]) -> None:
    assert lowered("advertising", prohibited=prohibited, area_m2=area, prior_12m=prior) == expected


def test_a_formula_has_no_tiers() -> None:
    assert lowered("spilling", measurable=False, spots=3) == ("R2", 15000, None)
