"""Rules that no example case breaks, broken in real ones: who is blamed, under which law; and kept beside."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from founded import runtime_over

from engine.casework import patrol, registers
from engine.errors import ActBlocked, Malformed
from engine.organisation.model import Actor
from engine.records import journal
from timers.laboratory import Laboratory

FIRST = date(2026, 3, 2)
LICENCE, PENALTY, BUREAU = "XK-SR-0035", "CF-CG-0001", "shinan.cg"
ROW = {"valid_from": "2024-01-01", "valid_to": "2028-12-31", "fields": ["城市管理"], "state": "valid"}
OFFICERS = [
    {**ROW, "key": "鲁B370201", "name": "张伟", "person": "zhangwei"},
    {**ROW, "key": "鲁B370202", "name": "刘洋", "person": "liuyang"},
    {**ROW, "key": "鲁B370206", "name": "吴越", "person": "wuyue", "area": "laoshan"},
]
FIRM = "91350100M000100Y43"
LEAD = {
    "lead_source": "patrol", "lead_description": "擅自设置户外广告", "item_code": "advertising",
    "act_on": "2026-03-01", "party_type": "enterprise", "party_name": "琴岛广告有限公司", "party_id": FIRM,
    "phone": "13800001234", "officer1_cert": "鲁B370201", "officer2_cert": "鲁B370202",
}  # fmt: skip
Card = dict[str, Any]


@pytest.fixture
def lab(founded_sqlite: Path, tmp_path: Path) -> Iterator[Laboratory]:
    url = f"sqlite:///{shutil.copyfile(founded_sqlite, tmp_path / 'rules.db')}"
    with Laboratory(*runtime_over(url, FIRST), 3) as made:
        registers.bring(made.runtime, "officers", OFFICERS, Actor.system())
        yield made


def told(lab: Laboratory, case_id: int, rule: str) -> list[Card]:
    """The cards of a rule with the moment each was recorded; the patrol agrees with every one."""
    assert patrol.patrol_case(lab.runtime, case_id, lab.clock.now()) == []
    found = []
    with lab.runtime.store.reading() as connection:
        for entry in journal.read(connection, journal.case_stream(case_id)):
            for event in entry.events:
                if event.type == "CardIssued" and event.data["rule"] == rule:
                    found.append({**event.data, "at": entry.moment})
    return found


def did(lab: Laboratory, case_id: int, act: str) -> str:
    """The person who last did an act in a case."""
    return str(next(one["person"] for one in reversed(lab.case(case_id).acts) if one["act"] == act))


def applied(lab: Laboratory, **facts: Any) -> int:
    case_id = lab.receive(LICENCE, BUREAU, facts, channel="window").case_id
    lab.complete(case_id, "review", review_outcome="ok")
    lab.complete(case_id, "accept")
    return case_id


def granted(lab: Laboratory, **facts: Any) -> int:
    """Granted on Monday 2 March."""
    case_id = applied(lab, **facts)
    lab.complete(case_id, "examine", can_decide_now=True, marked_major=False, needed_steps=[])
    lab.complete(case_id, "decide", outcome="approved")
    return case_id


ONLINE = {"e_service_consent": True, "e_address": "a@example.cn"}


@pytest.mark.parametrize(
    ("rule", "facts", "last", "level", "basis"),
    [
        ("A8", {"e_service_consent": False}, date(2026, 3, 16), "R", "《行政许可法》第四十四条"),
        ("A16", ONLINE, date(2026, 3, 11), "Y", "双公示：发改办财金〔2018〕424号"),
    ],
)
def test_a_licence_granted_and_then_left(
    lab: Laboratory, rule: str, facts: dict[str, Any], last: date, level: str, basis: str
) -> None:
    """Seven working days for the publication, ten for the certificate, each to the minute."""
    case_id = granted(lab, **facts)
    lab.at(last, 16.9)
    assert told(lab, case_id, rule) == []
    lab.at(last, 17.1)
    (card,) = told(lab, case_id, rule)
    assert (card["level"], card["basis"], card["blocked"]) == (level, basis, False)
    assert card["at"] == f"{last}T09:00:00.001Z"


def test_a_publication_is_not_withheld_without_a_reason(lab: Laboratory) -> None:
    """The form refuses it before rule F9 could speak of it."""
    case_id = granted(lab, **ONLINE)
    with pytest.raises(Malformed):
        lab.complete(case_id, "check_content", disclosure="withheld", disclosure_reason=" ")
    lab.complete(case_id, "check_content", disclosure="withheld", disclosure_reason="涉及商业秘密")
    assert told(lab, case_id, "F9") == []


@pytest.mark.parametrize(("held", "number"), [(True, 1), (False, 0)])
def test_a_correction_asked_for_what_a_register_holds(lab: Laboratory, held: bool, number: int) -> None:
    case_id = lab.receive(LICENCE, BUREAU, {}, channel="window").case_id
    lab.complete(case_id, "review", review_outcome="incomplete")
    lab.complete(case_id, "notify_correction", missing_points=["营业执照"], missing_in_register=held)
    found = told(lab, case_id, "F6")
    assert [card["level"] for card in found] == ["Y"] * number
    assert all("在线政务服务" in card["basis"] for card in found)
    assert all(card["person"] == did(lab, case_id, "correction-notice") for card in found)


def test_an_examiner_is_not_named_to_chair_the_hearing_of_a_licence(lab: Laboratory) -> None:
    case_id = applied(lab)
    lab.complete(case_id, "examine", can_decide_now=False, marked_major=False, needed_steps=["hearing"])
    lab.complete(case_id, "tell_right", told_on="2026-03-02")
    lab.send(case_id, "requested")
    lab.complete(case_id, "check_request", request_entitled=True)
    examiner = next(one["name"] for one in lab.case(case_id).acts if one["act"] == "examine")
    with pytest.raises(ActBlocked):
        lab.complete(case_id, "appoint", chair_name=examiner, clerk_name="吴霞")
    lab.complete(case_id, "appoint", chair_name="周海", clerk_name="吴霞")
    (card,) = told(lab, case_id, "E6")
    assert (card["level"], card["blocked"]) == ("R", True)
    assert card["basis"] == "《行政许可法》第四十八条第一款第三项"
    assert card["person"] == did(lab, case_id, "assign")


def lead(lab: Laboratory, **facts: str) -> int:
    return lab.receive(PENALTY, BUREAU, {**LEAD, **facts}, channel="window").case_id


def test_a_lead_closed_against_what_the_registers_say(lab: Laboratory) -> None:
    prior = {
        "key": "旧罚〔2025〕1号", "party": "琴岛广告有限公司", "party_id": FIRM, "party_type": "enterprise",
        "item": "advertising", "amount": 5000, "decided_on": "2025-09-01", "state": "executed",
    }  # fmt: skip
    registers.bring(lab.runtime, "penalties", [prior], Actor.system())
    lawful = lead(lab, party_id="91370200163562681G")
    for case_id, reason in ((lead(lab), "licensed"), (lawful, "limitation")):
        lab.complete(case_id, "check", check_finding="not_open", not_open_reason=reason)
        lab.complete(case_id, "approve_not_open", not_open_approved=True, not_open_reason=reason)
        falls = case_id != lawful
        for rule, level, basis in (("B3", "Y", "《行政处罚法》第七十六条"), ("F16", "T", "证照库比对")):
            found = [(card["level"], card["basis"]) for card in told(lab, case_id, rule)]
            assert found == [(level, basis)] * falls


def test_a_certificate_of_another_area(lab: Laboratory) -> None:
    for certificate, number in (("鲁B370206", 1), ("鲁B370202", 0)):
        case_id = lead(lab)
        lab.complete(case_id, "check", check_finding="open")
        lab.complete(case_id, "open_case", open_approved=True)
        lab.complete(case_id, "assign", officer1_cert="鲁B370201", officer2_cert=certificate)
        found = told(lab, case_id, "E2")
        assert [(card["level"], card["basis"]) for card in found] == [
            ("Y", "《行政处罚法》第四十二条")
        ] * number
        assert told(lab, case_id, "E1") == []
