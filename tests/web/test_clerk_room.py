"""The clerk's pages: list, work item, window, cases; refusals as well as the path."""

from __future__ import annotations

import json
import re

import pytest
from town import (
    BUREAU,
    HOUSEHOLD,
    HUJI,
    LICENCE,
    PDF,
    STATION,
    Town,
    apply_online,
    complete,
    household,
    paper,
)

from engine.records import journal
from timers.laboratory import Laboratory

FORM = f"/clerk/window/{HUJI}/{STATION}"


@pytest.fixture
def number(town: Town) -> str:
    """A case that waits to be reviewed at the station."""
    return apply_online(town, town.visitor())[0]


def place(town: Town, number: str) -> str:
    key, _row = town.item(number)
    return f"/clerk/cases/{number}/items/{key}"


def journal_length(town: Town, number: str) -> int:
    return len(town.entries(journal.case_stream(town.case_id(number))))


# --- the list --------------------------------------------------------------------------------------


def test_the_list_shows_what_waits_for_this_officer_and_nobody_else(town: Town, number: str) -> None:
    assert number in town.officer("lihua").get("/clerk/").text
    assert number not in town.officer("panhong").get("/clerk/").text
    assert "没有待办事项" in town.officer("wangli").get("/clerk/").text


def test_the_list_is_sorted_by_what_is_due(town: Town) -> None:
    first, _code = apply_online(town, town.visitor())
    second, _code = apply_online(town, town.visitor())
    complete(town, "lihua", first, {"review_outcome": "complete"})
    signed = {f"{who}_signed{mark}": "true" for who in ("applicant", "clerk") for mark in ("", "#asked")}
    ways = {f"{who}_signature_method": "tablet" for who in ("applicant", "clerk")}
    assert complete(town, "lihua", first, {**signed, **ways}).status_code == 303
    page = town.officer("lihua").get("/clerk/").text
    assert page.index(second) < page.index(first), "the window's five days end before the decision's"


NARROWED = {
    "search=周立民": True,
    "search=nobody": False,
    "procedure=huji": True,
    "procedure=xk_general": False,
    "view=mine": False,
    "view=offered": True,
    "due=late": False,
    "due=week": True,
    "due=nonsense": True,
    "page=nonsense": True,
    "page=9": True,  # beyond the end stands the last page
}


def test_the_list_is_narrowed(town: Town, number: str) -> None:
    clerk = town.officer("lihua")
    assert {asked: number in clerk.get(f"/clerk/?{asked}").text for asked in NARROWED} == NARROWED


def test_the_list_answers_htmx_with_its_table_alone(town: Town, number: str) -> None:
    part = town.officer("lihua").get("/clerk/", headers={"HX-Request": "true"}).text
    assert number in part
    assert "<html" not in part
    assert 'hx-trigger="every 30s"' in part


def test_a_list_that_has_not_changed_does_not_travel_again(town: Town, number: str) -> None:
    clerk, asked = town.officer("lihua"), {"HX-Request": "true"}
    state = re.search(r'"If-None-Match": "(\w+)"', clerk.get("/clerk/", headers=asked).text)
    assert state
    same = {**asked, "If-None-Match": state[1]}
    assert clerk.get("/clerk/", headers=same).status_code == 204
    apply_online(town, town.visitor())
    assert clerk.get("/clerk/", headers=same).status_code == 200


def test_several_items_are_taken_at_once_and_one_that_is_gone_does_not_keep_back_the_others(
    town: Town, number: str
) -> None:
    other, _code = apply_online(town, town.visitor())
    li, items = town.officer("lihua"), [f"{one}:{town.item(one)[0]}" for one in (number, other)]
    assert (
        "请先在列表里勾选事项" in li.post("/clerk/items/claim", {}, at="/clerk/", follow_redirects=True).text
    )
    town.officer("caoyun").post(f"{place(town, other)}/claim", {}, at=place(town, other))
    told = li.post("/clerk/items/claim", {"item": items}, at="/clerk/", follow_redirects=True).text
    assert "已领取 1 件" in told
    assert f"{other} 没有办成：" in told
    assert (town.item(number)[1]["person"], town.item(other)[1]["person"]) == ("lihua", "caoyun")
    told = li.post("/clerk/items/release", {"item": items[:1]}, at="/clerk/", follow_redirects=True).text
    assert "已退回 1 件" in told
    assert town.item(number)[1]["status"] == "offered"


def test_the_list_keeps_how_it_was_narrowed_for_the_way_back_and_for_what_comes_next(
    town: Town, number: str
) -> None:
    other, _code = apply_online(town, town.visitor(), applicant_name="周建国")
    li, here, narrow = town.officer("lihua"), place(town, other), "/clerk/?search=%E5%91%A8%E5%BB%BA%E5%9B%BD"
    assert "共 1 件" in li.get("/clerk/?search=周建国&page=7").text
    assert li.get(here).text.count(f'href="{narrow}"') == 1
    assert li.post(f"{here}/claim", {}, at=here).status_code == 303
    answers = {"/review_outcome": "complete", "on": "1"}
    assert li.post(here, answers, at=here).headers["Location"].startswith("/clerk/cases/" + other)
    assert li.post(f"{place(town, other)}/release", {}, at="/clerk/").headers["Location"] == "/clerk/"


def test_nobody_sees_the_room_without_signing_in(town: Town, number: str) -> None:
    for path in ("/clerk/", "/clerk/cases", f"/clerk/cases/{number}", "/clerk/window", FORM):
        assert town.visitor().get(path).headers["Location"].startswith("/signin")


# --- whose the item is -----------------------------------------------------------------------------


def test_an_item_is_claimed_released_and_forwarded(town: Town, number: str) -> None:
    here, li, cao = place(town, number), town.officer("lihua"), town.officer("caoyun")
    assert li.post(f"{here}/claim", {}, at=here).status_code == 303
    assert "李华 已经领取了这一事项" in cao.get(here).text
    assert li.post(f"{here}/release", {}, at=here).status_code == 303
    assert cao.post(f"{here}/claim", {}, at=here).status_code == 303
    assert cao.post(f"{here}/forward", {"to": "lihua"}, at=here).status_code == 303
    assert town.item(number)[1]["person"] == "lihua"


def test_an_item_is_not_forwarded_to_somebody_who_may_not_do_it(town: Town, number: str) -> None:
    here, li = place(town, number), town.officer("lihua")
    li.post(f"{here}/claim", {}, at=here)
    assert li.post(f"{here}/forward", {"to": "wangli"}, at=here).status_code == 403
    assert li.post(f"{here}/forward", {"to": "nobody"}, at=here).status_code in (401, 404)
    assert li.post(f"{here}/forward", {}, at=here).status_code == 422
    assert town.item(number)[1]["person"] == "lihua"


def test_a_clerk_of_another_unit_is_refused_at_the_door_and_that_is_written_down(
    town: Town, number: str
) -> None:
    here, stranger = place(town, number), town.officer("panhong")
    before = journal_length(town, number)
    assert stranger.get(f"/clerk/cases/{number}").status_code == 403
    assert stranger.get(here).status_code == 403
    assert stranger.post(f"{here}/claim", {}, at="/clerk/").status_code == 403
    assert journal_length(town, number) == before
    refusals = [event for entry in town.entries(journal.SECURITY) for event in entry.events]
    assert [event.type for event in refusals] == ["DoorRefused"] * 3


def test_two_clerks_who_complete_one_item_one_wins_and_the_other_is_told(
    any_town: Town,
) -> None:
    town = any_town
    number = apply_online(town, town.visitor())[0]
    here, first, second = place(town, number), town.officer("lihua"), town.officer("lihua")
    first.post(f"{here}/claim", {}, at=here)
    token = re.search(r'name="csrf_token" value="([^"]+)"', second.get(here).text)
    assert token
    assert first.post(here, {"/review_outcome": "complete"}, at=here).status_code == 303
    length = journal_length(town, number)
    lost = second.client.post(
        here,
        data={"csrf_token": token[1], "/review_outcome": "incomplete"},
        content_type="multipart/form-data",
    )
    assert lost.status_code == 409
    assert "这一事项已经办完" in lost.text
    assert "办理完成" in lost.text
    assert "李华" in lost.text
    assert journal_length(town, number) == length


def test_the_second_to_claim_is_told_who_was_first(town: Town, number: str) -> None:
    here, li, cao = place(town, number), town.officer("lihua"), town.officer("caoyun")
    li.post(f"{here}/claim", {}, at=here)
    late = cao.post(f"{here}/claim", {}, at=here)
    assert late.status_code == 409
    assert "李华 已经领取了这一事项" in late.text


# --- the form --------------------------------------------------------------------------------------


def test_a_faulty_form_is_shown_again_with_the_fault_beside_its_field(town: Town, number: str) -> None:
    here, li = place(town, number), town.officer("lihua")
    li.post(f"{here}/claim", {}, at=here)
    before = journal_length(town, number)
    answer = li.post(here, {"/review_outcome": "incomplete"}, at=here)
    assert answer.status_code == 422
    assert 'href="#f-missing_points"' in answer.text
    assert 'id="f-missing_points-error"' in answer.text
    assert journal_length(town, number) == before


MALFORMED: tuple[dict[str, object], ...] = (
    {},
    {"/review_outcome": "perhaps"},
    {"/review_outcome": ["complete", "incomplete"]},
    {"/review_outcome": "complete", "/unknown": "x"},
    {"/review_outcome": "complete", "/review_note": "\x00"},
    {"/review_outcome/deep/er": "x"},
    {"/review_outcome": "complete", "/review_note": "长" * 100_000},
)


def test_malformed_forms_get_a_sentence_and_change_nothing(town: Town, number: str) -> None:
    here, li = place(town, number), town.officer("lihua")
    li.post(f"{here}/claim", {}, at=here)
    before = journal_length(town, number)
    for data in MALFORMED:
        answer = li.post(here, data, at=here)
        assert answer.status_code in (413, 422), (data, answer.status_code)
        assert "error-summary" in answer.text or "提交的内容" in answer.text
    assert journal_length(town, number) == before


HOSTILE = (
    (b"MZ\x90\x00 a program", "材料.pdf"),
    (b"<script>alert(1)</script>", "材料.html"),
    (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "图.svg"),
    (b"", "空.pdf"),
    (b"PK\x03\x04 broken", "坏.docx"),
)


def test_an_upload_that_is_none_we_take_is_refused_beside_its_field(town: Town, number: str) -> None:
    complete(town, "lihua", number, {"review_outcome": "complete"})
    here, li = place(town, number), town.officer("lihua")
    li.post(f"{here}/claim", {}, at=here)
    before = journal_length(town, number)
    for data, name in HOSTILE:
        answer = li.post(here, {"/statement_file": paper(data, name)}, at=here)
        assert answer.status_code == 422, name
        assert 'id="f-statement_file-error"' in answer.text
        assert name in answer.text
    assert journal_length(town, number) == before


def test_what_is_saved_for_later_is_there_again_and_changes_no_case(town: Town, number: str) -> None:
    here, li = place(town, number), town.officer("lihua")
    li.post(f"{here}/claim", {}, at=here)
    before = journal_length(town, number)
    answer = li.post(here, {"/review_note": "等所长回来再问", "save": "1"}, at=here)
    assert answer.status_code == 303
    assert "等所长回来再问" in li.get(here).text
    assert "等所长回来再问" not in town.officer("caoyun").get(here).text
    assert journal_length(town, number) == before


def test_an_uploaded_file_is_kept_through_a_faulty_form_and_lands_in_the_case(
    town: Town, number: str
) -> None:
    complete(town, "lihua", number, {"review_outcome": "complete"})
    here, li = place(town, number), town.officer("lihua")
    li.post(f"{here}/claim", {}, at=here)
    faulty = li.post(here, {"/statement_file": paper(PDF, "责任书.pdf")}, at=here)
    assert faulty.status_code == 422
    kept = re.search(r'name="/statement_file#kept" value="([^"]+)"', faulty.text)
    assert kept
    signed = {f"/{who}_signed{mark}": "true" for who in ("applicant", "clerk") for mark in ("", "#asked")}
    ways = {f"/{who}_signature_method": "hand" for who in ("applicant", "clerk")}
    answer = li.post(here, {**signed, **ways, "/statement_file#kept": kept[1]}, at=here)
    assert answer.status_code == 303, answer.text
    assert "责任书.pdf" in li.get(f"/clerk/cases/{number}").text


def licence(town: Town) -> tuple[Laboratory, str]:
    """A licence case that waits for its first check, and people to drive it."""
    laboratory = Laboratory(town.house.runtime, town.clock, 7)
    return laboratory, laboratory.receive(LICENCE, BUREAU, {}, channel="window").number


def test_a_void_act_is_blocked_with_sentence_and_rule_and_is_recorded(town: Town) -> None:
    # C3: nobody withdraws an application in the applicant's name without a signature.
    _laboratory, number = licence(town)
    (key,) = [k for k, row in town.state(number).subscriptions.items() if row["act"] == "withdraw"]
    clerk, here = town.officer("wangli"), f"/clerk/cases/{number}/acts/{key}"
    answer = clerk.post(here, {"/withdraw_signed#asked": "1"}, at=here)
    assert answer.status_code == 409
    assert "撤回申请没有申请人签名" in answer.text
    assert "C3 · 《行政许可法》第三十二条" in answer.text
    assert town.state(number).open
    newest = town.entries(journal.case_stream(town.case_id(number)))[-1]
    assert [event.type for event in newest.events] == ["ActRefused", "CardIssued"]
    assert "操作被阻止" in clerk.get(f"/clerk/cases/{number}").text


# --- cases and files -------------------------------------------------------------------------------


def test_the_case_page_shows_facts_periods_documents_and_story(town: Town, number: str) -> None:
    page = town.officer("lihua").get(f"/clerk/cases/{number}").text
    for expected in (
        "周立民",
        HOUSEHOLD["/applicant_id"],
        "收件回执",
        "当场审查材料",
        "材料.pdf",
        "收到申请",
    ):
        assert expected in page


def test_a_document_is_served_as_stored_in_a_sandbox(town: Town, number: str) -> None:
    li, (document,) = town.officer("lihua"), town.state(number).documents
    page = li.get(f"/clerk/cases/{number}/documents/{document['sha256']}")
    assert 'sandbox=""' in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    shown = li.get(f"/clerk/cases/{number}/files/{document['sha256']}")
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert "script-src 'none'" in shown.headers["Content-Security-Policy"]
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    stored = li.get(f"/clerk/cases/{number}/files/{document['sha256']}?download=1")
    assert stored.headers["Content-Disposition"].startswith("attachment")
    assert len(stored.data) == document["size"]


def test_an_upload_is_downloaded_and_never_shown_inline(town: Town, number: str) -> None:
    li = town.officer("lihua")
    digest = re.search(
        rf"/clerk/cases/{number}/files/([0-9a-f]{{64}})", li.get(f"/clerk/cases/{number}").text
    )
    assert digest
    answer = li.get(f"/clerk/cases/{number}/files/{digest[1]}")
    assert answer.data == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_a_file_of_another_case_is_not_found_here(town: Town, number: str) -> None:
    other = apply_online(town, town.visitor(), application_file=paper(PDF + b"another", "另一份.pdf"))[0]
    (entry,) = town.entries(journal.case_stream(town.case_id(other)))[:1]
    digest = entry.command["variables"]["application_file"]["sha256"]
    li = town.officer("lihua")
    assert li.get(f"/clerk/cases/{other}/files/{digest}").status_code == 200
    assert li.get(f"/clerk/cases/{number}/files/{digest}").status_code == 404
    assert li.get(f"/clerk/cases/{number}/files/nonsense").status_code == 404


def test_the_tokens_stand_where_the_case_is(town: Town, number: str) -> None:
    li = town.officer("lihua")
    data = json.loads(li.get(f"/clerk/cases/{number}/tokens.json").text)
    assert {"element": "review", "count": 1, "state": "normal"} in data["tokens"]
    assert "register" in data["passed"]
    assert b"definitions_huji" in li.get(f"/clerk/cases/{number}/diagram.bpmn").data


def test_a_case_that_is_none_is_not_found(town: Town) -> None:
    li = town.officer("lihua")
    assert li.get("/clerk/cases/20269999999").status_code == 404
    assert li.get("/clerk/cases/20269999999/items/1").status_code == 404


def test_an_item_that_was_never_there_is_told_to_be_gone(town: Town, number: str) -> None:
    assert town.officer("lihua").get(f"/clerk/cases/{number}/items/999").status_code == 409


def test_cases_are_listed_for_one_s_own_units_alone(town: Town, number: str) -> None:
    assert number in town.officer("lihua").get("/clerk/cases?search=周立民").text
    assert number not in town.officer("wangli").get("/clerk/cases").text
    assert number in town.officer("baixue").get("/clerk/cases").text, "a supervisor of the district"


# --- the window ------------------------------------------------------------------------------------


def test_a_window_clerk_enters_an_application_and_prints_the_receipt_with_the_code_once(town: Town) -> None:
    li = town.officer("lihua")
    assert HUJI in li.get("/clerk/window").text
    answer = li.post(FORM, household(received_on="2026-03-02"), at=FORM)
    assert answer.status_code == 303, answer.text
    receipt = li.get(answer.headers["Location"]).text
    assert re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", receipt)
    for expected in ("收件回执", "周立民", "落户申请书", "中山路派出所", "0532-55550201"):
        assert expected in receipt
    again = li.get(answer.headers["Location"]).text
    assert not re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", again)
    number = answer.headers["Location"].split("/")[3]
    assert town.state(number).channel == "window"


def test_nobody_enters_applications_at_a_window_that_is_not_theirs(town: Town) -> None:
    assert town.officer("wangli").get(FORM).status_code == 403
    assert town.officer("lihua").get(f"/clerk/window/{HUJI}/{BUREAU}").status_code == 404
    assert town.officer("fengjuan").get("/clerk/window").status_code == 200
    assert "您的岗位不在窗口收件" in town.officer("fengjuan").get("/clerk/window").text


def test_a_handler_begins_what_the_authority_begins_of_its_own_motion_and_nothing_else(town: Town) -> None:
    page = town.officer("zhangwei").get("/clerk/window").text
    assert "城市管理行政处罚（普通程序）" in page
    assert "落户" not in page
    assert "窗口收件" in town.officer("zhangwei").get("/clerk/").text
    assert "窗口收件" not in town.officer("fengjuan").get("/clerk/").text


def test_a_faulty_application_at_the_window_opens_no_case(town: Town) -> None:
    li = town.officer("lihua")
    answer = li.post(FORM, household(applicant_id="370202195003070014"), at=FORM)
    assert answer.status_code == 422
    assert 'id="f-applicant_id-error"' in answer.text
    assert "没有符合条件的案件" in li.get("/clerk/cases").text
