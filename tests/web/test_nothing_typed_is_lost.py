"""Whatever somebody has typed and not handed in outlives a session that ends and a line that breaks; it is
forgotten when it is handed in, thrown away, or its writer leaves.

Real: the server, the browser, the shipped licence. Made by a command: the case up to its examination.
"""

from __future__ import annotations

import pytest
from browser import PHONE, Opener, Server, accessibility_faults, look, sideways_scroll
from playwright.sync_api import Page, expect
from town import BUREAU, LICENCE, PASSWORD, Town

from timers.laboratory import Laboratory

TYPED = "现场与效果图一致，建议准予。"
COUNT = "() => Object.keys(sessionStorage).filter(key => key.startsWith('banjie.kept:')).length"


def sign_in(page: Page) -> None:
    page.fill("#login", "zhangwei")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")


def typed(page: Page) -> None:
    """What was typed stands in the form again, and the page says so."""
    expect(page.get_by_text("已恢复您刚才填写、还没有提交的内容")).to_be_visible()
    expect(page.locator("textarea").first).to_have_value(TYPED)
    expect(page.get_by_label("建议准予")).to_be_checked()


@pytest.mark.browser
def test_what_was_typed_outlives_the_session_and_the_line_and_goes_with_its_writer(
    town: Town, serve: Server, open_page: Opener
) -> None:
    lab = Laboratory(town.house.runtime, town.clock, 7)
    case_id = lab.receive(LICENCE, BUREAU, {}).case_id
    lab.complete(case_id, "review", review_outcome="ok")
    lab.complete(case_id, "accept")
    number = f"2026{case_id:07d}"
    key, _row = town.item(number)
    base, page = serve(town.app), open_page(viewport=PHONE)
    address = f"{base}/clerk/cases/{number}/items/{key}"

    page.goto(address)
    sign_in(page)
    page.get_by_role("button", name="领取这一事项").click()
    page.locator("textarea").first.fill(TYPED)
    page.get_by_label("建议准予").check()
    page.context.clear_cookies()
    page.get_by_role("button", name="提交，办理完成").click()
    expect(page.get_by_role("heading", name="请重新进入")).to_be_visible()
    expect(page.get_by_text("您填写的文字还保留在这个窗口里")).to_be_visible()
    page.get_by_role("button", name="回到刚才的页面").click()
    sign_in(page)
    typed(page)
    assert (accessibility_faults(page), sideways_scroll(page)) == ([], 0)
    look(page, "clerk-restored-phone")

    page.context.set_offline(True)
    page.get_by_role("button", name="提交，办理完成").click()
    page.wait_for_url("chrome-error://**")
    page.context.set_offline(False)
    page.goto(address)
    typed(page)

    page.get_by_role("button", name="不要了，恢复原样").click()
    expect(page.locator("textarea").first).to_have_value("")
    expect(page.get_by_text("已恢复您刚才填写")).to_have_count(0)
    page.reload()
    expect(page.locator("textarea").first).to_have_value("")

    page.locator("textarea").first.fill(TYPED)
    page.get_by_role("button", name="保存，稍后再填").click()
    expect(
        page.get_by_role("status").or_(page.get_by_role("alert")).filter(has_text="保存").first
    ).to_be_visible()
    page.wait_for_function(f"({COUNT})() === 0")
    page.locator("textarea").first.fill(TYPED + "补充")
    page.wait_for_function(f"({COUNT})() === 1")
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", name="办事大厅")).to_be_visible()
    page.wait_for_function(f"({COUNT})() === 0")
