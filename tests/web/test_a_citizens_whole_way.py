"""What a citizen does from the first question to the last star, on a phone whose browser runs no scripts.

The officers in between act through the same runtime without a page: their way is told elsewhere.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from browser import PHONE, Opener, Server, look, sideways_scroll
from playwright.sync_api import Page, expect
from town import BUREAU, LICENCE, PDF, Town

from timers.laboratory import Laboratory

pytestmark = pytest.mark.browser
APPLICATION = {
    "/applicant_name": "周立民",
    "/applicant_id": "370202195003070013",
    "/phone": "13905320017",
    "/e_address": "zhou@example.cn",
    "/ad_location": "香港中路12号南侧墙面",
    "/width_m": "4",
    "/height_m": "3",
    "/area_m2": "12",
    "/period_from": "2026-05-01",
    "/period_to": "2027-04-30",
}
CHOICES = ("个人", "其他区域", "墙面")
PICTURED = ("03-guide", "07-correction-asked", "09-decided", "14-published")
PAPERS = ("owner_consent", "structure_report", "design")


@pytest.fixture
def papers(tmp_path: Path) -> str:
    path = tmp_path / "材料.pdf"
    path.write_bytes(PDF)
    return str(path)


def seen(page: Page, name: str) -> None:
    """Hold the page to the width of the phone, and keep a picture of those that say most."""
    if name in PICTURED:
        look(page, f"citizen-way-{name}")
    assert sideways_scroll(page) == 0, name


def find_and_apply(page: Page, base: str, papers: str) -> tuple[str, str]:
    """From the question who one is to the code to keep; what was sent first had a fault. Number and code."""
    page.goto(f"{base}/citizen/")
    seen(page, "01-hall")
    page.get_by_role("link", name="帮我找").first.click()
    page.get_by_role("link", name="我是个人").click()
    page.get_by_role("link", name="开办和经营").click()
    seen(page, "02-found")
    page.get_by_role("link", name="大型户外广告设置许可", exact=True).click()
    for element in ("办事依据", "办理条件", "办理流程", "办理时限", "责任部门", "联系方式", "监督电话"):
        expect(page.get_by_text(element, exact=True).first).to_be_visible()
    seen(page, "03-guide")
    page.get_by_role("button", name="在线申请").first.click()
    page.get_by_label("市南区城市管理局").check()
    page.get_by_role("button", name="下一步").click()
    for name, value in APPLICATION.items():
        page.locator(f'[name="{name}"]').fill(value)
    page.locator('[name="/phone"]').fill("1390532")
    for choice in CHOICES:
        page.get_by_label(choice, exact=True).check()
    for name in ("e_service_consent", "truth_statement"):
        page.locator(f'input[type="checkbox"][name="/{name}"]').check()
    for name in PAPERS:
        page.locator(f'input[type="file"][name="/{name}"]').set_input_files(papers)
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_role("alert")).to_contain_text("联系电话")
    expect(page.get_by_text("已有文件，另选则替换：").first).to_be_visible()
    seen(page, "04-fault")
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page.locator('[name="/phone"]')).to_be_focused()
    page.locator('[name="/phone"]').fill(APPLICATION["/phone"])
    page.get_by_role("button", name="下一步：核对").click()
    expect(page.get_by_text("香港中路12号南侧墙面")).to_be_visible()
    page.locator('input[name="/declared"]').check()
    seen(page, "05-read-over")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("heading", name="申请已提交")).to_be_visible()
    seen(page, "06-code")
    code = re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", page.locator("main").inner_text())
    assert code
    return page.url.rpartition("/")[2], code[0]


def ask(page: Page, base: str, code: str) -> None:
    """Ask where the case is, as one does days later."""
    page.goto(f"{base}/citizen/query")
    page.get_by_label("受理编号或者查询码").fill(code.lower())
    page.get_by_label("手机号后四位").fill("0017")
    page.get_by_role("button", name="查询").click()
    expect(page.get_by_text("申请人 周")).to_be_visible()


def supply(page: Page, papers: str) -> None:
    """Read the notice and answer it."""
    seen(page, "07-correction-asked")
    page.get_by_role("link", name="补正材料").click()
    seen(page, "08-correction")
    expect(page.get_by_text("未看")).to_be_visible()
    page.get_by_role("link", name="补正告知书").click()
    expect(page.frame_locator("iframe").get_by_text("产权人身份证复印件")).to_be_visible()
    seen(page, "08b-notice")
    page.go_back()
    page.locator('input[type="file"]').set_input_files(papers)
    page.get_by_role("button", name="提交").click()
    expect(page.get_by_role("alert").first).to_contain_text("已提交")


def decided(town: Town, lab: Laboratory, case_id: int) -> None:
    """The officers' part, from the supplied papers to the published, archived decision."""
    lab.complete(case_id, "review", review_outcome="ok")
    lab.complete(case_id, "accept")
    lab.complete(case_id, "examine", can_decide_now=True, marked_major=False, needed_steps=[])
    lab.complete(case_id, "decide", outcome="approved")
    lab.complete(case_id, "check_content", disclosure="public")
    lab.complete(case_id, "check_file", documents_complete=True)


def test_a_citizen_goes_the_whole_way_alone_on_a_phone_without_scripts(
    town: Town, serve: Server, open_page: Opener, papers: str
) -> None:
    base, lab = serve(town.app), Laboratory(town.house.runtime, town.clock, 1)
    page = open_page(viewport=PHONE, java_script_enabled=False)
    number, code = find_and_apply(page, base, papers)
    case_id = town.case_id(number)
    assert (town.state(number).item, town.state(number).unit) == (LICENCE, BUREAU)

    lab.complete(case_id, "review", review_outcome="incomplete")
    lab.complete(case_id, "notify_correction", missing_points=["产权人身份证复印件"], review_note=None)
    ask(page, base, code)
    supply(page, papers)
    decided(town, lab, case_id)
    ask(page, base, code)
    seen(page, "09-decided")
    page.get_by_role("link", name=re.compile("准予行政许可决定书")).first.click()
    expect(page.frame_locator("iframe").get_by_text(re.compile("准予")).first).to_be_visible()
    seen(page, "10-document")
    ask(page, base, code)
    with page.expect_navigation():
        page.get_by_role("link", name="评价").click()
    seen(page, "11-rate")
    page.get_by_label("非常满意").check()
    page.get_by_role("button", name="提交").click()
    assert not town.state(number).open
    expect(page.locator("main")).to_contain_text("用了多少时间")
    seen(page, "12-closed")

    issued = next(one for one in town.state(number).documents if one["kind"] == "准予行政许可决定书")
    page.goto(f"{base}/citizen/verify/{issued['code']}")
    expect(page.locator("main")).to_contain_text(issued["number"])
    seen(page, "13-verified")
    page.goto(f"{base}/citizen/published?kind=licence")
    expect(page.locator("main")).to_contain_text("周**")
    expect(page.locator("main")).to_contain_text(issued["number"])
    assert "周立民" not in page.content()
    seen(page, "14-published")
    page.get_by_role("link", name=re.compile("大型户外广告")).first.click()
    assert "周立民" not in page.content()
    seen(page, "15-publication")
