"""Whoever holds a document can see whether it is genuine; decisions are public and people in them covered."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from town import BUREAU, HUJI, LICENCE, PDF, Town, paper

from engine.audit import figures as counting
from engine.casework.publications import covered
from engine.clock import moment_text
from engine.definitions.catalogue import ServiceItem
from engine.records import blobs, seals
from engine.records.shared_tables import issued, publication
from timers.laboratory import Laboratory
from web.citizen.guided import below, paths

PERSON = "周立民"


def received(town: Town, **given: Any) -> tuple[int, Any]:
    """A case with its first document."""
    laboratory = Laboratory(town.house.runtime, town.clock, 3)
    case_id = laboratory.receive(LICENCE, BUREAU, {"applicant_name": PERSON, **given}).case_id
    return case_id, laboratory.case(case_id).documents[0]


def content(town: Town, sha256: str) -> bytes:
    with town.house.store.reading() as connection:
        return blobs.get(connection, sha256)


# --- verification ----------------------------------------------------------------------------------


def test_the_code_on_a_document_leads_to_what_is_known_of_it_with_the_party_covered(town: Town) -> None:
    _, document = received(town)

    answer = town.visitor().get(f"/citizen/verify/{document['code']}")

    assert answer.status_code == 200
    assert "核验码有效" in answer.text
    assert document["kind"] in answer.text
    assert "周**" in answer.text
    assert PERSON not in answer.text


def test_a_code_is_known_however_it_is_typed_and_with_its_number_or_not_at_all(town: Town) -> None:
    _, document = received(town)
    visitor, code = town.visitor(), document["code"]
    typed = f" {code[:4].lower()}-{code[4:8].lower()} {code[8:]}"

    led = visitor.post("/citizen/verify", {"code": typed}, at="/citizen/verify")
    assert led.status_code == 303
    assert led.headers["Location"].endswith(f"/citizen/verify/{code}")

    wrong = visitor.post("/citizen/verify", {"code": code, "number": "别的文号"}, at="/citizen/verify")
    assert wrong.status_code == 404
    assert "没有找到这份文书" in wrong.text


def test_the_very_file_is_genuine_and_one_changed_by_a_byte_is_not(town: Town) -> None:
    _, document = received(town)
    data = content(town, document["sha256"])
    visitor = town.visitor()

    same = visitor.post("/citizen/verify", {"file": paper(data, "收到的.docx")}, at="/citizen/verify")
    other = visitor.post("/citizen/verify", {"file": paper(data + b" ", "收到的.docx")}, at="/citizen/verify")

    assert "真实有效" in same.text
    assert PERSON not in same.text
    assert other.status_code == 404


def test_a_file_to_verify_is_not_kept(town: Town) -> None:
    answer = town.visitor().post("/citizen/verify", {"file": paper(PDF, "x.pdf")}, at="/citizen/verify")

    assert answer.status_code == 404
    with town.house.store.reading() as connection:
        assert not blobs.exists(connection, "1" * 64)
        assert connection.execute(blobs.blob.select().where(blobs.blob.c.bytes == PDF)).first() is None


def test_a_cancelled_document_is_told_to_be_so(town: Town) -> None:
    case_id, document = received(town)
    with town.house.store.writing() as connection:
        connection.execute(update(issued).where(issued.c.case_id == case_id).values(status="void"))

    assert "已经作废" in town.visitor().get(f"/citizen/verify/{document['code']}").text


@pytest.mark.parametrize("code", ["ZZZZZZZZZZZZ", "x", "%27--", "ａ" * 50])
def test_a_code_nobody_has_printed_finds_nothing(town: Town, code: str) -> None:
    answer = town.visitor().get(f"/citizen/verify/{code}")

    assert answer.status_code == 404
    assert "没有找到这份文书" in answer.text


def test_an_empty_question_is_answered_with_what_is_missing(town: Town) -> None:
    answer = town.visitor().post("/citizen/verify", {"code": " "}, at="/citizen/verify")

    assert answer.status_code == 422
    assert "请输入核验码" in answer.text


# --- published decisions ---------------------------------------------------------------------------


def publish(town: Town, case_id: int, key: int, **other: Any) -> None:
    row = {
        "case_id": case_id,
        "key": key,
        "title": f"决定{key}",
        "content": "{}",
        "published_at": f"2026-03-02T02:00:0{key}.000Z",
        "kind": "licence",
        "number": f"南城管许准字〔2026〕第000{key}号",
        "subject": "周**",
        "unit": BUREAU,
        "decided_on": "2026-03-02",
        **other,
    }
    with town.house.store.writing() as connection:
        connection.execute(publication.insert().values(row))


def test_decisions_are_listed_by_kind_and_found_by_number(town: Town) -> None:
    case_id, _ = received(town)
    publish(town, case_id, 1)
    publish(town, case_id, 2, kind="penalty", subject="琴岛广告有限公司")
    visitor = town.visitor()

    everything = visitor.get("/citizen/published").text
    penalties = visitor.get("/citizen/published?kind=penalty").text
    found = visitor.get("/citizen/published?search=第0001号").text

    assert "决定1" in everything
    assert "决定2" in everything
    assert "决定1" not in penalties
    assert "琴岛广告有限公司" in penalties
    assert "决定1" in found
    assert "决定2" not in found


def test_a_withdrawn_decision_leaves_the_list_and_keeps_nothing_but_the_reason(town: Town) -> None:
    case_id, _ = received(town)
    publish(town, case_id, 1, content='{"location":"中山路8号"}')
    values = {"withdrawn_at": "2026-03-09T02:00:00.000Z", "withdrawn_reason": "决定已撤销"}
    with town.house.store.writing() as connection:
        connection.execute(update(publication).values(values))
    visitor = town.visitor()

    assert "决定1" not in visitor.get("/citizen/published").text
    page = visitor.get(f"/citizen/published/{case_id}-1").text
    assert "决定已撤销" in page
    assert "中山路" not in page
    assert "周**" not in page


def test_the_list_goes_into_a_spreadsheet_that_runs_nothing(town: Town) -> None:
    case_id, _ = received(town)
    publish(town, case_id, 1, title="=1+1")

    answer = town.visitor().get("/citizen/published.csv?kind=licence")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert rows[0][:4] == ["标题", "类别", "文号", "相对人"]
    assert rows[1][:4] == ["'=1+1", "行政许可", "南城管许准字〔2026〕第0001号", "周**"]


@pytest.mark.parametrize(
    ("name", "id_", "seen"),
    [
        ("周立民", "370202195003070013", "周**"), ("欧阳立民", "", "欧***"), ("周某", "", "周*"),
        ("", "", ""),
        ("琴岛广告有限公司", "91350100M000100Y43", "琴岛广告有限公司"),
        ("琴岛广告有限公司", "", "琴岛广告有限公司"),
        ("阿卜杜拉·买买提", "370202195003070013", "阿***"),
    ],
)  # fmt: skip
def test_a_person_is_covered_and_a_firm_is_not(name: str, id_: str, seen: str) -> None:
    assert covered(name, id_) == seen


# --- open figures ----------------------------------------------------------------------------------


def test_anybody_finds_the_open_figures_and_counts_them_again_with_the_seal(
    town: Town, tmp_path: Path
) -> None:
    visitor = town.visitor()
    assert "还没有公开统计" in visitor.get("/citizen/figures").text
    assert visitor.get("/citizen/figures.zip").status_code == 404
    received(town)
    with town.house.store.writing() as connection:
        seals.make(connection, moment_text(town.clock.now()))
    page = visitor.get("/citizen/figures").text
    assert "按第 1 号封存" in page
    for name in ("figures.zip", "seal.json"):
        assert f'href="/citizen/{name}"' in page
        (tmp_path / name).write_bytes(visitor.get(f"/citizen/{name}").data)
    assert list(counting.faults(tmp_path / "figures.zip", [tmp_path / "seal.json"])) == []


# --- guided query and guide ------------------------------------------------------------------------


def item(code: str, **facts: Any) -> ServiceItem:
    return ServiceItem(code, {"procedure": "x", **facts})


def test_every_item_is_reached_and_every_end_has_an_item() -> None:
    items = [
        item("A", guided_path=["我是外地人", "我想落户", "投靠子女"]),
        item("B", guided_path=["我是外地人", "我想就业"]),
        item("C", audience=["个人", "企业"], life_event="开办和经营"),
        item("D", kind="行政许可"),
    ]
    reached: set[str] = set()
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        at = waiting.pop()
        answers, ended = below(items, at)
        assert answers or ended
        reached |= {one.code for one in ended}
        waiting += [(*at, text) for text in answers]

    assert reached == {"A", "B", "C", "D"}
    assert all(path for one in items for path in paths(one))


def test_the_questions_lead_to_moving_in_with_one_s_child(town: Town) -> None:
    visitor = town.visitor()

    assert "我是外地人" in visitor.get("/citizen/find").text
    trail = "&".join(f"at={text}" for text in ("我是外地人", "我想落户", "外地亲属落户", "投靠子女"))
    assert f"/citizen/items/{HUJI}" in visitor.get(f"/citizen/find?{trail}").text
    assert "没有找到这样的事项" in visitor.get("/citizen/find?at=无").text


def test_the_questions_are_asked_in_english_and_lead_to_the_same_item(town: Town) -> None:
    visitor = town.visitor()
    visitor.post("/language/en", {"next": "/citizen/find"}, at="/citizen/find")
    text = visitor.get("/citizen/find").text
    assert "I come from elsewhere" in text
    assert "Sole traders" in text
    assert ">我是" not in text
    told = visitor.get("/citizen/find?at=我是外地人&at=我想落户").text
    assert "Relatives from elsewhere" in told


@pytest.mark.parametrize("code", [LICENCE, HUJI])
def test_a_guide_has_the_seven_elements(town: Town, code: str) -> None:
    text = town.visitor().get(f"/citizen/items/{code}").text

    for element in ("办事依据", "办理条件", "办理流程", "办理时限", "责任部门", "联系方式", "监督电话"):
        assert element in text
