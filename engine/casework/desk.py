"""The desk a step is worked at: it takes what the run makes happen and gives the run what it asks for.

Used by `decide` alone, for one command at a time. Every happening becomes an event and is applied to
the state before the run goes on, so that an expression further along sees the period that was just
opened. Implements `engine.bpmn.context.Context`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine import bpmn, dmn, feel
from engine.bpmn.context import Decided
from engine.bpmn.definition import Definition
from engine.bpmn.happenings import (
    ElementEntered,
    ElementLeft,
    Happening,
    RunEnded,
    ScopeOpened,
    SubscriptionOpened,
    VariableSet,
)
from engine.bpmn.marking import Marking
from engine.bpmn.stimuli import Stimulus
from engine.casework import clocks, period_acts
from engine.casework.ground import Ground
from engine.casework.state import CaseState, apply
from engine.clock import moment_text, read_moment
from engine.errors import NotFound, said
from engine.feel import HostFunction
from engine.periods import Calendar
from engine.records.entries import Event

RECUSED = "recused"
"""The variable that lists the logins withdrawn from the case (回避, SOD-5): they take no further part."""


class Desk:
    """State, marking and events of the step being decided."""

    def __init__(self, state: CaseState, marking: Marking | None, ground: Ground) -> None:
        self.state = state
        self.marking = marking
        self.ground = ground
        self.events: list[Event] = []
        self.moment: datetime = ground.moment
        self.zone: ZoneInfo = ground.zone
        self.today: date = ground.moment.astimezone(ground.zone).date()
        self._now = moment_text(ground.moment)
        # The case file as it stands during the step: a supervision rule reads it even after the last token.
        self.file: dict[str, Any] = {}
        # What this step has set so far, by scope: the marking shows it only when the run has come to rest.
        self._set: dict[int, dict[str, Any]] = {}
        self._began, self._began_marking = state, marking
        self._parents: dict[int, int | None] = {n: row.get("parent") for n, row in state.scopes.items()}
        self._places: dict[int, int] = {}  # which event of this step happened in which scope
        if marking is not None and state.open and state.root is not None:
            self.file.update(marking.variables(state.root))

    # -- recording ----------------------------------------------------------------------------------

    def record(self, type_: str, **data: Any) -> None:
        """An event has happened: keep it and apply it."""
        event = Event(type_, data)
        self.events.append(event)
        self.state = apply(self.state, event, self._now)

    def record_act(self, act: str, role: str | None, element: str) -> None:
        """An act in the sense of the law was done by the actor."""
        actor = self.ground.actor
        self.record(
            "ActRecorded",
            act=act,
            role=role or "",
            person=actor.person or actor.kind,
            name=actor.name,
            date=self.today.isoformat(),
            element=element,
        )

    # -- the case file ------------------------------------------------------------------------------

    def called_file(self, event: Event) -> dict[str, Any]:
        """The variables of the scopes around an event of this step, the inner covering the outer.

        Without those of the root: empty for what does not happen inside a called procedure or a scope of
        its own. A rule of supervision must see what the procedure it speaks of has written.
        """
        scope, inner = self._place(event), list[dict[str, Any]]()
        while scope is not None and scope != self.state.root:
            inner.append({**self._before(scope), **self._set.get(scope, {})})
            scope = self._parents.get(scope)
        return {name: value for variables in reversed(inner) for name, value in variables.items()}

    def recused(self, scope: int | None) -> tuple[str, ...]:
        """The logins withdrawn (回避) from the case, or from the called procedure around a scope."""
        for number in (*self.state.chain(scope), self.state.root):
            named = self.variables(number).get(RECUSED) if number is not None else None
            if named:
                return tuple(str(one) for one in named)
        return ()

    def _take_back(self, logins: Any) -> None:
        """SOD-5: what a withdrawn person has claimed is offered to the others again."""
        gone = {str(one) for one in logins or ()}
        for key, item in sorted(self.state.items.items()):
            if item["person"] in gone:
                self.record("WorkItemReleased", key=key, person=item["person"], element=item["element"])

    def _place(self, event: Event) -> int | None:
        """The scope in which an event of this step happened; None where it belongs to the whole case."""
        data = event.data
        rows = {"WorkItemCompleted": self._began.items, "MessageReceived": self._began.subscriptions}
        row = rows.get(event.type, {}).get(data.get("key", -1))
        if row is not None:
            return int(row["scope"])
        if isinstance(data.get("scope"), int):
            return int(data["scope"])
        number = next((n for n, one in enumerate(self.events) if one is event), -1)
        return self._places.get(number)

    def _before(self, scope: int) -> Mapping[str, Any]:
        """A scope's variables as they stood when the step began."""
        try:
            return self._began_marking.variables(scope) if self._began_marking else {}
        except NotFound:
            return {}

    # -- running ------------------------------------------------------------------------------------

    def push(self, stimulus: Stimulus) -> None:
        """Let a stimulus run until every token waits or is gone."""
        definition = self.ground.package.definition
        run = bpmn.advance(definition, self.marking, stimulus, self)
        for happening in run:
            self._take(happening)
        self.marking = run.marking

    def _take(self, happening: Happening) -> None:
        data = happening.data()
        if isinstance(happening, SubscriptionOpened):
            data.update(self._catching(happening))
        # Closing an element drops what is open at it, so a suspension must end before.
        if isinstance(happening, ElementLeft):
            period_acts.element_left(self, happening)
        self.record(happening.type, **data)
        if isinstance(happening, ScopeOpened):
            self._parents[happening.scope] = happening.parent
        if isinstance(happening, VariableSet):
            self._set.setdefault(happening.scope, {})[happening.name] = happening.value
            if happening.scope == self.state.root:
                self.file[happening.name] = happening.value
            if happening.name == RECUSED:
                self._take_back(happening.value)
        if isinstance(happening, ElementEntered):
            period_acts.element_entered(self, happening)
        elif isinstance(happening, ElementLeft):
            self._act_of_system(happening)
        elif isinstance(happening, RunEnded):
            self._close(happening)

    def _catching(self, happening: SubscriptionOpened) -> dict[str, Any]:
        """Who may answer a subscription, and with which form: the element's own properties."""
        element = self.element(happening.element, happening.scope)
        found = {
            "role": element.properties.get("banjie.role") or element.role,
            "act": element.act,
            "form": element.properties.get("banjie.form"),
        }
        return {name: value for name, value in found.items() if value}

    def _act_of_system(self, happening: ElementLeft) -> None:
        element = self.element(happening.element, happening.scope)
        by_person = element.kind in ("userTask", "manualTask") or "banjie.form" in element.properties
        if happening.outcome == "completed" and element.act and not by_person:
            self.record(
                "ActRecorded",
                act=element.act,
                role=element.role or "system",
                person="system",
                name="系统",
                date=self.today.isoformat(),
                element=element.id,
            )
            self._places[len(self.events) - 1] = happening.scope

    def _close(self, happening: RunEnded) -> None:
        period_acts.stop_all(self)
        # An end event without a name says nothing of the outcome, where another one does.
        named = [self.element(end, self.state.root).name for end in happening.ends]
        told = [name for name in named if name] or happening.ends
        self.record("CaseClosed", outcome="、".join(dict.fromkeys(told)) or None)

    def element(self, element: str, scope: int | None) -> Any:
        """An element by id, in the diagram that its scope runs. Raises NotFound."""
        return self.definition_in(scope).element(element)

    def definition_in(self, scope: int | None) -> Definition:
        """The diagram that a scope runs: of the innermost process scope around it."""
        for number in self.state.chain(scope):
            digest = self.state.scopes[number].get("digest")
            if digest:
                return self.definition(digest)
        return self.ground.package.definition

    # -- bpmn.Context -------------------------------------------------------------------------------

    def names(self, scopes: tuple[int, ...]) -> Mapping[str, Any]:
        """Read-only names and host functions of expressions."""
        ground = self.ground
        chain = self.state.chain(scopes[0]) if scopes else ()
        return {
            **self.calendar_names(),
            "case": self._case(),
            "item": feel.from_json(ground.item.as_context()),
            "unit": ground.organisation.context(self.unit(chain)),
            "period": HostFunction("period", ("id",), lambda name: clocks.period_value(self, chain, name)),
            "whose days": HostFunction(
                "whose days",
                ("case", "part"),
                lambda whole, part: clocks.whose_days(self, chain, whole, part),
            ),
            "days apart": HostFunction(
                "days apart", ("id",), lambda name: clocks.days_apart(self, chain, name)
            ),
        }

    def calendar_names(self) -> dict[str, Any]:
        """The present moment and what the calendar can answer: all a supervision rule may ask."""
        return {
            "now": feel.DateTime.from_python(self.moment.astimezone(self.zone)),
            **calendar_functions(self.ground.calendar),
        }

    def _case(self) -> dict[str, Any]:
        state = self.state
        opened = read_moment(state.opened_at) if state.opened_at else None
        return {
            "number": state.number,
            "procedure": state.procedure,
            "unit": state.unit,
            "title": state.title,
            "channel": state.channel,
            "received_at": feel.DateTime.from_python(opened.astimezone(self.zone)) if opened else None,
        }

    def unit(self, chain: tuple[int, ...]) -> str:
        """The innermost variable `unit`, else the unit of the case."""
        for scope in chain:
            named = self.variables(scope).get("unit")
            if isinstance(named, str):
                return named
        return self.state.unit

    def variables(self, scope: int) -> Mapping[str, Any]:
        """The variables of one scope as they stand at this point of the step."""
        try:
            before = self.marking.variables(scope) if self.marking else {}
        except NotFound:
            before = {}
        return {**before, **self._set.get(scope, {})}

    def decide(self, decision: str, variables: Mapping[str, Any]) -> Decided:
        """Evaluate a decision of the package, of a package it has called, or of the penalty tables.

        A decision that says when it is in force is chosen among its versions: by the date of the act,
        or the milder one where it asks for that. Raises NotFound.
        """
        own = [model for package in self._packages() for model in package.models]
        for models in (own, self.ground.penalties):
            for model in models:
                if decision in model.decisions or decision in model.services:
                    return self._decided(models, model, decision, variables)
        raise NotFound(
            said("Expected a decision {decision} in the package, but there is none", decision=decision)
        )

    def _decided(
        self, models: Sequence[dmn.Model], model: dmn.Model, decision: str, variables: Mapping[str, Any]
    ) -> Decided:
        dated = decision in model.decisions and "banjie.valid_from" in model.extensions(decision)
        if not dated:
            found = dmn.evaluate(model, decision, variables, host=self.names(()))
            footing = dmn.footing(model, decision, found) if decision in model.decisions else {}
            return Decided(found.json, model.digest, {"decisions": found.evidence}, footing)
        chosen = dmn.evaluate_in_time(
            dmn.versions(models, decision), variables, self.today, host=self.names(())
        )
        return Decided(chosen.json, model.digest, {"in_time": chosen.evidence}, dmn.footing_in_time(chosen))

    def _packages(self) -> list[Any]:
        called = [self.ground.package_of(digest) for digest in self.state.called.values()]
        return [self.ground.package, *called]

    def procedure(self, process: str) -> Definition:
        """The definition in force now of a called procedure; which one is recorded."""
        package = self.ground.package_named(process)
        if self.state.called.get(package.name) != package.digest:
            self.record("ProcedureCalled", package=package.name, digest=package.digest)
        return package.definition

    def definition(self, digest: str) -> Definition:
        """A diagram by its digest."""
        own = self.ground.package.definition
        return own if own.digest == digest else self.ground.definition_of(digest)


def calendar_functions(calendar: Calendar) -> dict[str, HostFunction]:
    """What an expression can ask of a calendar, by name."""
    return {
        "is working day": HostFunction("is working day", ("date",), calendar.is_working),
        "add working days": HostFunction(
            "add working days", ("date", "n"), lambda day, n: calendar.add_working_days(day, int(n))
        ),
        "working days between": HostFunction(
            "working days between",
            ("after", "until"),
            lambda after, until: feel.from_json(calendar.working_days_between(after, until)),
        ),
    }
