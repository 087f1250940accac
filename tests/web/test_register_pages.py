"""Officers look registers up on a page: with a purpose, within their post, each reading recorded."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from town import Town

from engine.casework import nights, patterns, registers
from engine.records import registers as kept
from timers.laboratory import Laboratory

FIRM = "91350100M000100Y43"
AT = "/clerk/registers"


def bring(town: Town, register: str, **row: Any) -> None:
    by = town.house.directory.actor("weigang")
    registers.bring(town.house.runtime, register, [row], by)


@pytest.fixture
def firm(town: Town) -> Town:
    """A town whose registers know of one firm, without tax registration."""
    bring(
        town,
        "subjects",
        key=FIRM,
        name="琴岛广告有限公司",
        kind="enterprise",
        state="active",
        address="中山路8号",
    )
    return town


def test_a_row_is_told_in_words_and_the_reading_recorded(firm: Town) -> None:
    officer = firm.officer("zhangwei")

    answer = officer.post(AT, {"register": "subjects", "text": FIRM, "purpose": "核对主体"}, at=AT)

    assert answer.status_code == 200
    for told in ("琴岛广告有限公司", "存续", "中山路8号", "企业"):
        assert told in answer.text
    (entry,) = firm.entries(kept.access_stream("subjects"))
    assert entry.actor["person"] == "zhangwei"
    assert entry.events[0].data["purpose"] == "核对主体"


def test_what_is_looked_for_stands_in_no_address(firm: Town) -> None:
    asked = {"text": FIRM, "register": "subjects", "purpose": "核对主体"}

    assert "琴岛广告" not in firm.officer("zhangwei").get(AT, query_string=asked).text
    assert firm.entries(kept.access_stream("subjects")) == []


def test_without_a_purpose_nothing_is_told(firm: Town) -> None:
    answer = firm.officer("zhangwei").post(AT, {"register": "subjects", "text": FIRM}, at=AT)

    assert answer.status_code == 422
    assert "琴岛广告" not in answer.text
    assert firm.entries(kept.access_stream("subjects")) == []


def test_a_designer_finds_no_register_and_cannot_ask_one(firm: Town) -> None:
    officer = firm.officer("shenlan")

    assert "没有可以查询的登记簿" in officer.get(AT).text
    asked = {"register": "subjects", "text": FIRM, "purpose": "好奇"}
    assert officer.post(AT, asked, at="/designer/").status_code == 403


def test_nobody_looks_without_signing_in(firm: Town) -> None:
    answer = firm.visitor().get(AT)

    assert answer.status_code in (302, 303)
    assert "signin" in answer.headers["Location"]


def test_a_firm_without_tax_registration_is_on_the_page_of_comparisons(firm: Town) -> None:
    bring(firm, "subjects", key="91370202MA3ABCDE0X", name="老店", kind="household", state="active",
          registered_on="2026-02-20")  # fmt: skip

    text = firm.officer("qinzheng").get(f"{AT}/comparisons").text

    assert "未办理税务登记" in text
    assert FIRM in text
    assert "91370202MA3ABCDE0X" not in text


def test_officers_who_may_look_are_told_of_what_the_night_found(firm: Town) -> None:
    runtime = firm.house.runtime
    found = patterns.patterns(runtime, runtime.clock.now())
    nights.write(runtime, 0, found, "a", salt=secrets.token_hex(16))

    assert "登记簿比对发现 1 条线索" in firm.officer("qinzheng").get("/clerk/").text
    assert "登记簿比对发现" not in firm.officer("shenlan").get("/clerk/").text
    seen = firm.officer("qinzheng").get("/supervisor/patrols").text
    assert "未办理税务登记：1" in seen
    assert FIRM not in seen


def test_an_officers_unit_and_area_are_told_by_name(town: Town) -> None:
    bring(
        town,
        "officers",
        key="鲁B370201",
        name="张伟",
        person="zhangwei",
        unit="shinan.cg",
        area="shinan",
        valid_from="2010-01-01",
        valid_to="2028-12-31",
        state="valid",
    )
    asked = {"register": "officers", "text": "鲁B370201", "purpose": "核对执法资格"}

    answer = town.officer("zhangwei").post(AT, asked, at=AT)

    assert "市南区城市管理局" in answer.text
    assert "shinan.cg" not in answer.text


def test_what_a_penalty_and_a_licence_are_for_is_told_by_name(town: Town) -> None:
    given = {"party": "琴岛广告有限公司", "item": "street_trading", "decided_on": "2025-07-01"}
    bring(town, "penalties", key="青南城管罚字1", state="executed", **given)
    bring(town, "licences", key="许1", kind="许可证", holder="琴岛", item="XK-SR-0035", state="valid")
    officer = town.officer("zhangwei")

    def told(register: str, text: str) -> str:
        return officer.post(AT, {"register": register, "text": text, "purpose": "核对主体"}, at=AT).text

    assert "占用道路等公共场地从事经营活动" in told("penalties", "青南城管罚字1")
    assert "street_trading" not in told("penalties", "青南城管罚字1")
    assert "XK-SR-0035" not in told("licences", "许1")
    officer.post("/language/en", {"next": AT}, at=AT)
    assert "Trading on roads or public places" in told("penalties", "青南城管罚字1")


def test_a_case_and_the_case_that_corrected_its_decision_link_to_each_other(town: Town) -> None:
    laboratory = Laboratory(town.house.runtime, town.clock, 7)
    first = laboratory.receive("CF-CG-0001", "shinan.cg", {}, channel="window").number
    row = {"key": "青南城管罚字1", "party": "琴岛广告有限公司", "item": "advertising", "unit": "shinan.cg",
           "decided_on": "2025-07-01", "amount": 5000, "state": "executed", "case_number": first}  # fmt: skip
    bring(town, "penalties", **row)
    given = {"decision_number": row["key"], "remedy_result": "annulled"}
    later = laboratory.receive("CF-CG-0003", "shinan.cg", given, channel="window").number
    bring(town, "penalties", **row, changed_by=later)
    officer = town.officer("zhangwei")

    assert f'href="/clerk/cases/{later}"' in officer.get(f"/clerk/cases/{first}").text
    assert f'href="/clerk/cases/{first}"' in officer.get(f"/clerk/cases/{later}").text
    unrelated = laboratory.receive("CF-CG-0001", "shinan.cg", {}, channel="window").number
    assert "相关案件" not in officer.get(f"/clerk/cases/{unrelated}").text
