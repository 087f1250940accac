"""Dates, moments, money and personal numbers as a reader sees them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import g
from gallery import application
from hypothesis import given
from hypothesis import strategies as st

from web import display

DUE = date(2026, 10, 14)
LATE = datetime(2026, 10, 14, 16, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def request_context() -> Iterator[None]:
    with application().test_request_context("/"):
        yield


def test_a_date_is_written_with_its_weekday() -> None:
    assert display.full_date(DUE) == "2026年10月14日 星期三"
    assert display.full_date("2026-10-14") == "2026年10月14日 星期三"
    assert display.day(DUE) == "2026年10月14日"
    assert display.short_day(DUE) == "10月14日"
    assert display.weekday(DUE) == "周三"


def test_a_date_is_written_the_english_way_for_english_readers() -> None:
    g.language = "en"
    assert display.full_date(DUE) == "14 October 2026"
    assert display.day(DUE) == "14 Oct 2026"
    assert display.weekday(DUE) == "Wed"


def test_a_moment_is_shown_in_the_authoritys_zone() -> None:
    assert display.moment(LATE) == "2026年10月15日 星期四 00:30"
    assert display.moment("2026-10-14T16:30:00.000Z") == "2026年10月15日 星期四 00:30"
    assert display.full_date(LATE) == "2026年10月15日 星期四"
    assert display.day("2026-10-14T16:30:00.000Z") == "2026年10月15日", "there it is past midnight"
    assert display.brief_moment(LATE) == "10月15日 00:30"
    assert display.clock_time(LATE) == "00:30"
    assert display.iso(LATE) == "2026-10-15T00:30:00+08:00"
    g.language = "en"
    assert display.moment(LATE) == "15 October 2026, 00:30"


def test_a_kept_sentence_is_read_with_its_days_in_words_and_no_gap_before_a_bracket() -> None:
    kept = "应于2026-03-02前作出，见告知单 （第3号），材料 A-2026-03-02-1，2026-13-40"
    told = "应于2026年3月2日前作出，见告知单（第3号），材料 A-2026-03-02-1，2026-13-40"
    assert display.sentence(kept) == told


def test_what_is_not_there_is_a_dash() -> None:
    shows = (
        display.full_date,
        display.day,
        display.moment,
        display.clock_time,
        display.money,
        display.masked,
    )
    assert {show(None) for show in shows} == {"—"}  # type: ignore[operator]
    assert display.iso(None) == ""


def test_money_has_two_places_and_separators() -> None:
    assert display.money(Decimal("128000.5")) == "128,000.50 元"
    assert display.money(0) == "0.00 元"
    g.language = "en"
    assert display.money("1234567.89") == "¥1,234,567.89"


def test_file_sizes_are_told_in_steps_of_1024() -> None:
    assert [display.file_size(size) for size in (0, 1023, 1024, 3456789)] == [
        "0 B",
        "1023 B",
        "1.0 KB",
        "3.3 MB",
    ]


def test_a_citizens_number_shows_three_and_four_characters() -> None:
    assert display.masked("360102199903070012") == "360***********0012"
    assert display.masked("林晓岚", 1, 0) == "林**"


def test_the_last_four_digits_of_a_phone_which_prove_a_citizen_stay_covered() -> None:
    assert display.masked("13800138000") == "13*******00"


@given(st.text(min_size=1, max_size=40), st.integers(0, 9), st.integers(0, 9))
def test_at_least_half_of_a_masked_text_is_covered(text: str, head: int, tail: int) -> None:
    shown = display.masked(text.replace("*", "x"), head, tail)
    assert len(shown) == len(text)
    assert shown.count("*") * 2 >= len(text)


def test_days_left_are_told_in_words() -> None:
    assert display.days_left(3) == "还有 3 个工作日"
    assert display.days_left(0) == "今天到期"
    assert display.days_left(-2) == "已超 2 个工作日"
