"""C4: a penalty case in which nothing is done for over thirty days is carded on the day, once a stretch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from penalising import LEAD, city_on
from sqlalchemy import select

from engine import audit
from engine.casework import idleness, patrol
from engine.casework.due_moments import settle
from engine.casework.state import CaseState
from engine.records import journal
from engine.records.tables import due as due_table
from timers.laboratory import Laboratory

FIRST = date(2026, 3, 2)


@pytest.fixture
def lab(founded_sqlite: Path, tmp_path: Path) -> Iterator[Laboratory]:
    with city_on(founded_sqlite, tmp_path / "lying.db", FIRST) as made:
        yield made


def received(lab: Laboratory) -> int:
    return lab.receive("CF-CG-0001", "shinan.cg", LEAD, channel="window").case_id


def fallen(lab: Laboratory, case_id: int) -> list[dict[str, Any]]:
    """What the journal has of the moments, with the level and the basis of the card beside each."""
    found = []
    with lab.runtime.store.reading() as connection:
        for entry in journal.read(connection, journal.case_stream(case_id)):
            cards = [
                one.data for one in entry.events if one.type == "CardIssued" and one.data["rule"] == "C4"
            ]
            moments = [one.data for one in entry.events if one.type == "CaseIdle"]
            assert len(cards) == len(moments)
            found += [{**card, **moment} for card, moment in zip(cards, moments, strict=True)]
    return found


def demand_whole(lab: Laboratory, case_id: int) -> None:
    with lab.runtime.store.reading() as connection:
        entries = list(journal.read(connection, journal.case_stream(case_id)))
        verdict = audit.replay(connection, lab.runtime.shelf, lab.runtime.settings, entries)
    assert verdict.conforms, verdict.sentence()
    assert patrol.patrol_case(lab.runtime, case_id, lab.clock.now()) == []


def test_the_card_falls_on_the_thirty_first_day_and_only_once(lab: Laboratory) -> None:
    case_id = received(lab)
    lab.at(FIRST + timedelta(days=30), 23.9)
    assert fallen(lab, case_id) == []
    lab.at(FIRST + timedelta(days=31), 0.1)
    (card,) = fallen(lab, case_id)
    assert card["due_at"] == "2026-04-01T16:00:00.001Z"  # 2 April, midnight in Qingdao
    assert (card["level"], card["basis"], card["blocked"]) == ("Y", "行政处罚案件办理要求（缺省）", False)
    assert (card["since"], card["days"], card["late_seconds"]) == ("2026-03-02", 31, 0)
    assert card["values"]["since"] == "2026-03-02"
    lab.at(FIRST + timedelta(days=90))
    assert len(fallen(lab, case_id)) == 1
    demand_whole(lab, case_id)


def test_it_falls_again_only_after_a_new_stretch(lab: Laboratory) -> None:
    case_id = received(lab)
    lab.at(date(2026, 4, 10))
    lab.complete(case_id, "check", check_finding="open")
    lab.at(date(2026, 5, 10), 23.9)
    assert [one["since"] for one in fallen(lab, case_id)] == ["2026-03-02"]
    lab.at(date(2026, 5, 11), 0.1)
    assert [(one["since"], one["days"]) for one in fallen(lab, case_id)] == [
        ("2026-03-02", 31), ("2026-04-10", 31),
    ]  # fmt: skip
    demand_whole(lab, case_id)


def test_work_within_thirty_days_puts_it_off_and_the_end_of_the_case_ends_it(lab: Laboratory) -> None:
    case_id = received(lab)
    lab.at(date(2026, 4, 1))
    lab.complete(case_id, "check", check_finding="not_open", not_open_reason="limitation")
    lab.at(date(2026, 5, 1))
    assert fallen(lab, case_id) == []
    lab.complete(case_id, "approve_not_open", not_open_approved=True, not_open_reason="limitation")
    lab.at(date(2026, 8, 1))
    assert fallen(lab, case_id) == []
    assert not lab.case(case_id).open
    demand_whole(lab, case_id)


def test_a_licence_is_not_watched_so(lab: Laboratory) -> None:
    case_id = lab.receive("XK-SR-0035", "shinan.cg", {}, channel="window").case_id
    assert lab.case(case_id).idle is None


def test_the_patrol_finds_a_moment_that_nobody_fired(lab: Laboratory) -> None:
    case_id = received(lab)
    with lab.runtime.store.writing() as connection:
        connection.execute(due_table.delete().where(due_table.c.key == idleness.KEY))
    lab.at(FIRST + timedelta(days=31))
    found = [(one.kind, one.key) for one in patrol.patrol_case(lab.runtime, case_id, lab.clock.now())]
    assert ("moment", "idle") in found
    assert ("row", "idle") in found
    settle(lab.runtime, case_id)
    with lab.runtime.store.reading() as connection:
        query = select(due_table.c.status).where(due_table.c.key == idleness.KEY)
        assert connection.execute(query).scalars().all() == ["armed"]


def test_a_case_rests_after_its_decision_until_that_is_set_aside() -> None:
    rule = {"id": "jc.idle.penalty", "basis": "b", "limit": "30N", "valid_from": "2004-07-01"}
    state = CaseState(opened_at="2026-03-02T02:00:00.000Z", idle={"rule": rule, "since": "x"})
    resting = idleness.decided(state, "decided_on", "2026-03-05")
    assert resting.idle is not None
    assert resting.idle["rests"] is True
    again = idleness.decided(resting, "decided_on", None)
    assert again.idle is not None
    assert again.idle["rests"] is False
    assert idleness.decided(state, "other", "2026-03-05") is state
