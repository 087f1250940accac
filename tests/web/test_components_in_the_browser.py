"""The pages' parts in a real Chromium: policy kept, accessible, usable by keyboard, phone, paper, no scripts.

Every page is opened through the `open_page` fixture, which fails its test when the page breaks the
content security policy or a script fails.
"""

from __future__ import annotations

import re

import pytest
from browser import PHONE, Opener, Server, accessibility_faults, look, sideways_scroll
from gallery import application
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


@pytest.fixture
def at(serve: Server) -> str:
    return serve(application()) + "/gallery"


def drawn(page: Page) -> None:
    """Wait until the diagram with its token stands on the page."""
    expect(page.locator(".bj-token-mark")).to_have_text("1")


@pytest.mark.parametrize("path", ["/", "/form", "/wrong", "/refuse/malformed"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_page_is_accessible_and_fits_its_window(at: str, open_page: Opener, path: str, size: str) -> None:
    page = open_page(**({"viewport": PHONE} if size == "phone" else {}))
    page.goto(at + path)
    if path == "/":
        drawn(page)
    look(page, f"parts{path.replace('/', '-')}-{size}")
    assert accessibility_faults(page) == []
    assert sideways_scroll(page) == 0


def test_a_page_in_english_is_accessible_and_fits_a_phone(at: str, open_page: Opener) -> None:
    page = open_page(viewport=PHONE)
    page.goto(at + "/wrong")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_label("Name of the applicant")).to_have_value("林晓岚")
    assert accessibility_faults(page) == []
    assert sideways_scroll(page) == 0


def test_no_typeface_and_no_mark_of_another_government_is_loaded(at: str, page: Page) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(at + "/")
    drawn(page)
    assert [url for url in loaded if not url.startswith(at.removesuffix("/gallery"))] == []
    assert [url for url in loaded if re.search(r"crown|crest|logotype|transport|\.woff", url)] == []
    family = page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily")
    assert family.startswith('"PingFang SC"')


def test_the_first_key_leads_past_the_navigation(at: str, page: Page) -> None:
    page.goto(at + "/form")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="跳到正文")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main-content")).to_be_focused()


def test_what_has_the_focus_is_seen(at: str, page: Page) -> None:
    page.goto(at + "/form")
    for target in (page.get_by_role("link", name="案件"), page.get_by_role("button", name="退出登录")):
        target.focus()
        assert target.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 206, 58)"


def test_the_error_summary_has_the_focus_and_leads_to_the_field(at: str, page: Page) -> None:
    page.goto(at + "/wrong")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.get_by_role("link", name=re.compile("^公民身份号码")).click()
    field = page.get_by_label("公民身份号码")
    expect(field).to_be_focused()
    described = field.get_attribute("aria-describedby") or ""
    assert all(page.locator(f"[id='{one}']").count() == 1 for one in described.split())
    assert "error" in described


def test_a_column_is_sorted_by_its_values_and_says_so(at: str, page: Page) -> None:
    page.goto(at + "/")
    first = page.locator("#worklist tbody tr:first-child th")
    expect(first).to_have_text("XK-2026-0007")
    page.get_by_role("button", name="到期").click()
    expect(first).to_have_text("XK-2026-0009")
    expect(page.locator("#worklist th", has_text="到期")).to_have_attribute("aria-sort", "descending")
    expect(page.locator(".bj-scroll [role=status]").first).to_have_text(re.compile(r"已按到期\s*降序排列"))


def test_the_diagram_shows_its_tokens_and_moves_them(at: str, page: Page) -> None:
    page.goto(at + "/")
    drawn(page)
    expect(page.locator(".bj-token--yellow[data-element-id=decide]")).to_have_count(1)
    expect(page.locator(".bj-passed[data-element-id=accept]")).to_have_count(1)
    page.evaluate(
        "document.querySelector('#diagram').dispatchEvent(new CustomEvent('banjie:tokens',"
        " {detail: {tokens: [{element: 'correct', count: 2}, {element: 'gone'}], passed: []}}))"
    )
    expect(page.locator(".bj-token-mark")).to_have_text("2")
    expect(page.locator(".bj-token")).to_have_attribute("data-element-id", "correct")
    expect(page.locator(".bj-passed")).to_have_count(0)


def test_a_diagram_that_cannot_be_drawn_leaves_its_words(at: str, page: Page) -> None:
    page.route("**/diagram.bpmn", lambda route: route.fulfill(status=200, body="no diagram"))
    page.goto(at + "/")
    expect(page.locator(".bj-diagram__fault")).to_be_visible()
    expect(page.get_by_text("由许可科李敏经办")).to_be_visible()


def test_the_diagram_keeps_the_mark_its_licence_asks_for(at: str, page: Page) -> None:
    page.goto(at + "/")
    drawn(page)
    expect(page.locator(".bjs-powered-by")).to_be_visible()


def test_without_scripts_a_form_grows_is_handed_in_and_answers(at: str, open_page: Opener) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(at + "/form")
    page.get_by_label("申请人姓名").fill("林晓岚")
    page.get_by_role("button", name=re.compile("再添一项")).click()
    expect(page.get_by_label("姓名", exact=True)).to_have_count(2)
    expect(page.get_by_label("申请人姓名")).to_have_value("林晓岚")
    page.get_by_role("button", name=re.compile("删除这一项")).last.click()
    expect(page.get_by_label("姓名", exact=True)).to_have_count(1)
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("申请已提交")
    look(page, "parts-done-desktop")


def test_the_enter_key_hands_the_form_in_and_does_not_press_a_groups_button(at: str, page: Page) -> None:
    page.goto(at + "/form")
    page.get_by_label("申请人姓名").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("申请已提交")


def test_without_scripts_the_diagrams_words_and_the_table_stand(at: str, open_page: Opener) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(at + "/")
    expect(page.get_by_text("由许可科李敏经办")).to_be_visible()
    expect(page.locator(".bj-diagram__canvas")).to_be_hidden()
    expect(page.get_by_role("row")).not_to_have_count(0)


def test_on_paper_nothing_stands_that_is_only_pressed(at: str, page: Page) -> None:
    page.goto(at + "/")
    drawn(page)
    page.emulate_media(media="print")
    for hidden in (
        ".govuk-service-navigation",
        ".bj-page-heading__actions",
        ".moj-filter",
        ".bj-masthead__who",
    ):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("#worklist")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    look(page, "parts-print")


def test_who_wants_no_motion_gets_none(at: str, open_page: Opener) -> None:
    page = open_page(reduced_motion="reduce")
    page.goto(at + "/form")
    moving = (
        "[...document.querySelectorAll('*')].filter(e => getComputedStyle(e).transitionDuration !== '0s')"
    )
    assert page.evaluate(f"{moving}.length") == 0


def test_a_part_that_is_refused_is_announced_in_place(at: str, page: Page) -> None:
    page.goto(at + "/form")
    page.evaluate("htmx.ajax('GET', '/gallery/refuse/blocked', '#f-name')")
    expect(page.locator("#bj-notices")).to_contain_text("may not decide the own case")


def test_an_htmx_post_brings_the_sessions_token(at: str, page: Page) -> None:
    page.goto(at + "/form")
    page.evaluate("htmx.ajax('POST', '/gallery/act', {target: '#bj-notices'})")
    expect(page.locator("#bj-notices")).to_have_text("done")


def test_a_page_that_breaks_the_policy_is_noticed(at: str, open_page: Opener) -> None:
    page = open_page()
    page.goto(at + "/form")
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">red</p>')")
    open_page.complaints.clear()  # type: ignore[attr-defined]
