"""The board's live line, its groups, trends and file; the heat map; the patrol's page."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from browser import Server
from playwright.sync_api import Page, expect
from sqlalchemy import update
from town import Town
from watched import (
    CLERK,
    LEFT_LYING,
    OTHER_DISTRICT,
    SUPERVISOR,
    accepted_household,
    laboratory,
    sign_in,
)

from engine.audit import board as readings
from engine.audit import trends
from engine.audit.board import Asked
from engine.casework.commands import RevokeCard
from engine.records import journal
from engine.records.tables import card as card_table
from timers.scheduler import Heartbeat
from web.supervisor import live

UNITS = ("shinan.ga.zs", "shinan.cg")


def message(answer: Any) -> bytes:
    """The next message of an open line, after the one that says when to call again."""
    lines = iter(answer.response)
    assert b"retry" in next(lines)
    return bytes(next(lines))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(live, "LAST_FOR", 0.05)


@pytest.mark.usefixtures("quick")
def test_the_line_says_that_something_changed_and_never_what(watched: Town) -> None:
    supervisor = watched.officer(SUPERVISOR)
    answer = supervisor.get("/supervisor/live?mark=old")
    assert answer.mimetype == "text/event-stream"
    told = message(answer)
    assert told.startswith(b"event: changed\ndata: ")
    mark = told.split(b"data: ")[1].strip().decode()
    answer.close()
    assert LEFT_LYING.encode() not in told
    again = supervisor.get(f"/supervisor/live?mark={mark}")
    assert message(again) == b": \n\n"
    again.close()


@pytest.mark.usefixtures("quick")
def test_lines_are_few_and_each_gives_its_place_back(watched: Town) -> None:
    supervisor = watched.officer(SUPERVISOR)
    open_ = [supervisor.get("/supervisor/live") for _ in range(live.LINES)]
    assert [answer.status_code for answer in open_] == [200] * live.LINES
    assert supervisor.get("/supervisor/live").status_code == 204
    open_[0].close()  # never read: the place is free all the same
    again = supervisor.get("/supervisor/live")
    assert again.status_code == 200
    assert sum(1 for _ in again.response) < 10, "a line ends by itself"
    again.close()
    for answer in open_[1:]:
        answer.close()


def test_only_a_supervisor_has_a_line(watched: Town) -> None:
    assert watched.officer(CLERK).get("/supervisor/live").status_code == 403
    assert watched.visitor().get("/supervisor/live").status_code == 303


def open_cases(page: Page) -> int:
    """How many open cases the board shows."""
    return int(page.locator(".bj-tiles__figure").first.inner_text())


def test_a_new_case_appears_on_an_open_board_without_a_reload(
    watched: Town, serve: Server, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LOOK_EVERY", 0.2)
    base = serve(watched.app)
    sign_in(page, base, SUPERVISOR, "/supervisor/")
    expect(page.locator("#board-line")).to_have_text("已实时连接：有变化立即更新。")
    before = open_cases(page)
    accepted_household(laboratory(watched))
    expect(page.locator(".bj-tiles__figure").first).to_have_text(str(before + 1))


def test_a_board_without_a_line_asks_every_few_seconds(
    watched: Town, serve: Server, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LINES", 0)
    base = serve(watched.app)
    sign_in(page, base, SUPERVISOR, "/supervisor/")
    expect(page.locator("#board-line")).to_have_text("每四秒询问一次有无变化。")
    before = open_cases(page)
    accepted_household(laboratory(watched))
    expect(page.locator(".bj-tiles__figure").first).to_have_text(str(before + 1))


def test_the_board_leaves_as_a_sheet_with_units_procedures_and_trends(watched: Town) -> None:
    text = watched.officer(SUPERVISOR).get("/supervisor/board.csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    by = {(row["分组"], row["名称"]): row for row in rows}
    unit = by["按单位", "市南区 · 中山路派出所"]
    assert (unit["在办"], unit["逾期"]) == ("1", "1")
    assert int(unit["平均已用（%）"]) > 100
    assert {"近七日卡片", "前七日卡片"} <= set(unit)


def test_the_trend_counts_seven_days_and_the_seven_before(watched: Town) -> None:
    with watched.house.store.reading() as connection:
        asked = Asked(UNITS)
        rows = readings.cards(connection, asked, limit=100)
        newest = max(row["issued_at"] for row in rows if row["rule"] == "A3")
        from_then = watched.clock.now().fromisoformat(newest.replace("Z", "+00:00")) + timedelta(hours=1)
        pace = trends.pace(connection, asked, from_then, "rule")
    assert pace["A3"] == trends.Pace(1, 0)
    assert pace["A1"].week + pace["A1"].before == 1


def test_the_figures_of_rules_are_the_cards_of_the_journals_to_the_last_one(watched: Town) -> None:
    supervisor = watched.house.directory.actor(SUPERVISOR)
    watched.house.runtime.handle(RevokeCard(case_id=1, card=1, reason="误判"), supervisor)
    told: dict[tuple[str, int], tuple[str, str]] = {}
    for number in (LEFT_LYING, "20260000002", "20260000003"):
        for entry in watched.entries(journal.case_stream(watched.case_id(number))):
            for event in entry.events:
                if event.type == "CardIssued":
                    told[number, event.data["card"]] = (event.data["rule"], "standing")
                elif event.type == "CardRevoked":
                    told[number, event.data["card"]] = (told[number, event.data["card"]][0], "revoked")
    with watched.house.store.reading() as connection:
        found = trends.by_rule(connection, Asked(UNITS), watched.clock.now())
        weeks = readings.weeks(
            connection, Asked(UNITS), watched.clock.now().date(), watched.house.runtime.settings.zone, 12
        )
    assert len(told) >= 3
    assert {one.rule: (one.standing, one.revoked) for one in found} == {
        rule: (
            Counter(told.values())[rule, "standing"],
            Counter(told.values())[rule, "revoked"],
        )
        for rule, _status in told.values()
    }
    assert sum(sum(levels.values()) for _week, levels in weeks) == len(told)


def test_the_heat_map_adds_up_to_the_days_the_journals_tell(watched: Town) -> None:
    supervisor = watched.officer(SUPERVISOR)
    page = supervisor.get("/supervisor/procedures/huji")
    assert page.status_code == 200
    assert LEFT_LYING in page.text
    places = supervisor.get("/supervisor/procedures/huji/heat.json").get_json()["places"]
    # Accepted on 2 March and never investigated: 24 April is the thirty-eighth working day after.
    assert {place["element"]: place["text"] for place in places} == {"investigate": "38 日"}
    assert places[0]["heat"] == 5
    text = supervisor.get("/supervisor/procedures/huji/heat.csv").data.decode("utf-8-sig")
    assert "38" in text
    assert supervisor.get("/supervisor/procedures/huji/diagram.bpmn").mimetype == "application/xml"


def test_a_heat_map_is_narrowed_to_the_reach_and_unknown_procedures_are_not_found(watched: Town) -> None:
    other = watched.officer(OTHER_DISTRICT)
    assert other.get("/supervisor/procedures/huji/heat.json").get_json() == {"places": []}
    assert LEFT_LYING not in other.get("/supervisor/procedures/huji").text
    assert other.get("/supervisor/procedures/nothing").status_code == 404
    assert watched.officer(CLERK).get("/supervisor/procedures/huji").status_code == 403


def test_the_patrols_page_shows_findings_within_reach_and_counts_the_others(watched: Town) -> None:
    supervisor = watched.officer(SUPERVISOR)
    assert "还没有巡查过" in supervisor.get("/supervisor/patrols").text
    Heartbeat(watched.house.runtime, "node-one").patrol()
    assert "没有发现" in supervisor.get("/supervisor/patrols").text
    with watched.house.store.writing() as connection:
        wrong = update(card_table).where(card_table.c.case_id == 1, card_table.c.key == 1)
        connection.execute(wrong.values(status="revoked"))
    Heartbeat(watched.house.runtime, "node-one").patrol()
    page = supervisor.get("/supervisor/patrols").text
    assert "看板与日志不一致" in page
    assert f"/supervisor/cases/{LEFT_LYING}" in page
    elsewhere = watched.officer(OTHER_DISTRICT).get("/supervisor/patrols").text
    assert LEFT_LYING not in elsewhere
    assert "另有 1 项不在您的督办范围内" in elsewhere
