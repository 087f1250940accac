"""Cases and work items by the interface: the path, and what is refused on it."""

from __future__ import annotations

import io
import threading
import zipfile
from typing import Any

from bare_procedure import CATALOGUE, PHOTO, deployed, do, only_item, opened, zipped

from engine.casework import founding
from timers.laboratory import Laboratory

STATION = "shinan.ga.zs"


def household(machine: Any) -> int:
    """A 落户 case received by the laboratory's people (its form is long)."""
    given = {"applicant_name": "张建国", "applicant_id": "11010519491231002X"}
    lab = Laboratory(machine.runtime, machine.clock, 3)
    return int(lab.receive("HJ-LH-0004", STATION, given, channel="window").case_id)


def test_a_case_is_opened_worked_and_closed_by_tokens(machine: Any) -> None:
    deployed(machine)
    body = {"item": "PHOTO-1", "unit": "shinan.cg", "variables": {"applicant_name": "林晓岚", "fee": 12.50}}
    status, answer = machine.post("/cases", body, by="wangli")

    assert status == 200
    assert len(answer["query_code"]) == 12
    assert {event["type"] for event in answer["events"]} >= {"CaseReceived", "WorkItemOffered"}
    case = answer["case"]
    assert [row["element"] for row in machine.get("/worklist", by="zhangwei")[1]] == ["enter"]
    key = only_item(machine, case)["key"]
    for act in ("claim", "release", "claim"):
        assert machine.post(f"/items/{case}/{key}/{act}", by="zhangwei")[0] == 200
    assert machine.get("/worklist?mine=true", by="zhangwei")[1][0]["person"] == "zhangwei"
    assert machine.post(f"/items/{case}/{key}/forward", {"to": "liuyang"}, by="zhangwei")[0] == 200
    status, refusal = machine.post(f"/items/{case}/{key}/complete", {"variables": {}}, by="zhangwei")
    assert (status, refusal["code"]) == (409, "conflict")
    assert machine.post(f"/items/{case}/{key}/complete", {"variables": {}}, by="liuyang")[0] == 200
    found = machine.get("/cases?search=林晓岚", by="zhangwei")[1]
    assert [row["case_id"] for row in found] == [case]
    history = machine.get(f"/cases/{case}/history", by="zhangwei")[1]
    assert [entry["seq"] for entry in history] == list(range(1, len(history) + 1))
    assert history[0]["command"]["variables"]["fee"] == 12.5


def test_a_household_case_explains_its_periods(machine: Any) -> None:
    case = household(machine)
    status, found = machine.get(f"/cases/{case}/periods", by="yinhe")

    assert status == 200
    assert all(row["explanation"]["rows"] and row["due_on"] for row in found)


def test_an_auditor_reads_verifies_and_replays_every_case(machine: Any) -> None:
    case = household(machine)

    assert machine.get(f"/cases/{case}", by="yinhe")[0] == 200
    assert all(check["holds"] for check in machine.get(f"/cases/{case}/verify", by="yinhe")[1])
    assert machine.get(f"/cases/{case}/replay", by="yinhe")[1]["conforms"] is True


def test_a_reading_is_journalled_beside_the_case(machine: Any) -> None:
    case = household(machine)
    before = dict(machine.state())
    machine.get(f"/cases/{case}", by="yinhe")
    after = dict(machine.state())

    assert after["entry"] == before["entry"] + 1
    assert after[f"case {case}"] == before[f"case {case}"]


def test_without_a_token_nothing_is_told_and_nothing_done(machine: Any) -> None:
    before = machine.state()
    for method, path in (
        ("GET", "/cases/1"),
        ("GET", "/worklist"),
        ("POST", "/cases"),
        ("POST", "/jobs/activate"),
    ):
        status, refusal = machine.send(method, path, {} if method == "POST" else None)
        assert (status, refusal["code"]) == (401, "not-signed-in")
        assert refusal["sentence"].startswith("Expected an access token")
    answer = machine.client().get("/api/worklist", headers={"Authorization": "Bearer bj_wrong"})
    assert answer.status_code == 401
    answer = machine.client().get("/api/worklist", headers={"Authorization": "Basic eDp5"})
    assert answer.status_code == 401
    assert machine.state() == before


def test_a_session_cookie_opens_no_door_of_the_interface(machine: Any) -> None:
    client = machine.client()
    with client.session_transaction() as session:
        session["login"] = "zhangwei"

    assert client.get("/api/worklist").status_code == 401
    assert client.post("/api/cases", data=b"{}").status_code == 401


def test_a_clerk_of_another_unit_is_turned_away_and_the_refusal_is_kept(machine: Any) -> None:
    deployed(machine)
    case = opened(machine)
    key = only_item(machine, case)["key"]
    before = machine.state()

    for method, path in (("GET", f"/cases/{case}"), ("POST", f"/items/{case}/{key}/claim")):
        status, refusal = machine.send(method, path, {} if method == "POST" else None, by="lihua")
        assert (status, refusal["code"]) == (403, "not-authorised")
    assert {name for name, _ in set(machine.state()) ^ set(before)} == {"entry"}
    assert machine.get("/cases", by="lihua")[1] == []


def test_a_unit_that_does_not_handle_the_item_receives_nothing(machine: Any) -> None:
    deployed(machine)
    status, refusal = machine.post(
        "/cases", {"item": "PHOTO-1", "unit": STATION, "variables": {}}, by="lihua"
    )
    assert status == 404
    assert "不由" in refusal["sentence"]


def test_an_unknown_case_item_or_job_is_not_found(machine: Any) -> None:
    for path in ("/cases/99", "/cases/99999999999999999999", "/cases/99/periods", "/cases/99/verify"):
        assert machine.get(path, by="yinhe")[0] == 404
    assert machine.post("/items/99/1/claim", by="zhangwei")[0] == 404
    assert machine.post("/jobs/99/1/complete", by="weigang")[0] == 404
    assert machine.get("/cases/-1", by="yinhe")[0] == 404
    assert machine.get("/nothing", by="yinhe")[0] == 404
    assert machine.send("DELETE", "/cases/1", by="yinhe")[0] == 405


def test_an_item_that_is_gone_is_a_conflict(machine: Any) -> None:
    deployed(machine)
    case = opened(machine)
    key = only_item(machine, case)["key"]
    do(machine, case)

    status, refusal = machine.post(f"/items/{case}/{key}/complete", {"variables": {}}, by="zhangwei")

    assert status == 409
    assert "已经办结" in refusal["sentence"]


def test_of_two_completions_at_once_one_wins_and_the_other_is_told(machine_on_each: Any) -> None:
    machine = machine_on_each
    deployed(machine)
    case = opened(machine)
    key = only_item(machine, case)["key"]
    machine.post(f"/items/{case}/{key}/claim", by="zhangwei")
    together, answers = threading.Barrier(2), []

    def complete() -> None:
        together.wait()
        answers.append(machine.post(f"/items/{case}/{key}/complete", {"variables": {}}, by="zhangwei"))

    threads = [threading.Thread(target=complete) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(status for status, _ in answers) == [200, 409]
    history = machine.get(f"/cases/{case}/history", by="zhangwei")[1]
    done = [event for entry in history for event in entry["events"] if event["type"] == "WorkItemCompleted"]
    assert len(done) == 1


def test_a_forward_to_nobody_is_a_sentence(machine: Any) -> None:
    deployed(machine)
    case = opened(machine)
    key = only_item(machine, case)["key"]
    machine.post(f"/items/{case}/{key}/claim", by="zhangwei")

    status, refusal = machine.post(f"/items/{case}/{key}/forward", {"to": "nobody"}, by="zhangwei")
    assert (status, refusal["sentence"]) == (404, "没有找到可转交的人员nobody")
    assert machine.post(f"/items/{case}/{key}/forward", {"to": "lihua"}, by="zhangwei")[0] == 403


def test_what_is_not_as_described_is_refused_with_its_place(machine: Any) -> None:
    before = machine.state()
    bodies: list[tuple[Any, str]] = [
        (b"{", "JSON"),
        (b"[]", "object"),
        (b'{"item": "a", "item": "b"}', "twice"),
        (b'{"item": NaN}', "NaN"),
        (b'{"unit": "\\ud800"}', "control"),
        (b'{"unit": "\\u0000"}', "control"),
        (b"[" * 100_000, "JSON"),
        (b"[" * 60 + b"]" * 60, "deep"),
        (b'{"item": 1e99999}', "34 digits"),
        (b"\xff\xfe", "JSON"),
        ({"item": 1, "unit": "u", "variables": {}}, "string"),
        ({"item": "x", "unit": "u"}, "variables"),
        ({"item": "x", "unit": "u", "variables": {}, "more": 1}, "more"),
        ({"item": "x", "unit": "u", "variables": [], "channel": "dove"}, "dove"),
    ]
    for body, word in bodies:
        status, refusal = machine.post("/cases", body, by="wangli")
        said = refusal["sentence"] + "".join(finding["sentence"] for finding in refusal["findings"])
        assert status in (413, 422), (body[:40], refusal)
        assert word in said
        assert len(said) < 2000
    assert machine.state() == before


def test_the_faults_of_a_form_come_all_at_once_with_their_fields(machine: Any) -> None:
    before = machine.state()
    body = {"item": "HJ-LH-0004", "unit": STATION, "variables": {"applicant_id": "123", "phone": 5}}
    with machine.runtime.store.reading() as connection:
        window = machine.runtime.directory.persons_in(STATION, "window")[0].login
        assert connection is not None

    status, refusal = machine.post("/cases", body, by=window)

    assert status == 422
    assert len(refusal["findings"]) > 2
    assert {"/applicant_id"} <= {finding["where"] for finding in refusal["findings"]}
    assert machine.state() == before


def test_a_huge_body_is_refused_before_it_is_read(machine: Any) -> None:
    before = machine.state()
    big = b'{"item": "' + b"x" * (3 * 1024 * 1024) + b'"}'
    assert machine.post("/cases", big, by="wangli")[0] == 413
    bigger = b"PK" + b"\0" * (21 * 1024 * 1024)
    assert machine.send("POST", "/definitions?name=x", bigger, by="shenlan")[0] == 413
    assert machine.state() == before


def test_a_file_is_kept_and_can_be_handed_in(machine: Any) -> None:
    status, facts = machine.send("POST", "/files?name=证明.pdf", b"%PDF-1.4\n%%EOF\n", by="wangli")
    assert (status, facts["name"], facts["media_type"]) == (200, "证明.pdf", "application/pdf")

    status, _ = machine.send("POST", "/files?name=x.exe", b"MZ\x90", by="wangli")
    assert status == 422
    assert machine.send("POST", "/files", b"", by="wangli")[0] == 422


def test_definitions_are_deployed_by_designers_alone(machine: Any) -> None:
    before = machine.state()
    status, _ = machine.send("POST", "/definitions?name=photo", PHOTO, by="zhangwei")
    assert status == 403
    assert {name for name, _ in set(machine.state()) ^ set(before)} == {"entry"}

    status, made = machine.send(
        "POST", "/definitions?name=photo&effective_from=2030-01-01", PHOTO, by="shenlan"
    )
    assert (status, made["package"]) == (200, "photo")
    versions = [row for row in machine.get("/definitions", by="zhangwei")[1] if row["name"] == "photo"]
    assert [(row["version"], row["effective_from"]) for row in versions] == [(1, "2030-01-01")]


def test_a_faulty_definition_is_refused_whole_with_every_finding(machine: Any) -> None:
    before = machine.state()
    hostile = io.BytesIO()
    with zipfile.ZipFile(hostile, "w") as archive:
        archive.writestr("../outside.bpmn", PHOTO)
    cases = [
        ("?name=photo", PHOTO.replace(b'targetRef="look"', b'targetRef="nowhere"')),
        ("?name=photo", b"<not-bpmn/>"),
        ("?name=photo", b""),
        ("?name=photo", b"PK\x03\x04 broken"),
        ("?name=Photo%20Process", PHOTO),
        ("", PHOTO),
        ("?name=photo&kind=units", PHOTO),
        ("?name=photo&effective_from=tomorrow", PHOTO),
        ("?nome=photo", PHOTO),
        ("?name=photo", hostile.getvalue()),
        ("?kind=catalogue", zipped("[[item]]\ncode = 1")),
        ("?kind=catalogue", zipped("no toml")),
    ]
    for query, data in cases:
        status, refusal = machine.send("POST", f"/definitions{query}", data, by="shenlan")
        assert status == 422, (query, refusal)
        assert refusal["sentence"]
    assert machine.state() == before


def test_the_catalogue_that_people_deploy_stands_after_a_restart(machine: Any) -> None:
    deployed(machine)
    founding.found(machine.runtime)

    with machine.runtime.store.reading() as connection:
        machine.runtime.shelf.refresh(connection)
        assert machine.runtime.item(connection, "PHOTO-1").name() == "照片比对"
    assert "PHOTO-1" in CATALOGUE
