"""The room of statistics: who may read what, as a page and as files that hold nobody's data."""

from __future__ import annotations

import csv
import io

import pytest
from town import Town

from timers.laboratory import Laboratory

LETTER = {
    "title": "夜间施工扰民", "kind": "complain", "place": "中山路", "want_reply": True, "secret": False,
    "body": "中山路工地夜间十一点后仍在施工，噪声很大，请尽快处理。", "name": "王芳", "phone": "13800138000",
}  # fmt: skip
HEAD_OF_MAILBOX, HANDLER, SUPERVISOR, DISTRICT = "shixinze", "shenrui", "qinzheng", "baixue"


@pytest.fixture
def lettered(town: Town) -> Town:
    lab = Laboratory(town.house.runtime, town.clock, 7)
    for _ in range(2):
        lab.receive("XX-XJ-0001", "city.rx", LETTER)
    return town


def sheet(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))


def test_the_head_of_the_mailbox_reads_its_letters_and_a_handler_does_not(lettered):
    page = lettered.officer(HEAD_OF_MAILBOX).get("/statistics/reports/letters")
    refused = lettered.officer(HANDLER).get("/statistics/reports/letters")

    assert page.status_code == 200
    assert "共统计 2 行" in page.text
    assert refused.status_code == 403


def test_a_stranger_is_led_to_the_sign_in_page(lettered):
    assert lettered.visitor().get("/statistics/annual").status_code in (302, 303, 401)


def test_a_supervisor_of_a_district_counts_nothing_of_the_city(lettered):
    page = lettered.officer(DISTRICT).get("/statistics/reports/letters")

    assert "没有可统计的内容" in page.text


def test_the_filter_narrows_and_nonsense_in_it_does_no_harm(lettered):
    officer = lettered.officer(SUPERVISOR)

    assert (
        "共统计 2 行"
        in officer.get("/statistics/reports/letters?from=x&to=9999-99&by=phone&unit=nowhere").text
    )
    assert "没有可统计的内容" in officer.get("/statistics/reports/letters?from=2026-03-05&to=2026-03-06").text
    assert officer.get("/statistics/reports/nothing").status_code == 404


def test_the_rows_of_a_report_name_no_person_and_count_to_its_figures(lettered):
    officer = lettered.officer(SUPERVISOR)
    head, *rows = sheet(officer.get("/statistics/reports/letters/rows.csv").text)
    table = sheet(officer.get("/statistics/reports/letters.csv").text)

    assert len(rows) == 2 == int(table[-1][table[0].index("收到")])
    assert not {"phone", "title", "text"} & set(head)
    assert "13800138000" not in str(rows)
    assert "夜间" not in str(rows)


def test_the_year_is_one_page_and_one_file(lettered):
    officer = lettered.officer(SUPERVISOR)
    page = officer.get("/statistics/annual?year=2026").text
    lines = sheet(officer.get("/statistics/annual.csv?year=2026").text)

    assert page.count("<h2") >= 5
    assert ["政府信箱统计", "合计", "收到", "2"] in lines
    assert "本年度没有" in officer.get("/statistics/annual?year=2024").text


def test_the_register_page_shows_no_text_of_a_letter(lettered):
    officer = lettered.officer(HEAD_OF_MAILBOX)
    asked = {"register": "letters", "text": "complain", "purpose": "核对"}
    page = officer.post("/clerk/registers", asked, at="/clerk/registers").text

    assert "夜间施工" not in page
    assert "（不公开）" in page
