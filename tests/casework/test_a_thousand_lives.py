"""A thousand cases of all procedures that ship, along random paths with withdrawals, failures and timers.

Every one is decided again from its entries and must come to the same events and the same digests.
"""

from __future__ import annotations

import os

from founded import runtime_over
from paper_lives import Paper, lives

from engine import audit
from engine.records.entries import Entry
from timers.laboratory import Laboratory

SEED = int(os.environ.get("BANJIE_SEED", "20260126"))
LEAST_PASSED = 50
"""Per cent of all sequence flows that some life must have taken."""
LIVES = int(os.environ.get("BANJIE_LIVES", "1000"))


def test_a_thousand_lives_of_all_procedures_replay_with_equal_digests(founded_sqlite_url: str) -> None:
    deviating: list[str] = []
    entries = closed = 0
    commands: set[str] = set()
    with (
        Laboratory(*runtime_over(founded_sqlite_url), SEED) as lab,
        lab.runtime.store.reading() as connection,
    ):
        paper = Paper(lab, connection, SEED)
        for life in lives(paper, LIVES):
            verdict = audit.replay(connection, lab.runtime.shelf, lab.runtime.settings, life.entries)
            entries += verdict.entries
            closed += not life.state.open
            commands |= {str(entry.command["type"]) for entry in life.entries}
            if not verdict.conforms:
                deviating.append(f"{life.state.procedure}: {verdict.sentence()}")
        flows = {flow for name in paper.procedures() for flow in paper._package(name).definition.flows}

    assert deviating == [], f"seed {SEED}"
    # The lives must be worth replaying: long, mostly ended, through most of what is drawn.
    assert entries > 8 * LIVES
    assert closed > LIVES // 2
    assert {
        "Receive",
        "Claim",
        "Release",
        "Complete",
        "Send",
        "FireDue",
        "CompleteJob",
        "FailJob",
    } <= commands
    assert len(flows & set(paper.passed)) > len(flows) * LEAST_PASSED // 100, sorted(
        flows - set(paper.passed)
    )


def test_a_life_whose_entry_is_changed_deviates_there(founded_sqlite_url: str) -> None:
    with (
        Laboratory(*runtime_over(founded_sqlite_url), SEED) as lab,
        lab.runtime.store.reading() as connection,
    ):
        life = next(lives(Paper(lab, connection, SEED), 1))
        changed: list[Entry] = list(life.entries)
        last = changed[-1]
        changed[-1] = Entry(
            **{
                **{name: getattr(last, name) for name in last.__dataclass_fields__},
                "events": last.events[:-1],
            }
        )
        verdict = audit.replay(connection, lab.runtime.shelf, lab.runtime.settings, changed)

    assert not verdict.conforms
    assert verdict.entry == len(life.entries)
