"""Evaluates boxed expressions (DMN 1.5, chapter 7 and 10.2.1) in a scope of named values.

Called by the run for every decision and function body. Whatever goes wrong becomes null with a recorded
reason; nothing is raised for the content of a model or of data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine import feel
from engine.dmn.asking import Unending, ask
from engine.dmn.expressions import (
    Conditional,
    Context,
    Expression,
    Filter,
    FunctionDefinition,
    Invocation,
    Iteration,
    Listing,
    Literal,
    Relation,
    Table,
    Text,
    Variable,
)
from engine.dmn.record import Record
from engine.dmn.shapes import result_shape, shape_of
from engine.dmn.table import decide
from engine.dmn.types import ItemType, fit, is_instance, show
from engine.errors import TooLarge, said
from engine.feel import Compiled, Function, HostType, Parameter, Range
from engine.feel.calls import invoke
from engine.feel.scope import State

Scope = dict[str, Any]

_EACH_OF_RANGE = Text("", 0, feel.compile("for each in span return each"))

DEPTH_LIMIT = 30
"""How deep knowledge models may call one another."""
BUDGET = 4_000_000
"""Steps all texts of one evaluation may take together; many short ones are stopped like one long one."""
TEXT_COST = 10
"""Steps a text counts for by itself."""


class Logic:
    """Evaluates expressions, writing reasons and hit rules to a record."""

    def __init__(self, record: Record, host: Mapping[str, Any], types: Mapping[str, ItemType]) -> None:
        self.record = record
        self._host = host
        self._types = types
        self._given_up = False
        self._steps = BUDGET
        self._evaluators: dict[type[Expression], Callable[[Any, Scope], Any]] = {
            Literal: self._literal,
            Table: self._table,
            Context: self._context,
            Relation: self._relation,
            Listing: self._list,
            FunctionDefinition: self._function,
            Invocation: self._invocation,
            Conditional: self._conditional,
            Filter: self._filter,
            Iteration: self._iteration,
        }

    def value(self, expression: Expression | None, scope: Scope) -> Any:
        """The value of an expression, made to fit its type; null where there is no expression."""
        if expression is None:
            return None
        found = self._evaluators[type(expression)](expression, scope)
        if expression.type is None or isinstance(expression, FunctionDefinition):
            return found
        return self.fitted(found, Variable("", expression.type))

    def fitted(self, value: Any, variable: Variable) -> Any:
        """The value made to fit a variable's type, or null with the reason."""
        if variable.type is None:
            return value
        fitted, reason = fit(value, variable.type)
        if reason:
            self.record.reason(
                said("{name}: {reason}", name=variable.name, reason=reason) if variable.name else reason
            )
        return fitted

    def text(self, text: Text, scope: Scope, *, quiet: bool = False) -> Any:
        """The value of a FEEL text; `quiet` keeps its reasons out of the record."""
        if text.compiled is None:
            if text.fault:
                self.record.reason(text.fault)
            return None
        if self._given_up:
            return None  # one text has used up its budget; a table of such texts would take hours
        self._steps -= TEXT_COST
        outcome = ask(text.compiled, scope, self._host_for(text.compiled, text), steps=self._steps)
        self._steps -= outcome.spent
        if self._steps <= 0 and not self._given_up:
            self.record.reason(
                said("Expected a decision of at most {budget} steps, but it goes on", budget=BUDGET)
            )
        self._given_up = self._given_up or isinstance(outcome, Unending) or self._steps <= 0
        if outcome.reasons and not quiet:
            for reason in outcome.reasons:
                self.record.reason(reason)
        return outcome.value

    def _host_for(self, compiled: Compiled, text: Text) -> Mapping[str, Any]:
        """The host's functions; item definitions too where the text may name one and no variable hides it."""
        if not text.names_types or not self._types:
            return self._host
        hidden = compiled.free_names
        lent = {name: _lent(each) for name, each in self._types.items() if name not in hidden}
        return {**lent, **self._host}

    def make_function(
        self, name: str, definition: FunctionDefinition, scope: Callable[[], Scope], result: Variable
    ) -> Function:
        """A function value; its body sees the scope and, over it, its parameters.

        An argument that does not fit its parameter makes the result null (10.3.2.13).
        """
        parameters = definition.parameters

        def invoke(_state: Any, arguments: list[Any]) -> Any:
            local = dict(scope())
            for parameter, argument in zip(parameters, arguments, strict=True):
                local[parameter.name], reason = fit(argument, parameter.type)
                if reason:
                    self.record.reason(
                        said(
                            "{name}({parameter_name}): {reason}",
                            name=name,
                            parameter_name=parameter.name,
                            reason=reason,
                        )
                    )
                    return None
            return self._body(name, definition, local, result)

        taken = tuple(Parameter(p.name, shape_of(p.type)) for p in parameters)
        return Function(name, taken, invoke, result_shape(result.type or definition.type))

    def _body(self, name: str, definition: FunctionDefinition, scope: Scope, result: Variable) -> Any:
        if definition.kind != "FEEL":
            self.record.reason(
                said(
                    "Expected a function in FEEL, but {name} is external ({kind})",
                    name=name or "it",
                    kind=definition.kind,
                )
            )
            return None
        if self.record.depth >= DEPTH_LIMIT:
            self.record.reason(
                said(
                    "Expected functions nested at most {depth_limit} deep, but {name} calls on and on",
                    depth_limit=DEPTH_LIMIT,
                    name=name,
                )
            )
            return None
        self.record.enter(name)
        try:
            found = self.value(definition.body, scope)
            found = self.fitted(found, Variable(name, definition.type))
            return self.fitted(found, result)
        finally:
            self.record.leave()

    # One method per boxed expression

    def _literal(self, expression: Literal, scope: Scope) -> Any:
        name, compiled = expression.text.text, expression.text.compiled
        if name in scope and name not in self._host and compiled and name in compiled.free_names:
            return scope[name]  # the text is nothing but the name of a variable
        return self.text(expression.text, scope)

    def _table(self, table: Table, scope: Scope) -> Any:
        return decide(table, scope, self)

    def _context(self, context: Context, scope: Scope) -> Any:
        inner, found = dict(scope), {}
        for entry in context.entries:
            if entry.variable is None:
                return self.value(entry.expression, inner)
            name = entry.variable.name
            found[name] = inner[name] = self.fitted(
                self._entry(name, entry.expression, inner), entry.variable
            )
        return found

    def _entry(self, name: str, expression: Expression | None, scope: Scope) -> Any:
        """An entry's value; a function may call itself by the entry's name."""
        if isinstance(expression, FunctionDefinition):
            return self.make_function(name, expression, lambda: scope, Variable(""))
        return self.value(expression, scope)

    def _relation(self, relation: Relation, scope: Scope) -> list[Scope]:
        return [
            {
                column.name: self.fitted(self.value(cell, scope), column)
                for column, cell in zip(relation.columns, row, strict=False)
            }
            for row in relation.rows
        ]

    def _list(self, listing: Listing, scope: Scope) -> list[Any]:
        return [self.value(item, scope) for item in listing.items]

    def _function(self, definition: FunctionDefinition, scope: Scope) -> Function:
        return self.make_function("", definition, lambda: scope, Variable(""))

    def _invocation(self, invocation: Invocation, scope: Scope) -> Any:
        called = self.value(invocation.called, scope)
        names = [binding.parameter.name for binding in invocation.bindings]
        arguments = [
            self.fitted(self.value(binding.expression, scope), binding.parameter)
            for binding in invocation.bindings
        ]
        return self.call(called, dict(zip(names, arguments, strict=True)))

    def call(self, function: Any, arguments: Mapping[str, Any]) -> Any:
        """The value of a function called with named arguments; null with the reason where it has none."""
        state = State(self._host)
        try:
            value = invoke(state, function, list(arguments.values()), list(arguments))
        except TooLarge as limit:
            state.fault(limit.sentence)
            value = None
        for reason in state.reasons:
            self.record.reason(reason)
        return value

    def _conditional(self, conditional: Conditional, scope: Scope) -> Any:
        chosen = self.value(conditional.condition, scope) is True
        return self.value(conditional.consequence if chosen else conditional.alternative, scope)

    def _filter(self, boxed: Filter, scope: Scope) -> Any:
        source = self._items(boxed.source, scope)
        if source is None:
            return None
        kept = []
        for item in source:
            inner = {**scope, "item": item, **(item if isinstance(item, dict) else {})}
            matched = self.value(boxed.match, inner)
            if not self._is_truth(matched):
                return None
            if matched is True:
                kept.append(item)
        return kept

    def _iteration(self, iteration: Iteration, scope: Scope) -> Any:
        source = self._items(iteration.source, scope)
        if source is None:
            return None
        found: list[Any] = []
        inner = dict(scope)
        for item in source:
            if self._given_up:
                return None
            inner[iteration.variable.name] = item
            if _may_name_partial(iteration):
                inner["partial"] = list(found)
            found.append(self.value(iteration.body, inner))
        if iteration.kind == "for":
            return found
        return _quantified(iteration.kind, found) if all(map(self._is_truth, found)) else None

    def _is_truth(self, value: Any) -> bool:
        """Whether a condition's value is true, false or null; anything else makes the whole null."""
        if value is None or isinstance(value, bool):
            return True
        self.record.reason(
            said("Expected a condition to be true or false, but it is {value}", value=show(value))
        )
        return False

    def _items(self, expression: Expression, scope: Scope) -> list[Any] | None:
        """The items to go through: a list, or a single value as a list of one (10.3.2.9.4)."""
        source = self.value(expression, scope)
        if source is None:
            self.record.reason(said("Expected a list to go through, but it is null"))
            return None
        if isinstance(source, Range):
            items: list[Any] | None = self.text(_EACH_OF_RANGE, {"span": source})
            return items
        return source if isinstance(source, list) else [source]


def _may_name_partial(iteration: Iteration) -> bool:
    """Whether the body may look at the results so far; copying them each time is dear."""
    body = iteration.body
    return iteration.kind == "for" and not (isinstance(body, Literal) and "partial" not in body.text.text)


def _lent(declared: ItemType) -> HostType:
    """An item definition as a type FEEL can ask for."""
    return HostType(declared.name, lambda value: is_instance(value, declared), shape_of(declared))


def _quantified(kind: str, found: list[Any]) -> bool | None:
    """Three-valued every and some (10.3.2.14)."""
    decisive = kind == "some"
    if decisive in found:
        return decisive
    return None if None in found else not decisive
