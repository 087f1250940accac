"""A period day by day on the case page: kept as a picture or as text, and printed though it is folded."""

from __future__ import annotations

import pytest
from browser import Server
from playwright.sync_api import Page, expect
from town import Town
from watched import CLERK, LEFT_LYING, SUPERVISOR, sign_in

CASE = f"/clerk/cases/{LEFT_LYING}"


def test_the_case_page_leads_to_the_picture_and_the_text_of_each_period(watched: Town) -> None:
    clerk = watched.officer("lihua")
    page = clerk.get(CASE).text
    assert f'href="{CASE}/periods/1.svg"' in page
    drawn = clerk.get(f"{CASE}/periods/1.svg")
    assert drawn.mimetype == "image/svg+xml"
    assert drawn.text.startswith("<svg")
    told = clerk.get(f"{CASE}/periods/1.txt")
    assert told.mimetype == "text/plain"
    assert "起算日，不计入" in told.text


def test_nobody_without_the_file_gets_its_periods(watched: Town) -> None:
    assert watched.officer(CLERK).get(f"{CASE}/periods/1.txt").status_code == 403
    clerk = watched.officer("lihua")
    assert clerk.get(f"{CASE}/periods/99.svg").status_code == 404
    assert clerk.get(f"{CASE}/periods/1.exe").status_code == 404


@pytest.mark.browser
def test_what_is_folded_on_the_screen_is_printed(watched: Town, serve: Server, page: Page) -> None:
    sign_in(page, serve(watched.app), SUPERVISOR, "/supervisor/")
    page.goto(page.url.split("/supervisor/")[0] + f"/supervisor/cases/{LEFT_LYING}")
    table = page.locator("#period-1 table").first
    expect(table).to_be_attached()
    expect(table).to_be_hidden()
    page.emulate_media(media="print")
    expect(table).to_be_visible()
    expect(table).to_contain_text("起算日")
