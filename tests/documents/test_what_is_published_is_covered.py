"""The public list holds no name and no number of a person, however they are written."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from engine.casework.covering import covered_number, covered_text, covered_values
from engine.casework.publications import covered
from engine.records.shared_tables import publication
from timers.laboratory import of_its_own

MOBILE, ID, CARD = "13800138000", "11010519491231002X", "6222021234567894"
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize("number", [MOBILE, ID, CARD, "110105491231002"])
@pytest.mark.parametrize("write", [
    lambda text: text,
    lambda text: " ".join([text[:3], text[3:7], text[7:]]),
    lambda text: "-".join([text[:3], text[3:7], text[7:]]),
    lambda text: text.translate(WIDE),
])  # fmt: skip
def test_a_number_of_a_person_is_covered_however_it_is_written(number, write):
    written = write(number)

    found = covered_text(f"联系方式：{written}，谢谢")

    assert written not in found
    assert number[4:-4] not in found.replace(" ", "").replace("-", "")
    assert found.startswith("联系方式：")
    assert found.endswith("，谢谢")


@pytest.mark.parametrize("number", ["+86 13800138000", "008613800138000", "0532-13800138000"])
def test_a_mobile_number_with_the_code_of_the_country_is_covered(number):
    assert "00138" not in covered_text(f"电话{number}")


@pytest.mark.parametrize(
    "text",
    [
        "青城管罚决字〔2026〕第0001号",
        "91350100M000100Y43",
        "案件编号20260000001",
        "0532-55550110",
        "12345",
        "项目代码2026-370200-48-01-000123",
        "罚款3000.00元",
        "2026-03-02至2026-05-09",
    ],
)
def test_what_is_public_stays(text):
    assert covered_text(text, ["王芳"]) == text


def test_a_mail_address_keeps_its_first_sign_and_its_host():
    assert covered_text("写信给wang.fang@example.cn。") == "写信给w***@example.cn。"


@pytest.mark.parametrize("name", ["王芳", "欧阳修文", "阿卜杜拉·买买提", "John Smith"])
def test_the_name_of_a_person_is_covered(name):
    assert covered(name) == name[0] + "*" * min(len(name) - 1, 3)
    assert name not in covered_text(f"我叫{name}，{name}的邻居", [name])


@pytest.mark.parametrize("firm", ["琴岛广告有限公司", "市南区小李便利店"])
def test_the_name_of_a_firm_is_public(firm):
    assert covered(firm) == firm


def test_a_longer_name_is_covered_before_the_shorter_one_in_it():
    assert covered_text("王芳芳和王芳", ["王芳", "王芳芳"]) == "王**和王*"


@given(text=st.text(max_size=80), names=st.lists(st.text(min_size=2, max_size=4), max_size=3))
def test_covering_never_fails_and_never_shows_a_listed_name(text, names):
    plain = [name.strip() for name in names if len(name.strip()) >= 2 and "*" not in name and "@" not in name]

    found = covered_text(text, plain)

    assert all(name not in text or name != name.strip() or found != text for name in plain)
    assert covered_text(found) == found or "*" in found


def test_whatever_is_nested_is_covered():
    told = covered_values({"a": [{"b": f"王芳 {MOBILE}"}], "n": 3}, ["王芳"])

    assert told == {"a": [{"b": f"王* {covered_number(MOBILE)}"}], "n": 3}


def test_a_letter_is_kept_covered_and_the_names_that_its_approver_lists_too():
    with of_its_own(date(2026, 3, 2), 3) as lab:
        body = f"我是王芳，电话138 0013 8000，身份证{ID}。邻居李建国家夜里装修，请处理。"
        letter = {"title": "王芳反映夜间装修", "kind": "complain", "place": "中山路", "want_reply": True}
        given_ = {**letter, "body": body, "name": "王芳", "phone": MOBILE, "secret": False}
        case_id = lab.receive("XX-XJ-0001", "city.rx", given_).case_id
        facts = {"is_report": False, "state_secret": False, "defamatory": False}
        lab.complete(case_id, "classify", kind_checked="complain", disposal="accept", **facts)
        lab.complete(case_id, "assign", lead_unit="laoshan.cg", assist_units=[])
        lab.complete(case_id, "sign", sign_action="sign")
        reply = "王芳您好，我局已约谈李建国，责令其在规定的时间以外不得装修。如有疑问请拨打12345。"
        lab.complete(case_id, "answer", draft_reply=reply)
        approved = {"approval": "agree", "reply": reply, "publish": True, "cover_names": ["李建国"]}
        lab.complete(case_id, "approve_reply", **approved)

        with lab.runtime.store.reading() as connection:
            row = connection.execute(select(publication)).one()

    told = f"{row.title} {row.content} {row.subject}"
    for secret in ("王芳", "李建国", MOBILE, "0013 8000", ID, "1949"):
        assert secret not in told
    assert "王*反映夜间装修" in told
    assert "李**" in told
    assert "12345" in told
