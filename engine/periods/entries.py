"""The lines of a period ledger and the refusals it can give.

Called by `ledger` and by casework, which turns an entry into an event. Holds facts only; what follows from
them is counted elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from engine.clock import moment_text, read_moment
from engine.errors import Conflict, Malformed, either, said
from engine.periods.limits import Limit

STARTED, SUSPENDED, RESUMED = "started", "suspended", "resumed"
EXTENDED, TOLD, RESET, STOPPED = "extended", "told", "reset", "stopped"
ACTS = (STARTED, SUSPENDED, RESUMED, EXTENDED, TOLD, RESET, STOPPED)


@dataclass(frozen=True)
class Breach:
    """An act the law does not allow: the supervision rule or counting clause, and why (en, zh)."""

    rule: str
    sentence: str
    sentence_zh: str


class PeriodRefused(Conflict):
    """The act was not done; `breach` says which rule forbids it."""

    code = "period-refused"

    def __init__(self, breach: Breach) -> None:
        super().__init__(either(breach.sentence, en=breach.sentence, zh=breach.sentence_zh))
        self.breach = breach


@dataclass(frozen=True)
class Entry:
    """One line of the ledger.

    `on` is the local date the act counts from, `at` its UTC moment (demanded for periods of hours). `key`
    tells overlapping suspensions apart; `kind` is the kind of step; `told` the end of the suspension that
    the citizen was told (行政许可法第四十五条). `by` and `approver` belong to an extension, whose `told` is
    the day the applicant was told of it; an entry "told" does the same for the extensions before it.
    """

    act: str
    on: date
    at: datetime | None = None
    key: str = ""
    kind: str = ""
    told: date | None = None
    by: Limit | None = None
    approver: str = ""
    reason: str = ""
    basis: str = ""
    person: str = ""

    def as_data(self) -> dict[str, Any]:
        """The entry as plain JSON data; what is empty is left out."""
        return {
            f.name: _plain(value) for f in fields(self) if (value := getattr(self, f.name)) not in (None, "")
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Entry:
        """The entry that `as_data` wrote. Raises Malformed."""
        unknown: set[str] = set(data) - {f.name for f in fields(cls)}
        if unknown or data.get("act") not in ACTS:
            raise Malformed(said("Expected an entry of a period ledger, but found {dict!r}", dict=dict(data)))
        try:
            return cls(**{name: _reader(name)(value) for name, value in data.items()})
        except (TypeError, ValueError) as error:
            raise Malformed(said("Expected an entry of a period ledger, but {error}", error=error)) from error


@dataclass(frozen=True)
class Suspension:
    """One suspension: since and until (None: still open), and whether the law's closed list has its kind."""

    key: str
    kind: str
    since: Entry
    until: Entry | None
    listed: bool
    max: Limit | None

    @property
    def open(self) -> bool:
        """Whether it has not been resumed."""
        return self.until is None


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return moment_text(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _reader(name: str) -> Callable[[Any], Any]:
    return _READ.get(name, _text)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


_READ: dict[str, Callable[[Any], Any]] = {
    "on": date.fromisoformat,
    "told": date.fromisoformat,
    "at": read_moment,
    "by": Limit.read,
}
