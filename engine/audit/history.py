"""The history of a case, step by step, drawn from its entries alone.

Called by the auditor's pages, the narrative and the exports. For every entry: who, what was entered,
where the tokens stood afterwards, what changed in the case file (old → new), what happened to periods.
Runs no diagram: the events are enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.casework import state
from engine.casework.state import CaseState
from engine.records.entries import Entry, Event


@dataclass(frozen=True)
class Change:
    """A variable that got a new value in this step."""

    name: str
    old: Any
    new: Any
    scope: int
    element: str | None


@dataclass(frozen=True)
class Token:
    """A token as it stood after a step: at an element of the diagram with that digest, in a scope.

    `holds` says that it only waits for what runs inside it (the process itself, a sub-process).
    """

    instance: int
    element: str
    scope: int
    digest: str
    holds: bool


@dataclass(frozen=True)
class Step:
    """One entry as a reader sees it. `tokens` are the elements where tokens stood afterwards, each with
    the digest of the diagram it belongs to, `live` the same tokens one by one; `passed` and `flows` are
    the elements and flows passed in this step, `diagrams` the digest of the diagram of each of `passed`.
    """

    seq: int
    moment: str
    actor: Mapping[str, Any]
    command: Mapping[str, Any]
    events: tuple[Event, ...]
    tokens: tuple[tuple[str, str], ...]
    passed: tuple[str, ...]
    flows: tuple[str, ...]
    changes: tuple[Change, ...]
    file: Mapping[str, Any]
    digests: Mapping[str, str] = field(default_factory=dict)
    live: tuple[Token, ...] = ()
    diagrams: tuple[str, ...] = ()

    def of(self, *types: str) -> list[Event]:
        """The step's events of some types."""
        return [event for event in self.events if event.type in types]


class _Fold:
    """What is open while the events are read in order."""

    def __init__(self) -> None:
        self.open: dict[int, tuple[str, int]] = {}  # instance → element, scope
        self.scopes: dict[int, Mapping[str, Any]] = {}
        self.values: dict[int, dict[str, Any]] = {}
        self.root: int | None = None

    def take(self, event: Event) -> Change | None:
        data = event.data
        if event.type == "ScopeOpened":
            self.scopes[data["scope"]] = data
            self.values[data["scope"]] = {}
            self.root = data["scope"] if self.root is None else self.root
        elif event.type == "ElementEntered":
            self.open[data["instance"]] = (data["element"], data["scope"])
        elif event.type == "ElementLeft":
            self.open.pop(data["instance"], None)
        elif event.type == "VariableSet":
            values = self.values.setdefault(data["scope"], {})
            old = values.get(data["name"])
            values[data["name"]] = data["value"]
            if old != data["value"]:
                return Change(data["name"], old, data["value"], data["scope"], data.get("element"))
        return None

    def digest(self, scope: int | None) -> str:
        while scope is not None and scope in self.scopes:
            if self.scopes[scope].get("digest"):
                return str(self.scopes[scope]["digest"])
            scope = self.scopes[scope].get("parent")
        return ""

    def chain(self, scope: int | None) -> Iterator[int]:
        """A scope and those around it that are not yet the process of its diagram."""
        while scope is not None and scope in self.scopes and not self.scopes[scope].get("digest"):
            yield scope
            scope = self.scopes[scope].get("parent")

    def tokens(self) -> tuple[tuple[str, str], ...]:
        found = {(element, self.digest(scope)) for element, scope in self.open.values()}
        return tuple(sorted(found))

    def live(self) -> tuple[Token, ...]:
        return tuple(
            Token(instance, element, scope, self.digest(scope), self._holds(instance, element, scope))
            for instance, (element, scope) in sorted(self.open.items())
        )

    def _holds(self, instance: int, element: str, scope: int) -> bool:
        if self.scopes.get(scope, {}).get("digest") and self.scopes[scope].get("element") == element:
            return True
        return any(
            self.scopes[around].get("instance") == instance
            for other, (_, inner) in self.open.items()
            if other != instance
            for around in self.chain(inner)
        )


def steps(entries: Iterable[Entry]) -> list[Step]:
    """The history of a case, in order."""
    fold, found = _Fold(), []
    for entry in entries:
        changes = [change for event in entry.events if (change := fold.take(event)) is not None]
        entered = [e.data for e in entry.events if e.type == "ElementEntered"]
        found.append(
            Step(
                seq=entry.seq,
                moment=entry.moment,
                actor=entry.actor,
                command=entry.command,
                events=entry.events,
                tokens=fold.tokens(),
                passed=tuple(data["element"] for data in entered),
                flows=tuple(data["came_by"] for data in entered if data.get("came_by")),
                changes=tuple(changes),
                file=dict(fold.values.get(fold.root, {})) if fold.root is not None else {},
                digests=entry.digests,
                live=fold.live(),
                diagrams=tuple(fold.digest(data["scope"]) for data in entered),
            )
        )
    return found


def case_file(entries: Iterable[Entry]) -> Mapping[str, Any]:
    """The case file as it stands after the last entry: of a closed case too, whose marking is empty."""
    told = steps(entries)
    return told[-1].file if told else {}


def standing(entries: Iterable[Entry]) -> CaseState:
    """The working state of a case as it was after the last of these entries (its first ones, in order)."""
    found = CaseState()
    for entry in entries:
        found = replace(found, case_id=entry.case_id or 0)
        for event in entry.events:
            found = state.apply(found, event, entry.moment)
    return found
