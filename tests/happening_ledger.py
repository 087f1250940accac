"""Folds happenings alone, as a host does, and demands that they tell a consistent story."""

from __future__ import annotations

from engine.bpmn.happenings import (
    DueArmed,
    DueDisarmed,
    ElementEntered,
    ElementLeft,
    IncidentRaised,
    IncidentResolved,
    ScopeClosed,
    ScopeOpened,
    SubscriptionClosed,
    SubscriptionOpened,
    VariableSet,
)
from engine.bpmn.trial import Trial


class Ledger:
    """What is open, told by happenings alone."""

    def __init__(self) -> None:
        self.stays: dict[int, str] = {}
        self.scopes: dict[int, dict[str, object]] = {}
        self.due: dict[int, str] = {}
        self.subscriptions: dict[int, str] = {}
        self.incidents: set[int] = set()
        self.seen: set[int] = set()

    def take(self, one: object) -> None:
        """Fold one happening; an impossible one fails."""
        if isinstance(one, ElementEntered):
            assert one.instance not in self.seen, one
            assert one.scope in self.scopes, one
            self.seen.add(one.instance)
            self.stays[one.instance] = one.element
        elif isinstance(one, ElementLeft):
            assert self.stays.pop(one.instance) == one.element, one
            assert one.scope in self.scopes, one
        elif isinstance(one, ScopeOpened):
            assert one.scope not in self.scopes
            assert one.parent is None or one.parent in self.scopes, one
            self.scopes[one.scope] = {}
        elif isinstance(one, ScopeClosed):
            del self.scopes[one.scope]
        elif isinstance(one, VariableSet):
            self.scopes[one.scope][one.name] = one.value
        else:
            self._take_watch(one)

    def _take_watch(self, one: object) -> None:
        if isinstance(one, DueArmed):
            self.due[one.instance] = one.at
        elif isinstance(one, DueDisarmed):
            del self.due[one.instance]
        elif isinstance(one, SubscriptionOpened):
            assert one.instance not in self.subscriptions, one
            self.subscriptions[one.instance] = one.name
        elif isinstance(one, SubscriptionClosed):
            del self.subscriptions[one.instance]
        elif isinstance(one, IncidentRaised):
            self.incidents.add(one.instance)
        elif isinstance(one, IncidentResolved):
            self.incidents.remove(one.instance)

    def agrees(self, trial: Trial) -> None:
        """What the happenings tell is what the marking holds."""
        marking = trial.marking
        assert marking is not None
        tokens = {instance: element for instance, element, _, _ in marking.tokens()}
        assert self.stays.items() <= tokens.items()
        assert all(tokens[one] is not None for one in self.incidents)
        waiting = marking.waiting()
        assert set(self.due) == {one.instance for one in waiting if one.kind == "timer" and one.at}
        watched = {one.instance for one in waiting if one.kind in ("message", "signal")}
        assert set(self.subscriptions) == watched
        assert self.incidents == {one.instance for one in waiting if one.kind == "incident"}
        assert self.scopes == {scope: marking.variables(scope) for scope in self.scopes}
        if trial.ended:
            left = (self.stays, self.scopes, self.due, self.subscriptions, self.incidents)
            assert not any(left), left
