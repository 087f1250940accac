"""A clerk's day with documents, in a real browser: a decision issued, served on paper, proven, verified, its
template edited in a word processor and put into force by two persons.

Real: the server, the browser, the shipped licence with its Word templates. Made by commands: the case up to
its decision.
"""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from browser import PHONE, Opener, Server, accessibility_faults, look, sideways_scroll
from docx import Document
from playwright.sync_api import Page, expect
from town import BUREAU, LICENCE, PASSWORD, Town, Visitor

from engine.casework.documents import qr_code
from timers.laboratory import Laboratory

GRANT = "准予行政许可决定书"
TODAY, TOMORROW = date(2026, 3, 2), date(2026, 3, 3)


def decided(lab: Laboratory) -> int:
    """A licence granted on paper: nobody consented to electronic service. Gives the case."""
    given = {"e_service_consent": False, "e_address": ""}
    case_id = lab.receive(LICENCE, BUREAU, given, channel="window").case_id
    lab.complete(case_id, "review", review_outcome="ok")
    lab.complete(case_id, "accept")
    lab.complete(case_id, "examine", can_decide_now=True, marked_major=False, needed_steps=[])
    lab.complete(case_id, "decide", outcome="approved")
    return case_id


def sign_in(page: Page, base: str, login: str) -> None:
    page.goto(f"{base}/signin")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url(f"{base}/clerk/")


def fill_receipt(page: Page, day: date) -> None:
    """The receipt of service (送达回证) as a server of documents fills it in."""
    page.get_by_label("本人").first.check()
    page.locator('[name="/received_by"]').fill("王芳")
    page.locator('[name="/delivered_on"]').fill(day.isoformat())
    page.get_by_role("button", name="提交，办理完成").click()


@pytest.mark.browser
def test_a_decision_is_served_on_paper_and_proven_and_anybody_can_verify_it(
    town: Town, serve: Server, open_page: Opener, tmp_path: Path
) -> None:
    case_id = decided(Laboratory(town.house.runtime, town.clock, 7))
    number = f"2026{case_id:07d}"
    base, page = serve(town.app), open_page()
    sign_in(page, base, "zhengqiang")

    page.keyboard.press("j")
    expect(page.locator("#worklist tbody a").first).to_be_focused()
    page.get_by_role("button", name=f"领取 选择送达方式 {number}").click()
    page.get_by_label("直接送达").check()
    page.get_by_label("办完后领取并打开下一件").check()
    page.get_by_role("button", name="提交，办理完成").click()
    expect(page.get_by_role("heading", name="直接送达", exact=True)).to_be_visible()
    expect(page.get_by_label("办完后领取并打开下一件")).to_be_checked()

    fill_receipt(page, TOMORROW)
    expect(page.get_by_role("alert")).to_contain_text("送达日期不能晚于今天")
    page.get_by_label("办完后领取并打开下一件").uncheck()
    fill_receipt(page, TODAY)
    expect(page.get_by_text("已办理“直接送达”")).to_be_visible()

    page.goto(f"{base}/clerk/cases/{number}")
    expect(page.get_by_role("link", name=re.compile("送达回证")).first).to_be_visible()
    page.get_by_role("link", name=re.compile(GRANT)).first.click()
    expect(page.get_by_role("heading", name=GRANT)).to_be_visible()
    paper = page.frame_locator("iframe")
    expect(paper.get_by_role("heading", name=GRANT)).to_be_visible()
    assert accessibility_faults(page) == []
    look(page, "clerk-decision")

    issued = next(one for one in town.state(number).documents if one["kind"] == GRANT)
    with page.expect_download() as arriving:
        page.get_by_role("button", name="下载").click()
    kept = tmp_path / "decision.docx"
    arriving.value.save_as(kept)
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == issued["sha256"]
    address = f"{town.house.runtime.settings.address}/citizen/verify/{issued['code']}"
    with zipfile.ZipFile(kept) as parts:
        pictures = [parts.read(name) for name in parts.namelist() if name.startswith("word/media/")]
    assert qr_code(address) in pictures

    page.get_by_role("link", name=issued["code"]).click()
    expect(page).to_have_url(f"{base}/citizen/verify/{issued['code']}")
    expect(page.get_by_text(issued["number"]).first).to_be_visible()
    expect(page.get_by_text(issued["sha256"]).first).to_be_visible()

    phone = open_page(viewport=PHONE)
    sign_in(phone, base, "zhangwei")
    phone.goto(f"{base}/clerk/cases/{number}/documents/{issued['sha256']}")
    expect(phone.get_by_role("link", name="单独打开，便于打印")).to_be_visible()
    assert sideways_scroll(phone) == 0
    look(phone, "clerk-decision-phone")


def version(visitor: Visitor, page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', visitor.get(page).text)
    assert found
    return found[1]


def send(visitor: Visitor, page: str, place: str = "", **data: Any) -> Any:
    return visitor.post(place or page, {"version": version(visitor, page), **data}, at=page)


def edited(data: bytes, before: str, after: str) -> bytes:
    """The template as a word processor saves it after one sentence was changed."""
    document = Document(io.BytesIO(data))
    for paragraph in document.paragraphs:
        for run in paragraph.runs:
            run.text = run.text.replace(before, after) if before in run.text else run.text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_template_edited_in_a_word_processor_is_previewed_and_binds_only_what_comes_after(
    town: Town,
) -> None:
    designer, reviewer = town.officer("shenlan"), town.officer("chengxi")
    before = decided(Laboratory(town.house.runtime, town.clock, 7))
    begun = designer.post("/designer/packages/xk_general/1/draft", {}, at="/designer/packages/xk_general/1")
    draft = str(begun.headers["Location"]).removesuffix("/diagram")
    papers = f"{draft}/papers"

    given = designer.get(f"{papers}/grant.docx").data
    changed = edited(given, "决定", "现决定")
    sent = {"stem": "grant", "file": (io.BytesIO(changed), "grant.docx")}
    assert send(designer, papers, **sent).status_code == 303
    preview = designer.get(f"{papers}/grant/preview")
    assert "现决定" in preview.text
    assert "sandbox" in preview.headers["Content-Security-Policy"]
    assert send(designer, papers, stem="grant", text="").status_code == 422  # nothing sent replaces nothing
    assert town.officer("zhangwei").get(papers).status_code == 403

    send(designer, draft, f"{draft}/submit", note="改一处措辞", effective_from="2026-03-02")
    assert send(reviewer, draft, f"{draft}/review", act="approve").status_code == 303
    assert send(designer, draft, f"{draft}/deploy").status_code == 303
    after = decided(Laboratory(town.house.runtime, town.clock, 7))

    clerk = town.officer("zhangwei")
    shown = {}
    for case_id in (before, after):
        number = f"2026{case_id:07d}"
        (paper,) = (one for one in town.state(number).documents if one["kind"] == GRANT)
        shown[case_id] = clerk.get(f"/clerk/cases/{number}/files/{paper['sha256']}").text, paper["number"]
    assert "现决定" not in shown[before][0]
    assert "现决定" in shown[after][0]
    assert [re.sub(r"\D", "", told)[4:] for _text, told in shown.values()] == ["0001", "0002"]
