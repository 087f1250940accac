"""The history of a case, step by step, drawn from its entries alone.

Called by the auditor's pages, the narrative and the exports. For every entry: who, what was entered,
where the tokens stood afterwards, what changed in the case file (old → new), what happened to periods.
Runs no diagram: the events are enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

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
class Step:
    """One entry as a reader sees it. `tokens` are the elements where tokens stood afterwards, each with
    the digest of the diagram it belongs to; `taken` the flows and elements passed in this step.
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

    def tokens(self) -> tuple[tuple[str, str], ...]:
        found = {(element, self.digest(scope)) for element, scope in self.open.values()}
        return tuple(sorted(found))


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
            )
        )
    return found


def case_file(entries: Iterable[Entry]) -> Mapping[str, Any]:
    """The case file as it stands after the last entry: of a closed case too, whose marking is empty."""
    told = steps(entries)
    return told[-1].file if told else {}
