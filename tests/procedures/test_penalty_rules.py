"""The supervision rules of penalties: each fires on its breach, says why, and is silent on the lawful act."""

from __future__ import annotations

from typing import Any

import pytest
from test_supervision_tables import cards, done, event, period

CASE: dict[str, Any] = {
    "kind": "penalty", "procedure": "cf_general",
    "file": {
        "officers_valid": True, "officers_cover": True, "told_amount": 25000, "penalty_amount": 25000,
        "legal_review_needed": True, "review_result": "pass", "collective_needed": False,
        "penalty": {"band_min": 20000, "band_max": 50000, "amount": 25000}, "party_type": "enterprise",
        "report_finished": True, "delivered_on": "2026-05-22",
    },
}  # fmt: skip
ORDERED = [{"kind": "责令改正通知书", "number": "1", "issued_on": "2026-03-13"}]
TOLD = {"act": "inform-of-penalty", "role": "handler", "person": "li", "date": "2026-04-10", "element": "t"}
STATED = {"id": "cf.statement", "state": "stopped", "late": False, "due": "2026-04-20", "class": "party"}
OVERDUE = event("PeriodOverdue", limit="statutory")
ZHAO = {"person": "zhao", "kind": "officer"}


def case(**file: Any) -> dict[str, Any]:
    return {**CASE, "file": {**CASE["file"], **file}}


def decided(role: str = "head-of-organ", /, **data: Any) -> dict[str, Any]:
    return done("decide", role, **{"decision": "penalise", **data})


def on_the_spot(**data: Any) -> dict[str, Any]:
    return done("decide", "handler", **{"officers_signed": True, **data})


def rules(facts: dict[str, Any]) -> list[tuple[str, str, bool]]:
    laid = {"case": CASE, "documents": ORDERED, "actor": ZHAO, "periods": [STATED], **facts}
    return sorted((card["rule"], card["level"], card["blocked"]) for card in cards(**laid))


WITHDRAWN = done("withdraw-case", "head-of-organ", withdrawal_approved=True)
REVIEWED = {"withdrawal_reason": "no_violation", "withdrawal_legal_opinion": "agree"}
JUDGED = event("ActRecorded", "review", person="system") | {"element": "judge_officers"}

BREACHES: dict[str, tuple[dict[str, Any], list[tuple[str, str, bool]]]] = {
    "ninety days": ({"event": OVERDUE, "period": period(id="cf.decision")}, [("A10", "R+", False)]),
    "ninety days of a department": (
        {"event": OVERDUE, "period": period(id="cf.decision.market")}, [("A10", "R+", False)]),
    "preserved goods": ({"event": OVERDUE, "period": period(id="cf.preserve")}, [("A11", "R", False)]),
    "seized goods": ({"event": OVERDUE, "period": period(id="cf.seizure")}, [("A11", "R", False)]),
    "not served": ({"event": OVERDUE, "period": period(id="cf.serve")}, [("A12", "R", False)]),
    "short notice": (
        {"event": done("serve", "hearing-clerk", notice_served_on="2026-04-20"),
         "periods": [{**STATED, "id": "cf.hearing.notice", "due": "2026-04-17"}]},
        [("A13", "R", True)]),
    "heard before the day told": (
        {"event": done("hear", "hearing-chair", hearing_state="held") | {"date": "2026-05-07"},
         "case": case(hearing_on="2026-05-08")}, [("A13", "R", True)]),
    "chaired by an officer of the case": (
        {"event": done("hear", "hearing-chair", hearing_state="held") | {"date": "2026-05-08"},
         "case": case(hearing_on="2026-05-08"),
         "history": [{**TOLD, "act": "investigate", "person": "zhao"}]},
        [("E6", "R", True), ("SOD-1", "R", True)]),
    "an officer of the case is to chair": (
        {"event": done("assign", "legal-reviewer", chair_name="张伟", chair_certificate="鲁B370210"),
         "case": case(officer1={"name": "张伟"})}, [("E6", "R", True)]),
    "not opened for a licence there is none of": (
        {"event": done("not-open", "head-of-organ", not_open_approved=True, not_open_reason="licensed")},
        [("F16", "T", False)]),
    "cash kept": ({"event": OVERDUE, "period": period(id="cf.cash.authority")}, [("A14", "R", False)]),
    "cash not banked": ({"event": OVERDUE, "period": period(id="cf.cash.bank")}, [("A14", "R", False)]),
    "not published": ({"event": OVERDUE, "period": period(id="cf.publish")}, [("A16", "Y", False)]),
    "a lead left lying": (
        {"event": OVERDUE, "period": period(id="cf.lead", **{"class": "step"})}, [("B2", "Y", False)]),
    "not opened, no reason": (
        {"event": done("not-open", "head-of-organ", not_open_approved=True)}, [("B1", "R", True)]),
    "not opened by the handler": (
        {"event": done("not-open", "head-of-organ", not_open_approved=True, not_open_reason="minor"),
         "history": [{**TOLD, "act": "investigate", "person": "zhao"}]}, [("B1", "R", True)]),
    "not opened for a repeater": (
        {"event": done("not-open", "head-of-organ", not_open_approved=True, not_open_reason="minor"),
         "case": case(prior_recent=1)}, [("B3", "Y", False)]),
    "the sender was not told": (
        {"event": event("CaseClosed"), "case": case(outcome="not_opened", lead_source="report")},
        [("B5", "Y", False)]),
    "withdrawn": ({"event": WITHDRAWN, "case": case(**REVIEWED)}, [("C1", "Y", False)]),
    "withdrawn after the notice": (
        {"event": WITHDRAWN, "case": case(**REVIEWED), "history": [TOLD]},
        [("C1", "Y", False), ("C2", "R", False)]),
    "withdrawn without a reason": (
        {"event": WITHDRAWN, "case": case(**{**REVIEWED, "withdrawal_reason": " "})},
        [("C1", "R", True), ("C1", "Y", False)]),
    "withdrawn without legal review": (
        {"event": WITHDRAWN, "case": case(**{**REVIEWED, "withdrawal_legal_opinion": None})},
        [("C1", "R", True), ("C1", "Y", False)]),
    "withdrawn by the section head": (
        {"event": done("withdraw-case", "section-head", withdrawal_approved=True), "case": case(**REVIEWED)},
        [("C1", "R", True), ("C1", "Y", False)]),
    "not the amount told": (
        {"event": decided(decided_amount=20000), "case": case(penalty_amount=20000)}, [("D1", "Y", False)]),
    "not the amount of the table": (
        {"event": decided(decided_amount=24000), "case": case(told_amount=24000)}, [("D2", "R", False)]),
    "heavier for a defence": (
        {"event": decided(decided_amount=35000), "case": case(penalty_amount=35000)},
        [("D1", "Y", False), ("D3", "R", True)]),
    "heavier without a new notice": (
        {"event": decided(decided_amount=None),
         "case": case(decided_amount=35000, penalty_amount=35000, facts_changed=True)},
        [("D1", "Y", False), ("D4", "R", True)]),
    "heavier on the spot, on facts nobody told of": (
        {"event": on_the_spot(decided_amount=35000),
         "case": case(party_type="enterprise", penalty_amount=35000, facts_corrected=True)},
        [("D1", "Y", False), ("D4", "R", True), ("F3", "R", True)]),
    "heavier than the facts that were told": (
        {"event": decided(decided_amount=35000, new_facts=True),
         "case": case(penalty_amount=35000, facts_now={"area_m2": 25}, told_facts={"area_m2": 25})},
        [("D1", "Y", False), ("D3", "R", True)]),
    "heavier on other facts than were told": (
        {"event": decided(decided_amount=35000),
         "case": case(penalty_amount=35000, facts_now={"area_m2": 35}, told_facts={"area_m2": 25})},
        [("D1", "Y", False), ("D4", "R", True)]),
    "facts edited after the report": ({"event": event("MessageReceived", "rectify")}, [("D5", "Y", False)]),
    "below the band": (
        {"event": decided(decided_amount=19999), "case": case(told_amount=19999, penalty_amount=19999)},
        [("D6", "R", True)]),
    "above the band": (
        {"event": decided(decided_amount=50001), "case": case(told_amount=50001, penalty_amount=50001)},
        [("D6", "R", True)]),
    "a second fine": (
        {"event": decided(decided_amount=25000), "case": case(fined_before=True)}, [("D7", "R", True)]),
    "not the amount due": (
        {"event": event("MessageReceived", "pay"), "case": case(payment_difference=-500)},
        [("D8", "Y", False)]),
    "no certificate": ({"event": JUDGED, "case": case(officers_valid=False)}, [("E1", "R", False)]),
    "decided without certificate": (
        {"event": decided(decided_amount=25000), "case": case(officers_valid=False)}, [("E1", "R", True)]),
    "another field": ({"event": JUDGED, "case": case(officers_cover=False)}, [("E2", "Y", False)]),
    "no legal review": (
        {"event": decided(decided_amount=25000), "case": case(review_result=None)}, [("E4", "R", True)]),
    "no discussion": (
        {"event": decided(decided_amount=25000), "case": case(major=True)}, [("E5", "R", True)]),
    "a chair without certificate": (
        {"event": done("assign", "legal-reviewer", chair_name="周海")}, [("E6", "R", True)]),
    "too early": (
        {"event": decided(decided_amount=25000), "periods": [{**STATED, "state": "running"}]},
        [("F1", "R", True)]),
    "never told": (
        {"event": decided(decided_amount=25000), "case": case(told_amount=None)}, [("F1", "R", True)]),
    "no order to correct": ({"event": decided(decided_amount=25000), "documents": []}, [("F2", "Y", False)]),
    "over the limit on the spot, citizen": (
        {"event": on_the_spot(), "case": case(
            party_type="person", told_amount=250, penalty_amount=250, decided_amount=250, penalty=None)},
        [("F3", "R", True)]),
    "over the limit on the spot, firm": (
        {"event": on_the_spot(), "case": case(
            told_amount=3001, penalty_amount=3001, decided_amount=3001, penalty=None)},
        [("F3", "R", True)]),
    "collected on the spot without ground": (
        {"event": done("serve", "handler", collection_mode="on_spot", collection_ground="small"),
         "case": case(decided_amount=101)}, [("F3", "R", True)]),
    "enforced before it was served": (
        {"event": done("urge", "handler"), "case": case(delivered_on=None)}, [("F4", "R", True)]),
    "entered in one go": (
        {"event": event("CaseClosed"), "case": {
            **case(outcome="penalised"), "received_at": "2026-03-10T01:55:00.000Z"}}, [("F7", "Y", False)]),
    "opened against a licence": (
        {"event": done("open-case", "head-of-organ", open_approved=True), "case": case(licensed=True)},
        [("F16", "T", False)]),
}  # fmt: skip


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_in_a_penalty_case_gives_its_card(breach: str) -> None:
    facts, wanted = BREACHES[breach]
    assert rules(facts) == sorted(wanted)


LAWFUL: dict[str, dict[str, Any]] = {
    "the amount told, as the table has it": {"event": decided(decided_amount=25000)},
    "no penalty": {
        "event": done("decide", "head-of-organ", decision="not_penalise"), "case": case(told_amount=None)},
    "less than told where the table says so after correction": {
        "event": decided(), "case": case(decided_amount=25000, told_amount=25000)},
    "a decision after a waiver": {
        "event": decided(decided_amount=25000), "case": case(remedies_waived=True),
        "periods": [{**STATED, "state": "running"}]},
    "not opened, with a reason, by somebody else": {
        "event": done("not-open", "head-of-organ", not_open_approved=True, not_open_reason="limitation")},
    "not opened, the reason known from the check": {
        "event": done("not-open", "head-of-organ", not_open_approved=True),
        "case": case(not_open_reason="limitation")},
    "a withdrawal refused": {"event": done("withdraw-case", "head-of-organ", withdrawal_approved=False)},
    "the sender was told": {"event": event("CaseClosed"), "case": case(
        outcome="not_opened", lead_source="report", sender_told_on="2026-03-11")},
    "paid in full": {"event": event("MessageReceived", "pay"), "case": case(payment_difference=0)},
    "valid certificates": {"event": JUDGED},
    "notice served in time": {
        "event": done("serve", "hearing-clerk", notice_served_on="2026-04-20"),
        "periods": [{**STATED, "id": "cf.hearing.notice", "due": "2026-04-20"}]},
    "heard on the day told": {
        "event": done("hear", "hearing-chair", hearing_state="held") | {"date": "2026-05-08"},
        "case": case(hearing_on="2026-05-08")},
    "put off before the day": {
        "event": done("hear", "hearing-chair", hearing_state="postponed") | {"date": "2026-05-07"},
        "case": case(hearing_on="2026-05-08")},
    "not opened for a licence of the register": {
        "event": done("not-open", "head-of-organ", not_open_approved=True, not_open_reason="licensed"),
        "case": case(licensed=True)},
    "two hundred yuan on the spot": {"event": on_the_spot(), "case": case(
        party_type="person", told_amount=200, penalty_amount=200, decided_amount=200, penalty=None)},
    "three thousand on the spot, firm": {"event": on_the_spot(), "case": case(
        told_amount=3000, penalty_amount=3000, decided_amount=3000, penalty=None)},
    "a hundred yuan collected on the spot": {
        "event": done("serve", "handler", collection_mode="on_spot", collection_ground="small"),
        "case": case(decided_amount=100)},
    "more collected because it is hard to enforce": {
        "event": done("serve", "handler", collection_mode="on_spot", collection_ground="hard_to_collect",
                      collection_reason="外地流动摊贩"), "case": case(decided_amount=150)},
    "heavier facts that were told anew": {
        "event": decided(decided_amount=35000),
        "case": case(told_amount=35000, penalty_amount=35000, facts_changed=True,
                     facts_now={"area_m2": 35}, told_facts={"area_m2": 35})},
    "a chair with a certificate": {
        "event": done("assign", "legal-reviewer", chair_name="周海", chair_certificate="鲁B370210")},
    "the thirty days of the late fee are a waiting time": {
        "event": OVERDUE, "period": period(id="cf.late.enforce", **{"class": "step"})},
}  # fmt: skip


@pytest.mark.parametrize("act", LAWFUL)
def test_a_lawful_act_in_a_penalty_case_gives_none(act: str) -> None:
    assert rules(LAWFUL[act]) == []


EXAMINED = {"act": "examine", "role": "handler", "person": "zhao", "name": "赵六", "date": "2026-03-02"}
CHAIRED = done("assign", "legal-reviewer", chair_name="赵六")
LICENCE = {"kind": "licence", "procedure": "xk_general", "file": {}}


@pytest.mark.parametrize(
    ("facts", "basis"),
    [
        ({"event": CHAIRED, "history": [EXAMINED]}, "《行政许可法》第四十八条第一款第三项"),
        ({"event": CHAIRED, "item": {"chair_certificate": True}}, "《山东省行政执法监督条例》第十一条"),
    ],
)
def test_the_chair_of_a_licence_hearing_is_certified_where_asked_and_no_examiner(
    facts: dict[str, Any], basis: str
) -> None:
    (card,) = cards(case=LICENCE, **facts)
    assert (card["rule"], card["level"], card["blocked"], card["basis"]) == ("E6", "R", True, basis)


@pytest.mark.parametrize(
    "facts",
    [
        {"event": CHAIRED},
        {"event": CHAIRED, "history": [{**EXAMINED, "name": "钱七"}]},
        {"event": CHAIRED, "history": [{**EXAMINED, "act": "accept", "role": "window"}]},
        {"event": done("assign", "legal-reviewer", chair_name="赵六", chair_certificate="鲁B370210"),
         "item": {"chair_certificate": True}},
    ],
)  # fmt: skip
def test_a_chair_from_elsewhere_may_hear_a_licence_case(facts: dict[str, Any]) -> None:
    assert cards(case=LICENCE, **facts) == []


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        ("2021-07-14", [(51, "《行政处罚法》（1996年）第三十三条")]),
        ("2021-07-15", [(201, "《行政处罚法》第五十一条")]),
    ],
)
def test_an_on_the_spot_fine_is_held_to_the_law_of_its_day(day: str, wanted: list[tuple[int, str]]) -> None:
    found = []
    for amount in (50, 51, 200, 201):
        told = {"told_amount": amount, "penalty_amount": amount, "decided_amount": amount, "penalty": None}
        facts = {"event": {**on_the_spot(), "date": day}, "case": case(party_type="person", **told)}
        laid = {"documents": ORDERED, "actor": ZHAO, "periods": [STATED], **facts}
        found += [(amount, card["basis"]) for card in cards(**laid) if card["rule"] == "F3"]
    assert found[:1] == wanted
    assert len(found) == {"2021-07-14": 3, "2021-07-15": 1}[day]
