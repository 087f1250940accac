"""Evaluates the requirement graph of a model (DMN 1.5, chapter 6 and 10.4).

Called through `engine.dmn.evaluate`. A decision is evaluated once, after what it requires; an input is
what the caller gave, made to fit its type; a knowledge model or decision service is a function. Pure:
no clock, no store; what is not in the variables or the host functions does not exist.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.dmn.expressions import FunctionDefinition, Variable
from engine.dmn.logic import Logic, Scope
from engine.dmn.model import (
    Decision,
    DecisionService,
    Element,
    InputData,
    KnowledgeModel,
    Model,
    Requirement,
)
from engine.dmn.record import Record, plain
from engine.dmn.shapes import result_shape, shape_of
from engine.dmn.types import fit, from_outside, result_of
from engine.errors import NotFound, TooLarge, said
from engine.feel import Function, Parameter
from engine.feel.convert import normal

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a decision gave.

    `value` is a FEEL value, `json` the same as plain data. `evidence` is plain JSON: one entry for each
    decision evaluated, with `decision` (id), `name`, `value`, `reasons` and `tables`; each table with
    `table` (id), `hit_policy`, `inputs` (column, label, value), `rules` (id, index, outputs,
    annotations, description), `value`, `reasons`, and `within` where it stands in a knowledge model.
    `reasons` say why something became null; `errors` are those of a null result.
    """

    value: Any
    evidence: list[dict[str, Any]]
    reasons: tuple[str, ...]

    @property
    def json(self) -> Any:
        """The value as plain JSON data."""
        return plain(self.value)

    @property
    def errors(self) -> tuple[str, ...]:
        """Why the result is null; empty where it is not."""
        return self.reasons if self.value is None else ()


@dataclass(frozen=True, slots=True)
class Given:
    """Variables that are FEEL values already: what several decisions are asked about is made so once."""

    values: Mapping[str, Any]

    def having(self, variables: Mapping[str, Any]) -> Given:
        """These variables, and more of plain data over them."""
        return Given({**self.values, **given(variables).values})


def given(variables: Mapping[str, Any]) -> Given:
    """Plain data or FEEL values made ready for `evaluate`. Raises Malformed, TooLarge as `evaluate` does."""
    return Given({name: normal(value) for name, value in variables.items()})


def evaluate(
    model: Model, name: str, variables: Mapping[str, Any] | Given, *, host: Mapping[str, Any] | None = None
) -> Evaluation:
    """Evaluate a decision, a decision service or a knowledge model, by id or name.

    `variables` are plain JSON data or FEEL values by the names of the inputs; inputs of an imported model
    stand in a mapping under the import's name, or plainly by their own name. Text becomes a date, time or
    duration where the input's type says so. A decision without logic, and an input decision of a service,
    has the value given under its name. Raises NotFound where the model has no such decision, TooLarge where
    logic or data nest too deep to follow; never for what the data hold.
    """
    settled = variables if isinstance(variables, Given) else given(variables)
    run = _Run(model, settled.values, host or {})
    try:
        value = run.named(name)
    except RecursionError:
        raise TooLarge(
            said("Expected data and logic of less depth, but they nest too deep to follow")
        ) from None
    return Evaluation(value, run.record.decisions, tuple(run.record.reasons))


class _Run:
    """One evaluation: the values found so far, by element."""

    def __init__(self, root: Model, variables: Mapping[str, Any], host: Mapping[str, Any]) -> None:
        self._root = root
        self._variables = variables
        self._host = host
        self.record = Record()
        self._logic = Logic(self.record, host, root.visible_types)
        self._known: dict[Key, Any] = {}
        self._undeclared = {name: v for name, v in self._variables.items() if name not in root.declared}

    def named(self, name: str) -> Any:
        """The value of a decision, decision service or knowledge model, by id or name.

        One of an imported model has the import's name before it, with a dot between.
        """
        for model, own in _candidates(self._root, name):
            if own in model.decisions:
                return self.decision(model, model.decisions[own])
            if own in model.services:
                return self.service(model, model.services[own])
            if own in model.knowledge:
                return self._invoked(model, model.knowledge[own])
        raise NotFound(
            said(
                "Expected a decision of {name!r}, but {other_name!r} is none",
                name=self._root.name,
                other_name=name,
            )
        )

    def _invoked(self, model: Model, element: KnowledgeModel) -> Any:
        """A knowledge model called with the variables that its parameters name."""
        function = self._required(model, element)
        parameters = element.function.parameters if element.function else ()
        given = {p.name: from_outside(self._variables.get(p.name), p.type) for p in parameters}
        return self._logic.call(function, given)

    # Elements

    def decision(self, model: Model, decision: Decision) -> Any:
        """The value of a decision; it and what it requires are evaluated once, the required first."""
        for owner, needed in self._order(model, decision):
            self._decide(owner, needed)
        return self._known[model.namespace, decision.id]

    def _order(self, model: Model, decision: Decision) -> list[tuple[Model, Decision]]:
        """The decisions not yet known, each after those it requires; without recursion, chains are long."""
        found: dict[Key, tuple[Model, Decision]] = {}
        stack: list[tuple[Model, Decision, bool]] = [(model, decision, False)]
        while stack:
            owner, current, ready = stack.pop()
            key = (owner.namespace, current.id)
            if key in self._known or key in found:
                continue
            if ready:
                found[key] = (owner, current)
                continue
            stack.append((owner, current, True))
            needed = (self._element(owner, requirement) for requirement in current.information)
            stack.extend((at, each, False) for at, each in needed if isinstance(each, Decision))
        return list(found.values())

    def _decide(self, model: Model, decision: Decision) -> None:
        scope = self._scope(model, (*decision.information, *decision.knowledge))
        self.record.begin(decision.id, decision.name)
        value = self._logic.fitted(self._decided(model, decision, scope), decision.variable)
        self.record.end(value)
        self._known[model.namespace, decision.id] = value

    def _decided(self, model: Model, decision: Decision, scope: Scope) -> Any:
        """A decision without logic is taken by people: its value is what the caller gave for it."""
        if decision.logic is None:
            given = self._given(model, decision.name)
            if given is None:
                self.record.reason(said("Expected a decision without logic to be given, but it is not"))
            return from_outside(given, decision.variable.type)
        if isinstance(decision.logic, FunctionDefinition):
            return self._logic.make_function(decision.name, decision.logic, lambda: scope, Variable(""))
        return self._logic.value(decision.logic, scope)

    def service(self, model: Model, service: DecisionService) -> Any:
        """The value of a decision service whose inputs stand among the variables."""
        for requirement in service.input_decisions:
            owner, element = self._element(model, requirement)
            given = self._given(owner, element.name)
            self._known[owner.namespace, element.id] = self._taken(given, element.variable)
        return self._service_value(model, service, self)

    def _service_value(self, model: Model, service: DecisionService, run: _Run) -> Any:
        found = {}
        for requirement in service.outputs:
            owner, element = self._element(model, requirement)
            if isinstance(element, Decision):
                found[element.name] = run.decision(owner, element)
        value = next(iter(found.values())) if len(found) == 1 else found
        return self._logic.fitted(value, _result_variable(service))

    def _input(self, model: Model, element: InputData) -> Any:
        key = (model.namespace, element.id)
        if key not in self._known:
            self._known[key] = self._taken(self._given(model, element.name), element.variable)
        return self._known[key]

    def _taken(self, given: Any, variable: Variable) -> Any:
        """What the caller gave, as the value of a typed variable."""
        return self._logic.fitted(from_outside(given, variable.type), variable)

    def _given(self, model: Model, name: str) -> Any:
        """What the caller gave for an input: under the path of imports to its model, or by its name."""
        for path in _paths(self._root, model):
            holder: Any = self._variables
            for step in path:
                holder = holder.get(step) if isinstance(holder, Mapping) else None
            if isinstance(holder, Mapping) and name in holder:
                return holder[name]
            dotted = ".".join((*path, name))
            if dotted in self._variables:
                return self._variables[dotted]
        return self._variables.get(name)

    # Scopes

    def _scope(self, model: Model, requirements: tuple[Requirement, ...]) -> Scope:
        """What an element sees: undeclared variables, and the elements it requires."""
        scope = dict(self._undeclared)
        for requirement in requirements:
            owner, element = self._element(model, requirement)
            value = self._required(owner, element)
            if requirement.imported:
                _put(scope, requirement.imported, element.name, value)
            else:
                scope.update(dict.fromkeys((element.id, element.variable.name, element.name), value))
        return scope

    def _element(self, model: Model, requirement: Requirement) -> tuple[Model, Element]:
        owner = model if requirement.imported is None else model.imports[requirement.imported]
        return owner, owner.elements[requirement.id]

    def _required(self, model: Model, element: Element) -> Any:
        if isinstance(element, InputData):
            return self._input(model, element)
        if isinstance(element, Decision):
            return self.decision(model, element)
        key = (model.namespace, element.id)
        if key not in self._known:
            make = self._knowledge_function if isinstance(element, KnowledgeModel) else self._service_function
            self._known[key] = make(model, element)  # type: ignore[arg-type]
        return self._known[key]

    # Functions

    def _knowledge_function(self, model: Model, element: KnowledgeModel) -> Function | None:
        if element.function is None:
            self.record.reason(
                said("Expected the knowledge model {name} to have logic, but it has none", name=element.name)
            )
            return None

        def scope() -> Scope:
            inner = self._scope(model, element.knowledge)
            inner[element.name] = function
            return inner

        function = self._logic.make_function(element.name, element.function, scope, _result_variable(element))
        return function

    def _service_function(self, model: Model, service: DecisionService) -> Function:
        """10.4: the parameters are the input data, then the input decisions."""
        inputs = [self._element(model, r) for r in (*service.input_data, *service.input_decisions)]

        def invoke(_state: Any, arguments: list[Any]) -> Any:
            run = self._inner()
            for (owner, element), argument in zip(inputs, arguments, strict=True):
                value, reason = fit(argument, element.variable.type)
                if reason:
                    self.record.reason(
                        said(
                            "{name}({element_name}): {reason}",
                            name=service.name,
                            element_name=element.name,
                            reason=reason,
                        )
                    )
                    return None
                run._known[owner.namespace, element.id] = value
            return self._entered(service, model, run)

        taken = tuple(Parameter(element.name, shape_of(element.variable.type)) for _, element in inputs)
        return Function(service.name, taken, invoke, result_shape(result_of(service.variable.type)))

    def _entered(self, service: DecisionService, model: Model, run: _Run) -> Any:
        self.record.enter(service.name)
        try:
            return self._service_value(model, service, run)
        finally:
            self.record.leave()

    def _inner(self) -> _Run:
        """A run of the same model that knows nothing yet, and writes to the same record."""
        inner = _Run(self._root, {}, self._host)
        inner.record, inner._logic = self.record, self._logic
        inner._undeclared = self._undeclared
        return inner


def _result_variable(element: KnowledgeModel | DecisionService) -> Variable:
    """What a function's result is bound to: its variable has the type of the function or of its result."""
    return Variable(element.name, result_of(element.variable.type))


def _candidates(model: Model, name: str) -> Iterator[tuple[Model, str]]:
    """The models a name may speak of, nearest first, and what the element is called there (6.3.3)."""
    yield model, name
    for called, imported in model.imports.items():
        prefix = f"{called}." if called else ""
        if name.startswith(prefix):
            yield from _candidates(imported, name.removeprefix(prefix))


def _put(scope: Scope, holder: str, name: str, value: Any) -> None:
    """Bind a value as `holder.name`, without touching a context the caller owns."""
    inner = scope.get(holder)
    scope[holder] = {**(inner if isinstance(inner, dict) else {}), name: value}


def _paths(root: Model, wanted: Model) -> Iterator[tuple[str, ...]]:
    """Every path of import names from the root to a model; the empty path for the root itself."""
    if root.namespace == wanted.namespace:
        yield ()
    for name, model in root.imports.items():
        for path in _paths(model, wanted):
            yield (name, *path)
