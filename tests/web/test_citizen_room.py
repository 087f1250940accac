"""The citizen's pages: guides, applying, asking how far it is, what is published; refusals as well."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from town import BUREAU, HOUSEHOLD, HUJI, LICENCE, PDF, STATION, Town, apply_online, household, paper

from engine.casework.worklist import find_cases
from engine.records import journal
from engine.records.shared_tables import publication
from timers.laboratory import Laboratory
from web.casefile.masking import covered, covered_text
from web.casefile.uploads import plain_name, sniffed

FORM = f"/citizen/items/{HUJI}/apply/{STATION}"


def cases(town: Town) -> int:
    with town.house.store.reading() as connection:
        return len(find_cases(connection, None))


# --- the hall and the guides -----------------------------------------------------------------------


def test_the_hall_shows_every_item_and_finds_one_by_words(town: Town) -> None:
    visitor = town.visitor()
    page = visitor.get("/citizen/").text
    assert "大型户外广告设置许可" in page
    assert "落户-投靠子女" in page
    found = visitor.get("/citizen/?search=落户").text
    assert "落户-投靠子女" in found
    assert "大型户外广告设置许可" not in found
    assert "大型户外广告设置许可" not in visitor.get("/citizen/?search=外地人").text
    assert "没有找到这样的事项" in visitor.get("/citizen/?search=%00%FFxyz").text


def test_items_are_shown_by_audience(town: Town) -> None:
    page = town.visitor().get("/citizen/?audience=企业").text
    assert "大型户外广告设置许可" in page
    assert "落户-投靠子女" not in page


def test_a_guide_tells_the_seven_elements_from_catalogue_law_and_procedure(town: Town) -> None:
    page = town.visitor().get(f"/citizen/items/{HUJI}").text
    for element in ("办事依据", "办理条件", "办理流程", "办理时限", "责任部门", "联系方式", "监督电话"):
        assert element in page
    for told in (
        "《户口登记条例》",
        "20个工作日",
        "中山路派出所",
        "0532-55550210",
        "当场审查材料",
        "落户申请书",
    ):
        assert told in page


def test_the_flow_of_a_guide_is_told_in_the_order_it_is_walked(town: Town) -> None:
    page = town.visitor().get(f"/citizen/items/{HUJI}").text
    order = [
        "提出申请",
        "当场审查材料",
        "调查核实",
        "派出所意见",
        "分局审核",
        "三日内通知申请人",
        "申报迁入登记",
    ]
    whole = page[page.index("看可能遇到的全部") :]
    places = [whole.index(f"<strong>{name}") for name in order]
    assert places == sorted(places)
    steps = re.findall("<li><strong>([^<]+)", page[: page.index("看可能遇到的全部")])
    assert steps == ["提出申请", "当场审查材料", "签订《办理户口责任书》", "调查核实", "审批"]


def test_a_department_is_chosen_from_a_list_and_not_known_by_its_code(town: Town) -> None:
    page = town.visitor().get("/citizen/items/XX-XJ-0001/apply/city.rx").text
    field = page[page.index('name="/target"') :].partition("</select>")[0]
    assert '<option value="laoshan.cg">崂山区城市管理局</option>' in re.sub(r"\s*\n\s*", "", field)


def test_a_guide_carries_the_deployed_diagram_byte_for_byte(town: Town) -> None:
    data = town.visitor().get(f"/citizen/items/{HUJI}/diagram.bpmn").data
    assert data.startswith(b"<?xml")
    assert b'id="huji"' in data


@pytest.mark.parametrize(
    "path",
    [
        "/citizen/items/NONE",
        f"/citizen/items/{HUJI}/apply/{BUREAU}",
        "/citizen/items/NONE/apply/x",
        "/citizen/done/20260000001",
        "/citizen/published/1-1",
    ],
)
def test_what_there_is_not_is_not_found_with_a_sentence(town: Town, path: str) -> None:
    answer = town.visitor().get(path)
    assert answer.status_code == 404
    assert "未找到" in answer.text


# --- applying --------------------------------------------------------------------------------------


def test_whoever_applies_reads_it_over_and_gets_a_code_to_keep(town: Town) -> None:
    visitor = town.visitor()
    assert visitor.post(FORM, household(), at=FORM).headers["Location"] == f"{FORM}/confirm"
    assert cases(town) == 0, "nothing is handed in before it was read over"
    page = visitor.get(f"{FORM}/confirm").text
    for value in (HOUSEHOLD["/applicant_name"], HOUSEHOLD["/reason"], "父子（女）", "材料.pdf", "真实性声明"):
        assert value in page
    done = visitor.post(f"{FORM}/confirm", {"/declared": "true"}, at=f"{FORM}/confirm")
    result = visitor.get(done.headers["Location"]).text
    assert re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", result)
    assert cases(town) == 1


def test_without_the_statement_of_truth_nothing_is_handed_in(town: Town) -> None:
    visitor = town.visitor()
    visitor.post(FORM, household(), at=FORM)
    answer = visitor.post(f"{FORM}/confirm", {}, at=f"{FORM}/confirm")
    assert answer.status_code == 422
    assert "真实、有效" in answer.text
    assert cases(town) == 0


def test_the_page_to_read_over_without_a_form_leads_back_to_the_form(town: Town) -> None:
    assert town.visitor().get(f"{FORM}/confirm").headers["Location"] == FORM


def test_handing_in_twice_opens_one_case(town: Town) -> None:
    visitor = town.visitor()
    visitor.post(FORM, household(), at=FORM)
    visitor.post(f"{FORM}/confirm", {"/declared": "true"}, at=f"{FORM}/confirm")
    again = visitor.post(f"{FORM}/confirm", {"/declared": "true"}, at="/citizen/query")
    assert again.status_code == 422
    assert cases(town) == 1


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("applicant_id", "370202195003070014", "applicant_id"),
        ("phone", "12345", "phone"),
        ("relation", "uncle", "relation"),
        ("host_id", HOUSEHOLD["/applicant_id"], "host_id"),
        ("applicant_name", "", "applicant_name"),
        ("application_file", "not a file", "application_file"),
    ],
)
def test_a_fault_stands_beside_its_field_and_opens_no_case(
    town: Town, name: str, value: str, field: str
) -> None:
    answer = town.visitor().post(FORM, household(**{name: value}), at=FORM)
    assert answer.status_code == 422
    assert f'id="f-{field}-error"' in answer.text
    assert f'href="#f-{field}"' in answer.text
    assert cases(town) == 0


def test_a_field_kept_for_the_window_is_none_of_the_citizens(town: Town) -> None:
    assert "收件日期" not in town.visitor().get(FORM).text
    answer = town.visitor().post(FORM, household(received_on="2020-01-01"), at=FORM)
    assert answer.status_code == 422
    assert cases(town) == 0


def test_another_person_s_draft_is_not_shown(town: Town) -> None:
    first, second = town.visitor(), town.visitor()
    first.post(FORM, household(applicant_id="x"), at=FORM)
    assert "周立民" in first.get(FORM).text
    assert "周立民" not in second.get(FORM).text


def test_nobody_attaches_a_file_by_naming_its_hash(town: Town) -> None:
    number, _code = apply_online(town, town.visitor())
    entry = town.entries(journal.case_stream(town.case_id(number)))[0]
    digest = entry.command["variables"]["application_file"]["sha256"]
    stolen = household()
    del stolen["/application_file"]
    answer = town.visitor().post(FORM, {**stolen, "/application_file#kept": digest}, at=FORM)
    assert answer.status_code == 422
    assert 'id="f-application_file-error"' in answer.text


def test_a_row_is_added_without_handing_in(town: Town) -> None:
    answer = town.visitor().post(FORM, {**household(), "_repeat": "add:/companions"}, at=FORM)
    assert answer.status_code == 200
    assert 'name="/companions/1/name"' in answer.text


# --- asking how far it is --------------------------------------------------------------------------


def ask(town: Town, given: str, tail: str) -> tuple[int, str]:
    visitor = town.visitor()
    answer = visitor.post("/citizen/query", {"number": given, "tail": tail}, at="/citizen/query")
    if answer.status_code == 303:
        answer = visitor.get(answer.headers["Location"])
    return answer.status_code, answer.text


def test_code_and_digits_open_the_own_case_with_documents_and_acts(town: Town) -> None:
    number, code = apply_online(town, town.visitor())
    for typed in (code, code.replace("-", ""), code.lower(), f" {code} "):
        status, page = ask(town, typed, "0017")
        assert status == 200
        for told in (number, "当场审查材料", "收件回执", "撤回申请", "中山路派出所"):
            assert told in page


def test_personal_numbers_are_covered_on_the_own_page(town: Town) -> None:
    _number, code = apply_online(town, town.visitor())
    _status, page = ask(town, code, "0017")
    assert HOUSEHOLD["/applicant_id"] not in page
    assert "370***********0013" in page
    assert HOUSEHOLD["/phone"] not in page
    assert HOUSEHOLD["/current_address"] not in page


def test_the_number_opens_only_how_far_the_case_is(town: Town) -> None:
    number, _code = apply_online(town, town.visitor())
    status, page = ask(town, number, "0017")
    assert status == 200
    assert "当场审查材料" in page
    for hidden in ("撤回申请</a>", "收件回执", "370***", "周立民"):
        assert hidden not in page


def test_the_number_opens_no_document_and_no_act(town: Town) -> None:
    number, _code = apply_online(town, town.visitor())
    visitor = town.visitor()
    visitor.post("/citizen/query", {"number": number, "tail": "0017"}, at="/citizen/query")
    digest, key = town.state(number).documents[0]["sha256"], town.act_of_the_party(number)
    for path in (f"documents/{digest}", f"files/{digest}", f"acts/{key}"):
        assert visitor.get(f"/citizen/cases/{number}/{path}").status_code == 403
    assert visitor.post(f"/citizen/cases/{number}/acts/{key}", {}, at="/citizen/query").status_code == 403


def test_wrong_digits_or_codes_are_told_alike_and_braked(town: Town) -> None:
    number, code = apply_online(town, town.visitor())
    for page in (ask(town, number, "9999")[1], ask(town, "2" * 12, "0017")[1]):
        assert "没有查到。请核对受理编号或查询码，以及申请时所留手机号的后四位。" in page
    for _attempt in range(5):
        ask(town, number, "1111")
    status, page = ask(town, code, "0017")
    assert status == 429
    assert "秒后再试" in page
    town.clock.advance(timedelta(minutes=6))
    assert ask(town, code, "0017")[0] == 200


def test_without_proof_a_case_is_not_shown(town: Town) -> None:
    number, _code = apply_online(town, town.visitor())
    answer = town.visitor().get(f"/citizen/cases/{number}")
    assert answer.headers["Location"] == f"/citizen/query?number={number}"


def test_after_leaving_the_browser_knows_nothing_any_more(town: Town) -> None:
    visitor = town.visitor()
    number, _code = apply_online(town, visitor)
    assert visitor.get(f"/citizen/cases/{number}").status_code == 200
    visitor.post("/citizen/leave", {}, at="/citizen/query")
    assert visitor.get(f"/citizen/cases/{number}").status_code == 303
    assert visitor.get(f"/citizen/done/{number}").status_code == 404


def test_the_applicant_withdraws_and_it_is_recorded_how_that_was_signed(town: Town) -> None:
    visitor = town.visitor()
    number, _code = apply_online(town, visitor)
    key = town.act_of_the_party(number)
    act = f"/citizen/cases/{number}/acts/{key}"
    assert "撤回申请" in visitor.get(act).text
    sent = {"/withdraw_reason": "暂不办理", "/withdraw_signed#asked": "1", "/withdraw_signed": "true"}
    assert visitor.post(act, sent, at=act).status_code == 303
    assert not town.state(number).open
    entry = town.entries(journal.access_stream(town.case_id(number)))[-1]
    assert (entry.events[0].type, entry.events[0].data["method"]) == ("Signed", "query code + phone")
    late = visitor.post(act, sent, at=f"/citizen/cases/{number}")
    assert late.status_code == 409


def test_a_file_that_an_officer_added_is_none_of_the_applicants(town: Town) -> None:
    laboratory = Laboratory(town.house.runtime, town.clock, 3)
    case_id = laboratory.receive(HUJI, STATION, {"phone": "13905320017"}).case_id
    number = laboratory.case(case_id).number
    inner = {"sha256": "a" * 64, "name": "内部.pdf", "size": 1, "media_type": "application/pdf"}
    visitor = town.visitor()
    assert visitor.get(f"/citizen/cases/{number}/files/{inner['sha256']}").status_code == 403


# --- published -------------------------------------------------------------------------------------


def test_published_decisions_are_listed_with_personal_data_covered(town: Town) -> None:
    laboratory = Laboratory(town.house.runtime, town.clock, 3)
    case_id = laboratory.receive(LICENCE, BUREAU, {}).case_id
    row = {
        "case_id": case_id,
        "key": 7,
        "title": "准予许可决定 370202195003070013",
        "content": '{"content":{"applicant_id":"370202195003070013","location":"中山路8号"},"masked":true,'
        '"subject":"周立民"}',
        "published_at": "2026-03-02T02:00:00.000Z",
    }
    with town.house.store.writing() as connection:
        connection.execute(publication.insert().values(row))
    visitor = town.visitor()
    listed = visitor.get("/citizen/published").text
    assert "准予许可决定 370***********0013" in listed
    page = visitor.get(f"/citizen/published/{case_id}-7").text
    for hidden in ("370202195003070013", "周立民"):
        assert hidden not in listed + page
    assert "中山路8号" in page or "****" in page
    assert "还没有公示" in visitor.get("/citizen/published?search=nothing").text


@given(st.text(max_size=40))
def test_a_covered_name_never_shows_more_than_its_first_sign(name: str) -> None:
    shown = covered("name", name)
    assert set(shown[1:]) <= {"*"}


@given(st.from_regex(r"\A[1-9]\d{16}[\dX]\Z"), st.text(alphabet="，。abc 编号", max_size=10))
def test_no_personal_number_survives_in_a_running_text(number: str, around: str) -> None:
    text = f"{around}，{number}，{around}"
    assert number not in covered_text(text)


# --- uploads ---------------------------------------------------------------------------------------


@given(st.binary(max_size=400))
def test_bytes_that_begin_like_nothing_known_are_taken_for_nothing(data: bytes) -> None:
    known = (b"%PDF-", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
    if not data.startswith(known):
        assert sniffed(data, "x.pdf") is None


@given(st.text(max_size=300))
def test_a_file_s_name_is_plain_and_short_whatever_is_sent(name: str) -> None:
    plain = plain_name(name)
    assert 0 < len(plain) <= 120
    assert not re.search(r"[/\\\x00-\x1f\u202e]", plain)


def test_a_too_large_upload_is_refused_with_the_limit(town: Town) -> None:
    large = paper(PDF + b"0" * (10 * 1024 * 1024))
    answer = town.visitor().post(FORM, household(application_file=large), at=FORM)
    assert answer.status_code == 422
    assert "超过 10 MB" in unescape(answer.text)
    assert cases(town) == 0


def test_an_accepted_application_stands_although_a_job_after_it_fails(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> int:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr("engine.casework.jobs.run_waiting", broken)
    number, _code = apply_online(town, town.visitor())
    assert town.state(number).open
    assert town.state(number).documents == ()
