"""The supervision tables: each rule fires on its breach, says why, and stays silent on the lawful act."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from engine import dmn

FOLDER = Path(__file__).parents[2] / "processes" / "supervision"
PERIOD = {
    "id": "xk.decision", "name": "行政许可决定", "name_en": "Licensing decision", "class": "statutory",
    "state": "running", "limit": "20W", "used": 12, "remaining": 8, "late": False, "extended_times": 0,
    "basis": "《行政许可法》第四十二条第一款", "due": "2026-03-30", "promised": "2026-03-16",
    "suspension_kind": None, "suspension_allowed": ["听证", "专家评审"], "suspension_told": None,
}  # fmt: skip
NOTICED = [
    {"act": "correction-notice", "role": "window", "person": "wang", "date": "2026-03-02", "element": "n"}
]
HANDLED = [{"act": "examine", "role": "handler", "person": "li", "date": "2026-03-02"}]
FACTS: dict[str, Any] = {
    "event": {
        "type": "WorkItemCompleted", "act": None, "role": None, "element": "e", "date": "2026-03-10",
        "moment": "2026-03-10T10:00:00+08:00", "data": {},
    },
    "actor": {"person": "li", "kind": "officer", "roles": ["handler"], "unit": "shinan.cg"},
    "item": {"code": "XK-SR-0035", "fee": 0},
    "case": {"number": "1", "procedure": "xk_general", "kind": "licence", "file": {},
             "received_at": "2026-03-02T01:00:00.000Z"},
    "period": None, "periods": [], "history": [], "documents": [],
}  # fmt: skip


@cache
def _tables() -> tuple[tuple[dmn.Model, str], ...]:
    models = [dmn.read(path.read_bytes()) for path in sorted(FOLDER.glob("*.dmn"))]
    return tuple(
        (model, id_) for model in models for id_ in sorted({each.id for each in model.decisions.values()})
    )


def cards(**facts: Any) -> list[dict[str, Any]]:
    """The rows all tables give for the facts, each laid over the lawful case above."""
    laid = {name: _over(value, facts[name]) if name in facts else value for name, value in FACTS.items()}
    rows: list[dict[str, Any]] = []
    for model, decision in _tables():
        found = dmn.evaluate(model, decision, laid)
        assert not found.reasons, (decision, found.reasons)
        answered = found.json if isinstance(found.json, list) else [found.json]
        rows += [row for row in answered if row and "rule" in row]  # other tables hold figures
    return rows


def _over(base: Any, given: Any) -> Any:
    return {**base, **given} if isinstance(base, dict) and isinstance(given, dict) else given


def event(type_: str, act: str | None = None, role: str | None = None, /, **data: Any) -> dict[str, Any]:
    return {"type": type_, "act": act, "role": role, "data": data}


def done(act: str, role: str | None = None, /, **data: Any) -> dict[str, Any]:
    return event("WorkItemCompleted", act, role, **data)


def period(**facts: Any) -> dict[str, Any]:
    return {**PERIOD, **facts}


OVERDUE = event("PeriodOverdue", limit="statutory")
REFUSAL = {"outcome": "refused", "reasons": "影响采光", "remedies": "可以申请行政复议"}

BREACHES = {
    "A0": ("T", {"event": event("PeriodPrompted", limit="prompt", share=50), "period": PERIOD}),
    "A1": ("Y", {"event": event("PeriodWarned", limit="warn"), "period": PERIOD}),
    "A2": ("R", {"event": event("PeriodOverdue", limit="promised"), "period": PERIOD}),
    "A3": ("R+", {"event": OVERDUE, "period": PERIOD}),
    "A4": ("Y", {"event": OVERDUE, "period": period(id="jc.reply", **{"class": "step"})}),
    "A5": ("R", {"event": event("ActRecorded", "accept", "system", person="system")}),
    "A6": ("R", {"event": done("register", review_outcome="incomplete"), "history": NOTICED}),
    "A7": ("Y", {"event": event("PeriodSuspended"), "period": period(suspension_kind="公示")}),
    "A8": ("R", {"event": OVERDUE, "period": period(id="xk.issue", limit="10W")}),
    "A9": ("R", {"event": event("ActRecorded", "renew", "system", person="system")}),
    "A15": ("R", {"event": event("PeriodExtensionRefused", sentence="期限已过"), "period": PERIOD}),
    "A16": ("Y", {"event": OVERDUE, "period": period(id="gs.publish", limit="7W")}),
    "A17": (
        "R", {"event": event("PeriodStillOverdue", limit="again", after="5W"), "period": period(red=True)}),
    "C3": ("R", {"event": event("MessageReceived", "withdraw", "applicant", withdraw_signed=True)}),
    "F5": ("R", {"event": done("decide", "head-of-organ", outcome="refused", reasons="无")}),
    "F6": ("Y", {"event": done("investigate", extra_proof_demanded=True)}),
    "F7": ("Y", {"event": event("CaseReceived"), "case": {"file": {"entry_delay": 3}, "kind": "licence"}}),
    "F8": ("R", {"event": done("accept", fee=20)}),
    "F9": ("Y", {"event": done("review", "handler", disclosure="withheld", disclosure_reason=" ")}),
    "F14": ("Y", {"event": OVERDUE, "period": period(id="hp.callback", **{"class": "step"})}),
    "SOD-1": ("R", {"event": done("hear", "hearing-chair"), "history": HANDLED}),
    "SOD-2": ("R", {"event": done("decide", "head-of-organ"), "history": HANDLED}),
    "SOD-3": ("R", {"event": done("legal-review", "legal-reviewer"), "history": HANDLED}),
    "E3": ("R", {"event": done("decide", "head-of-organ"), "history": HANDLED,
                 "case": {"kind": "penalty"}}),
}  # fmt: skip
BESIDE = {"SOD-1": {"E6"}}  # a chair who examined the case breaks both
VOID = {"A6", "A15", "C3", "F5", "E3", "SOD-1", "SOD-2", "SOD-3"}


@pytest.mark.parametrize("rule", BREACHES)
def test_a_rule_fires_on_its_breach(rule):
    level, facts = BREACHES[rule]
    found = [card for card in cards(**facts) if card["rule"] not in BESIDE.get(rule, ())]
    assert [card["rule"] for card in found] == [rule]
    assert found[0]["level"] == level
    assert found[0]["blocked"] is (rule in VOID)
    assert all(found[0][name] for name in ("basis", "sentence_zh", "sentence_en", "person"))


LAWFUL = {
    "a limit of one working day is not warned of": {
        "event": event("PeriodWarned", limit="warn"), "period": period(limit="1W")},
    "a limit of one working day is not prompted for": {
        "event": event("PeriodPrompted", limit="prompt"), "period": period(limit="1W")},
    "an overrun whose red card was revoked": {
        "event": event("PeriodStillOverdue", limit="again"), "period": period(red=False)},
    "a period of the citizen gives no card": {
        "event": OVERDUE, "period": period(id="xk.correction", **{"class": "party"})},
    "acceptance by an officer": {"event": event("ActRecorded", "accept", "window", person="wang")},
    "acceptance by the system where no licence is asked for": {
        "event": event("ActRecorded", "accept", "system", person="system"), "case": {"kind": "registration"}},
    "the first correction notice": {"event": done("register", review_outcome="incomplete")},
    "acceptance after a correction": {
        "event": done("register", review_outcome="ok"), "history": NOTICED},
    "a suspension for a reason on the list": {
        "event": event("PeriodSuspended"), "period": period(suspension_kind="专家评审")},
    "a suspension that ends on the day told": {
        "event": event("PeriodResumed", kind="专家评审"), "period": period(suspension_told="2026-03-10")},
    "a hearing takes as long as it takes": {
        "event": event("PeriodResumed", kind="听证"), "period": PERIOD,
        "case": {"kind": "licence", "file": {"special_until": "2026-03-01"}}},
    "a signed withdrawal of the applicant": {
        "event": event("MessageReceived", "withdraw", "applicant", withdraw_signed=True),
        "actor": {"kind": "party"}},
    "a withdrawal entered at the window with the signed paper": {
        "event": event("MessageReceived", "withdraw", withdraw_signed=True, withdraw_file={"size": 1})},
    "a refusal with reasons and remedies": {"event": done("decide", "head-of-organ", **REFUSAL)},
    "an approval needs no reasons": {
        "event": done("decide", "head-of-organ", outcome="approved")},
    "an entry two working days after receipt": {
        "event": event("CaseReceived"), "case": {"kind": "licence", "file": {"entry_delay": 2}}},
    "a case that took its days": {"event": event("CaseClosed"), "case": {"file": {"outcome": "approved"}}},
    "a fee with a ground in law": {
        "event": done("accept", fee=20), "item": {"fee_basis": "条例第九条"}},
    "a decider who has not handled the case": {
        "event": done("decide", "head-of-organ"), "history": HANDLED,
        "actor": {"person": "zhao"}},
    "a handler who goes on handling": {"event": done("examine", "handler"), "history": HANDLED},
    "an announcement that has run its time": {
        "event": OVERDUE, "period": period(id="cf.announce", **{"class": "step"})},
}  # fmt: skip


@pytest.mark.parametrize("act", LAWFUL)
def test_a_lawful_act_gives_no_card(act):
    facts = LAWFUL[act]
    if "case" in facts:
        facts = {**facts, "case": {**FACTS["case"], **facts["case"]}}
    assert cards(**facts) == []


def test_a_suspension_that_outlasts_what_was_told_is_recorded():
    told = period(suspension_told="2026-03-09")
    found = cards(event=event("PeriodResumed", kind="专家评审"), period=told)
    assert [(card["rule"], card["level"]) for card in found] == [("A7", "Y")]
    assert "2026-03-09" in found[0]["sentence_zh"]


PENAL = period(id="cf.decision.market", basis="市场监督管理行政处罚程序规定第六十四条")


@pytest.mark.parametrize(
    ("rule", "facts"),
    [
        ("A7", {"event": event("PeriodSuspended"), "period": {**PENAL, "suspension_kind": "公示"}}),
        ("A7", {"event": event("PeriodSuspended", kind="鉴定", untold=True),
                "period": {**PENAL, "suspension_kind": "专家评审"}}),
        ("A7", {"event": event("PeriodResumed", kind="鉴定"),
                "period": {**PENAL, "suspension_told": "2026-03-09"}}),
        ("A15", {"event": event("PeriodExtensionRefused", sentence="期限已过"), "period": PENAL}),
    ],
)  # fmt: skip
def test_what_breaks_a_period_is_carded_under_the_law_of_that_period(rule, facts):
    (penalty,) = cards(**facts, case={"kind": "penalty"})
    assert (penalty["rule"], penalty["basis"]) == (rule, PENAL["basis"])
    (licence,) = cards(**{**facts, "period": {**facts["period"], "basis": PERIOD["basis"]}})
    assert licence["basis"].endswith(PERIOD["basis"])
    assert ("第四十五条" in licence["basis"]) == (rule == "A7")


def test_a_case_decided_within_ten_minutes_looks_back_filled():
    facts = {"file": {"outcome": "approved"}, "received_at": "2026-03-10T01:55:00.000Z"}
    assert [card["rule"] for card in cards(event=event("CaseClosed"), case=facts)] == ["F7"]


def test_empty_reasons_are_no_reasons():
    blank = {**REFUSAL, "reasons": ""}
    found = cards(event=done("decide", "head-of-organ", **blank))
    assert [card["rule"] for card in found] == ["F5"]


def test_a_proof_the_register_holds_may_not_be_asked_for_under_another_heading():
    asked = done("register", missing_points=["父子关系证明"])
    case = {"kind": "registration", "file": {"relation_in_register": True}}
    assert [card["rule"] for card in cards(event=asked, case=case)] == ["F6"]
    assert cards(event=asked, case={**case, "file": {"relation_in_register": False}}) == []


def test_levels_and_roles_are_of_the_vocabulary():
    for level, facts in BREACHES.values():
        for card in cards(**facts):
            assert card["level"] == level
            assert card["level"] in ("T", "Y", "R", "R+")
            assert card["person"] in ("actor", "handler", "window")
