"""A bare Camunda 8 file runs: tasks go to any clerk of the unit, jobs to an external worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bare_procedure import deployed, do, only_item, opened

WORKER = {"type": "inspect.photo", "worker": "camera-1"}


def waiting_job(machine: Any) -> tuple[int, dict[str, Any]]:
    deployed(machine)
    case = opened(machine, plate="鲁B12345")
    do(machine, case, note="已登记")
    status, leased = machine.post("/jobs/activate", WORKER, by="weigang")
    assert status == 200, leased
    (job,) = leased
    return case, job


def test_a_bare_file_runs_with_an_open_case_file_and_any_clerk_of_the_unit(machine_on_each: Any) -> None:
    machine = machine_on_each
    case, job = waiting_job(machine)

    assert job["case"] == case
    assert job["headers"] == {"quality": "high"}
    assert job["variables"]["plate"] == "鲁B12345"

    status, done = machine.post(
        f"/jobs/{case}/{job['key']}/complete", {"result": {"match": True}}, by="weigang"
    )
    assert status == 200, done
    assert only_item(machine, case)["element"] == "confirm"
    do(machine, case, by="liuyang")
    status, shown = machine.get(f"/cases/{case}", by="zhangwei")
    assert (shown["status"], shown["outcome"]) == ("closed", "已确认")
    assert machine.get(f"/cases/{case}/replay", by="yinhe")[1]["conforms"] is True
    assert all(check["holds"] for check in machine.get(f"/cases/{case}/verify", by="yinhe")[1])


def test_a_lease_keeps_a_job_from_a_second_worker_until_it_runs_out(machine: Any) -> None:
    waiting_job(machine)
    other = {**WORKER, "worker": "camera-2"}

    assert machine.post("/jobs/activate", other, by="weigang") == (200, [])
    machine.clock.set(machine.clock.now() + timedelta(minutes=6))
    assert len(machine.post("/jobs/activate", other, by="weigang")[1]) == 1


def test_a_job_out_of_retries_is_an_incident_that_an_operator_retries(machine: Any) -> None:
    case, job = waiting_job(machine)
    for _ in range(2):
        status, answer = machine.post(
            f"/jobs/{case}/{job['key']}/fail", {"sentence": "照片没有传到"}, by="weigang"
        )
        assert status == 200, answer

    status, shown = machine.get(f"/cases/{case}", by="zhangwei")
    (incident,) = shown["incidents"]
    assert incident["sentence"] == "照片没有传到"
    assert machine.post("/jobs/activate", WORKER, by="weigang") == (200, [])

    status, answer = machine.post(
        f"/incidents/{case}/{incident['key']}/retry", {"variables": {"plate": "鲁B54321"}}, by="weigang"
    )
    assert status == 200, answer
    (job,) = machine.post("/jobs/activate", WORKER, by="weigang")[1]
    assert job["variables"]["plate"] == "鲁B54321"
    machine.post(f"/jobs/{case}/{job['key']}/complete", {}, by="weigang")
    assert only_item(machine, case)["element"] == "confirm"


def test_an_error_the_diagram_is_prepared_for_takes_its_way(machine: Any) -> None:
    case, job = waiting_job(machine)

    status, answer = machine.post(
        f"/jobs/{case}/{job['key']}/error", {"code": "UNREADABLE", "sentence": "过暗"}, by="weigang"
    )

    assert status == 200, answer
    assert only_item(machine, case)["element"] == "again"


def test_an_error_nobody_catches_is_an_incident(machine: Any) -> None:
    case, job = waiting_job(machine)

    assert machine.post(f"/jobs/{case}/{job['key']}/error", {"code": "ELSE"}, by="weigang")[0] == 200

    assert len(machine.get(f"/cases/{case}", by="zhangwei")[1]["incidents"]) == 1


def test_a_job_is_reported_once(machine: Any) -> None:
    case, job = waiting_job(machine)
    assert machine.post(f"/jobs/{case}/{job['key']}/complete", {}, by="weigang")[0] == 200

    status, refusal = machine.post(f"/jobs/{case}/{job['key']}/complete", {}, by="weigang")

    assert status == 409
    assert "job" in refusal["sentence"]


def test_a_clerk_works_on_no_job(machine: Any) -> None:
    case, job = waiting_job(machine)
    before = machine.state()

    assert machine.post("/jobs/activate", WORKER, by="zhangwei")[0] == 403
    assert machine.post(f"/jobs/{case}/{job['key']}/complete", {}, by="zhangwei")[0] == 403
    changed = {name for name, _ in set(machine.state()) ^ set(before)}
    assert changed == {"entry"}  # the refusals, in the stream of security


def test_a_worker_issues_no_document_and_touches_no_built_in_job(machine: Any) -> None:
    case, job = waiting_job(machine)

    assert machine.post("/jobs/activate", {"type": "banjie.document", "worker": "w"}, by="weigang")[0] == 403
    forged = {"result": {"document": {"kind": "许可证", "number": "1"}, "notice": 1}}
    assert machine.post(f"/jobs/{case}/{job['key']}/complete", forged, by="weigang")[0] == 200
    shown = machine.get(f"/cases/{case}", by="zhangwei")[1]
    assert shown["documents"] == []
    assert shown["file"]["notice"] == 1
