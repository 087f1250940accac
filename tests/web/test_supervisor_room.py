"""The supervisor's pages: figures and their lists, cards, one card explained, reach, refusals."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from town import Town
from watched import (
    AUDITOR,
    CLERK,
    DISTRICT_SUPERVISOR,
    LEFT_LYING,
    OTHER_DISTRICT,
    SUPERVISOR,
    accepted_household,
    laboratory,
)

from engine.records import journal


def card_rows(page: str) -> list[str]:
    return re.findall(r'href="(/supervisor/cards/\d+/\d+)"', page)


def tile(page: str, name: str) -> int:
    found = re.search(rf'bj-tiles__name">{name}</span><span class="bj-tiles__figure">(\d+)<', page)
    assert found, name
    return int(found[1])


def test_the_board_counts_what_its_lists_show(watched: Town) -> None:
    supervisor = watched.officer(SUPERVISOR)
    board = supervisor.get("/supervisor/").text
    for name, standing in {"在办": "open", "红牌": "red", "逾期": "overdue", "黄牌": "yellow"}.items():
        listed = supervisor.get(f"/supervisor/cases?standing={standing}").text
        assert tile(board, name) == len(set(re.findall(r'href="/supervisor/cases/(\d+)"', listed)))
    assert tile(board, "逾期") >= 1


def test_the_board_names_the_newest_cards_with_rule_level_basis_and_person(watched: Town) -> None:
    page = watched.officer(SUPERVISOR).get("/supervisor/").text
    assert "红牌" in page
    assert "违反法定期限" in page
    assert "规则 A3" in page
    assert "投靠落户审批办理时限（地方规定）" in page
    assert LEFT_LYING in page


def test_the_part_that_changes_is_empty_while_nothing_has_changed(watched: Town) -> None:
    supervisor = watched.officer(SUPERVISOR)
    address = re.search(r'hx-get="([^"]+)" hx-trigger', supervisor.get("/supervisor/").text)
    assert address
    asked = address[1].replace("&amp;", "&")
    assert supervisor.get(asked).status_code == 204
    accepted_household(laboratory(watched))
    changed = supervisor.get(asked)
    assert changed.status_code == 200
    assert 'id="board"' in changed.text
    assert "<html" not in changed.text


def test_a_district_supervisor_sees_the_own_district_alone(watched: Town) -> None:
    own = watched.officer(DISTRICT_SUPERVISOR).get("/supervisor/").text
    other = watched.officer(OTHER_DISTRICT).get("/supervisor/").text
    assert LEFT_LYING in own
    assert LEFT_LYING not in other
    assert tile(other, "在办") == 0
    assert "laoshan.cg" not in own
    assert "shinan.cg" not in other


def test_a_unit_out_of_reach_narrows_to_nothing_of_it(watched: Town) -> None:
    other = watched.officer(OTHER_DISTRICT)
    assert LEFT_LYING not in other.get("/supervisor/cards?unit=shinan.ga.zs").text
    assert LEFT_LYING not in other.get("/supervisor/cases?unit=shinan").text
    assert LEFT_LYING.encode() not in other.get("/supervisor/cards.csv?unit=city").data


NARROWED = {
    "unit=shinan": True,
    "unit=shinan.ga": True,
    "unit=laoshan": False,
    "procedure=huji": True,
    "procedure=xk_general": False,
    "rule=A3": True,
    "rule=A99": False,
    "level=red": True,
    "level=R%2B": True,
    "level=T": True,
    "from=2026-03-01&to=2026-04-30": True,
    "from=2026-05-01": False,
    "to=2026-03-01": False,
    "from=nonsense": True,
    "page=nonsense": True,
    "page=99": False,
}


@pytest.mark.parametrize(("asked", "found"), NARROWED.items())
def test_cards_are_narrowed_by_what_is_asked(watched: Town, asked: str, found: bool) -> None:
    listed = card_rows(watched.officer(SUPERVISOR).get(f"/supervisor/cards?{asked}").text)
    assert any(LEFT_LYING in row for row in listed) is found


def card(town: Town, rule: str) -> str:
    """The address of the left case's card of a rule."""
    for number, row in enumerate(town.state(LEFT_LYING).cards, start=1):
        if row["rule"] == rule:
            return f"/supervisor/cards/{LEFT_LYING}/{number}"
    raise AssertionError(f"no card of {rule}")


def test_a_card_explains_its_due_date_as_it_stood_then(watched: Town) -> None:
    page = watched.officer(SUPERVISOR).get(card(watched, "A3")).text
    assert "到期日是怎样算出来的" in page
    assert "第20日" in page
    assert "bj-day--last" in page
    assert "2026年3月30日" in page  # twenty working days after 2 March


def test_a_card_that_is_not_there_is_not_found(watched: Town) -> None:
    supervisor = watched.officer(SUPERVISOR)
    assert supervisor.get(f"/supervisor/cards/{LEFT_LYING}/99").status_code == 404
    assert supervisor.get("/supervisor/cards/19990000001/1").status_code == 404


def test_cards_leave_as_a_sheet_no_program_takes_for_formulas(watched: Town) -> None:
    answer = watched.officer(SUPERVISOR).get("/supervisor/cards.csv?rule=A3")
    assert answer.mimetype == "text/csv"
    text = answer.data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][2] == "规则"
    assert {row[2] for row in rows[1:]} == {"A3"}
    assert LEFT_LYING in {row[-1] for row in rows[1:]}
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_the_board_s_file_has_the_cards_of_each_rule_by_code_and_name(watched: Town) -> None:
    text = watched.officer(SUPERVISOR).get("/supervisor/board.csv").get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))

    by_rule = {row["名称"]: row for row in rows if row["分组"] == "按规则"}
    assert "A3 超过法定时限" in by_rule
    assert all(int(row["提示卡"]) + int(row["黄牌卡"]) + int(row["红牌卡"]) > 0 for row in by_rule.values())
    assert all(row["在办"] == "" for row in by_rule.values())
    page = watched.officer(SUPERVISOR).get("/supervisor/").get_data(as_text=True)
    assert "A3 超过法定时限" in page


def test_the_figures_stand_in_tables_beside_their_charts(watched: Town) -> None:
    page = watched.officer(SUPERVISOR).get("/supervisor/figures").text
    assert 'data-module="banjie-chart"' in page
    assert "近十二周的卡片" in page
    assert LEFT_LYING in page
    assert "已超过" in page


def readings(town: Town) -> list[Any]:
    return town.entries(journal.access_stream(town.case_id(LEFT_LYING)))


def test_opening_a_case_or_a_card_is_journalled(watched: Town) -> None:
    supervisor = watched.officer(SUPERVISOR)
    assert supervisor.get(f"/supervisor/cases/{LEFT_LYING}").status_code == 200
    supervisor.get(card(watched, "A3"))
    assert [entry.actor["person"] for entry in readings(watched)] == [SUPERVISOR, SUPERVISOR]
    assert readings(watched)[0].command["place"] == f"/supervisor/cases/{LEFT_LYING}"


def test_a_case_out_of_reach_is_refused_and_not_read(watched: Town) -> None:
    other = watched.officer(OTHER_DISTRICT)
    for path in (f"cases/{LEFT_LYING}", f"cases/{LEFT_LYING}/tokens.json", f"cards/{LEFT_LYING}/1"):
        assert other.get(f"/supervisor/{path}").status_code == 403
    assert readings(watched) == []


@pytest.mark.parametrize("login", [CLERK, AUDITOR])
def test_whoever_supervises_nothing_is_refused_and_it_is_journalled(town: Town, login: str) -> None:
    stranger = town.officer(login)
    for path in ("", "board", "cards", "cards.csv", "cases", "figures"):
        assert stranger.get(f"/supervisor/{path}").status_code == 403
    refused = town.entries(journal.SECURITY)[-1]
    assert refused.actor["person"] == login
    assert refused.events[0].type == "DoorRefused"
    assert refused.command["path"] == "/supervisor/figures"


def test_nobody_signed_in_is_led_to_the_sign_in(town: Town) -> None:
    answer = town.visitor().get("/supervisor/cards")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/signin")


def test_a_board_left_open_past_the_session_says_so_and_shows_no_other_page_in_itself(town: Town) -> None:
    answer = town.visitor().get("/supervisor/board", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert "<html" not in answer.text
    assert "请先登录" in answer.text


def test_the_pages_speak_english(watched: Town) -> None:
    supervisor = watched.officer(SUPERVISOR)
    supervisor.post("/language/en", {"next": "/supervisor/"}, at="/supervisor/")
    page = supervisor.get("/supervisor/").text
    assert "Overdue" in page
    assert "Statutory limit broken" in page
    assert "逾期" not in page
