"""`banjie deploy` once people are bound: a second person is named, proven by password and recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bare_procedure import PHOTO
from founded import runtime_over

from engine.records import journal
from timers.laboratory import Laboratory

PASSWORD = "long enough 1"


@pytest.fixture
def living(banjie: Any) -> Any:
    """An installation that has received a case, and a package to deploy."""
    runtime, clock = runtime_over(banjie.database)
    given = {"applicant_name": "张建国", "applicant_id": "11010519491231002X"}
    Laboratory(runtime, clock, 3).receive("HJ-LH-0004", "shinan.ga.zs", given, channel="window")
    runtime.directory.set_password("chengxi", PASSWORD)
    runtime.store.close()
    Path("photo.bpmn").write_bytes(PHOTO)
    return banjie


def test_nobody_deploys_alone_once_a_case_was_received(living: Any) -> None:
    told = living("deploy", "photo.bpmn", by="shenlan")

    assert told.status == 1
    assert "--reviewed-by" in told.err
    assert "photo" not in {row["name"] for row in living("definitions", "--json").data}


@pytest.mark.parametrize(
    ("reviewer", "password"), [("chengxi", "guess"), ("shenlan", PASSWORD), ("zhangwei", PASSWORD)]
)
def test_the_second_person_is_another_designer_who_proves_it(
    living: Any, reviewer: str, password: str
) -> None:
    env = {"BANJIE_REVIEWER_PASSWORD": password}
    assert living("deploy", "photo.bpmn", "--reviewed-by", reviewer, by="shenlan", env=env).status == 1
    assert "photo" not in {row["name"] for row in living("definitions", "--json").data}


def test_both_persons_stand_in_the_journal(living: Any) -> None:
    env = {"BANJIE_REVIEWER_PASSWORD": PASSWORD}
    assert living("deploy", "photo.bpmn", "--reviewed-by", "chengxi", by="shenlan", env=env).status == 0

    runtime, _clock = runtime_over(living.database)
    with runtime.store.reading() as connection:
        last = list(journal.read(connection, journal.DEFINITIONS))[-1]
    runtime.store.close()
    assert (last.actor["person"], last.command["reviewed_by"]) == ("shenlan", "chengxi")
