"""The watching rooms in a real browser: a board that changes by itself, a slider that moves tokens."""

from __future__ import annotations

import re
from datetime import date

import pytest
from browser import PHONE, Opener, Server, accessibility_faults, look, sideways_scroll
from playwright.sync_api import Page, expect
from town import Town
from watched import AUDITOR, LEFT_LYING, OPERATOR, SUPERVISOR, accepted_household, laboratory, sign_in

from engine.records import journal

pytestmark = pytest.mark.browser

CASE = f"/auditor/cases/{LEFT_LYING}"
PAGES = {
    (SUPERVISOR, "/supervisor/"): [
        "/supervisor/",
        "/supervisor/cards",
        f"/supervisor/cards/{LEFT_LYING}/1",
        "/supervisor/cases?standing=overdue",
        f"/supervisor/cases/{LEFT_LYING}",
        "/supervisor/figures",
    ],
    (AUDITOR, "/auditor/"): ["/auditor/", CASE, "/auditor/seals"],
    (OPERATOR, "/operator/"): ["/operator/", "/operator/incidents", "/operator/seals", "/operator/versions"],
}


def settled(page: Page) -> None:
    """Wait until a diagram, where there is one, is drawn."""
    if page.locator(".bj-diagram").count():
        expect(page.locator(".bj-token-mark").first).to_be_attached()


@pytest.mark.parametrize("who", PAGES, ids=lambda who: who[0])
@pytest.mark.parametrize(("size", "language"), [("desktop", "中文"), ("phone", "English")])
def test_the_pages_are_accessible_and_fit_their_window(
    watched: Town, serve: Server, open_page: Opener, who: tuple[str, str], size: str, language: str
) -> None:
    base = serve(watched.app)
    page = open_page(**({"viewport": PHONE} if size == "phone" else {}))
    sign_in(page, base, *who)
    if language == "English":
        page.get_by_role("button", name="English").click()
    for path in PAGES[who]:
        page.goto(base + path)
        settled(page)
        look(page, f"watching{re.sub(r'[^a-z0-9]+', '-', path)}-{size}")
        assert accessibility_faults(page) == [], path
        assert sideways_scroll(page) == 0, path


def test_the_board_shows_a_new_red_card_without_reloading(town: Town, serve: Server, page: Page) -> None:
    lab = laboratory(town)
    accepted_household(lab)
    sign_in(page, serve(town.app), SUPERVISOR, "/supervisor/")
    expect(page.get_by_role("heading", name="没有卡片")).to_be_visible()
    expect(page.locator("#board-line")).to_have_text("已实时连接：有变化立即更新。")
    page.evaluate("window.stillTheSamePage = true")
    lab.at(date(2026, 4, 24), 17)
    card = page.locator(".bj-card-table tr", has_text="规则 A3")
    expect(card).to_contain_text("违反法定期限", timeout=20_000)
    expect(card).to_contain_text("新")
    # The case, and the supervision case that its cards opened and nobody has taken up since.
    expect(page.locator(".bj-tiles__item--overdue")).to_contain_text("2")
    expect(page.locator("#board-said")).to_contain_text("新增")
    assert page.evaluate("window.stillTheSamePage") is True


IN_SIGHT = "() => [...document.querySelectorAll('table, .bj-scroll')].every(e => e.scrollWidth <= innerWidth)"


def test_no_table_of_the_watching_rooms_is_scrolled_sideways_on_a_phone(
    watched: Town, serve: Server, open_page: Opener
) -> None:
    page = open_page(viewport=PHONE)
    base = serve(watched.app)
    sign_in(page, base, SUPERVISOR, "/supervisor/")
    row = page.locator(".bj-counts tr", has_text="中山路派出所")
    expect(row.locator("td[data-label=逾期]")).to_contain_text("1")
    page.wait_for_function(IN_SIGHT)
    for path in (
        "/supervisor/cards",
        "/supervisor/cases",
        "/supervisor/procedures/huji",
        "/supervisor/patrols",
    ):
        page.goto(base + path)
        page.wait_for_function(IN_SIGHT)


def test_the_slider_moves_through_the_history_and_the_tokens_with_it(
    watched: Town, serve: Server, page: Page
) -> None:
    base = serve(watched.app)
    sign_in(page, base, AUDITOR, "/auditor/")
    completed = next(
        entry.seq for entry in watched.entries(journal.case_stream(1)) if entry.command["type"] == "Complete"
    )
    page.goto(f"{base}{CASE}?step={completed - 1}")
    expect(page.locator("g.bj-token")).to_have_attribute("data-element-id", "review")
    page.locator("#slider").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("g.bj-token")).to_have_attribute("data-element-id", "sign_statement")
    expect(page.locator("g.bj-passed[data-element-id=review]")).to_have_count(1)
    expect(page.locator("#replay-where")).to_contain_text(f"第 {completed} 步")
    expect(page.locator("#step")).to_contain_text("填写的内容")
    expect(page.locator("#slider")).to_be_focused()
    assert page.url.endswith(f"step={completed}")
    page.keyboard.press("End")
    expect(page.locator("g.bj-token--red")).to_have_count(1)


def test_the_links_move_the_slider_and_keep_the_focus(watched: Town, serve: Server, page: Page) -> None:
    base = serve(watched.app)
    sign_in(page, base, AUDITOR, "/auditor/")
    page.goto(f"{base}{CASE}?step=2")
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("#slider")).to_have_value("3")
    expect(page.locator("#next")).to_be_focused()
    page.get_by_role("button", name="上一步").click()
    expect(page.locator("#replay-where")).to_contain_text("第 2 步")


def test_the_replay_works_without_scripts(watched: Town, serve: Server, open_page: Opener) -> None:
    base = serve(watched.app)
    page = open_page(java_script_enabled=False)
    sign_in(page, base, AUDITOR, "/auditor/")
    page.goto(f"{base}{CASE}?step=2")
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("#replay-where")).to_contain_text("第 3 步")
    page.get_by_role("button", name="核验").click()
    expect(page.get_by_role("heading", name="核验通过")).to_be_visible()


def test_another_diagram_is_drawn_when_the_way_leads_there(watched: Town, serve: Server, page: Page) -> None:
    number = next(n for n in ("20260000002", "20260000003") if watched.state(n).called)
    entries = watched.entries(journal.case_stream(watched.case_id(number)))
    call = next(
        entry
        for entry in entries
        if any(event.type == "ScopeOpened" and event.data.get("digest") for event in entry.events[1:])
        and entry.seq > 1
    )
    base = serve(watched.app)
    sign_in(page, base, AUDITOR, "/auditor/")
    page.goto(f"{base}/auditor/cases/{number}?step={call.seq - 1}")
    settled(page)
    before = page.locator("#replay-diagrams [aria-current]").inner_text()
    page.get_by_role("button", name="下一步").click()
    expect(page.locator("#replay-diagrams [aria-current]")).not_to_have_text(before)
    here = {event.data["element"] for event in call.events if event.type == "ElementEntered"}
    entered = page.locator(
        ", ".join(f'.djs-element[data-element-id="{element}"]' for element in sorted(here))
    )
    expect(entered.first).to_be_attached()


def test_verify_and_replay_answer_in_place(watched: Town, serve: Server, page: Page) -> None:
    base = serve(watched.app)
    sign_in(page, base, AUDITOR, "/auditor/")
    page.goto(base + CASE)
    page.get_by_role("button", name="核验").click()
    expect(page.get_by_role("heading", name="核验通过")).to_be_visible()
    expect(page.locator(".bj-checks__item")).to_have_count(12)
    page.get_by_role("button", name="重放").click()
    expect(page.get_by_role("heading", name="重放一致")).to_be_visible()
    assert page.url.endswith(CASE)


def test_the_charts_are_drawn(watched: Town, serve: Server, page: Page) -> None:
    base = serve(watched.app)
    sign_in(page, base, SUPERVISOR, "/supervisor/")
    page.goto(f"{base}/supervisor/figures")
    drawn = (
        "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"
    )
    for canvas in page.locator("canvas").all():
        expect(canvas).to_be_visible()
        assert canvas.evaluate(drawn)
