"""The clerk's and the citizen's rooms in a real browser: the whole job, a phone, no scripts, the keyboard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from browser import PHONE, Opener, Server, accessibility_faults, look, sideways_scroll
from playwright.sync_api import Page, expect
from town import HOUSEHOLD, HUJI, PAPERS, PASSWORD, PDF, STATION, Town, apply_online

pytestmark = pytest.mark.browser


@pytest.fixture
def papers(tmp_path: Path) -> str:
    """A file to upload."""
    path = tmp_path / "材料.pdf"
    path.write_bytes(PDF)
    return str(path)


def sign_in(page: Page, base: str, login: str) -> None:
    page.goto(f"{base}/signin")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(f"{base}/clerk/")


def fill_in(page: Page, papers: str) -> None:
    """Fill in the household's application as a person does."""
    ticks = {"/host_hukou_local", "/relation_in_register"}
    choices = {"/area_kind": "城镇", "/relation": "父子（女）"}
    for name, value in HOUSEHOLD.items():
        if name in choices:
            page.get_by_label(choices[name], exact=True).check()
        elif name in ticks:
            page.locator(f'input[type="checkbox"][name="{name}"]').check()
        else:
            page.locator(f'[name="{name}"]').fill(value)
    for name in PAPERS:
        page.locator(f'input[type="file"][name="/{name}"]').set_input_files(papers)


def apply(page: Page, base: str, papers: str) -> str:
    """Apply from the hall to the query code; gives the case's number."""
    page.goto(f"{base}/")
    page.get_by_role("link", name="落户-投靠子女").click()
    page.get_by_role("button", name="在线申请").first.click()
    page.get_by_label("中山路派出所").check()
    page.get_by_role("button", name="下一步").click()
    fill_in(page, papers)
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("heading", name="核对并提交")).to_be_visible()
    page.locator('input[name="/declared"]').check()
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="申请已提交")).to_be_visible()
    return page.url.rpartition("/")[2]


def whole_job(town: Town, base: str, citizen: Page, clerk: Page, papers: str) -> str:
    """A citizen applies, a clerk claims and completes, the citizen sees it move."""
    number = apply(citizen, base, papers)
    sign_in(clerk, base, "lihua")
    clerk.get_by_role("button", name=f"领取 当场审查材料 {number}").click()
    expect(clerk.get_by_role("heading", name="当场审查材料")).to_be_visible()
    clerk.get_by_label("齐全", exact=True).check()
    clerk.get_by_role("button", name="提交，办理完成").click()
    expect(clerk.get_by_text("已办理“当场审查材料”")).to_be_visible()
    citizen.goto(f"{base}/citizen/cases/{number}")
    expect(citizen.get_by_text("签订《办理户口责任书》").first).to_be_visible()
    return number


def test_a_citizen_and_a_clerk_do_the_whole_job_in_two_browsers(
    town: Town, serve: Server, open_page: Opener, papers: str
) -> None:
    citizen, clerk = open_page(), open_page()
    number = whole_job(town, serve(town.app), citizen, clerk, papers)
    look(citizen, "citizen-progress")
    look(clerk, "clerk-worklist")
    assert town.item(number)[1]["element"] == "sign_statement"


def test_the_same_job_works_without_scripts(
    town: Town, serve: Server, open_page: Opener, papers: str
) -> None:
    citizen, clerk = open_page(java_script_enabled=False), open_page(java_script_enabled=False)
    whole_job(town, serve(town.app), citizen, clerk, papers)


def visited(town: Town, base: str, number: str) -> dict[str, str]:
    """The pages of both rooms that a look should be taken at, by name."""
    key, _row = town.item(number)
    act = town.act_of_the_party(number)
    (document,) = town.state(number).documents
    return {
        "clerk-list": f"{base}/clerk/",
        "clerk-item": f"{base}/clerk/cases/{number}/items/{key}",
        "clerk-case": f"{base}/clerk/cases/{number}",
        "clerk-cases": f"{base}/clerk/cases",
        "clerk-document": f"{base}/clerk/cases/{number}/documents/{document['sha256']}",
        "clerk-act": f"{base}/clerk/cases/{number}/acts/{act}",
        "clerk-window": f"{base}/clerk/window",
        "clerk-enter": f"{base}/clerk/window/{HUJI}/{STATION}",
        "clerk-receipt": f"{base}/clerk/cases/{number}/receipt",
        "citizen-hall": f"{base}/citizen/",
        "citizen-guide": f"{base}/citizen/items/{HUJI}",
        "citizen-choose": f"{base}/citizen/items/{HUJI}/apply",
        "citizen-apply": f"{base}/citizen/items/{HUJI}/apply/{STATION}",
        "citizen-query": f"{base}/citizen/query",
        "citizen-progress": f"{base}/citizen/cases/{number}",
        "citizen-act": f"{base}/citizen/cases/{number}/acts/{act}",
        "citizen-published": f"{base}/citizen/published",
    }


@pytest.mark.parametrize("size", [{}, {"viewport": PHONE}], ids=["desktop", "phone"])
def test_every_page_fits_its_screen_and_is_accessible(
    town: Town, serve: Server, open_page: Opener, size: dict[str, Any]
) -> None:
    number, code = apply_online(town, town.visitor())
    base, page = serve(town.app), open_page(**size)
    page.goto(f"{base}/signin")
    assert accessibility_faults(page) == []
    sign_in(page, base, "lihua")
    page.goto(f"{base}/citizen/query")
    page.fill("#number", code)
    page.fill("#tail", "0017")
    page.get_by_role("button", name="查询").click()
    page.wait_for_url(f"{base}/citizen/cases/{number}")
    faults = {}
    for name, address in visited(town, base, number).items():
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, name
        look(page, f"{name}{'-phone' if size else ''}")
        found = accessibility_faults(page)
        if sideways_scroll(page):
            found.append(f"wider than the screen by {sideways_scroll(page)} pixels")
        if found:
            faults[name] = found
    assert faults == {}


def test_the_diagram_is_drawn_when_it_is_unfolded(town: Town, serve: Server, open_page: Opener) -> None:
    number, _code = apply_online(town, town.visitor())
    base, page = serve(town.app), open_page()
    sign_in(page, base, "lihua")
    page.goto(f"{base}/clerk/cases/{number}")
    page.get_by_text("流程图与当前位置").click()
    expect(page.locator(".bj-diagram__canvas [data-element-id=review].bj-token")).to_be_visible()
    assert page.locator(".bj-diagram__fault").count() == 0


def test_a_citizen_asks_for_progress_with_the_keyboard_alone(
    town: Town, serve: Server, open_page: Opener
) -> None:
    base, page = serve(town.app), open_page()
    page.goto(f"{base}/citizen/query")
    page.keyboard.press("Tab")
    expect(page.get_by_text("跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#number")).to_be_focused()
    page.keyboard.type("20260000001")
    page.keyboard.press("Tab")
    page.keyboard.type("0000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("没有查到")
    expect(page.locator(".govuk-error-summary")).to_be_focused()


def test_the_list_refreshes_in_place(town: Town, serve: Server, open_page: Opener) -> None:
    base, page = serve(town.app), open_page()
    sign_in(page, base, "lihua")
    expect(page.get_by_text("没有待办事项")).to_be_visible()
    number, _code = apply_online(town, town.visitor())
    page.evaluate("htmx.ajax('GET', '/clerk/', {target: '#worklist', swap: 'outerHTML'})")
    expect(page.get_by_text(number, exact=True)).to_be_visible()


def test_the_second_of_two_clerks_is_told_in_the_browser(
    town: Town, serve: Server, open_page: Opener
) -> None:
    number, _code = apply_online(town, town.visitor())
    base, first, second = serve(town.app), open_page(), open_page()
    sign_in(first, base, "lihua")
    sign_in(second, base, "caoyun")
    first.get_by_role("button", name=f"领取 当场审查材料 {number}").click()
    expect(first.get_by_role("heading", name="当场审查材料")).to_be_visible()
    second.get_by_role("button", name=f"领取 当场审查材料 {number}").click()
    expect(second.get_by_role("heading", name="这一事项的情况已经变化")).to_be_visible()
    expect(second.get_by_text("李华 已经领取了这一事项")).to_be_visible()
