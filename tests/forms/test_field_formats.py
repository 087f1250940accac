"""Named formats with real check digits, and what surrounds them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.definitions import formats
from engine.definitions.formats import (
    FORMATS,
    age_on,
    birth_date,
    dates_in_order,
    other_lacks_text,
    to_number,
)

FILE = {"sha256": "a" * 64, "name": "图纸.pdf", "size": 3, "media_type": "application/pdf"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cn-id", "11010519491231002X"),
        ("cn-id", "440524188001010014"),
        ("cn-uscc", "91350100M000100Y43"),
        ("cn-subject", "91350100M000100Y43"),
        ("cn-subject", "11010519491231002X"),
        ("cn-mobile", "13905320000"),
        ("cn-officer-certificate", "鲁B1502001234"),
        ("money", Decimal("0.00")),
        ("money", 1280),
        ("money", "1,280.50"),
        ("file", FILE),
        ("date", "2024-02-29"),
        ("time", "09:30"),
        ("date-time", "2026-03-02T09:30:00+08:00"),
        ("email", "name@example.org"),
    ],
)
def test_a_right_value_has_no_fault(name, value):
    assert FORMATS[name].check(value) is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cn-id", "110105194912310021"),
        ("cn-id", "11010519491331002X"),
        ("cn-id", "1101051949123100"),
        ("cn-id", "11010519491231002x"),
        ("cn-id", "１1010519491231002X"),
        ("cn-id", 110105194912310021),
        ("cn-uscc", "91350100M000100Y44"),
        ("cn-uscc", "91350100I000100Y43"),
        ("cn-uscc", None),
        ("cn-subject", "110105194912310021"),
        ("cn-mobile", "12905320000"),
        ("cn-mobile", "139053200001"),
        ("cn-mobile", "13905320000\n"),
        ("cn-mobile", "１３９０５３２００００"),
        ("cn-officer-certificate", "1234"),
        ("cn-officer-certificate", "鲁B 1502001234"),
        ("money", Decimal("-0.01")),
        ("money", Decimal("1.005")),
        ("money", Decimal("NaN")),
        ("money", True),
        ("money", 1.5),
        ("money", "about 5"),
        ("money", 10**15),
        ("file", "图纸.pdf"),
        ("file", FILE | {"sha256": "A" * 64}),
        ("file", FILE | {"size": 0}),
        ("file", FILE | {"size": True}),
        ("file", FILE | {"name": "../../etc/passwd"}),
        ("file", FILE | {"name": ""}),
        ("file", FILE | {"media_type": "pdf"}),
        ("date", "2026-02-29"),
        ("date", "20260228"),
        ("date", "2026-2-28"),
        ("date", date(2026, 2, 28)),
        ("time", "25:00"),
        ("time", "9:30"),
        ("date-time", "2026-03-02"),
        ("date-time", "2026-03-02T25:00"),
        ("email", "name@localhost"),
        ("email", "two words@example.org"),
    ],
)
def test_a_wrong_value_is_told_in_both_languages(name, value):
    fault = FORMATS[name].check(value)
    assert fault is not None
    assert fault.en.startswith("to ")
    assert any("\u4e00" <= sign <= "\u9fff" for sign in fault.zh)


@given(st.integers(0, 10**17 - 1), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_of_an_identity_number_is_always_found(number, place, by):
    digits = f"{number:017d}"
    body = "1" + digits[1:6] + "19491231" + digits[14:]
    right = next(body + check for check in "0123456789X" if formats.cn_id(body + check) is None)
    wrong = right[:place] + str((int(right[place]) + by) % 10) + right[place + 1 :]
    assert formats.cn_id(wrong) is not None


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17), st.data())
def test_one_wrong_sign_of_a_credit_code_is_always_found(body, data):
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    rights = [body + check for check in letters if formats.cn_uscc(body + check) is None]
    assert len(rights) == 1
    place = data.draw(st.integers(0, 17))
    other = data.draw(st.sampled_from([sign for sign in letters if sign != rights[0][place]]))
    assert formats.cn_uscc(rights[0][:place] + other + rights[0][place + 1 :]) is not None


@pytest.mark.parametrize(
    ("name", "typed", "written"),
    [
        ("cn-id", " 11010519491231002x ", "11010519491231002X"),
        ("cn-uscc", "91350100m000100y43", "91350100M000100Y43"),
        ("cn-mobile", "139 0532-0000", "13905320000"),
        ("money", "1,280.50", Decimal("1280.50")),
        ("money", "twelve", "twelve"),
        ("money", 12, 12),
        ("date", " 2026-03-02", "2026-03-02"),
        ("cn-id", 5, 5),
    ],
)
def test_a_typed_value_is_brought_to_its_written_form(name, typed, written):
    assert FORMATS[name].normal(typed) == written


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("3", 3),
        ("-3.50", Decimal("-3.50")),
        ("1,000", 1000),
        ("1e5", "1e5"),
        ("", ""),
        ("٣", "٣"),
        ("NaN", "NaN"),
    ],
)
def test_a_figure_is_read_exactly_or_stays_text(text, figure):
    read = to_number(text)
    assert read == figure
    assert type(read) is type(figure)


def test_age_is_counted_on_the_day_of_the_act():
    born = birth_date("11010519491231002X")
    assert born == date(1949, 12, 31)
    assert age_on(born, date(1963, 12, 30)) == 13
    assert age_on(born, date(1963, 12, 31)) == 14
    assert age_on(date(2012, 2, 29), date(2026, 2, 28)) == 13
    assert birth_date("110105194913310021") is None


def test_dates_must_rise_and_gaps_are_passed_over():
    assert dates_in_order([("opened", "2026-03-10"), ("told", None), ("decided", "2026-05-20")]) is None
    broken = dates_in_order([("opened", "2026-03-10"), ("told", None), ("decided", "2026-03-09")])
    assert broken == ("opened", "decided")
    assert dates_in_order([("a", "2026-03-10"), ("b", "2026-03-10")]) is None


def test_other_demands_a_text():
    assert other_lacks_text("other", "other", None)
    assert other_lacks_text(["wall", "other"], "other", "  ")
    assert not other_lacks_text("other", "other", "旗杆")
    assert not other_lacks_text("wall", "other", None)


def test_each_example_has_its_own_format():
    for found in FORMATS.values():
        if found.example:
            assert found.check(found.normal(found.example)) is None, found.name
