"""What a run of a diagram can make happen: the vocabulary between the token run and its host.

`engine.bpmn.run` yields these one at a time; casework folds each into its state before the run goes
on and turns it into an event of the journal. All fields are plain JSON data (values of variables as
`feel.to_json` writes them), so that tokens and case file can be drawn from the events alone.

`instance` is the integer of one activation of an element (the token's stay there), `scope` the integer
of the variable scope it runs in; both come from one counter per case. `properties` are the element's
`banjie.*` settings, expressions evaluated in its scope: on entering after input mapping, on leaving
after output mapping.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

C = TypeVar("C")


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(field,))
def happening(cls: type[C]) -> type[C]:
    """A dataclass by keyword. The type check holds it frozen, which at run time would cost double."""
    return dataclass(kw_only=True, slots=True)(cls)


@happening
class Happening:
    """Base of all happenings: gives the event type and its data."""

    @property
    def type(self) -> str:
        """The event type: the class name."""
        return type(self).__name__

    def data(self) -> dict[str, Any]:
        """The facts as plain data; empty mappings and None are left out."""
        pairs = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {name: value for name, value in pairs if value is not None and value != {}}


@happening
class ScopeOpened(Happening):
    """A process, sub-process, multi-instance child or called procedure begins its own variables."""

    scope: int
    parent: int | None
    element: str
    instance: int | None
    process: str
    digest: str | None = None  # definition digest when the scope is a (called) process


@happening
class ScopeClosed(Happening):
    """The scope ended; its variables are gone."""

    scope: int


@happening
class ElementEntered(Happening):
    """A token arrived at an element and its work began."""

    instance: int
    element: str
    scope: int
    came_by: str | None = None  # id of the sequence flow, None for starts and boundary events
    properties: Mapping[str, Any] = field(default_factory=dict)
    repeats: bool | None = None  # True: the outer stay of a repeated activity; its instances enter one by one


@happening
class ElementLeft(Happening):
    """Stay ended; outcome "completed", "cancelled" (interrupted, withdrawn) or "failed" (error thrown)."""

    instance: int
    element: str
    scope: int
    outcome: str = "completed"
    properties: Mapping[str, Any] = field(default_factory=dict)
    repeats: bool | None = None  # as in ElementEntered


@happening
class VariableSet(Happening):
    """A variable got a whole new value in a scope."""

    scope: int
    name: str
    value: Any
    element: str | None = None  # the element whose mapping, form or result wrote it

    def data(self) -> dict[str, Any]:
        """The facts; a value of null is kept."""
        return {**Happening.data(self), "value": self.value}


@happening
class WorkItemOffered(Happening):
    """A user or manual task waits for a person."""

    instance: int
    element: str
    scope: int
    name: str
    form: str | None
    lane: str | None
    role: str | None
    act: str | None
    unit: str | None  # innermost variable `unit`, or property banjie.unit
    assignee: str | None = None
    candidate_groups: tuple[str, ...] = ()
    candidate_users: tuple[str, ...] = ()
    priority: int | None = None
    due: str | None = None  # ISO text as the expression gave it
    follow_up: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@happening
class JobCreated(Happening):
    """A service, send, script-by-job, business-rule-by-job task or listener waits for a worker."""

    instance: int
    element: str
    scope: int
    job: str  # zeebe:taskDefinition type, evaluated
    retries: int
    headers: Mapping[str, str] = field(default_factory=dict)
    input: Mapping[str, Any] = field(default_factory=dict)  # variables of the element's own scope
    unit: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@happening
class DueArmed(Happening):
    """A timer waits for a moment (UTC, `clock.moment_text`). Armed again with a new moment if it moves."""

    instance: int
    element: str
    scope: int
    at: str
    moves: bool = False  # its expression speaks of period(): it follows the ledger


@happening
class DueDisarmed(Happening):
    """The timer waits no longer (fired, interrupted, or its element was left)."""

    instance: int
    element: str


@happening
class SubscriptionOpened(Happening):
    """A message (with its correlation key) or signal is waited for."""

    instance: int
    element: str
    scope: int
    kind: str  # "message" or "signal"
    name: str
    key: str | None = None


@happening
class SubscriptionClosed(Happening):
    """The message or signal is no longer waited for."""

    instance: int
    element: str


@happening
class MessageThrown(Happening):
    """A throw event, end event or send task without a job type sent a message."""

    instance: int
    element: str
    name: str
    key: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)


@happening
class SignalThrown(Happening):
    """A signal was broadcast; waiting elements of the same case have already got it."""

    instance: int
    element: str
    name: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@happening
class DecisionMade(Happening):
    """A business rule task got its decision; evidence is what `dmn` recorded (rules, inputs, reasons)."""

    instance: int
    element: str
    scope: int
    decision: str
    digest: str
    value: Any
    evidence: Mapping[str, Any] = field(default_factory=dict)


@happening
class IncidentRaised(Happening):
    """An element cannot go on: no flow applies, uncaught error, job out of retries, wrong type."""

    instance: int
    element: str
    scope: int
    kind: str
    sentence: str


@happening
class IncidentResolved(Happening):
    """An operator's retry succeeded or the element was cancelled."""

    instance: int
    element: str


@happening
class RunEnded(Happening):
    """No token is left. `ends` are the end events reached in the outermost process, in order."""

    ends: tuple[str, ...] = ()
