"""A period day by day on every page that tells its end: kept as a picture or as text, and printed though it
is folded."""

from __future__ import annotations

import pytest
from browser import Server
from playwright.sync_api import Page, expect
from town import Town, Visitor
from watched import AUDITOR, CLERK, LEFT_LYING, SUPERVISOR, sign_in

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


def kept(reader: Visitor, page: str, drawing: str) -> str:
    """The text of the period to which the page leads; its picture is there too."""
    told = reader.get(page).text
    for kind in ("svg", "txt"):
        assert f'href="{drawing.format(kind)}"' in told
    assert reader.get(drawing.format("svg")).text.startswith("<svg")
    text = reader.get(drawing.format("txt"))
    assert (text.status_code, text.mimetype) == (200, "text/plain")
    return text.text


def test_auditor_and_supervisor_are_led_to_the_same_count(watched: Town) -> None:
    theirs = watched.officer("lihua").get(f"{CASE}/periods/1.txt").text
    seen = f"/supervisor/cases/{LEFT_LYING}"
    assert kept(watched.officer(SUPERVISOR), seen, f"{seen}/periods/1.{{}}") == theirs
    audited = f"/auditor/cases/{LEFT_LYING}"
    entries = watched.entries(f"case:{watched.case_id(LEFT_LYING)}")
    at_the_end = f"{audited}/periods/1.{{}}?step={len(entries)}"
    last = kept(watched.officer(AUDITOR), audited, at_the_end)
    assert kept(watched.officer(AUDITOR), f"{audited}/story", at_the_end) == last
    begun = next(e.seq for e in entries if any(one.type == "PeriodOpened" for one in e.events))
    then = f"{audited}/periods/1.{{}}?step={begun}"
    first = kept(watched.officer(AUDITOR), f"{audited}?step={begun}", then)
    assert first.splitlines()[0] == last.splitlines()[0]
    assert watched.officer(AUDITOR).get(f"{audited}/periods/1.svg?step={begun - 1}").status_code == 404


def test_a_card_is_led_to_its_period_as_it_stood_when_the_card_fell(watched: Town) -> None:
    card = next(one for one in watched.state(LEFT_LYING).cards if one["rule"] == "A3")
    place = f"/supervisor/cards/{LEFT_LYING}/{card['card']}"
    told = kept(watched.officer(SUPERVISOR), place, f"{place}/period.{{}}")
    assert told.splitlines()[0] in watched.officer("lihua").get(f"{CASE}/periods/2.txt").text
    mine = f"/clerk/cards/{LEFT_LYING}/{card['card']}"
    assert watched.officer(CLERK).get(f"{mine}/period.txt").status_code == 404


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
