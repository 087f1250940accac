"""A card names a person where somebody had taken the work on, else the role and unit that it waited for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from penalising import HANDLER, LIU, ZHANG, assigned, city_on

from engine.casework import patrol
from engine.casework.commands import Claim, Release
from engine.records import journal
from timers.laboratory import Laboratory

FIRST = date(2026, 3, 2)
SUN = {**HANDLER, "key": "鲁B370203", "name": "孙立", "person": "sunli"}


@pytest.fixture
def lab(founded_sqlite: Path, tmp_path: Path) -> Iterator[Laboratory]:
    with city_on(founded_sqlite, tmp_path / "waited.db", FIRST, officers=(ZHANG, LIU, SUN)) as made:
        yield made


def received(lab: Laboratory) -> int:
    return lab.receive("XK-SR-0035", "shinan.cg", {}, channel="online").case_id


def yellow(lab: Laboratory, case_id: int) -> dict[str, Any]:
    """The card A1 of the period for acceptance, let come."""
    lab.at(date(2026, 3, 9))
    with lab.runtime.store.reading() as connection:
        entries = list(journal.read(connection, journal.case_stream(case_id)))
    cards = [one.data for entry in entries for one in entry.events if one.type == "CardIssued"]
    assert patrol.patrol_case(lab.runtime, case_id, lab.clock.now()) == []
    return next(dict(card) for card in cards if card["rule"] == "A1")


def waiting(lab: Laboratory, case_id: int) -> tuple[int, Any]:
    """The work item that waits, and somebody who may take it on."""
    ((key, item),) = lab.case(case_id).items.items()
    return key, lab.someone({"role": item["role"], "unit": item["unit"], "candidates": {}})


def test_work_nobody_took_on_names_its_role_and_unit(lab: Laboratory) -> None:
    card = yellow(lab, received(lab))
    assert card["person"] is None
    waited = card["values"]["waited_for"]
    assert (waited["role"], waited["unit"]) == ("window", "shinan.cg")
    assert waited["name"]
    assert "held_by" not in waited


def test_work_that_was_given_back_names_who_had_it(lab: Laboratory) -> None:
    case_id = received(lab)
    key, clerk = waiting(lab, case_id)
    lab.runtime.handle(Claim(case_id=case_id, key=key), clerk)
    lab.runtime.handle(Release(case_id=case_id, key=key), clerk)
    card = yellow(lab, case_id)
    assert card["person"] is None
    assert card["values"]["waited_for"]["held_by"] == clerk.person


def test_work_somebody_holds_is_carded_in_that_name(lab: Laboratory) -> None:
    case_id = received(lab)
    key, clerk = waiting(lab, case_id)
    lab.runtime.handle(Claim(case_id=case_id, key=key), clerk)
    card = yellow(lab, case_id)
    assert card["person"] == clerk.person
    assert "waited_for" not in card["values"]


def test_a_withdrawn_officer_is_not_blamed_for_what_lies_afterwards(lab: Laboratory) -> None:
    case_id = assigned(lab)
    key = next(iter(lab.case(case_id).items))
    lab.runtime.handle(Claim(case_id=case_id, key=key), lab.runtime.directory.actor("zhangwei"))
    lab.send(case_id, "recusal_asked", recusal_of="鲁B370201", recusal_reason="与当事人有亲属关系")
    certificates = {"officer1_cert": "鲁B370203", "officer2_cert": "鲁B370202"}
    lab.complete(case_id, "decide_recusal", recusal_accepted=True, **certificates)
    lab.at(date(2026, 4, 20))
    with lab.runtime.store.reading() as connection:
        entries = list(journal.read(connection, journal.case_stream(case_id)))
    cards = [one.data for entry in entries for one in entry.events if one.type == "CardIssued"]
    (lying,) = (card for card in cards if card["rule"] == "C4")
    assert lying["person"] != "zhangwei"
    assert lying["person"] or lying["values"]["waited_for"]["held_by"] == "zhangwei"
    assert patrol.patrol_case(lab.runtime, case_id, lab.clock.now()) == []
