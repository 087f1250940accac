"""What can push on a run: one stimulus per `advance`. `variables` are plain JSON data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Variables = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Start:
    """Begin the process; with `event` at that start event (message, signal or timer start)."""

    process: str | None = None  # None: the only executable process of the definition
    event: str | None = None
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CompleteItem:
    """A person finished the user or manual task of this instance."""

    instance: int
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CompleteJob:
    """A worker finished the job of this instance."""

    instance: int
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class FailJob:
    """A worker failed for good: the job is out of retries and becomes an incident."""

    instance: int
    sentence: str


@dataclass(frozen=True, kw_only=True)
class ThrowError:
    """A worker or person reports a BPMN error on the task of this instance."""

    instance: int
    code: str
    sentence: str = ""
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Correlate:
    """A message arrives: at the subscription `instance`, else at the first one that matches name and key."""

    name: str
    key: str | None = None
    instance: int | None = None
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Broadcast:
    """A signal arrives at every subscription of that name."""

    name: str
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Fire:
    """The due moment of the timer with this instance has come. The run trusts its host for the moment."""

    instance: int


@dataclass(frozen=True, kw_only=True)
class Retry:
    """Try the element of an incident again, after `variables` were corrected in its scope."""

    instance: int
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SetVariables:
    """An operator corrects data; conditional events see it."""

    scope: int
    variables: Variables = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Terminate:
    """End the whole run now: every open element is left as cancelled."""

    reason: str = ""


Stimulus = (
    Start
    | CompleteItem
    | CompleteJob
    | FailJob
    | ThrowError
    | Correlate
    | Broadcast
    | Fire
    | Retry
    | SetVariables
    | Terminate
)
