"""The figures of electronic supervision: when a running period reminds, warns, and falls a second time.

Read from `[[supervision]]` in `processes/law/*.toml` by `rules`, which gives each rule the figures in force
on the day its period starts; a ledger keeps them, so that a later practice never judges an earlier period.
Counts nothing: `due` and casework do. Source: practice of electronic supervision (电子监察). No national
standard fixes the shares, so every figure stands with its basis and its mark.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.errors import Malformed, said
from engine.periods.limits import Kind, Limit
from engine.periods.notices import CERTAINTIES
from engine.periods.toml import Findings, Table


@dataclass(frozen=True)
class Watch:
    """The figures of one time of validity (both ends included, None: open).

    `remind_used`: the share of the limit, in per cent, whose use gives the reminder (A0). `warn_rest`: the
    share left that gives the warning (A1), at least `warn_least` working days. `again_after`: the working
    days without an act after which an overrun falls a second time (A17).
    """

    id: str
    basis: str
    valid_from: date
    remind_used: int
    warn_rest: int
    warn_least: Limit
    again_after: Limit
    valid_to: date | None = None
    certainty: str = "P"
    note: str = ""

    def in_force(self, day: date) -> bool:
        """Whether the figures hold on the day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def reminding(self, whole: Any) -> Any:
        """What of a whole (days, or a duration) is used when the reminder comes; whole days, rounded up."""
        return (
            -(-whole * self.remind_used // 100) if isinstance(whole, int) else whole * self.remind_used / 100
        )

    def resting(self, whole: Any) -> Any:
        """What of a whole (days, or a duration) is left when the warning comes; whole days, rounded down."""
        return whole * self.warn_rest // 100 if isinstance(whole, int) else whole * self.warn_rest / 100

    def as_data(self) -> dict[str, Any]:
        """The figures as plain JSON data, in the words of the law file."""
        data: dict[str, Any] = {
            "id": self.id,
            "basis": self.basis,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat() if self.valid_to else None,
            "remind_used": self.remind_used,
            "warn_rest": self.warn_rest,
            "warn_least": str(self.warn_least),
            "again_after": str(self.again_after),
            "certainty": self.certainty,
            "note": self.note,
        }
        return {name: value for name, value in data.items() if value not in (None, "")}

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Watch:
        """The figures that `as_data` wrote. Raises IllegalDefinition for data that are none."""
        findings = Findings()
        dates = {key: date.fromisoformat(data[key]) for key in ("valid_from", "valid_to") if data.get(key)}
        found = watch(Table({**data, **dates}, str(data.get("id", "supervision")), findings))
        findings.demand_none(said("figures of supervision"))
        return found


def watch(table: Table) -> Watch:
    """The figures of one `[[supervision]]` table; its faults go to the table's findings."""
    valid_from, valid_to = table.day("valid_from"), table.day("valid_to")
    if valid_from is None:
        table.fault(said("Expected valid_from, but it is missing"), "toml.missing")
    if valid_from and valid_to and valid_to < valid_from:
        table.fault(said("Expected valid_to after valid_from, but it lies before"), "supervision.valid")
    found = Watch(
        id=table.text("id"),
        basis=table.text("basis"),
        valid_from=valid_from or date.min,
        valid_to=valid_to,
        remind_used=_share(table, "remind_used"),
        warn_rest=_share(table, "warn_rest"),
        warn_least=_working_days(table, "warn_least"),
        again_after=_working_days(table, "again_after"),
        certainty=table.one_of("certainty", CERTAINTIES, "P"),
        note=table.text("note", ""),
    )
    table.refuse_others()
    if not found.basis:
        table.fault(said("Expected a basis, but it is empty"), "supervision.basis")
    return found


def overlapping(ordered: Sequence[Watch], findings: Findings) -> None:
    """Every day has one set of figures: those, in order of their first day, that meet another are faults."""
    for earlier, later in itertools.pairwise(ordered):
        if earlier.valid_to is None or later.valid_from <= earlier.valid_to:
            sentence = said(
                "Expected one set of figures of supervision for each day, but {id!r} and {other!r} overlap",
                id=earlier.id,
                other=later.id,
            )
            findings.add(later.id, sentence, "supervision.overlap")


def _share(table: Table, name: str) -> int:
    given = table.number(name, 0)
    if not 1 <= given <= 99:
        table.fault(
            said("Expected {name} as per cent from 1 to 99, but found {given}", name=name, given=given),
            "supervision.share",
        )
    return given


def _working_days(table: Table, name: str) -> Limit:
    try:
        limit = Limit.read(table.text(name), table.where)
    except Malformed as error:
        table.fault(said("{name}: {sentence}", name=name, sentence=error.sentence), "supervision.days")
        return Limit(1, Kind.WORKING_DAYS)
    if limit.kind is not Kind.WORKING_DAYS:
        table.fault(
            said("Expected {name} in working days, but found {limit}", name=name, limit=limit),
            "supervision.days",
        )
    return limit
