"""Documents are numbered without gaps, kept by their hash, and can be found again by the code they carry."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from diagrams import diagram
from sqlalchemy import update
from word_samples import notice, parts_of, text_of

from engine import audit, canonical
from engine.audit import verify
from engine.casework import documents, founding, jobs
from engine.casework.commands import Receive
from engine.definitions.bundles import Bundle
from engine.organisation.model import Actor
from engine.records import blobs, journal
from engine.records.shared_tables import issued
from engine.records.store import Store
from timers.laboratory import Laboratory

DAY = date(2026, 3, 2)
DIAGRAM = diagram(
    """
    <startEvent id="begun"/>
    <serviceTask id="write">
      <extensionElements>
        <zeebe:taskDefinition type="banjie.document" retries="1"/>
        <zeebe:taskHeaders>
          <zeebe:header key="template" value="notice"/>
          <zeebe:header key="kind" value="告知书"/>
          <zeebe:header key="series" value="告"/>
          <zeebe:header key="variable" value="told"/>
        </zeebe:taskHeaders>
      </extensionElements>
    </serviceTask>
    <userTask id="mistake"/>
    <serviceTask id="take_back">
      <extensionElements>
        <zeebe:taskDefinition type="banjie.document.void" retries="1"/>
        <zeebe:ioMapping><zeebe:input source="=told.number" target="number"/></zeebe:ioMapping>
      </extensionElements>
    </serviceTask>
    <userTask id="keep"/>
    <endEvent id="done"/>
    begun -> write
    write -> mistake
    mistake -> take_back
    take_back -> keep
    keep -> done
    """,
    process="tell",
)
ITEM = '[[item]]\ncode = "TELL"\nprocedure = "tell"\nname = "告知"\nunits = ["shinan.cg", "laoshan.cg"]\n'
GIVEN = {"applicant_name": "张建国", "received_on": "2026-03-02", "outcome": "grant", "amount": 350}


@pytest.fixture
def lab(laboratory: Any) -> Laboratory:
    """A laboratory in which cases tell something on paper."""
    made: Laboratory = laboratory(DAY)
    files = {"tell.bpmn": DIAGRAM, "templates/notice.docx": notice()}
    founding.deploy(made.runtime, Bundle("package", "tell", files), Actor.system())
    with made.runtime.store.reading() as connection:
        made.runtime.shelf.refresh(connection)
        shelf = made.runtime.shelf
        shipped = shelf.bundle(connection, shelf.newest("catalogue", "catalogue"))
    bundle = Bundle("catalogue", "catalogue", {**shipped.files, "tell.toml": ITEM.encode()})
    founding.deploy(made.runtime, bundle, Actor.system())
    return made


def receive(lab: Laboratory, unit: str = "shinan.cg") -> int:
    by = lab.someone({"role": "window", "unit": unit, "candidates": {}})
    command = Receive(item="TELL", unit=unit, channel="window", variables=GIVEN)
    case_id = lab.runtime.handle(command, by).case_id
    jobs.run_waiting(lab.runtime, case_id)
    return case_id


def told(lab: Laboratory, case_id: int) -> Any:
    (document,) = lab.case(case_id).documents
    return document


def test_a_document_is_kept_by_its_hash_and_says_what_the_case_file_holds(lab: Laboratory) -> None:
    document = told(lab, receive(lab))

    with lab.runtime.store.reading() as connection:
        data = blobs.get(connection, document["sha256"])

    text = text_of(data)
    assert document["name"] == "告知书.docx"
    assert document["number"] in text
    assert document["code"] in text
    assert "张建国：" in text
    assert "2026年3月2日收到申请" in text
    address = f"http://127.0.0.1:8000/citizen/verify/{document['code']}"
    assert parts_of(data)["word/media/verification.png"] == documents.qr_code(address)


def test_each_authority_counts_its_own_series_in_each_year(lab: Laboratory) -> None:
    here = [told(lab, receive(lab))["number"] for _ in range(2)]
    there = told(lab, receive(lab, "laoshan.cg"))["number"]
    lab.at(date(2027, 1, 4))
    next_year = told(lab, receive(lab))["number"]

    assert [number.partition("〔")[2] for number in here] == ["2026〕第0001号", "2026〕第0002号"]
    assert there.partition("〔")[2] == "2026〕第0001号"
    assert there.partition("告字")[0] != here[0].partition("告字")[0]
    assert next_year.partition("〔")[2] == "2027〕第0001号"


def test_a_document_is_found_again_by_its_code_and_by_its_bytes(lab: Laboratory) -> None:
    case_id = receive(lab)
    document = told(lab, case_id)

    with lab.runtime.store.reading() as connection:
        (by_code,) = documents.find_issued(connection, code=document["code"])
        (by_hash,) = documents.find_issued(connection, sha256=document["sha256"])
        nothing = documents.find_issued(connection, code="ZZZZZZZZZZZZ")
        nobody = documents.find_issued(connection)

    assert by_code == by_hash
    assert (by_code.case_id, by_code.number, by_code.status) == (case_id, document["number"], "standing")
    assert nothing == nobody == []


def test_a_document_that_is_cancelled_keeps_its_number_and_is_marked(lab: Laboratory) -> None:
    case_id = receive(lab)
    lab.complete(case_id, "mistake")

    with lab.runtime.store.reading() as connection:
        (row,) = documents.find_issued(connection, code=told(lab, case_id)["code"])
        case = dict(lab.runtime.load(connection, case_id)._mapping)
        whole = [one.detail for one in audit.verify_case(connection, case_id, case) if not one.holds]
        connection.execute(update(issued).values(status="standing"))
        forged = [one.detail for one in audit.verify_case(connection, case_id, case) if not one.holds]
    following = told(lab, receive(lab))["number"]

    assert row.status == "void"
    assert whole == []
    assert any("to be void, but it is standing" in one for one in forged), "a paper made valid again is found"
    assert row.number.endswith("0001号")
    assert following.endswith("0002号")


def test_a_replay_renders_nothing_and_agrees(lab: Laboratory) -> None:
    case_id = receive(lab)
    runtime = lab.runtime

    with runtime.store.reading() as connection:
        entries = list(journal.read(connection, journal.case_stream(case_id)))
        verdict = audit.replay(connection, runtime.shelf, runtime.settings, entries)
        checks = verify.verify_stream(connection, journal.case_stream(case_id))

    assert verdict.conforms, verdict.sentence()
    assert all(check.holds for check in checks)


def test_many_who_number_at_once_leave_no_gap_and_no_double(founded_url: str) -> None:
    store = Store(founded_url)

    def number(turn: int) -> str:
        with store.writing() as connection:
            return documents.next_number(store, connection, "shinan.cg", "南城管", "许准", DAY)

    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(number, range(40)))
    store.close()

    assert sorted(numbers) == [f"南城管许准字〔2026〕第{turn:04d}号" for turn in range(1, 41)]


def test_a_number_that_was_drawn_for_nothing_is_drawn_again(founded_url: str) -> None:
    store = Store(founded_url)

    def number(fails: bool) -> str:
        with store.writing() as connection:
            drawn = documents.next_number(store, connection, "shinan.cg", "南城管", "许准", DAY)
            if fails:
                raise RuntimeError("the printer is out of paper")
            return drawn

    with pytest.raises(RuntimeError):
        number(True)
    first, second = number(False), number(False)
    store.close()

    assert (first[-5:], second[-5:]) == ("0001号", "0002号")


def test_a_job_done_twice_issues_one_document(lab: Laboratory) -> None:
    command = Receive(item="TELL", unit="shinan.cg", channel="window", variables=GIVEN)
    case_id = lab.runtime.handle(command, lab.runtime.directory.actor("wangli")).case_id
    (key,) = lab.case(case_id).jobs

    first = jobs._effect(lab.runtime, case_id, key)
    second = jobs._effect(lab.runtime, case_id, key)

    assert canonical.dumps(first) == canonical.dumps(second)
    assert first["document"]["number"].endswith("0001号")
