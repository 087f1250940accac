"""Where a ground makes a penalty lighter, it is lowered under either law, and only then are the two compared.

《行政处罚法》第三十条、第三十二条、第三十七条. The tables are made so that the order matters: 300 is less
than 400, but one tier down the old law gives 250 and the new one 100.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import processes
from engine import dmn, feel

_TABLE = """<?xml version="1.0"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"
    xmlns:banjie="urn:banjie:extensions:1.0" id="{id}" name="{id}" namespace="urn:test:{id}">
  <inputData id="a" name="area"><variable name="area" typeRef="number"/></inputData>
  <inputData id="d" name="act_on"><variable name="act_on" typeRef="date"/></inputData>
  <decision id="stall" name="stall">
    <extensionElements><banjie:properties>
      <banjie:property name="banjie.item" value="stall"/>
      <banjie:property name="banjie.valid_from" value="{first}"/>
      <banjie:property name="banjie.valid_to" value="{last}"/>
      <banjie:property name="banjie.act_date" value="act_on"/>
      <banjie:property name="banjie.milder" value="true"/>
    </banjie:properties></extensionElements>
    <variable name="stall"/>
    <informationRequirement><requiredInput href="#a"/></informationRequirement>
    <decisionTable hitPolicy="UNIQUE">
      <input><inputExpression typeRef="number"><text>area</text></inputExpression></input>
      <output name="kind" typeRef="string"/><output name="amount" typeRef="number"/>
      {rules}
    </decisionTable>
  </decision>
</definitions>"""


def table(id_: str, first: str, last: str, small: int, large: int) -> dmn.Model:
    rules = "".join(
        f"<rule><description>{row}</description><inputEntry><text>{cell}</text></inputEntry>"
        f'<outputEntry><text>"罚款"</text></outputEntry><outputEntry><text>{amount}</text></outputEntry></rule>'
        for row, cell, amount in (("R1", "&lt;= 5", small), ("R2", "&gt; 5", large))
    )
    text = _TABLE.format(id=id_, first=first, last=last, rules=rules)
    return dmn.read(text.encode())


OLD = table("old", "2010-01-01", "2017-12-31", 250, 300)
NEW = table("new", "2018-01-01", "", 100, 400)


def rests(act_on: str, decided_on: str) -> dict[str, Any]:
    found = dmn.evaluate_in_time(
        dmn.versions([OLD, NEW], "stall"), {"area": 6, "act_on": act_on}, dt.date.fromisoformat(decided_on)
    )
    return dmn.footing_in_time(found)


def test_both_laws_are_kept_with_their_amount_and_the_next_lower_one() -> None:
    found = rests("2017-12-20", "2018-02-05")
    assert (found["of"], found["row"], found["lower"]) == ("act", "R2", 250)
    kept = [(one["of"], one["kind"], one["amount"], one["lower"]) for one in found["each"]]
    assert kept == [("act", "罚款", 300, 250), ("decision", "罚款", 400, 100)]


def test_one_law_on_both_days_is_kept_alone() -> None:
    found = rests("2018-01-10", "2018-02-05")
    assert [(one["of"], one["amount"]) for one in found["each"]] == [("act", 400)]


def test_without_a_result_nothing_is_kept() -> None:
    found = dmn.evaluate_in_time(
        dmn.versions([OLD, NEW], "stall"), {"act_on": "2018-01-10"}, dt.date(2018, 2, 5)
    )
    assert dmn.footing_in_time(found) == {}


# --- what the shipped procedure makes of it -----------------------------------------------------------

_BPMN = Path(processes.__file__).parent / "sp_discretion" / "sp_discretion.bpmn"
_ZEEBE = "{http://camunda.org/schema/zeebe/1.0}script"
_NORMS = [{"code": "stall", "norm": {"norm": "one"}}, {"code": "road", "norm": {"norm": "two"}}]


def weighed(outcome: str, *tiers: dict[str, Any], **facts: Any) -> dict[str, Any]:
    """The result of the task that weighs, on tiers that the tables gave."""
    tree = ElementTree.parse(_BPMN)
    scripts = {one.get("resultVariable"): one.get("expression") for one in tree.iter(_ZEEBE)}
    texts = [
        one.get("expression", "") for one in tree.iter(_ZEEBE) if "tiers_found" in one.get("expression", "")
    ]
    assert len(texts) == 1
    assert "weighed" in scripts
    given = {
        "tiers_found": list(tiers), "ground_found": {"outcome": outcome}, "norms_then": _NORMS,
        "norms_now": _NORMS, "unlawful_gains": None, "gains_returned": None, **facts,
    }  # fmt: skip
    found = feel.evaluate(
        texts[0].removeprefix("="), {name: feel.from_json(one) for name, one in given.items()}
    )
    assert isinstance(found.value, dict)
    return found.value


def tier(code: str, *each: dict[str, Any], binding: str = "act") -> dict[str, Any]:
    found = next(one for one in each if one["of"] == binding)
    return {"code": code, "found": found, "footing": {"of": binding, "each": list(each)}}


def law(of: str, amount: int, lower: int | None = None, kind: str = "罚款") -> dict[str, Any]:
    return {"of": of, "kind": kind, "amount": amount, "lower": lower}


def test_the_procedure_lowers_under_each_law_before_it_compares_them() -> None:
    both = tier("stall", law("act", 300, 250), law("decision", 400, 100))
    assert weighed("按阶裁量", both)["bound"]["amount"] == 300
    lowered = weighed("降一阶", both)["bound"]
    assert (lowered["of"], lowered["amount"]) == ("decision", 100)


def test_equal_after_lowering_the_law_of_the_act_stays() -> None:
    found = weighed("降一阶", tier("stall", law("act", 300, 200), law("decision", 400, 200)))
    assert found["bound"]["of"] == "act"


def test_the_lowest_tier_cannot_be_lowered() -> None:
    assert weighed("降一阶", tier("stall", law("act", 500)))["bound"]["amount"] == 500


def test_of_two_norms_the_higher_fine_applies_alone() -> None:
    found = weighed("按阶裁量", tier("stall", law("act", 500)), tier("road", law("act", 1000)))
    assert (found["chosen"]["code"], found["bound"]["amount"], found["norm"]["norm"]) == ("road", 1000, "two")


def test_of_two_equal_fines_the_norm_of_the_case_applies() -> None:
    found = weighed("按阶裁量", tier("stall", law("act", 1000)), tier("road", law("act", 1000)))
    assert found["chosen"]["code"] == "stall"


@pytest.mark.parametrize(
    ("kind", "gains", "returned", "taken"),
    [
        ("罚款", 500, 200, 300),
        ("罚款", 500, 600, 0),
        ("不予罚款", 500, None, 500),
        ("不予处罚", 500, None, 0),
    ],
)
def test_gains_are_confiscated_but_for_what_is_owed_to_others(
    kind: str, gains: int, returned: int | None, taken: int
) -> None:
    own = tier("stall", law("act", 0 if kind != "罚款" else 500, kind=kind))
    found = weighed("按阶裁量", own, unlawful_gains=gains, gains_returned=returned)
    assert found["gains"] == Decimal(taken)
