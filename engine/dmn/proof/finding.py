"""What a proof found: one fault of a table, with the concrete input that shows it.

Made by the checks of this package, read by deployment, reports and the designer's screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.dmn.expressions import Table
from engine.errors import Finding


@dataclass(frozen=True, slots=True)
class ProofFinding:
    """One finding of a proof.

    `kind` is gap, overlap, subsumed, duplicate, unreachable, band, range-output, gravity, vague,
    output-value or not-proven; `rules` are 1-based places of the rules concerned; `input` is plain data,
    by the text of the column's expression, that makes the fault happen; `other` a second input where the
    fault lies between two (gravity). `certain` is False where an unreadable cell leaves it possible only.
    """

    kind: str
    sentence: str
    rules: tuple[int, ...] = ()
    input: Mapping[str, Any] = field(default_factory=dict)
    other: Mapping[str, Any] = field(default_factory=dict)
    certain: bool = True
    where: str = ""
    line: int | None = None

    def as_finding(self) -> Finding:
        """The finding in the one form of the product; what is only possible or not proven is a note."""
        severity = "error" if self.certain and self.kind != "not-proven" else "note"
        return Finding(self.where, self.sentence, f"dmn.proof.{self.kind}", self.line, severity)


def place_of(table: Table, rules: tuple[int, ...]) -> dict[str, Any]:
    """Where a finding about rules (1-based) stands: the last of them, or the table."""
    if not rules:
        return {"where": table.id, "line": table.line}
    rule = table.rules[max(rules) - 1]
    return {"where": rule.id, "line": rule.line}
