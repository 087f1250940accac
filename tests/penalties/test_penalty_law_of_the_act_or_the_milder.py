"""The law of the day of the act applies, unless that of the day of the decision is lighter."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import processes
from engine import dmn
from engine.errors import IllegalDefinition, Malformed, NotFound

FOLDER = Path(processes.__file__).parent / "penalties"
STREET = dmn.versions(
    [dmn.read(path.read_bytes()) for path in sorted(FOLDER.glob("*.dmn"))], "street_trading"
)
_STALL = {"place": "车行道", "area_m2": 4, "prior_12m": 0, "act_on": "2017-12-20"}
_DECIDED = dt.date(2018, 2, 5)


def test_the_shipped_versions_follow_each_other_day_by_day() -> None:
    old, new = STREET
    assert (old.valid_to, new.valid_from, new.valid_to) == (dt.date(2017, 12, 31), dt.date(2018, 1, 1), None)


def test_a_party_who_cleared_the_place_has_the_milder_new_law() -> None:
    outcome = dmn.evaluate_in_time(STREET, {**_STALL, "corrected": True}, _DECIDED)
    assert outcome.json == {"kind": "不予罚款", "amount": 0}
    assert outcome.evidence["chosen"] == "decision"
    assert outcome.evidence["why"] == (
        "The law of the day of the decision applies: it knows no penalty (不予罚款)"
    )


def test_a_party_who_refused_keeps_the_old_law() -> None:
    outcome = dmn.evaluate_in_time(STREET, {**_STALL, "corrected": False}, _DECIDED)
    assert outcome.json == {"kind": "罚款", "amount": 300}
    assert outcome.evidence["chosen"] == "act"


def test_the_evidence_holds_both_evaluations_and_what_they_ran_under() -> None:
    evidence = dmn.evaluate_in_time(STREET, {**_STALL, "corrected": False}, _DECIDED).evidence
    assert (evidence["acted_on"], evidence["decided_on"], evidence["basis"]) == (
        "2017-12-20",
        "2018-02-05",
        "《行政处罚法》第三十七条",
    )
    assert [(each["of"], each["value"]["amount"]) for each in evidence["versions"]] == [
        ("act", 300),
        ("decision", 2000),
    ]
    assert [each["model"] for each in evidence["versions"]] == [v.model.digest for v in STREET]
    rules = [each["decisions"][0]["tables"][0]["rules"][0]["description"] for each in evidence["versions"]]
    assert rules == ["R6", "R4"]


def test_without_the_option_the_law_of_the_act_alone_is_asked() -> None:
    outcome = dmn.evaluate_in_time(STREET, {**_STALL, "corrected": True}, _DECIDED, milder=False)
    assert outcome.json == {"kind": "罚款", "amount": 300}
    assert [each["of"] for each in outcome.evidence["versions"]] == ["act"]


@pytest.mark.parametrize("day", ["2018-01-01", "2018-02-05"])
def test_an_act_under_the_new_law_is_judged_by_it_alone(day: str) -> None:
    outcome = dmn.evaluate_in_time(STREET, {**_STALL, "corrected": False, "act_on": day}, _DECIDED)
    assert (outcome.json["amount"], len(outcome.evidence["versions"])) == (2000, 1)


def test_a_missing_fact_does_not_choose_the_law() -> None:
    outcome = dmn.evaluate_in_time(STREET, _STALL, _DECIDED)
    assert (outcome.value, outcome.evidence["chosen"]) == (None, None)
    assert "version of the decision" in outcome.evidence["why"]
    assert len(outcome.evidence["versions"]) == 2


@pytest.mark.parametrize("act_on", [None, 7, "yesterday"])
def test_an_act_without_a_date_is_refused(act_on: Any) -> None:
    with pytest.raises(Malformed, match="act_on"):
        dmn.evaluate_in_time(STREET, {**_STALL, "act_on": act_on}, _DECIDED)


def test_an_act_after_its_decision_is_refused() -> None:
    with pytest.raises(Malformed, match="before its decision"):
        dmn.evaluate_in_time(STREET, {**_STALL, "act_on": "2018-02-06"}, _DECIDED)


def test_a_day_without_a_version_is_refused() -> None:
    with pytest.raises(NotFound, match="2010-12-31"):
        dmn.evaluate_in_time(STREET, {**_STALL, "act_on": "2010-12-31"}, _DECIDED)


# Versions of one's own


def version(start: str, end: str, logic: str, **properties: str) -> dmn.Model:
    named = {"banjie.valid_from": start, "banjie.valid_to": end, "banjie.milder": "true"}
    named |= {f"banjie.{name}": text for name, text in properties.items()}
    rows = "".join(
        f"<zeebe:property name={quoteattr(k)} value={quoteattr(v)}/>" for k, v in named.items() if v
    )
    return dmn.read(
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="t" namespace="urn:t" '
        'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"><decision id="D" name="D">'
        f"<extensionElements><zeebe:properties>{rows}</zeebe:properties></extensionElements>"
        f'<variable name="D"/><literalExpression><text>{logic}</text></literalExpression>'
        "</decision></definitions>".encode()
    )


def chosen(*models: dmn.Model, act: str = "2001-01-01", on: str = "2003-01-01") -> dmn.InTime:
    days = dt.date.fromisoformat(on), dt.date.fromisoformat(act)
    return dmn.evaluate_in_time(dmn.versions(models, "D"), {}, days[0], acted_on=days[1])


_OLD, _NEW = ("2001-01-01", "2001-12-31"), ("2003-01-01", "")


def test_a_law_between_the_two_days_is_not_asked() -> None:
    between = version("2002-01-01", "2002-12-31", "1")
    assert chosen(version(*_OLD, "5"), between, version(*_NEW, "4")).value == 4
    assert chosen(version(*_OLD, "5"), between, version(*_NEW, "6")).value == 5


def test_a_repeal_is_a_version_without_a_penalty() -> None:
    repeal = version(*_NEW, '{kind: "不予处罚"}')
    assert chosen(version(*_OLD, '{kind: "吊销"}'), repeal).json == {"kind": "不予处罚"}
    assert chosen(version(*_OLD, '{kind: "罚款", amount: 50}'), repeal).evidence["chosen"] == "decision"


def test_equal_results_leave_the_old_law() -> None:
    assert chosen(version(*_OLD, "5"), version(*_NEW, "5")).evidence["chosen"] == "act"


def test_results_of_different_kinds_are_left_to_people() -> None:
    fine, warning = '{kind: "罚款", amount: 50}', '{kind: "警告", amount: 10}'
    outcome = chosen(version(*_OLD, fine), version(*_NEW, warning))
    assert (outcome.value, outcome.evidence["chosen"]) == (None, None)
    assert "of one kind" in outcome.evidence["why"]
    assert chosen(version(*_OLD, fine), version(*_NEW, '{kind: "吊销"}')).value is None


def test_the_amount_and_the_kind_may_have_names_of_their_own() -> None:
    names = {"amount": "金额", "kind": "种类"}
    old = version(*_OLD, '{种类: "罚款", 金额: 50}', **names)
    new = version(*_NEW, '{种类: "罚款", 金额: 40}', **names)
    assert chosen(old, new).json == {"种类": "罚款", "金额": 40}


@pytest.mark.parametrize(
    ("spans", "said"),
    [
        ([("2001-01-01", ""), ("2003-01-01", "")], "one version in force"),
        ([("2001-01-01", "2003-01-01"), ("2003-01-01", "")], "one version in force"),
        ([("2001-01-01", "2000-01-01")], "not before"),
        ([("soon", "")], "a date like"),
    ],
)
def test_versions_that_do_not_follow_each_other_are_refused(spans: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(IllegalDefinition) as caught:
        dmn.versions([version(*span, "1") for span in spans], "D")
    assert said in caught.value.findings[0].sentence


def test_a_decision_nobody_has_is_not_found() -> None:
    with pytest.raises(NotFound):
        dmn.versions([], "D")


@given(st.integers(0, 100), st.integers(0, 100), st.booleans())
@settings(max_examples=40)
def test_nobody_is_ever_treated_more_harshly_than_under_the_law_of_the_act(
    old: int, new: int, milder: bool
) -> None:
    found = dmn.versions([version(*_OLD, str(old)), version(*_NEW, str(new))], "D")
    outcome = dmn.evaluate_in_time(
        found, {}, dt.date(2003, 1, 1), acted_on=dt.date(2001, 6, 1), milder=milder
    )
    assert outcome.value == (min(old, new) if milder else old)
