"""Whatever the facts, a shipped table gives the yuan that its rows, told once more as plain rules, give."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import processes
from engine import dmn

_FOLDER = Path(processes.__file__).parent / "penalties"
_AREAS = st.decimals("0.01", "200", places=2) | st.sampled_from([Decimal(n) for n in (2, 5, 10, 30, 60)])
_PRIORS = st.integers(0, 4)
_PLACES = st.sampled_from(["人行道", "车行道", "其他公共场地"])
Facts = dict[str, Any]


@cache
def model(file: str) -> dmn.Model:
    return dmn.read((_FOLDER / f"{file}.dmn").read_bytes())


def street_2011(place: str, area_m2: Decimal, prior_12m: int) -> int:
    if prior_12m >= 2:
        return 1000
    if place == "车行道":
        return 700 if prior_12m else (300 if area_m2 <= 5 else 500)
    if prior_12m:
        return 300 if area_m2 <= 5 else 400
    return 50 if area_m2 <= 2 else 100 if area_m2 <= 5 else 200


def street_2018(corrected: bool, place: str, area_m2: Decimal, prior_12m: int) -> int:
    if corrected:
        return 0
    if prior_12m:
        return 5000 if prior_12m == 1 else 10000
    if place == "车行道":
        return 2000 if area_m2 <= 10 else 3000
    return 500 if area_m2 <= 5 else 1000 if area_m2 <= 10 else 1500


def littering(act: str, cleaned: bool, prior_12m: int) -> int:
    if prior_12m >= 2:
        return 200
    if cleaned:
        return 50 if prior_12m else 0
    return (50, 100)[prior_12m] if act in ("吐痰", "乱弃") else (100, 150)[prior_12m]


def advertising(prohibited: bool, area_m2: Decimal, prior_12m: int) -> int:
    if prior_12m:
        return 50000
    if prohibited:
        return 25000 if area_m2 <= 30 else 35000
    return next(
        amount for most, amount in ((10, 5000), (30, 8000), (60, 12000), (10**9, 20000)) if area_m2 <= most
    )


_TABLES: dict[str, tuple[str, Callable[..., int], dict[str, st.SearchStrategy[Any]]]] = {
    "street_trading_2011": (
        "street_trading",
        street_2011,
        {"place": _PLACES, "area_m2": _AREAS, "prior_12m": _PRIORS},
    ),
    "street_trading_2018": (
        "street_trading",
        street_2018,
        {"corrected": st.booleans(), "place": _PLACES, "area_m2": _AREAS, "prior_12m": _PRIORS},
    ),
    "littering": (
        "littering",
        littering,
        {
            "act": st.sampled_from(["吐痰", "便溺", "乱倒", "乱弃"]),
            "cleaned": st.booleans(),
            "prior_12m": _PRIORS,
        },
    ),
    "advertising": (
        "advertising",
        advertising,
        {"prohibited": st.booleans(), "area_m2": _AREAS, "prior_12m": _PRIORS},
    ),
}


@pytest.mark.parametrize("file", _TABLES)
@given(data=st.data())
@settings(max_examples=120)
def test_a_table_gives_the_amount_its_rows_give(file: str, data: st.DataObject) -> None:
    decision, rows, facts = _TABLES[file]
    chosen = data.draw(st.fixed_dictionaries(facts))
    found = dmn.evaluate(model(file), decision, chosen).json
    assert found["amount"] == rows(**chosen)
    assert (found["kind"] == "罚款") is (found["amount"] > 0)


@given(length=st.decimals("0.1", "500", places=3), width=st.decimals("0.1", "30", places=3))
@settings(max_examples=120)
def test_a_spill_costs_a_hundred_a_square_metre_measured_to_the_cent(length: Decimal, width: Decimal) -> None:
    facts = {"measurable": True, "length_m": length, "lane_full_width_m": width}
    area = (length * width).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    assert dmn.evaluate(model("spilling"), "spilling", facts).json["amount"] == 100 * area


@given(spots=st.integers(1, 10_000))
@settings(max_examples=30)
def test_a_spill_that_cannot_be_measured_costs_five_thousand_a_spot(spots: int) -> None:
    facts = {"measurable": False, "spots": spots}
    assert dmn.evaluate(model("spilling"), "spilling", facts).json["amount"] == 5000 * spots


_ACT, _DECIDED = "2017-12-20", dt.date(2018, 2, 5)


@given(corrected=st.booleans(), place=_PLACES, area=_AREAS, prior=_PRIORS)
@settings(max_examples=120)
def test_the_lighter_of_two_laws_binds_to_the_yuan(
    corrected: bool, place: str, area: Decimal, prior: int
) -> None:
    """《行政处罚法》第三十七条."""
    found = dmn.versions([model("street_trading_2011"), model("street_trading_2018")], "street_trading")
    facts: Facts = {"place": place, "area_m2": area, "prior_12m": prior}
    outcome = dmn.evaluate_in_time(found, {**facts, "corrected": corrected, "act_on": _ACT}, _DECIDED)
    old, new = street_2011(**facts), street_2018(corrected=corrected, **facts)
    assert outcome.json["amount"] == min(old, new)
    assert outcome.evidence["chosen"] == ("decision" if new < old else "act")
