"""The penalty tables of the demo city: sound as proven, and right in the office's own example cases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from dmn_texts import decision, definitions, input_data, table

from engine import dmn

# 《青岛市市容和环境卫生管理条例》第二十四条、第三十一条、第三十五条、第五十六条; tiers proposed for the demo
_PLACES = '"人行道","车行道","其他公共场地"'
_STREET_2011 = """
    not("车行道") | <= 2   | 0    | "罚款" | 50
    not("车行道") | (2..5] | 0    | "罚款" | 100
    not("车行道") | > 5    | 0    | "罚款" | 200
    not("车行道") | <= 5   | 1    | "罚款" | 300
    not("车行道") | > 5    | 1    | "罚款" | 400
    "车行道"      | <= 5   | 0    | "罚款" | 300
    "车行道"      | > 5    | 0    | "罚款" | 500
    "车行道"      | -      | 1    | "罚款" | 700
    -             | -      | >= 2 | "罚款" | 1000
"""
_STREET_2018 = """
    true  | -    | -             | -       | "不予罚款" | 0     | -
    false | 0    | not("车行道") | <= 5    | "罚款"     | 500   | 500-2000
    false | 0    | not("车行道") | (5..10] | "罚款"     | 1000  | 500-2000
    false | 0    | not("车行道") | > 10    | "罚款"     | 1500  | 500-2000
    false | 0    | "车行道"      | <= 10   | "罚款"     | 2000  | 500-2000
    false | 0    | "车行道"      | > 10    | "罚款"     | 3000  | 2000-10000
    false | 1    | -             | -       | "罚款"     | 5000  | 2000-10000
    false | >= 2 | -             | -       | "罚款"     | 10000 | 2000-10000
"""
_SPITTING = """
    -              | true  | 0    | "不予处罚" | 0   | -
    "吐痰","乱弃"  | false | 0    | "罚款"     | 50  | 50-200
    "吐痰","乱弃"  | false | 1    | "罚款"     | 100 | 50-200
    "便溺","乱倒"  | false | 0    | "罚款"     | 100 | 50-200
    "便溺","乱倒"  | false | 1    | "罚款"     | 150 | 50-200
    -              | -     | >= 2 | "罚款"     | 200 | 50-200
    -              | true  | 1    | "罚款"     | 50  | 50-200
"""
_SPILLING = """
    true  | "罚款" | 100 * decimal(length_m * lane_full_width_m, 2)
    false | "罚款" | 5000 * spots
"""
_BOARDS = """
    false | <= 10    | 0    | "罚款" | 5000  | 5000-20000
    false | (10..30] | 0    | "罚款" | 8000  | 5000-20000
    false | (30..60] | 0    | "罚款" | 12000 | 5000-20000
    false | > 60     | 0    | "罚款" | 20000 | 5000-20000
    true  | <= 30    | 0    | "罚款" | 25000 | 20000-50000
    true  | > 30     | 0    | "罚款" | 35000 | 20000-50000
    -     | -        | >= 1 | "罚款" | 50000 | 20000-50000
"""


def item(
    name: str, types: dict[str, str], rows: str, more: dict[str, str] | None = None, **facts: str
) -> dmn.Model:
    domains = {"place": _PLACES, "area_m2": "> 0", "prior_12m": ">= 0", "act": '"吐痰","乱弃","便溺","乱倒"'}
    values = {name: text for name, text in domains.items() if name in types}
    logic = table(list(types), ["kind", "amount"], rows, values=values, annotations=["banjie.band"])
    named = {"banjie.item": name, **{f"banjie.{key}": text for key, text in facts.items()}}
    inputs = {**types, **(more or {})}
    drawn = decision(name, logic, inputs=inputs, properties=named)
    return dmn.read(definitions(*(input_data(each, kind) for each, kind in inputs.items()), drawn))


_AREA = {"place": "string", "area_m2": "number", "prior_12m": "integer"}
_ORDER = "place: 人行道 = 其他公共场地 < 车行道"
_ITEMS = {
    "P1-2011": item("P1-2011", _AREA, _STREET_2011, band="50-1000", gravity=f"area_m2, prior_12m; {_ORDER}"),
    "P1-2018": item(
        "P1-2018",
        {"corrected": "boolean", "prior_12m": "integer", "place": "string", "area_m2": "number"},
        _STREET_2018,
        gravity=f"prior_12m, area_m2, corrected desc; {_ORDER}",
    ),
    "P2": item(
        "P2",
        {"act": "string", "cleaned": "boolean", "prior_12m": "integer"},
        _SPITTING,
        gravity="prior_12m, cleaned desc; act: 吐痰 = 乱弃 < 便溺 = 乱倒",
    ),
    "P3": item(
        "P3",
        {"measurable": "boolean"},
        _SPILLING,
        {"length_m": "number", "lane_full_width_m": "number", "spots": "integer"},
    ),
    "P4": item(
        "P4",
        {"prohibited": "boolean", "area_m2": "number", "prior_12m": "integer"},
        _BOARDS,
        gravity="prohibited, area_m2, prior_12m",
    ),
}


@pytest.mark.parametrize("name", _ITEMS)
def test_the_table_is_sound(name: str) -> None:
    assert dmn.prove(_ITEMS[name], name) == []


@pytest.mark.parametrize(
    ("name", "facts", "rule", "amount"),
    [
        ("P1-2011", {"place": "车行道", "area_m2": 4, "prior_12m": 0}, 6, 300),
        ("P1-2018", {"corrected": False, "prior_12m": 0, "place": "人行道", "area_m2": 7}, 3, 1000),
        ("P1-2018", {"corrected": True, "prior_12m": 0, "place": "车行道", "area_m2": 4}, 1, 0),
        ("P1-2018", {"corrected": False, "prior_12m": 0, "place": "车行道", "area_m2": 4}, 5, 2000),
        ("P1-2018", {"corrected": False, "prior_12m": 2, "place": "人行道", "area_m2": 1}, 8, 10000),
        ("P2", {"act": "乱弃", "cleaned": False, "prior_12m": 0}, 2, 50),
        ("P2", {"act": "乱弃", "cleaned": True, "prior_12m": 0}, 1, 0),
        (
            "P3",
            {
                "measurable": True,
                "length_m": Decimal("12.0"),
                "lane_full_width_m": Decimal("3.5"),
                "spots": None,
            },
            1,
            4200,
        ),
        ("P3", {"measurable": False, "length_m": None, "lane_full_width_m": None, "spots": 3}, 2, 15000),
        ("P4", {"prohibited": True, "area_m2": 20, "prior_12m": 0}, 5, 25000),
        ("P4", {"prohibited": False, "area_m2": 20, "prior_12m": 1}, 7, 50000),
    ],
)
def test_an_example_case_gives_its_amount_by_its_rule(
    name: str, facts: dict[str, Any], rule: int, amount: int
) -> None:
    given = {
        key: Decimal(value) if isinstance(value, str) and value[0].isdigit() else value
        for key, value in facts.items()
    }
    outcome = dmn.evaluate(_ITEMS[name], name, given)
    assert outcome.value["amount"] == amount
    assert [each["index"] for each in outcome.evidence[0]["tables"][0]["rules"]] == [rule]


@pytest.mark.parametrize("area", [0, None])
def test_an_area_that_is_zero_or_missing_is_an_input_error_without_a_result(area: int | None) -> None:
    facts = {"corrected": False, "prior_12m": 0, "place": "人行道", "area_m2": area}
    assert dmn.evaluate(_ITEMS["P1-2018"], "P1-2018", facts).value is None
