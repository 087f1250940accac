"""A recorded step told again to the supervision rules: which cards follow from its events.

Called by the patrol for every entry of a case. It takes the events as the journal has them and never runs a
diagram; what the rules are shown is what they were shown when the step was decided. It writes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from engine.casework import supervision
from engine.casework.desk import Desk
from engine.casework.ground import Ground
from engine.casework.state import CaseState, apply
from engine.errors import said
from engine.records.entries import Entry, Event

_UNRECORDED = frozenset({"Claim"})
"""Commands whose refusal is recorded without a card: nothing was done yet that could be void."""


class Retold(Desk):
    """The desk of a recorded step: its events are given, not worked out."""

    def __init__(self, state: CaseState, ground: Ground, variables: Mapping[int, Mapping[str, Any]]) -> None:
        super().__init__(state, None, ground)
        self._variables = variables
        self._left: Mapping[str, Any] = {}
        if state.open and state.root is not None:
            self.file.update(variables.get(state.root, {}))

    def retell(self, event: Event) -> None:
        """Take a recorded event as if it had just happened."""
        self.events.append(event)
        self.state = apply(self.state, event, self._now)
        data = event.data
        if event.type == "ScopeOpened":
            self._parents[data["scope"]] = data.get("parent")
        elif event.type == "VariableSet":
            self._set.setdefault(data["scope"], {})[data["name"]] = data["value"]
            if data["scope"] == self.state.root:
                self.file[data["name"]] = data["value"]
        elif event.type == "ElementLeft":
            self._left = data
        elif event.type == "ActRecorded" and data["element"] == self._left.get("element"):
            self._places[len(self.events) - 1] = self._left["scope"]

    def _before(self, scope: int) -> Mapping[str, Any]:
        return self._variables.get(scope, {})


def variables_after(variables: dict[int, dict[str, Any]], entry: Entry) -> None:
    """Bring the variables of a case's scopes to where they stand after an entry."""
    for event in entry.events:
        if event.type == "VariableSet":
            variables.setdefault(event.data["scope"], {})[event.data["name"]] = event.data["value"]
        elif event.type == "ScopeClosed":
            variables.pop(event.data["scope"], None)


def differences(entry: Entry, retold: Retold) -> Iterator[tuple[str, str]]:
    """Where the cards of an entry are not those the rules give: place and sentence of each.

    A place is "period:3", "rule:D2" or "card:1". `retold` has been told all events of the entry but cards.
    """
    recorded = [event.data for event in entry.events if event.type == "CardIssued"]
    refused = next((event for event in entry.events if event.type == "ActRefused"), None)
    if refused is not None:
        yield from _of_refusal(entry, refused, recorded)
        return
    hits = supervision.judge(retold, list(retold.events), entry.command.get("variables") or {})
    told = len(retold.events)
    supervision.issue(retold, hits)
    due = [event.data for event in retold.events[told:]]
    wanted, found = Counter(map(_key, due)), Counter(map(_key, recorded))
    yield from _told(entry, wanted - found, missing=True)
    yield from _told(entry, found - wanted, missing=False)
    if wanted == found:
        yield from _changed(entry, due, recorded)


Key = tuple[str, str, Any]


def _key(card: Mapping[str, Any]) -> Key:
    return card["rule"], card["event"], card["values"].get("period")


def _place(rule: str, period: Any) -> str:
    return f"rule:{rule}" if period is None else f"period:{period}"


def _of_refusal(entry: Entry, refused: Event, recorded: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """What was proposed is gone, but the refusal names the rules it broke: each has its card."""
    if refused.data["command"] in _UNRECORDED:
        return
    wanted = Counter((str(rule), "ActRefused", None) for rule in refused.data["rules"])
    found = Counter((card["rule"], "ActRefused", None) for card in recorded)
    yield from _told(entry, wanted - found, missing=True)
    yield from _told(entry, found - wanted, missing=False)


def _told(entry: Entry, keys: Counter[Key], *, missing: bool) -> Iterator[tuple[str, str]]:
    """A sentence for each card that is missing, or that no rule called for."""
    for rule, type_, period in sorted(keys.elements(), key=str):
        yield (
            _place(rule, period),
            said(
                "Expected a card of rule {rule} for {type}, but entry {seq} has none"
                if missing
                else "Expected no card of rule {rule} for {type}, but entry {seq} has one",
                rule=rule,
                type=type_,
                seq=entry.seq,
            ),
        )


def _changed(
    entry: Entry, due: list[Mapping[str, Any]], recorded: list[Mapping[str, Any]]
) -> Iterator[tuple[str, str]]:
    for wanted, found in zip(due, recorded, strict=True):
        fields = sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))
        if fields:
            yield (
                f"card:{found['card']}",
                said(
                    "Expected card {number} of entry {seq} to be what the rules give, but {fields} differ",
                    number=found["card"],
                    seq=entry.seq,
                    fields=", ".join(fields),
                ),
            )
