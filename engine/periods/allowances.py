"""What a rule of the law allows beyond its limit: stages of extension, and kinds of step that are left out.

Read and held by `rules`, asked by the ledger. Counts nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.periods.limits import Limit


@dataclass(frozen=True)
class Extension:
    """How a period may be extended (C9): by at most `max` each time, `times` times, by that rank."""

    max: Limit
    times: int = 1
    approver: str = ""
    notify: bool = True

    def as_data(self) -> dict[str, Any]:
        """The stage as plain data, in the words of the law file."""
        return {
            "max": str(self.max),
            "times": self.times,
            "approver": self.approver,
            "notify": self.notify,
        }


@dataclass(frozen=True)
class Excluded:
    """A kind of step whose time is not counted (C6); `max` is the most that may be left out per step. `told`:
    the law wants the citizen told in writing how long it takes."""

    kind: str
    max: Limit | None = None
    told: bool = False

    def as_data(self) -> dict[str, Any]:
        """The entry as plain data, in the words of the law file."""
        data: dict[str, Any] = {"kind": self.kind, "max": str(self.max) if self.max else None}
        return {**data, "told": True} if self.told else data
