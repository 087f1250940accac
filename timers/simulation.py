"""Simulations: many made-up cases of an item through the laboratory, and a report of what came of them.

Called by `banjie simulate`, the examples and the supervisor's questions before a procedure is published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from engine.casework import clocks
from engine.clock import read_moment
from engine.errors import BanjieError
from engine.periods import in_time
from timers.laboratory import Laboratory, of_its_own

Say = Callable[[str], None]


@dataclass
class Report:
    """What a simulation found. `cards` counts by rule, `outcomes` by name, `problems` are refusals met."""

    cases: int = 0
    closed: int = 0
    in_time: int = 0
    late: int = 0
    cards: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    days: list[int] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        """The report as plain data."""
        return {
            "cases": self.cases,
            "closed": self.closed,
            "periods_in_time": self.in_time,
            "periods_late": self.late,
            "cards": dict(sorted(self.cards.items())),
            "outcomes": dict(sorted(self.outcomes.items())),
            "problems": dict(sorted(self.problems.items())),
            "days": {"shortest": min(self.days, default=0), "longest": max(self.days, default=0)},
        }

    def text(self) -> str:
        """The report for people."""
        data = self.as_data()
        return "\n".join(f"{name:16} {value}" for name, value in data.items())


def report(laboratory: Laboratory, case_ids: list[int]) -> Report:
    """What came of some cases."""
    found = Report(cases=len(case_ids), problems=laboratory.problems)
    with laboratory.runtime.store.reading() as connection:
        laboratory.runtime.shelf.refresh(connection)
        calendar = laboratory.runtime.calendar(connection)
    for case_id in case_ids:
        case = laboratory.case(case_id)
        found.cards.update(card["rule"] for card in case.cards)
        if case.closed_at:
            found.closed += 1
            found.outcomes[case.outcome or ""] += 1
            found.days.append((read_moment(case.closed_at) - read_moment(case.opened_at)).days)
        for number in case.periods:
            kept = in_time(clocks.ledger_of(case, number), calendar)
            found.in_time += kept is True
            found.late += kept is False
    return found


def simulate(
    item: str, unit: str, *, cases: int, seed: int, first_day: date, say: Say = lambda text: None
) -> Report:
    """Run made-up cases of an item from a day on, one received every few hours, until all are done."""
    with of_its_own(first_day, seed) as laboratory:
        made: list[int] = []
        for number in range(cases):
            try:
                made.append(laboratory.receive(item, unit, {}).case_id)
            except BanjieError as refusal:
                laboratory.problems[f"{refusal.code}: {refusal.sentence[:120]}"] += 1
            if (number + 1) % 20 == 0:
                say(f"{number + 1} of {cases} received")
        laboratory.run(made, first_day + timedelta(days=240), wild=True)
        return report(laboratory, made)
