"""What can be asked of a case: imperative, plain data, one journal entry each when accepted.

Built by `web` and `timers`, taken by `runtime.handle`. `key` is the instance number of the work item,
job, subscription or incident meant. `variables` are plain JSON data as a form's check returned them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Command:
    """Base: gives the command its type and plain data."""

    @property
    def type(self) -> str:
        """The class name."""
        return type(self).__name__

    def as_data(self) -> dict[str, Any]:
        """The command as plain data, as the journal keeps it."""
        return {"type": self.type, **{f.name: getattr(self, f.name) for f in fields(self)}}


@dataclass(frozen=True, kw_only=True)
class Receive(Command):
    """Open a case: an application arrives, online or at the window of `unit`."""

    item: str
    unit: str
    channel: str = "online"  # online, window
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Claim(Command):
    """Take an offered work item."""

    case_id: int
    key: int


@dataclass(frozen=True, kw_only=True)
class Release(Command):
    """Give a claimed work item back to all its potential owners."""

    case_id: int
    key: int


@dataclass(frozen=True, kw_only=True)
class Forward(Command):
    """Hand a work item to another potential owner."""

    case_id: int
    key: int
    to: str


@dataclass(frozen=True, kw_only=True)
class Complete(Command):
    """Finish a work item with what its form holds."""

    case_id: int
    key: int
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Send(Command):
    """Do what an open subscription waits for: supply, withdraw, ask for an extension, rate …"""

    case_id: int
    key: int
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FireDue(Command):
    """A due moment has come: `key` is `timer:<instance>` or `period:<number>:<warn|promised|statutory>`."""

    case_id: int
    key: str


@dataclass(frozen=True, kw_only=True)
class CompleteJob(Command):
    """A worker finished a job; `result` becomes variables of its task."""

    case_id: int
    key: int
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FailJob(Command):
    """A worker could not do a job; with no retries left it becomes an incident."""

    case_id: int
    key: int
    sentence: str


@dataclass(frozen=True, kw_only=True)
class ThrowError(Command):
    """A worker reports an error the diagram is prepared for."""

    case_id: int
    key: int
    code: str
    sentence: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Retry(Command):
    """Try the element of an incident again, with corrected variables."""

    case_id: int
    key: int
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Terminate(Command):
    """End a case that should not run on: an approved act with a reason, never a deletion."""

    case_id: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class Recount(Command):
    """A newer calendar has been deployed: bring the running periods of a case to its dates."""

    case_id: int


@dataclass(frozen=True, kw_only=True)
class AppealCard(Command):
    """The person a card names objects to it (申诉); `card` is its number within the case."""

    case_id: int
    card: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class RevokeCard(Command):
    """A supervisor takes a card back, on appeal or of their own accord."""

    case_id: int
    card: int
    reason: str


@dataclass(frozen=True, kw_only=True)
class RestoreCard(Command):
    """A supervisor lets a card stand: dismisses an appeal, or undoes a revocation."""

    case_id: int
    card: int
    reason: str


# What is said of a card may be said after the case has ended.
AFTER_CLOSING = (AppealCard, RevokeCard, RestoreCard)

KINDS: dict[str, type[Command]] = {
    kind.__name__: kind
    for kind in (
        Receive, Claim, Release, Forward, Complete, Send, FireDue, CompleteJob, FailJob, ThrowError, Retry,
        Terminate, Recount, AppealCard, RevokeCard, RestoreCard,
    )
}  # fmt: skip


def from_data(data: Mapping[str, Any]) -> Command:
    """The command a journal entry keeps. Raises KeyError for a type that is none."""
    return KINDS[data["type"]](**{name: value for name, value in data.items() if name != "type"})
