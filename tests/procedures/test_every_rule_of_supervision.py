"""Every rule of supervision, A0 to F17: where it is drawn, what breaks it, and the lawful act beside that.

A rule that nobody lists here, or that lacks a breach or a lawful neighbour, fails the test. Both are shown
to all tables as the runtime shows them; `lived` names where real cases break the rule.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from test_penalty_rules import BREACHES as PENAL
from test_penalty_rules import (
    CASE,
    JUDGED,
    ORDERED,
    OVERDUE,
    REVIEWED,
    STATED,
    TOLD,
    WITHDRAWN,
    ZHAO,
    case,
    decided,
    on_the_spot,
)
from test_supervision_tables import BREACHES as COMMON
from test_supervision_tables import FOLDER, NOTICED, PERIOD, REFUSAL, cards, done, event, period

from engine import dmn

ROOT = FOLDER.parents[1]
Facts = dict[str, Any]


def penal(facts: Facts) -> Facts:
    """Facts of a penalty case, laid over a lawful one."""
    return {"case": CASE, "documents": ORDERED, "actor": ZHAO, "periods": [STATED], **facts}


def letter(**file: Any) -> Facts:
    return {"kind": "letter", "procedure": "letter", "file": file}


def replied(text: str) -> Facts:
    return {"event": done("reply", "section-head", reply=text, publish=True), "case": letter()}


def returned(times: int) -> Facts:
    return {"event": done("transfer", sign_action="return"), "case": letter(returns=times)}


def pattern(kind: str, **facts: Any) -> Facts:
    return {"event": event("PatternFound", kind=kind, **facts)}


def share(percent: int) -> Facts:
    return pattern("not-opened", whose="unit", name="shinan.cg", cases=9, share=percent, city_share=20)


def idle(type_: str = "CaseIdle") -> Facts:
    return {"event": event(type_, since="2026-02-01", days=31, basis="行政处罚案件办理要求", limit="idle")}


def unopened(**data: Any) -> Facts:
    return done("not-open", "head-of-organ", not_open_approved=True, **data)


@dataclass(frozen=True)
class Rule:
    """A rule of the domain: its level, whether a breach is void, its ground as the card's basis must name it.

    `breach` gives its card and `beside`, an act of the same kind, none. `lived`: example cases and tests in
    which it falls over the real runtime. `why_not`: why no case can break it, or no table holds it.
    """

    level: str
    void: bool
    ground: str
    breach: Facts
    beside: Facts
    lived: tuple[str, ...] = ()
    why_not: str = ""
    also: frozenset[str] = field(default_factory=frozenset)


DRAWN = "the shipped drawings lead past the act that would break it; the table guards whatever else is drawn"
LIMIT = event("PeriodOverdue", limit="promised")
FINE = "《行政处罚法》"
HELD = {"officers_valid": True, "review_result": "pass"}

RULES: dict[str, Rule] = {
    "A0": Rule("T", False, "第四十二条", COMMON["A0"][1], {
        "event": event("PeriodPrompted", limit="prompt", share=50), "period": period(limit="1W")},
        ("tests/clocks/test_extensions_and_idle_cases.py",)),
    "A1": Rule("Y", False, "第四十二条", COMMON["A1"][1], {
        "event": event("PeriodWarned", limit="warn"), "period": period(limit="1W")},
        ("cf_general/decision_overdue", "xk_two_level/lower_level_late")),
    "A2": Rule("R", False, "第四十二条", COMMON["A2"][1], {
        "event": LIMIT, "period": period(**{"class": "party"})}, ("xk_two_level/lower_level_late",)),
    "A3": Rule("R+", False, "第四十二条", COMMON["A3"][1], {
        "event": OVERDUE, "period": period(id="xk.correction", **{"class": "party"})},
        ("letter/late_reply", "xk_two_level/lower_level_late")),
    "A4": Rule("Y", False, "第四十二条", COMMON["A4"][1], {
        "event": OVERDUE, "period": period(id="cf.announce", **{"class": "step"})},
        ("huji/window_slow", "xk_joint/expert_review")),
    "A5": Rule("R", False, "《行政许可法》第三十二条第一款第四项", COMMON["A5"][1], {
        "event": event("ActRecorded", "accept", "window", person="wang")},
        ("xk_general/deemed_acceptance", "xk_joint/deemed_acceptance")),
    "A6": Rule("R", True, "第三十二条第一款第四项、第七十二条第四项", COMMON["A6"][1], {
        "event": done("register", review_outcome="ok"), "history": NOTICED},
        ("xk_general/second_correction", "xk_joint/correction_once")),
    "A7": Rule("Y", False, "《行政许可法》第四十五条", COMMON["A7"][1], {
        "event": event("PeriodSuspended"), "period": period(suspension_kind="专家评审")},
        ("tests/clocks/test_a_suspension_nobody_told_of.py",)),
    "A8": Rule("R", False, "《行政许可法》第四十四条", COMMON["A8"][1], {
        "event": LIMIT, "period": period(id="xk.issue", **{"class": "party"})},
        ("tests/procedures/test_rules_in_real_cases.py",)),
    "A9": Rule("R", False, "《行政许可法》第五十条", COMMON["A9"][1], {
        "event": event("ActRecorded", "renew", "head-of-organ", person="zhao")},
        ("xk_renew/deemed_renewed",)),
    "A10": Rule("R+", False, "第六十条", penal({
        "event": OVERDUE, "period": period(id="cf.decision", basis="行政处罚法第六十条")}), penal({
        "event": OVERDUE, "period": period(id="cf.late.enforce", **{"class": "step"})}),
        ("cf_general/decision_overdue",)),
    "A11": Rule("R", False, "第五十六条|第二十五条", penal(PENAL["preserved goods"][0]), penal({
        "event": OVERDUE, "period": period(id="cf.late.enforce", **{"class": "step"})}),
        ("cf_general/evidence_preserved",)),
    "A12": Rule("R", False, FINE + "第六十一条", penal(PENAL["not served"][0]), penal({
        "event": OVERDUE, "period": period(id="cf.announce", **{"class": "step"})}),
        ("cf_general/not_served_in_time",)),
    "A13": Rule("R", True, FINE + "第六十四条第二项", penal(PENAL["short notice"][0]), penal({
        "event": done("serve", "hearing-clerk", notice_served_on="2026-04-20"),
        "periods": [{**STATED, "id": "cf.hearing.notice", "due": "2026-04-20"}]}),
        ("cf_general/hearing_notice_too_late",)),
    "A14": Rule("R", False, FINE + "第七十一条", penal(PENAL["cash kept"][0]), penal({
        "event": OVERDUE, "period": period(id="cf.pay", **{"class": "party"})}),
        ("cf_simple/cash_not_handed_in",)),
    "A15": Rule("R", True, "行政许可法》?第四十二条第一款", COMMON["A15"][1], {
        "event": event("PeriodExtended", by="10W"), "period": PERIOD},
        ("xk_general/expert_review_and_extension", "cf_general/no_more_time_without_a_rule")),
    "A16": Rule("Y", False, "双公示", COMMON["A16"][1], {
        "event": OVERDUE, "period": period(id="gs.shown", **{"class": "party"})},
        ("tests/procedures/test_rules_in_real_cases.py",)),
    "A17": Rule("R", False, "第四十二条", COMMON["A17"][1], {
        "event": event("PeriodStillOverdue", limit="again", after="5W"), "period": period(red=False)},
        ("tests/clocks/test_extensions_and_idle_cases.py",)),
    "B1": Rule("R", True, FINE + "第七十六条", penal({"event": unopened()}), penal({
        "event": unopened(not_open_reason="limitation")}), ("cf_general/not_opened_without_reason",)),
    "B2": Rule("Y", False, FINE + "第五十四条", penal(PENAL["a lead left lying"][0]), penal({
        "event": OVERDUE, "period": period(id="cf.announce", **{"class": "step"})}),
        ("cf_general/lead_left_lying",)),
    "B3": Rule("Y", False, FINE + "第七十六条", penal({
        "event": unopened(not_open_reason="minor"), "case": case(prior_recent=1)}), penal({
        "event": unopened(not_open_reason="minor"), "case": case(prior_recent=0)}),
        ("tests/procedures/test_rules_in_real_cases.py",)),
    "B4": Rule("T", False, FINE + "第七十六条", share(41), share(40),
        ("tests/supervision/test_patterns_over_cases.py",)),
    "B5": Rule("Y", False, "市容和环境卫生管理条例》第五十九条", penal({
        "event": event("CaseClosed"), "case": case(outcome="not_opened", lead_source="report")}), penal({
        "event": event("CaseClosed"),
        "case": case(outcome="not_opened", lead_source="report", sender_told_on="2026-03-11")}),
        why_not=DRAWN),
    "C1": Rule("Y", False, "撤案", penal({"event": WITHDRAWN, "case": case(**REVIEWED)}), penal({
        "case": case(**REVIEWED),
        "event": done("withdraw-case", "head-of-organ", withdrawal_approved=False)}),
        ("cf_general/withdrawn_after_notice", "cf_general/terminated_when_nobody_succeeds")),
    "C2": Rule("R", False, "撤案", penal({
        "event": WITHDRAWN, "case": case(**REVIEWED), "history": [TOLD]}), penal({
        "event": WITHDRAWN, "case": case(**REVIEWED)}), ("cf_general/withdrawn_after_notice",),
        also=frozenset({"C1"})),
    "C3": Rule("R", True, "申请人", COMMON["C3"][1], {
        "event": event("MessageReceived", "withdraw", "applicant", withdraw_signed=True),
        "actor": {"kind": "party"}}, ("xk_general/withdrawal", "xk_joint/withdrawal")),
    "C4": Rule("Y", False, "行政处罚案件办理要求", penal(idle()), penal(idle("PeriodPrompted")),
        ("tests/supervision/test_a_case_left_lying.py",)),
    "D1": Rule("Y", False, "处罚金额", penal(PENAL["not the amount told"][0]), penal({
        "event": decided(decided_amount=25000)}), ("cf_general/amount_beside_the_table",)),
    "D2": Rule("R", False, FINE + "第七十六条第一款第二项", penal(
        PENAL["not the amount of the table"][0]), penal({
        "event": decided(decided_amount=25000)}), ("cf_general/amount_beside_the_table",)),
    "D3": Rule("R", True, FINE + "第四十五条", penal(PENAL["heavier for a defence"][0]), penal({
        "event": decided(decided_amount=25000)}), ("cf_simple/never_heavier_for_a_defence",),
        also=frozenset({"D1"})),
    "D4": Rule("R", True, FINE + "第四十四条、第六十二条", penal(
        PENAL["heavier without a new notice"][0]), penal({
        "event": decided(decided_amount=35000), "case": case(told_amount=35000, penalty_amount=35000)}),
        ("cf_general/heavier_without_new_notice",), also=frozenset({"D1"})),
    "D5": Rule("Y", False, "处罚金额", penal({"event": event("MessageReceived", "rectify")}), penal({
        "event": event("MessageReceived", "rectify"), "case": case(report_finished=False)}),
        ("cf_general/facts_edited_after_the_report",)),
    "D6": Rule("R", True, FINE + "第七十六条第一款第二项", penal(PENAL["above the band"][0]), penal({
        "event": decided(decided_amount=50000), "case": case(told_amount=50000, penalty_amount=50000)}),
        ("cf_general/amount_outside_the_band",)),
    "D7": Rule("R", True, FINE + "第二十九条", penal(PENAL["a second fine"][0]), penal({
        "event": decided(decided_amount=25000), "case": case(fined_before=False)}), why_not=DRAWN),
    "D8": Rule("Y", False, "处罚金额", penal(PENAL["not the amount due"][0]), penal({
        "event": event("MessageReceived", "pay"), "case": case(payment_difference=0)}),
        ("cf_general/wrong_amount_paid",)),
    "E1": Rule("R", True, FINE + "第四十二条、第七十六条", penal(
        PENAL["decided without certificate"][0]), penal({
        "event": decided(decided_amount=25000), "case": case(**HELD)}), ("cf_simple/one_officer",)),
    "E2": Rule("Y", False, FINE + "第四十二条", penal(PENAL["another field"][0]), penal({"event": JUDGED}),
        ("tests/procedures/test_rules_in_real_cases.py",)),
    "E3": Rule("R", True, FINE + "第五十七条、第五十八条", COMMON["E3"][1], {
        **COMMON["E3"][1], "actor": {"person": "zhao"}},
        why_not="authority refuses the claim before (SOD-2)"),
    "E4": Rule("R", True, FINE + "第五十八条", penal(PENAL["no legal review"][0]), penal({
        "event": decided(decided_amount=25000)}), why_not=DRAWN),
    "E5": Rule("R", True, FINE + "第五十七条第二款", penal(PENAL["no discussion"][0]), penal({
        "event": decided(decided_amount=25000), "case": case(major=True, discussion_result="agree")}),
        why_not=DRAWN),
    "E6": Rule("R", True, "监督条例》第十一条|第六十四条|第四十八条", penal(
        PENAL["a chair without certificate"][0]), penal({
        "event": done("assign", "legal-reviewer", chair_name="周海", chair_certificate="鲁B370210")}),
        ("tests/procedures/test_rules_in_real_cases.py",)),
    "F1": Rule("R", True, FINE + "第六十二条", penal(PENAL["too early"][0]), penal({
        "event": decided(decided_amount=25000), "case": case(remedies_waived=True),
        "periods": [{**STATED, "state": "running"}]}), why_not=DRAWN),
    "F2": Rule("Y", False, FINE + "第二十八条", penal(PENAL["no order to correct"][0]), penal({
        "event": decided(decided_amount=25000)}), why_not=DRAWN),
    "F3": Rule("R", True, FINE + "第五十一条|第六十八条", penal(
        PENAL["over the limit on the spot, citizen"][0]), penal({
        "event": on_the_spot(), "case": case(
            party_type="person", told_amount=200, penalty_amount=200, decided_amount=200, penalty=None)}),
        ("cf_simple/shop_goods_on_the_pavement",)),
    "F4": Rule("R", True, "第六十一条", penal(PENAL["enforced before it was served"][0]), penal({
        "event": done("urge", "handler")}), why_not=DRAWN),
    "F5": Rule("R", True, "第三十八条第二款、第七十二条第七项", COMMON["F5"][1], {
        "event": done("decide", "head-of-organ", **REFUSAL)}, ("xk_general/refusal_without_reasons",)),
    "F6": Rule("Y", False, "在线政务服务的若干规定》第七条", COMMON["F6"][1], {
        "event": done("investigate", extra_proof_demanded=False)},
        ("tests/procedures/test_rules_in_real_cases.py",)),
    "F7": Rule("Y", False, "留痕", COMMON["F7"][1], {
        "event": event("CaseReceived"), "case": {"file": {"entry_delay": 2}, "kind": "licence"}},
        ("tests/supervision/test_patrol_finds_what_was_missed.py",)),
    "F8": Rule("R", False, "《行政许可法》第五十八条", COMMON["F8"][1], {
        "event": done("accept", fee=20), "item": {"fee_basis": "条例第九条"}},
        ("xk_general/fee_without_ground",)),
    "F9": Rule("Y", False, "《政府信息公开条例》", COMMON["F9"][1], {
        "event": done("review", "handler", disclosure="withheld", disclosure_reason="涉及商业秘密")},
        why_not="the form of a publication refuses to go on without the reason"),
    "F10": Rule("Y", False, "信箱", replied("字" * 19), replied("字" * 20), ("letter/short_reply",)),
    "F11": Rule("Y", False, "12345", returned(2), returned(1), ("letter/returned_twice",)),
    "F12": Rule("T", False, "信访工作条例",
        pattern("two-channels", number="2", told="1", channels=2),
        pattern("two-channels", number="2", told="1", channels=1),
        ("tests/supervision/test_patterns_over_cases.py",)),
    "F14": Rule("Y", False, "好差评", COMMON["F14"][1], {
        "event": OVERDUE, "period": period(id="hp.rate", **{"class": "party"})},
        ("letter/call_back_too_late",)),
    "F15": Rule("T", False, FINE + "第三十四条",
        pattern("unequal", name="shinan.cg", item="P1", amounts=2, told="500、600"),
        pattern("unequal", name="shinan.cg", item="P1", amounts=1, told="500"),
        ("tests/supervision/test_patterns_over_cases.py",)),
    "F16": Rule("T", False, "证照库", penal(PENAL["opened against a licence"][0]), penal({
        "event": done("open-case", "head-of-organ", open_approved=True)}),
        ("tests/procedures/test_rules_in_real_cases.py",)),
}  # fmt: skip

ELSEWHERE = {
    "F13": "public trading has no procedure yet, so no case in which a period or a publication could lack",
    "F17": "registers are compared each night (processes/registers, checks F17-1, F17-2), not cases: "
    "tests/supervision/test_registers_are_compared_each_night.py",
}
NOT_OF_THE_DOMAIN = {"SOD-1", "SOD-2", "SOD-3", "DC-17"}
DOMAIN = [
    *(f"A{n}" for n in range(18)), *(f"B{n}" for n in range(1, 6)), *(f"C{n}" for n in range(1, 5)),
    *(f"D{n}" for n in range(1, 9)), *(f"E{n}" for n in range(1, 7)), *(f"F{n}" for n in range(1, 18)),
]  # fmt: skip


@cache
def drawn() -> Mapping[str, list[tuple[str, dmn.Rule]]]:
    """Rule → its rows: the table and the row."""
    found: dict[str, list[tuple[str, Any]]] = {}
    for path in sorted(FOLDER.glob("*.dmn")):
        model = dmn.read(path.read_bytes())
        table = model.decisions[path.stem].logic
        assert isinstance(table, dmn.Table)
        column = [one.name for one in table.outputs].index("rule")
        for row in table.rules:
            found.setdefault(row.outputs[column].text.text.strip('"'), []).append((path.stem, row))
    return found


def fallen(facts: Facts) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for card in cards(**facts):
        found.setdefault(card["rule"], []).append(card)
    return found


def test_every_rule_of_the_domain_is_listed_and_no_other_is_drawn() -> None:
    assert set(DOMAIN) == RULES.keys() | ELSEWHERE.keys()
    assert drawn().keys() == RULES.keys() | NOT_OF_THE_DOMAIN


@pytest.mark.parametrize("name", RULES)
def test_a_breach_gives_the_card_of_the_rule_at_its_level_under_its_ground(name: str) -> None:
    rule, found = RULES[name], fallen(RULES[name].breach)
    assert found.keys() == {name} | rule.also
    graver = max(found[name], key=lambda card: card["blocked"])
    assert (graver["level"], graver["blocked"]) == (rule.level, rule.void)
    assert re.search(rule.ground, graver["basis"]), graver["basis"]
    assert graver["person"]
    assert graver["sentence_zh"]
    assert graver["sentence_en"]


@pytest.mark.parametrize("name", RULES)
def test_the_lawful_act_beside_a_breach_gives_no_card_of_the_rule(name: str) -> None:
    assert name not in fallen(RULES[name].beside)
    assert RULES[name].beside != RULES[name].breach


@pytest.mark.parametrize("name", RULES)
def test_a_rule_falls_in_a_real_case_or_says_why_none_can_break_it(name: str) -> None:
    rule = RULES[name]
    assert bool(rule.lived) != bool(rule.why_not)
    for place in rule.lived:
        assert _tells(place, name), f"{place} does not speak of {name}"


def _tells(place: str, name: str) -> bool:
    """Whether an example case expects a card of the rule, or a test module names the rule in a string."""
    if place.endswith(".py"):
        tree = ast.parse((ROOT / place).read_text(encoding="utf-8"))
        texts = [one.value for one in ast.walk(tree) if isinstance(one, ast.Constant)]
        return any(isinstance(text, str) and text in (name, f"rule:{name}") for text in texts)
    package, _, example = place.partition("/")
    path = ROOT / "processes" / package / "tests" / f"{example}.yaml"
    then = yaml.safe_load(path.read_text(encoding="utf-8"))["then"]
    return any(card["rule"] == name for card in then.get("cards", ()))


def test_a_rule_that_stands_elsewhere_says_where() -> None:
    checks = (ROOT / "processes" / "registers" / "registers.toml").read_text(encoding="utf-8")
    assert '"F17-1"' in checks
    assert '"F17-2"' in checks
    assert not any("tender" in path.name for path in (ROOT / "processes").iterdir())
    assert Path(ROOT, ELSEWHERE["F17"].rpartition(": ")[2]).exists()
