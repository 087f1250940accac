"""落户（投靠子女）: the seed case, from the window to the permit, with its dates to the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from engine import audit, periods
from engine.casework import clocks
from engine.casework.commands import Claim, Receive
from engine.errors import ActBlocked, Conflict, Malformed, NotAuthorised, NotFound
from engine.organisation.model import Actor, PostHeld
from engine.records import journal

ITEM, STATION = "HJ-LH-0004", "shinan.ga.zs"
ZHANG = {"applicant_name": "张建国", "applicant_id": "11010519491231002X", "phone": "13800001234"}


def due_of(lab: Any, case_id: int, rule: str) -> date:
    case = lab.case(case_id)
    number = max(number for number, row in case.periods.items() if row["id"] == rule)
    with lab.runtime.store.reading() as connection:
        lab.runtime.shelf.refresh(connection)
        return periods.due(clocks.ledger_of(case, number), lab.runtime.calendar(connection)).day


def accepted(lab: Any, day: date) -> int:
    """A case that was received and accepted on a day."""
    lab.at(day)
    case_id = lab.receive(ITEM, STATION, {**ZHANG, "received_on": day.isoformat()}, channel="window").case_id
    lab.complete(case_id, "review", review_outcome="complete")
    lab.complete(case_id, "sign_statement")
    return int(case_id)


def decided(lab: Any, case_id: int, day: date, outcome: str) -> None:
    for element, given in (
        ("investigate", {}),
        ("station_opinion", {}),
        ("district_review", {"district_opinion": "agree"}),
    ):
        lab.complete(case_id, element, **given)
    lab.at(day)
    lab.complete(case_id, "decide", outcome=outcome)


def test_a_case_accepted_on_26_january_2026_falls_due_on_the_make_up_saturday(laboratory: Any) -> None:
    lab = laboratory(date(2026, 1, 26))
    case_id = accepted(lab, date(2026, 1, 26))

    assert due_of(lab, case_id, "hj.decide") == date(2026, 2, 28)


def test_an_approval_received_on_28_february_is_told_by_3_march(laboratory: Any) -> None:
    lab = laboratory(date(2026, 1, 26))
    case_id = accepted(lab, date(2026, 1, 26))
    decided(lab, case_id, date(2026, 2, 28), "approved")

    assert due_of(lab, case_id, "hj.notice") == date(2026, 3, 3)


def test_a_refusal_received_before_the_national_day_is_told_after_it(laboratory: Any) -> None:
    lab = laboratory(date(2026, 8, 31))
    case_id = accepted(lab, date(2026, 8, 31))
    assert due_of(lab, case_id, "hj.decide") == date(2026, 9, 28)

    decided(lab, case_id, date(2026, 9, 28), "refused")

    assert due_of(lab, case_id, "hj.refuse") == date(2026, 10, 8)


def test_a_case_left_lying_turns_yellow_and_then_red_with_basis_and_person(laboratory: Any) -> None:
    lab = laboratory(date(2026, 1, 26))
    case_id = accepted(lab, date(2026, 1, 26))

    lab.at(date(2026, 2, 28), 16)
    before = lab.case(case_id).cards
    lab.at(date(2026, 3, 2), 10)
    after = lab.case(case_id).cards

    assert [card["level"] for card in before] == ["T", "Y"]
    assert [card["rule"] for card in after][:2] == ["A0", "A1"]
    assert {card["level"] for card in after} & {"R", "R+"}
    with lab.runtime.store.reading() as connection:
        entries = list(journal.read(connection, journal.case_stream(case_id)))
    issued = [event.data for entry in entries for event in entry.events if event.type == "CardIssued"]
    assert all(card["basis"] and card["sentence"]["zh"] and card["sentence"]["en"] for card in issued)


def test_a_case_replays_and_verifies(laboratory: Any) -> None:
    lab = laboratory(date(2026, 1, 26))
    case_id = accepted(lab, date(2026, 1, 26))
    decided(lab, case_id, date(2026, 2, 28), "approved")
    lab.complete(case_id, "tell_approved")
    lab.send(case_id, "arrival")

    with lab.runtime.store.reading() as connection:
        entries = journal.read(connection, journal.case_stream(case_id))
        verdict = audit.replay(connection, lab.runtime.shelf, lab.runtime.settings, entries)
        row = lab.runtime.load(connection, case_id)
        checks = audit.verify_case(connection, case_id, row._mapping)

    assert verdict.conforms, verdict.sentence()
    assert [check.detail for check in checks if not check.holds] == []


def test_the_same_work_item_completed_twice_is_refused_the_second_time(laboratory: Any) -> None:
    lab = laboratory()
    case_id = lab.receive(ITEM, STATION, ZHANG, channel="window").case_id
    lab.complete(case_id, "review", review_outcome="complete")

    with pytest.raises(NotFound):
        lab.complete(case_id, "review", review_outcome="complete")


def test_a_clerk_of_another_station_is_turned_away_at_the_door(laboratory: Any) -> None:
    lab = laboratory()
    case_id = lab.receive(ITEM, STATION, ZHANG, channel="window").case_id
    key = next(iter(lab.case(case_id).items))

    with pytest.raises(NotAuthorised):
        lab.runtime.handle(Claim(case_id=case_id, key=key), lab.runtime.directory.actor("panhong"))
    assert lab.case(case_id).items[key]["status"] == "offered"


def test_a_form_with_a_wrong_identity_number_changes_nothing(laboratory: Any) -> None:
    lab = laboratory()
    command = Receive(item=ITEM, unit=STATION, variables={**ZHANG, "applicant_id": "110105194912310021"})
    with pytest.raises(Malformed) as refusal:
        lab.runtime.handle(command, Actor.party("张建国"))

    assert "/applicant_id" in {finding.where for finding in refusal.value.findings}
    with pytest.raises(NotFound):
        lab.case(1)


def test_a_withdrawal_ends_the_case_before_the_decision(laboratory: Any) -> None:
    lab = laboratory()
    case_id = accepted(lab, date(2026, 1, 26))

    lab.send(case_id, "withdrawn", withdraw_signed=True)

    case = lab.case(case_id)
    assert not case.open
    assert all(row["stopped"] for row in case.periods.values())
    with pytest.raises(Conflict):
        lab.runtime.handle(Claim(case_id=case_id, key=1), lab.runtime.directory.actor("lihua"))


def test_the_officer_who_examined_may_not_decide_and_the_attempt_is_recorded(laboratory: Any) -> None:
    """SOD-2: who holds both posts is stopped inside the step; nothing of the decision happens."""
    lab = laboratory(date(2026, 9, 10))
    case_id = lab.receive("XK-SR-0035", "shinan.cg", {}, channel="window").case_id
    lab.complete(case_id, "review", review_outcome="ok")
    lab.complete(case_id, "accept")
    lab.complete(
        case_id, "examine", can_decide_now=True, marked_major=False, needed_steps=[], examiner_opinion="grant"
    )
    case = lab.case(case_id)
    examiner = next(act["person"] for act in case.acts if act["act"] == "examine")
    key = next(key for key, item in case.items.items() if item["element"] == "decide")
    handler = lab.runtime.directory.actor(examiner)
    both = replace(handler, posts=(*handler.posts, PostHeld("x", "shinan.cg", ("head-of-organ",))))

    with pytest.raises(ActBlocked):
        lab.runtime.handle(Claim(case_id=case_id, key=key), both)

    assert lab.case(case_id).items[key]["status"] == "offered"
    with lab.runtime.store.reading() as connection:
        last = list(journal.read(connection, journal.case_stream(case_id)))[-1]
    assert [event.type for event in last.events] == ["ActRefused"]
    assert last.events[0].data["rules"] == ["SOD-2"]
