"""《行政许可法》第四十五条: the law leaves a step out of the period; how long it takes is told in writing."""

from datetime import date

import pytest

from engine import canonical
from engine.errors import IllegalDefinition
from engine.periods import Ledger, PeriodRule, RuleBook, due, overruns

START, SINCE, UNTIL = date(2026, 3, 2), date(2026, 3, 4), date(2026, 3, 11)
LATER = date(2026, 3, 20)


def opened():
    suspend = ["听证", {"kind": "鉴定", "told": True}]
    facts = {"id": "t", "basis": "b", "limit": "20W", "valid_from": "2000-01-01", "suspend": suspend}
    return Ledger.open(PeriodRule.from_data(facts), START)


def suspended(kind, told=None):
    return opened().suspend(SINCE, kind, told=told).resume(UNTIL)


@pytest.mark.parametrize(("kind", "told"), [("鉴定", None), ("鉴定", UNTIL), ("听证", None)])
def test_a_listed_step_stops_the_clock_whether_or_not_anybody_was_told(calendar, kind, told):
    plain = due(opened(), calendar).day
    assert due(suspended(kind, told), calendar).day == calendar.add_working_days(plain, 5)


@pytest.mark.parametrize(
    ("kind", "told", "rules"),
    [("鉴定", None, ["A7"]), ("鉴定", UNTIL, []), ("鉴定", SINCE, ["A7"]), ("听证", None, [])],
)
def test_a7_not_telling_is_a_breach_of_its_own_and_so_is_taking_longer_than_told(calendar, kind, told, rules):
    assert [breach.rule for breach in overruns(suspended(kind, told), calendar, LATER)] == rules


def test_the_law_wants_the_seven_steps_other_than_a_hearing_told(rules):
    for name in ("xk.decision", "xk.joint", "xk.lower", "xk.joint.department"):
        told = {one.kind: one.told for one in rules.of(name, START).excluded}
        assert told.pop("听证") is False  # the notice of the hearing itself says when it is held
        assert len(told) == 7
        assert all(told.values())
    assert not any(one.told for one in rules.of("gk.answer", START).excluded)


def test_what_the_rule_says_of_being_told_comes_back_from_plain_data():
    ledger = suspended("鉴定")
    assert Ledger.from_data(canonical.loads(canonical.dumps(ledger.as_data()))) == ledger


@pytest.mark.parametrize(
    "row", ['{ kind = "鉴定", told = "yes" }', '{ kind = "鉴定", tell = true }', "{ told = true }"]
)
def test_a_kind_of_step_says_only_whether_it_is_told(row):
    text = f'[[period]]\nid = "a"\nbasis = "b"\nlimit = "5W"\nvalid_from = 2020-01-01\nsuspend = [{row}]\n'
    with pytest.raises(IllegalDefinition):
        RuleBook.read({"a.toml": text})
