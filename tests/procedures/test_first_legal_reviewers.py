"""Whoever begins to review penalties holds the legal professional qualification; the register says who does.

《行政处罚法》第五十八条第二款. Real: the procedure, the register, the refusal, the replay. Not real: the
clock and the people.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from founded import runtime_over

from engine import audit
from engine.casework import commands, jobs, registers
from engine.errors import ActBlocked
from engine.organisation.model import Actor
from engine.records import journal
from engine.records.tables import case as case_table
from timers.laboratory import Laboratory

ROW: dict[str, Any] = {"valid_from": "2024-01-01", "valid_to": "2028-12-31", "state": "valid"}
HANDLERS = [
    {**ROW, "key": "鲁B370201", "name": "张伟", "person": "zhangwei", "fields": ["城市管理"]},
    {**ROW, "key": "鲁B370202", "name": "刘洋", "person": "liuyang", "fields": ["城市管理"]},
]
SUNMIN = {**ROW, "key": "鲁F370211", "name": "孙敏", "person": "sunmin"}
LEAD = {
    "item_code": "advertising", "act_on": "2026-03-05", "act_place": "太平路1号", "lead_source": "patrol",
    "party_type": "enterprise", "party_name": "琴岛广告有限公司", "party_id": "91350100M000100Y43",
    "phone": "13800001234", "officer1_cert": "鲁B370201", "officer2_cert": "鲁B370202",
}  # fmt: skip


@pytest.fixture
def city(founded_sqlite: Path, tmp_path: Path) -> Iterator[Laboratory]:
    url = f"sqlite:///{shutil.copyfile(founded_sqlite, tmp_path / 'reviewers.db')}"
    with Laboratory(*runtime_over(url, date(2026, 3, 10)), 3) as laboratory:
        registers.bring(laboratory.runtime, "officers", HANDLERS, Actor.system())
        yield laboratory


@pytest.fixture
def case_id(city: Laboratory) -> int:
    """A major case without a penalty, which waits for the legal review."""
    made = city.receive("CF-CG-0001", "shinan.cg", LEAD, channel="window").case_id
    city.complete(made, "check", check_finding="open")
    city.complete(made, "open_case", open_approved=True)
    city.complete(made, "assign")
    city.complete(made, "investigate", needed_steps=[])
    city.complete(made, "order_correction")
    facts = {"prohibited": True, "area_m2": 25, "faultless": True, "ground_evidence": "合同"}
    city.complete(made, "record_facts", fact_finding="established", **facts)
    city.complete(made, "report", report_note="重大", major=True, complex=False, several_relations=False)
    city.complete(made, "review", review_opinion="agree")
    return made


def reviews(city: Laboratory, case_id: int) -> None:
    (key,) = city.case(case_id).items
    actor = city.runtime.directory.actor("sunmin")
    if city.case(case_id).items[key]["status"] == "offered":
        city.runtime.handle(commands.Claim(case_id=case_id, key=key), actor)
    given = {"review_result": "pass", "review_text": "同意"}
    city.runtime.handle(commands.Complete(case_id=case_id, key=key, variables=given), actor)
    jobs.run_waiting(city.runtime, case_id)


def proven(city: Laboratory, case_id: int) -> bool:
    with city.runtime.store.reading() as connection:
        row = connection.execute(case_table.select().where(case_table.c.case_id == case_id)).one()
        checks = audit.verify_case(connection, case_id, row._mapping)
        entries = journal.read(connection, journal.case_stream(case_id))
        verdict = audit.replay(connection, city.runtime.shelf, city.runtime.settings, entries)
    return verdict.conforms and all(check.holds for check in checks)


def test_a_first_reviewer_without_the_qualification_is_refused_until_it_is_recorded(
    city: Laboratory, case_id: int
) -> None:
    registers.bring(city.runtime, "officers", [{**SUNMIN, "new_reviewer": True}], Actor.system())

    with pytest.raises(ActBlocked, match="没有登记法律职业资格"):
        reviews(city, case_id)

    assert [item["element"] for item in city.case(case_id).items.values()] == ["legal_review"]
    assert [(card["rule"], card["person"]) for card in city.case(case_id).cards] == [("E4", "sunmin")]

    passed = {**SUNMIN, "new_reviewer": True, "lawyer": True}
    registers.bring(city.runtime, "officers", [passed], Actor.system())
    reviews(city, case_id)

    assert [item["element"] for item in city.case(case_id).items.values()] == ["discuss"]
    assert proven(city, case_id)


def test_whoever_reviewed_before_the_rule_goes_on(city: Laboratory, case_id: int) -> None:
    registers.bring(city.runtime, "officers", [{**SUNMIN, "new_reviewer": False}], Actor.system())

    reviews(city, case_id)

    assert [item["element"] for item in city.case(case_id).items.values()] == ["discuss"]
    assert proven(city, case_id)
