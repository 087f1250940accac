"""Unlawful gains: nothing is confiscated on the spot, and a larger confiscation gives the right to a hearing.

《行政处罚法》第五十一条、第六十三条第一款第二项; the amounts follow those of a fine without a maximum.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import processes
from engine import dmn

_MODEL = dmn.read((Path(processes.__file__).parent / "penalties" / "procedure.dmn").read_bytes())
_OLD = dmn.read((Path(processes.__file__).parent / "penalties" / "procedure_1996.dmn").read_bytes())
_FINE: dict[str, Any] = {
    "party": "公民", "kind": "罚款", "amount": 50, "facts_certain": True, "business": True,
    "norm_maximum": 10000, "hard_to_collect": False, "remote_and_asked": False, "hearing_held": False,
    "major": False, "complex": False, "several_relations": False,
}  # fmt: skip


def steps(model: dmn.Model = _MODEL, **facts: Any) -> list[str]:
    outcome = dmn.evaluate(model, "penalty_procedure", {**_FINE, **facts})
    return [each["step"] for each in outcome.json or []]


@pytest.mark.parametrize("none", [None, 0])
def test_without_a_confiscation_the_simple_procedure_stays(none: int | None) -> None:
    assert steps(confiscated=none) == ["简易程序", "当场收缴"]


@pytest.mark.parametrize("model", [_MODEL, _OLD])
def test_a_single_yuan_confiscated_ends_the_simple_procedure(model: dmn.Model) -> None:
    assert steps(model, confiscated=1) == []


@pytest.mark.parametrize(
    ("party", "business", "confiscated", "heard"),
    [
        ("公民", True, 2999, False),
        ("公民", True, 3000, True),
        ("公民", False, 1000, True),
        ("公民", False, 999, False),
        ("组织", True, 9999, False),
        ("组织", True, 10000, True),
        ("组织", False, 5000, True),
        ("组织", False, 4999, False),
    ],
)
def test_a_larger_confiscation_gives_the_right_to_a_hearing(
    party: str, business: bool, confiscated: int, heard: bool
) -> None:
    found = steps(party=party, business=business, confiscated=confiscated)
    assert ("听证权利" in found) is heard
