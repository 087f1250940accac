"""What the host gives a run: its moment, its zone, names in scope, decisions, called procedures.

The run asks nobody else. casework implements this for live work and replay; a designer's test uses
`engine.bpmn.trial`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from engine.bpmn.definition import Definition


@dataclass(frozen=True)
class Decided:
    """A decision's outcome: plain JSON `value`, `evidence` for the journal, `digest` of the model used.

    `footing` is what the value rests on (row, version, band), kept with the case where the task asks for it.
    """

    value: Any
    digest: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    footing: Mapping[str, Any] = field(default_factory=dict)


class Context(Protocol):
    """The host of a run. Every method is deterministic for one command."""

    moment: datetime  # aware UTC: the moment of the command being handled
    zone: ZoneInfo  # the authority's zone: what now() and today() answer in

    def names(self, scopes: tuple[int, ...]) -> Mapping[str, Any]:
        """Read-only names for FEEL, innermost scope first in `scopes`: `case`, `item`, `unit`, and host
        functions (`is working day`, `add working days`, `working days between`, `period`).
        Case variables hide none of them. Values are FEEL values.
        """
        ...

    def decide(self, decision: str, variables: Mapping[str, Any]) -> Decided:
        """Evaluate a decision of the package on plain JSON variables. Raises BanjieError → incident."""
        ...

    def procedure(self, process: str) -> Definition:
        """The definition in force now of a called process or global task. Raises NotFound → incident."""
        ...

    def definition(self, digest: str) -> Definition:
        """A definition the marking already runs on, by digest."""
        ...
