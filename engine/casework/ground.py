"""What a decision stands on: the moment, the actor, and every definition in force.

Built by `runtime` for live work and by `audit.replay` from what an entry recorded; `decide` reads
nothing else. All members are immutable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine import dmn
from engine.bpmn.definition import Definition
from engine.definitions.catalogue import ServiceItem
from engine.definitions.packages import Package
from engine.organisation.model import Actor, Organisation
from engine.periods import Calendar, RuleBook

ENGINE = "1"  # raised whenever the same command may be decided differently


@dataclass(frozen=True, kw_only=True)
class Ground:
    """`package_named` gives a called package in force now (digest known to the caller's answers);
    `package_of` one by digest; `definition_of` a diagram by its digest.
    """

    moment: datetime
    zone: ZoneInfo
    actor: Actor
    package: Package
    item: ServiceItem
    organisation: Organisation
    law: RuleBook
    calendar: Calendar
    supervision: tuple[dmn.Model, ...]
    penalties: tuple[dmn.Model, ...] = ()
    package_named: Callable[[str], Package]
    package_of: Callable[[str], Package]
    definition_of: Callable[[str], Definition]
    calendar_of: Callable[[str], Calendar]
    digests: Mapping[str, str]
    answers: Mapping[str, Any] = field(default_factory=dict)

    @property
    def calendar_before(self) -> Calendar:
        """The calendar the case's dates stood under before this step; another one in a recount alone."""
        digest = self.answers.get("calendar_before")
        return self.calendar_of(digest) if digest else self.calendar
