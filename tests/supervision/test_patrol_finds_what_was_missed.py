"""The nightly patrol finds nothing where all is well, and everything that was prevented."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from founded import runtime_over
from sqlalchemy import delete, update

from engine.casework import patrol, supervision
from engine.errors import ActBlocked, Malformed
from engine.records.tables import card as card_table
from engine.records.tables import due as due_table
from timers.laboratory import Laboratory

SEED = int(os.environ.get("BANJIE_SEED", "20260126"))
FIRST = date(2026, 1, 26)
PLACES = (("HJ-LH-0004", "shinan.ga.zs"), ("XK-SR-0035", "shinan.cg"))


def opened(lab: Any, number: int) -> list[int]:
    made = []
    for index in range(number):
        try:
            made.append(lab.receive(*PLACES[index % 2], {}).case_id)
        except Malformed:
            continue
    return made


def accepted(lab: Any) -> int:
    case_id = lab.receive(*PLACES[0], {}, channel="window").case_id
    lab.complete(case_id, "review", review_outcome="complete")
    lab.complete(case_id, "sign_statement")
    return int(case_id)


def prevent(lab: Any, case_id: int, key: str) -> None:
    """Take away the row by which a moment comes."""
    with lab.runtime.store.writing() as connection:
        gone = connection.execute(
            delete(due_table).where(due_table.c.case_id == case_id, due_table.c.key == key)
        )
    assert gone.rowcount == 1


def decision_period(lab: Any, case_id: int) -> int:
    return next(n for n, row in lab.case(case_id).periods.items() if row["id"] == "hj.decide")


def test_a_healthy_database_has_nothing_to_report_whatever_lives_its_cases_had(laboratory: Any) -> None:
    lab = laboratory(FIRST, SEED)
    made = opened(lab, 6)

    lying = made[:2]  # nobody touches these: time alone acts on them
    for days in (20, 60, 150):
        alive = [one for one in made if one not in lying and lab.case(one).open]
        lab.run(alive, FIRST + timedelta(days=days), wild=True)
        assert patrol.patrol(lab.runtime, closed_within=timedelta(days=999)) == [], f"seed {SEED}"

    assert any(lab.case(case_id).cards for case_id in lying)


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(SEED, SEED + 5))
def test_three_hundred_lives_leave_nothing_to_report(founded_sqlite_url: str, seed: int) -> None:
    lab = Laboratory(*runtime_over(founded_sqlite_url, FIRST), seed)
    made = opened(lab, 60)
    lab.run(made, FIRST + timedelta(days=200), wild=True)

    assert patrol.patrol(lab.runtime, closed_within=timedelta(days=999)) == []


def test_a_card_that_was_prevented_is_found(laboratory: Any) -> None:
    lab = laboratory(FIRST)
    case_id = accepted(lab)
    key = f"period:{decision_period(lab, case_id)}:statutory"
    prevent(lab, case_id, key)
    (row,) = patrol.patrol(lab.runtime)

    lab.at(date(2026, 3, 3))
    found = [one for one in patrol.patrol(lab.runtime) if one.kind == "moment"]

    assert (row.kind, row.key) == ("row", key)
    assert [(one.case_id, one.key) for one in found] == [(case_id, key)]
    assert found[0].at.startswith("2026-02-28")


def test_a_warning_that_was_prevented_is_found_even_after_the_period_ended(laboratory: Any) -> None:
    lab = laboratory(FIRST)
    case_id = accepted(lab)
    key = f"period:{decision_period(lab, case_id)}:warn"
    prevent(lab, case_id, key)
    lab.at(date(2026, 2, 28), 16)
    assert [card["rule"] for card in lab.case(case_id).cards] == ["A0"]
    lab.send(case_id, "withdrawn", withdraw_signed=True)

    found = patrol.patrol(lab.runtime)

    assert [(one.kind, one.key) for one in found] == [("moment", key)]
    lab.clock.advance(timedelta(days=90))
    assert patrol.patrol(lab.runtime) == []  # closed too long ago


def test_the_heartbeat_s_patrol_lets_what_was_missed_come_late(laboratory: Any) -> None:
    lab = laboratory(FIRST)
    case_id = accepted(lab)
    for limit in ("warn", "promised", "statutory"):
        prevent(lab, case_id, f"period:{decision_period(lab, case_id)}:{limit}")
    lab.at(date(2026, 3, 3))
    assert [card["rule"] for card in lab.case(case_id).cards] == ["A0"]

    missed = lab.heartbeat.patrol()
    lab.heartbeat.beat()

    assert {one.kind for one in missed} == {"moment", "row"}
    assert {card["level"] for card in lab.case(case_id).cards} & {"R", "R+"}
    assert patrol.patrol(lab.runtime) == []


def test_a_card_row_that_was_tampered_with_is_found(laboratory: Any) -> None:
    lab = laboratory(FIRST)
    case_id = accepted(lab)
    lab.at(date(2026, 3, 3))
    assert patrol.patrol(lab.runtime) == []

    with lab.runtime.store.writing() as connection:
        first = (card_table.c.case_id == case_id) & (card_table.c.key == 1)
        connection.execute(update(card_table).where(first).values(status="revoked"))

    assert [(one.case_id, one.kind, one.key) for one in patrol.patrol(lab.runtime)] == [
        (case_id, "row", "card:1")
    ]


def back_filled(lab: Any) -> int:
    """A case received long before it is entered: rule F7 speaks of the entry itself, of no period."""
    return int(lab.receive(*PLACES[0], {"received_on": "2026-01-12"}, channel="window").case_id)


def kinds(lab: Any) -> list[tuple[str, str]]:
    return [(one.kind, one.key) for one in patrol.patrol(lab.runtime)]


def test_a_card_on_an_act_that_was_never_issued_is_found(
    laboratory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = laboratory(FIRST)
    with monkeypatch.context() as broken:
        broken.setattr("engine.casework.decide.supervision.issue", lambda desk, hits: None)
        case_id = back_filled(lab)

    assert lab.case(case_id).cards == ()
    assert kinds(lab) == [("card", "rule:F7")]


def test_a_card_on_an_act_is_given_again_by_the_patrol(laboratory: Any) -> None:
    lab = laboratory(FIRST)

    assert [card["rule"] for card in lab.case(back_filled(lab)).cards] == ["F7"]
    assert kinds(lab) == []


def test_a_card_that_no_rule_gives_is_found(laboratory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = laboratory(FIRST)
    case_id = accepted(lab)
    issue = supervision.issue

    def invent(desk: Any, hits: Any) -> None:
        values = {"rule": "X1", "level": "Y", "basis": "无", "sentence_zh": "无中生有"}
        issue(desk, [*hits, supervision.Hit(desk.events[0], "nowhere", values)])

    with monkeypatch.context() as broken:
        broken.setattr("engine.casework.decide.supervision.issue", invent)
        lab.send(case_id, "withdrawn", withdraw_signed=True)

    assert set(kinds(lab)) == {("card", "rule:X1")}


def test_a_card_that_says_something_else_than_its_rule_is_found(
    laboratory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = laboratory(FIRST)
    issue = supervision.issue

    def soften(desk: Any, hits: Any) -> None:
        issue(desk, [replace(hit, values={**hit.values, "level": "T"}) for hit in hits])

    with monkeypatch.context() as broken:
        broken.setattr("engine.casework.decide.supervision.issue", soften)
        back_filled(lab)
    (found,) = patrol.patrol(lab.runtime)

    assert (found.kind, found.key) == ("card", "card:1")
    assert "level" in found.sentence


def test_a_void_act_whose_card_was_lost_is_found(laboratory: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = laboratory(FIRST)
    case_id = lab.receive(*PLACES[1], {}, channel="window").case_id
    lab.at(date(2026, 2, 4))  # nobody looked at it for five working days: it counts as accepted
    with monkeypatch.context() as broken:
        broken.setattr("engine.casework.decide.supervision.issue", lambda desk, hits: None)
        with pytest.raises(ActBlocked):
            lab.send(case_id, "withdrawn", withdraw_signed=False)
    assert kinds(lab) == [("card", "rule:C3")]

    with pytest.raises(ActBlocked):
        lab.send(case_id, "withdrawn", withdraw_signed=False)
    assert kinds(lab) == [("card", "rule:C3")]  # the second attempt has its card


def test_a_card_the_tables_give_and_the_journal_lacks_is_found(
    laboratory: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = laboratory(FIRST)
    case_id = accepted(lab)
    with monkeypatch.context() as broken:
        broken.setattr("engine.casework.decide.supervision.issue", lambda desk, hits: None)
        lab.at(date(2026, 3, 3))

    found = patrol.patrol(lab.runtime)

    assert {one.kind for one in found} == {"card"}
    assert {one.case_id for one in found} == {case_id}
    assert any("A1" in one.sentence for one in found)
