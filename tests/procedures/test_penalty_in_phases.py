"""The penalty divided into drawings runs as one case: sent back between phases, replayed, shown as a net."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from founded import runtime_over
from shipped_packages import diagram, package

from engine import audit
from engine.audit import petri
from engine.casework import registers
from engine.organisation.model import Actor
from engine.records import journal
from timers.laboratory import Laboratory

ROW = {
    "unit": "shinan.cg", "valid_from": "2010-01-01", "valid_to": "2028-12-31", "fields": ["城市管理"],
    "area": "shinan", "state": "valid",
}  # fmt: skip
OFFICERS = [
    {**ROW, "key": "鲁B370201", "name": "张伟", "person": "zhangwei"},
    {**ROW, "key": "鲁B370202", "name": "刘洋", "person": "liuyang"},
]
LEAD = {
    "item_code": "advertising", "act_on": "2026-03-05", "act_place": "太平路1号", "lead_source": "patrol",
    "party_type": "enterprise", "party_name": "琴岛广告有限公司", "party_id": "91350100M000100Y43",
    "phone": "13800001234", "officer1_cert": "鲁B370201", "officer2_cert": "鲁B370202",
}  # fmt: skip
REPORT = {"report_note": "重大", "major": True, "complex": False, "several_relations": False}


@pytest.fixture
def city(founded_sqlite: Path, tmp_path: Path) -> Iterator[Laboratory]:
    """A founded city on 10 March 2026 with two officers in the register."""
    url = f"sqlite:///{shutil.copyfile(founded_sqlite, tmp_path / 'phases.db')}"
    with Laboratory(*runtime_over(url, date(2026, 3, 10)), 3) as laboratory:
        registers.bring(laboratory.runtime, "officers", OFFICERS, Actor.system())
        yield laboratory


def reported(city: Laboratory) -> int:
    """A case whose report is written, on its way to the notice."""
    case_id = city.receive("CF-CG-0001", "shinan.cg", LEAD, channel="window").case_id
    city.complete(case_id, "check", check_finding="open")
    city.complete(case_id, "open_case", open_approved=True)
    city.complete(case_id, "assign")
    investigated(city, case_id)
    return case_id


def investigated(city: Laboratory, case_id: int) -> None:
    """Through the investigation and the report, with no penalty: no measure is asked for."""
    city.complete(case_id, "investigate", needed_steps=["questioning"])
    city.complete(case_id, "question")
    if any(item["element"] == "order_correction" for item in city.case(case_id).items.values()):
        city.complete(case_id, "order_correction")
    facts = {"prohibited": True, "area_m2": 25, "faultless": True, "ground_evidence": "合同"}
    city.complete(case_id, "record_facts", fact_finding="established", **facts)
    city.complete(case_id, "report", **REPORT)
    city.complete(case_id, "review", review_opinion="agree")


def waiting(city: Laboratory, case_id: int) -> list[str]:
    """The elements whose work is open."""
    return sorted(item["element"] for item in city.case(case_id).items.values())


def test_legal_review_sends_a_case_back_from_its_phase_into_another(city: Laboratory) -> None:
    case_id = reported(city)
    back = {"review_result": "return", "review_text": "证据不足"}
    city.complete(case_id, "legal_review", review_return_to="investigation", **back)
    assert waiting(city, case_id) == ["investigate"]
    investigated(city, case_id)
    city.complete(case_id, "legal_review", review_return_to="discretion", **back)
    assert waiting(city, case_id) == ["correct_facts"]
    city.complete(case_id, "correct_facts", area_m2=25, prohibited=True, faultless=True)
    city.complete(case_id, "report", **REPORT)
    city.complete(case_id, "review", review_opinion="agree")
    city.complete(case_id, "legal_review", review_result="pass", review_text="通过")
    assert waiting(city, case_id) == ["discuss"]

    with city.runtime.store.reading() as connection:
        entries = journal.read(connection, journal.case_stream(case_id))
        verdict = audit.replay(connection, city.runtime.shelf, city.runtime.settings, entries)
    assert verdict.conforms, verdict.sentence()


def test_the_phases_are_drawings_of_their_own_and_hold_what_the_clock_of_the_case_holds() -> None:
    planes = [plane.get("bpmnElement") for plane in diagram("cf_general").iter("{*}BPMNPlane")]
    phases = (
        "filing",
        "investigation",
        "telling",
        "reviewing",
        "deciding",
        "serving",
        "performing",
        "closing",
    )
    assert set(phases) <= set(planes)
    elements = package("cf_general").definition.elements
    assert {elements[phase].parent for phase in phases[1:5]} == {"handling"}
    assert {elements[phase].parent for phase in phases[5:]} == {"execution"}


def test_no_drawing_of_the_penalty_is_wider_than_three_desks() -> None:
    for plane in diagram("cf_general").iter("{*}BPMNPlane"):
        bounds = [one for shape in plane.iter("{*}BPMNShape") for one in shape.findall("{*}Bounds")]
        right = max(float(one.get("x")) + float(one.get("width")) for one in bounds)
        assert right - min(float(one.get("x")) for one in bounds) <= 3200, plane.get("bpmnElement")


@pytest.mark.nightly
def test_the_phases_are_one_net_for_who_mines_the_log() -> None:
    net = petri.net_of(package("cf_general").definition)
    assert {"inform", "legal_review", "decide", "close"} <= {one.label for one in net.transitions}
