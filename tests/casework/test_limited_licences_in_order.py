"""Licences limited in number go to whoever was accepted first (《行政许可法》第五十七条)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from shutil import copyfile

import pytest
from founded import runtime_over

from engine.casework import jobs
from timers import examples
from timers.laboratory import Laboratory

ITEM, UNIT, DAY = "XK-SR-0035", "shinan.cg", date(2026, 3, 2)
REFUSAL = {"reasons": "名额已满", "remedies": "可以在六十日内申请行政复议"}


@pytest.fixture
def lab(founded_sqlite: Path, tmp_path: Path) -> Iterator[Laboratory]:
    """One place for each unit."""
    url = f"sqlite:///{copyfile(founded_sqlite, tmp_path / 'limited.db')}"
    with Laboratory(*runtime_over(url, DAY), 3) as made:
        examples._set_parameters(made, ITEM, {"quota": 1})
        yield made


def accepted(lab: Laboratory) -> int:
    given = {"e_service_consent": True, "e_address": "a@example.cn"}
    case_id = lab.receive(ITEM, UNIT, given).case_id
    lab.complete(case_id, "review", review_outcome="ok")
    lab.complete(case_id, "accept")
    return case_id


def examined(lab: Laboratory, case_id: int) -> None:
    lab.complete(case_id, "examine", can_decide_now=True, marked_major=False, needed_steps=[])


def waiting(lab: Laboratory, case_id: int) -> list[str]:
    """Where it stands once the heartbeat has done what is left."""
    while jobs.run_waiting(lab.runtime):
        pass
    case = lab.case(case_id)
    names = [row["element"] for row in case.subscriptions.values() if row["element"] == "places_moved"]
    return [item["element"] for item in case.items.values()] + names


def test_who_is_examined_first_waits_for_who_was_accepted_first(lab: Laboratory) -> None:
    first, second = accepted(lab), accepted(lab)
    examined(lab, second)
    assert waiting(lab, second) == ["places_moved"]

    examined(lab, first)
    lab.complete(first, "decide", outcome="approved")

    assert waiting(lab, second) == ["decide_full"]
    lab.complete(second, "decide_full", **REFUSAL)
    assert waiting(lab, second) == ["write_refusal"]


def test_a_place_that_is_refused_to_the_first_goes_to_the_next(lab: Laboratory) -> None:
    first, second, third = accepted(lab), accepted(lab), accepted(lab)
    examined(lab, third)
    examined(lab, second)
    examined(lab, first)
    lab.complete(first, "decide", outcome="refused", **REFUSAL)

    assert waiting(lab, second) == ["decide"]
    assert waiting(lab, third) == ["places_moved"]
    lab.complete(second, "decide", outcome="approved")
    assert waiting(lab, third) == ["decide_full"]


def test_who_withdraws_makes_room(lab: Laboratory) -> None:
    first, second = accepted(lab), accepted(lab)
    examined(lab, second)
    lab.send(first, "withdrawn", withdraw_signed=True)

    assert waiting(lab, second) == ["decide"]


def test_the_handler_may_have_the_places_counted_again_but_jumps_no_queue(lab: Laboratory) -> None:
    _first, second = accepted(lab), accepted(lab)
    examined(lab, second)
    lab.send(second, "places_moved")

    assert waiting(lab, second) == ["places_moved"]
