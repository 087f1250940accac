"""Cases driven along random paths, with withdrawals and timers, replay and verify to the last event."""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import Any

import pytest
from founded import runtime_over

from engine import audit
from engine.errors import Malformed
from engine.records import journal, seals
from timers.laboratory import Laboratory

SEED = int(os.environ.get("BANJIE_SEED", "20260126"))


def prove(lab: Any, case_ids: list[int]) -> list[str]:
    """Every deviation of a replay and every check that does not hold."""
    faults = []
    with lab.runtime.store.reading() as connection:
        lab.runtime.shelf.refresh(connection)
        for case_id in case_ids:
            entries = journal.read(connection, journal.case_stream(case_id))
            verdict = audit.replay(connection, lab.runtime.shelf, lab.runtime.settings, entries)
            row = lab.runtime.load(connection, case_id)
            checks = audit.verify_case(connection, case_id, row._mapping)
            faults += [] if verdict.conforms else [f"case {case_id}: {verdict.sentence()}"]
            faults += [f"case {case_id}: {check.detail}" for check in checks if not check.holds]
    return faults


def live(lab: Any, number: int, first: date) -> list[int]:
    made = []
    for index in range(number):
        item, unit = (("HJ-LH-0004", "shinan.ga.zs"), ("XK-SR-0035", "shinan.cg"))[index % 2]
        try:
            made.append(lab.receive(item, unit, {}).case_id)
        except Malformed:
            continue
    lab.run(made, first + timedelta(days=150), wild=True)
    return made


def test_random_lives_replay_and_verify(laboratory: Any) -> None:
    first = date(2026, 1, 26)
    lab = laboratory(first, SEED)

    made = live(lab, 8, first)

    assert len(made) >= 5
    assert prove(lab, made) == [], f"seed {SEED}"


def test_a_seal_holds_over_everything_recorded(laboratory: Any) -> None:
    lab = laboratory(date(2026, 1, 26), SEED)
    live(lab, 2, date(2026, 1, 26))
    with lab.runtime.store.writing() as connection:
        first = seals.make(connection, "2026-08-01T00:00:00.000Z")
        second = seals.make(connection, "2026-08-02T00:00:00.000Z")
    with lab.runtime.store.reading() as connection:
        checks = audit.verify_seals(connection, first.as_data())

    assert all(check.holds for check in checks)
    assert second.number == 2


@pytest.mark.nightly
def test_a_thousand_random_lives_replay_and_verify(founded_sqlite_url: str) -> None:
    first = date(2025, 2, 7)
    lab = Laboratory(*runtime_over(founded_sqlite_url, first), SEED)

    made = live(lab, 1000, first)

    assert prove(lab, made) == [], f"seed {SEED}"
