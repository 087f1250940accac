"""Letters to the mailbox: what one letter says about another, and what the public may see of it."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from engine.audit.history import case_file
from engine.records import journal, registers
from engine.records.shared_tables import publication
from timers.laboratory import of_its_own

NOISE = "中山路工地夜间十一点后仍在施工，噪声很大，请尽快处理。"
LETTER = {"title": "夜间施工扰民", "kind": "complain", "place": "中山路", "want_reply": True, "secret": False}


@pytest.fixture(scope="module")
def laboratory():
    with of_its_own(date(2026, 3, 2), 3) as made:
        yield made


def written(laboratory, body: str = NOISE, phone: str = "13800138000") -> int:
    given = {**LETTER, "body": body, "phone": phone, "name": "王芳"}
    return laboratory.receive("XX-XJ-0001", "city.rx", given).case_id


def file_of(laboratory, case_id: int):
    with laboratory.runtime.store.reading() as connection:
        return case_file(journal.read(connection, journal.case_stream(case_id)))


def answered(laboratory, case_id: int, reply: str) -> None:
    classified = {"kind_checked": "complain", "disposal": "accept", "is_report": False, "state_secret": False}
    laboratory.complete(case_id, "classify", defamatory=False, **classified)
    laboratory.complete(case_id, "assign", lead_unit="laoshan.cg", assist_units=[])
    laboratory.complete(case_id, "sign", sign_action="sign")
    laboratory.complete(case_id, "answer", draft_reply=reply)
    laboratory.complete(case_id, "approve_reply", approval="agree", reply=reply, publish=True)


def test_a_second_letter_of_the_same_sender_about_the_same_is_linked_and_kept(laboratory):
    first = written(laboratory, phone="13800138009")
    again = written(laboratory, NOISE + "已经第二次反映。", phone="13800138009")

    file = file_of(laboratory, again)

    assert file["same_as"] == laboratory.case(first).number
    assert file["screening"] == "repeat"
    assert laboratory.case(again).open


def test_another_sender_or_another_matter_is_no_repetition(laboratory):
    written(laboratory, phone="13800138008")
    other_sender = written(laboratory, phone="13800138007")
    other_matter = written(laboratory, "想咨询一下户外广告的办理条件和需要的材料。", phone="13800138008")

    assert file_of(laboratory, other_sender)["repeated"] is False
    assert file_of(laboratory, other_matter)["repeated"] is False


def test_advertising_is_marked_and_still_goes_to_a_person(laboratory):
    case_id = written(laboratory, "加微信免费领取大礼包 https://example.cn/x", phone="13800138006")

    assert file_of(laboratory, case_id)["screening"] == "suspect"
    assert [item["element"] for item in laboratory.case(case_id).items.values()] == ["classify"]


def test_the_same_text_to_more_than_five_letters_is_recorded(laboratory):
    reply = "您反映的问题已经收悉，我们会认真研究，感谢您的来信。"
    cases = [written(laboratory, phone=f"1390013900{number}") for number in range(6)]
    for case_id in cases:
        answered(laboratory, case_id, reply)
    for case_id in cases:
        laboratory.send(case_id, "rated", rating_level=4)

    assert [card["rule"] for card in laboratory.case(cases[4]).cards] == []
    assert [card["rule"] for card in laboratory.case(cases[5]).cards] == ["F10"]


def test_a_published_letter_does_not_name_its_sender(laboratory):
    case_id = written(laboratory, phone="13800138005")
    answered(laboratory, case_id, "已责令施工单位停止夜间施工，并将每晚巡查，感谢您的监督。")

    with laboratory.runtime.store.reading() as connection:
        row = connection.execute(select(publication).where(publication.c.case_id == case_id)).one()
    assert row.subject == "王*"
    assert "王芳" not in row.content
    assert "13800138005" not in row.content


def test_a_lead_names_its_reporter_to_nobody_but_intake_and_never_as_the_party(laboratory):
    case_id = written(laboratory, "某烧烤店每晚占用人行道摆摊经营，请予以处理。", phone="13800138003")
    given = {"kind_checked": "complain", "disposal": "penalty", "lead_item": "street_trading"}
    laboratory.complete(case_id, "classify", is_report=False, transfer_unit="laoshan.cg", **given)

    opened = file_of(laboratory, case_id)["opened"]
    lead = laboratory.case(int(opened["case_id"]))
    file = file_of(laboratory, lead.case_id)
    assert (lead.procedure, lead.unit) == ("cf_general", "laoshan.cg")
    assert file["reporter"] == "王芳"
    assert "13800138003" not in str(file)
    assert "王芳" not in lead.applicant


def test_a_letter_can_be_withdrawn_until_it_is_answered_and_no_longer(laboratory):
    case_id = written(laboratory, phone="13800138002")
    assert [row["name"] for row in laboratory.case(case_id).subscriptions.values()] == ["撤回来信"]

    answered(laboratory, case_id, "已责令施工单位停止夜间施工，并将每晚巡查，感谢您的监督。第二次。")

    assert [row["name"] for row in laboratory.case(case_id).subscriptions.values()] == ["评价"]


def test_whoever_rates_is_not_in_the_register_of_ratings(laboratory):
    case_id = written(laboratory, phone="13800138001")
    answered(laboratory, case_id, "已责令施工单位停止夜间施工，并将每晚巡查，感谢您的监督。第三次。")
    laboratory.send(case_id, "rated", rating_level=2, rating_note="没有解决")

    with laboratory.runtime.store.reading() as connection:
        row = registers.get(connection, "ratings", laboratory.case(case_id).number)
    assert row.data["level"] == 2
    assert "王芳" not in str(row.data)
    assert "13800138001" not in str(row.data)


def test_a_letter_handled_again_is_published_anew_and_its_first_reply_taken_back(laboratory):
    case_id = written(laboratory, phone="13800138010")
    answered(laboratory, case_id, "您反映的问题，我们已经按照程序转请有关单位研究处理，请耐心等待。")
    laboratory.send(case_id, "rated", rating_level=1, rating_note="没有解决")
    laboratory.complete(case_id, "call_back", complaint_valid=True)
    laboratory.complete(case_id, "rectify")
    laboratory.complete(case_id, "confirm", rectification_confirmed=True)
    laboratory.complete(
        case_id, "rework", rework_reply="工地负责人赵六已经停止夜间施工，特此答复。", cover_names=["赵六"]
    )

    with laboratory.runtime.store.reading() as connection:
        query = select(publication).where(publication.c.case_id == case_id).order_by(publication.c.key)
        first, second = connection.execute(query).all()
    assert first.withdrawn_reason == "来信已经重办，公开新的答复"
    assert second.withdrawn_at is None
    assert "已经停止夜间施工" in second.content
    assert "赵六" not in second.content
    assert not laboratory.case(case_id).open


def test_a_letter_sent_back_counts_for_the_mailbox_until_somebody_is_in_charge_again(laboratory):
    case_id = written(laboratory, phone="13800138011")
    classified = {"kind_checked": "complain", "disposal": "accept", "is_report": False, "state_secret": False}
    laboratory.complete(case_id, "classify", defamatory=False, **classified)

    def in_charge() -> tuple[str, int]:
        with laboratory.runtime.store.reading() as connection:
            row = registers.get(connection, "letters", laboratory.case(case_id).number)
        return row.data["unit"], row.data["returns"]

    laboratory.complete(case_id, "assign", lead_unit="shinan.cg", assist_units=[])
    assert in_charge() == ("shinan.cg", 0)
    laboratory.complete(case_id, "sign", sign_action="return", return_reason="属崂山区")
    assert in_charge() == ("city.rx", 1)
    laboratory.complete(case_id, "assign", lead_unit="laoshan.cg", assist_units=[])
    assert in_charge() == ("laoshan.cg", 1)
    laboratory.complete(case_id, "sign", sign_action="return", return_reason="属市南区")
    assert in_charge() == ("city.rx", 2)
    laboratory.complete(case_id, "settle_dispute", lead_unit="shinan.cg")
    assert in_charge() == ("shinan.cg", 2)


def test_who_sends_no_number_repeats_nobody(laboratory):
    nobody = {**LETTER, "body": NOISE, "anonymous": True, "channel": "post"}
    first, second = (
        laboratory.receive("XX-XJ-0001", "city.rx", nobody, channel="window").case_id for _ in range(2)
    )

    assert file_of(laboratory, second)["repeated"] is False
    assert (laboratory.case(first).applicant, laboratory.case(second).applicant) == ("", "")


def test_an_urgent_letter_comes_before_others_of_the_same_day(laboratory):
    plain, urgent = written(laboratory, phone="13800138012"), written(laboratory, phone="13800138013")
    for case_id, is_urgent in ((plain, False), (urgent, True)):
        facts = {"kind_checked": "complain", "disposal": "accept", "is_report": False, "state_secret": False}
        laboratory.complete(case_id, "classify", defamatory=False, urgent=is_urgent, **facts)

    waiting = {number: next(iter(laboratory.case(number).items.values())) for number in (plain, urgent)}
    assert waiting[urgent]["priority"] > waiting[plain]["priority"]
    assert waiting[urgent]["element"] == waiting[plain]["element"] == "assign"
