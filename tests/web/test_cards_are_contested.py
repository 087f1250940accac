"""Appeal by the person a card names, decision by a supervisor: the pages, refusals, what is recorded."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from town import Town
from watched import CLERK, DISTRICT_SUPERVISOR, OTHER_DISTRICT, SUPERVISOR, accepted_household, laboratory

from engine.casework.commands import Claim
from engine.records import journal

NAMED = "lihua"
REASON = "系统故障期间无法办理，附运维记录。"


@pytest.fixture
def number(town: Town) -> str:
    """A case that lay on a registrar's desk until its limit had passed: three cards name him."""
    lab = laboratory(town)
    case_id = accepted_household(lab)
    key = next(iter(lab.case(case_id).items))
    town.house.runtime.handle(Claim(case_id=case_id, key=key), town.house.directory.actor(NAMED))
    lab.at(date(2026, 4, 10))
    return lab.case(case_id).number


def status(town: Town, number: str, key: int) -> str:
    return str(next(card["status"] for card in town.state(number).cards if card["card"] == key))


def test_whoever_a_card_names_finds_it_and_appeals_with_a_reason(town: Town, number: str) -> None:
    officer = town.officer(NAMED)
    listed = officer.get("/clerk/cards").text
    place = f"/clerk/cards/{number}/3"
    assert place in listed
    assert place in officer.get(f"/clerk/cases/{number}").text
    assert "提出申诉" in officer.get(place).text

    answer = officer.post(place, {"act": "appeal", "reason": REASON}, at=place)

    assert answer.status_code == 303
    assert status(town, number, 3) == "appealed"
    page = officer.get(place).text
    assert REASON in page
    assert "提出申诉" not in page
    assert "申诉中" in officer.get("/clerk/cards").text


def test_an_appeal_without_a_reason_comes_back_with_the_fault_and_the_text(town: Town, number: str) -> None:
    officer, place = town.officer(NAMED), f"/clerk/cards/{number}/3"
    answer = officer.post(place, {"act": "appeal", "reason": "  "}, at=place)
    assert answer.status_code == 422 or answer.status_code == 400
    assert "请写明理由" in answer.text
    long = officer.post(place, {"act": "appeal", "reason": "字" * 2001}, at=place)
    assert "不超过 2000 字" in long.text
    assert "字" * 2001 in long.text
    assert status(town, number, 3) == "standing"


def test_a_card_is_appealed_against_once(town: Town, number: str) -> None:
    officer, place = town.officer(NAMED), f"/clerk/cards/{number}/3"
    officer.post(place, {"reason": REASON}, at=place)
    assert officer.post(place, {"reason": REASON}, at=place).status_code == 409


def test_another_officer_does_not_find_the_card_of_a_colleague(town: Town, number: str) -> None:
    stranger, place = town.officer(CLERK), f"/clerk/cards/{number}/3"
    assert stranger.get(place).status_code == 404
    assert stranger.post(place, {"reason": REASON}, at="/clerk/").status_code == 404
    assert "没有载明您为责任人的卡片" in stranger.get("/clerk/cards").text


@pytest.mark.parametrize(("act", "after"), [("revoke", "revoked"), ("restore", "standing")])
def test_a_supervisor_decides_on_an_appeal(town: Town, number: str, act: str, after: str) -> None:
    officer, mine = town.officer(NAMED), f"/clerk/cards/{number}/3"
    officer.post(mine, {"reason": REASON}, at=mine)
    supervisor, place = town.officer(DISTRICT_SUPERVISOR), f"/supervisor/cards/{number}/3"
    assert REASON in supervisor.get(place).text

    answer = supervisor.post(place, {"act": act, "reason": "经核实日志"}, at=place)

    assert answer.status_code == 303
    assert status(town, number, 3) == after
    assert "经核实日志" in officer.get(mine).text
    last = town.entries(journal.case_stream(town.case_id(number)))[-1]
    assert (last.actor["person"], last.events[0].data["reason"]) == (DISTRICT_SUPERVISOR, "经核实日志")


def test_a_revoked_card_is_restored_and_both_stay_on_the_page(town: Town, number: str) -> None:
    supervisor, place = town.officer(SUPERVISOR), f"/supervisor/cards/{number}/1"
    supervisor.post(place, {"act": "revoke", "reason": "误判"}, at=place)
    assert "恢复卡片" in supervisor.get(place).text
    supervisor.post(place, {"act": "restore", "reason": "复核后维持"}, at=place)
    page = supervisor.get(place).text
    assert page.index("误判") < page.index("复核后维持")
    assert status(town, number, 1) == "standing"


def test_a_decision_needs_a_reason_and_a_known_act_and_a_supervisor_in_reach(town: Town, number: str) -> None:
    supervisor, place = town.officer(SUPERVISOR), f"/supervisor/cards/{number}/1"
    assert "请写明理由" in supervisor.post(place, {"act": "revoke", "reason": ""}, at=place).text
    assert "请选择" in supervisor.post(place, {"act": "appeal", "reason": REASON}, at=place).text
    assert supervisor.post(place, {"act": "restore", "reason": REASON}, at=place).status_code == 409
    other = town.officer(OTHER_DISTRICT)
    assert other.post(place, {"act": "revoke", "reason": REASON}, at="/supervisor/").status_code == 403
    assert status(town, number, 1) == "standing"


def test_cards_are_narrowed_and_exported_by_what_became_of_them(town: Town, number: str) -> None:
    supervisor, place = town.officer(SUPERVISOR), f"/supervisor/cards/{number}/1"
    supervisor.post(place, {"act": "revoke", "reason": "误判"}, at=place)
    assert place in supervisor.get("/supervisor/cards?status=revoked").text
    assert place not in supervisor.get("/supervisor/cards?status=standing").text
    text = supervisor.get("/supervisor/cards.csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert sorted(row["状态"] for row in rows if row["案件"] == number) == ["已撤销", *["有效"] * 4]
