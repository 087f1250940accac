"""Whoever begins to review penalties holds the legal professional qualification; the register says who does.

《行政处罚法》第五十八条第二款. Real: the procedure, the register, the refusal, the replay. Not real: the
clock and the people.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from penalising import ROW, assigned, faults, lived, resumed

from engine.casework import commands, jobs, registers
from engine.errors import ActBlocked
from engine.organisation.model import Actor
from timers.laboratory import Laboratory

DAY = date(2026, 3, 10)
CASE = 1
SUNMIN = {**ROW, "key": "鲁F370211", "name": "孙敏", "person": "sunmin"}


def major_case(city: Laboratory) -> None:
    """A major case without a penalty, which waits for the legal review."""
    made = assigned(city)
    city.complete(made, "investigate", needed_steps=[])
    city.complete(made, "order_correction")
    facts = {"prohibited": True, "area_m2": 25, "faultless": True, "ground_evidence": "合同"}
    city.complete(made, "record_facts", fact_finding="established", **facts)
    city.complete(made, "report", report_note="重大", major=True, complex=False, several_relations=False)
    city.complete(made, "review", review_opinion="agree")


@pytest.fixture(scope="module")
def before(founded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lived(founded_sqlite, tmp_path_factory.mktemp("reviewers") / "before.db", DAY, major_case)


@pytest.fixture
def city(before: Path, tmp_path: Path) -> Iterator[Laboratory]:
    with resumed(before, tmp_path / "reviewers.db", DAY) as laboratory:
        yield laboratory


def reviews(city: Laboratory) -> None:
    (key,) = city.case(CASE).items
    actor = city.runtime.directory.actor("sunmin")
    if city.case(CASE).items[key]["status"] == "offered":
        city.runtime.handle(commands.Claim(case_id=CASE, key=key), actor)
    given = {"review_result": "pass", "review_text": "同意"}
    city.runtime.handle(commands.Complete(case_id=CASE, key=key, variables=given), actor)
    jobs.run_waiting(city.runtime, CASE)


def test_a_first_reviewer_without_the_qualification_is_refused_until_it_is_recorded(city: Laboratory) -> None:
    registers.bring(city.runtime, "officers", [{**SUNMIN, "new_reviewer": True}], Actor.system())

    with pytest.raises(ActBlocked, match="没有登记法律职业资格"):
        reviews(city)

    assert [item["element"] for item in city.case(CASE).items.values()] == ["legal_review"]
    assert [(card["rule"], card["person"]) for card in city.case(CASE).cards] == [("E4", "sunmin")]

    passed = {**SUNMIN, "new_reviewer": True, "lawyer": True}
    registers.bring(city.runtime, "officers", [passed], Actor.system())
    reviews(city)

    assert [item["element"] for item in city.case(CASE).items.values()] == ["discuss"]
    assert faults(city, CASE) == []


def test_whoever_reviewed_before_the_rule_goes_on(city: Laboratory) -> None:
    registers.bring(city.runtime, "officers", [{**SUNMIN, "new_reviewer": False}], Actor.system())

    reviews(city)

    assert [item["element"] for item in city.case(CASE).items.values()] == ["discuss"]
    assert faults(city, CASE) == []
