"""Proof of a decision table before it binds anyone.

Called by definitions (deployment), by the designer's screen and by reports over a catalogue. Proves, for
numbers, dates, durations, enumerations and booleans exactly: no gap, no forbidden overlap, no rule that
adds nothing or never decides, every amount within its statutory band, no graver fact treated more
lightly, no vague word in a condition. What it cannot read it reports as not proven; it skips nothing.
Columns are taken as independent facts: where two expressions depend on each other, a finding may show an
input that cannot occur. It never changes a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from engine.dmn.expressions import (
    Conditional,
    Context,
    Expression,
    Filter,
    FunctionDefinition,
    Invocation,
    Iteration,
    Listing,
    Table,
)
from engine.dmn.model import Decision, InputData, KnowledgeModel, Model
from engine.dmn.proof.band import bands, outputs
from engine.dmn.proof.constants import Constants
from engine.dmn.proof.coverage import Coverage, TooManyStates
from engine.dmn.proof.finding import ProofFinding, place_of
from engine.dmn.proof.gravity import monotony
from engine.dmn.proof.grid import Grid, grid_of
from engine.dmn.proof.rules import collisions, gaps, unreachable
from engine.dmn.proof.vague import vague_conditions
from engine.dmn.types import ItemType
from engine.errors import NotFound, said

_PATH_DEPTH = 4
MOST_RULES = 2_000
"""How many rules a table may have to be proven; every pair of them is looked at."""


@dataclass(frozen=True, slots=True)
class Proof:
    """The findings about one decision of one model."""

    model: Model
    decision: Decision
    findings: tuple[ProofFinding, ...]


def prove(model: Model, decision_id: str) -> list[ProofFinding]:
    """Everything found about the tables of a decision (by id or name), empty where it is sound.

    Tables inside boxed expressions and in the knowledge models the decision requires are proven too.
    Raises NotFound where the model has no such decision.
    """
    decision = model.decisions.get(decision_id)
    if decision is None:
        raise NotFound(
            said(
                "Expected a decision of {name!r}, but {decision_id!r} is none",
                name=model.name,
                decision_id=decision_id,
            )
        )
    properties = dict(decision.extensions)
    types = _types_in_scope(model, decision)
    found: list[ProofFinding] = []
    for table in _tables(decision.logic):
        found.extend(prove_table(table, types, properties))
    for required in _knowledge(model, decision):
        parameters = {p.name: p.type for p in required.function.parameters} if required.function else {}
        for table in _tables(required.function):
            found.extend(prove_table(table, _expanded(parameters), properties))
    return found


def prove_all(models: Iterable[Model], on_progress: Callable[[int], None] | None = None) -> Iterator[Proof]:
    """The proof of every decision of many models; `on_progress` hears how many tables are done."""
    done = 0
    for model in models:
        for decision in (each for each in model.elements.values() if isinstance(each, Decision)):
            yield Proof(model, decision, tuple(prove(model, decision.id)))
            done += 1
            if on_progress is not None:
                on_progress(done)


def prove_table(table: Table, types: dict[str, ItemType], properties: dict[str, str]) -> list[ProofFinding]:
    """Everything found about one table; `types` by the text of what its columns look at."""
    if len(table.rules) > MOST_RULES:
        sentence = said(
            "Expected at most {most_rules} rules to prove, but the table has {count}",
            most_rules=MOST_RULES,
            count=len(table.rules),
        )
        return [ProofFinding("not-proven", sentence, **place_of(table, ()))]
    whole = frozenset(name.strip() for name in properties.get("banjie.integer", "").split(","))
    grid = grid_of(table, types, whole)
    constants, coverage = Constants(table), Coverage(grid)
    found = list(_unknown(grid))
    checks: list[Callable[[], Iterable[ProofFinding]]] = [
        lambda: gaps(grid, coverage),
        lambda: collisions(grid, constants),
        lambda: unreachable(grid, coverage, constants),
        lambda: bands(grid, constants, properties),
        lambda: outputs(grid, constants, properties),
        lambda: monotony(grid, constants, properties),
        lambda: vague_conditions(grid),
    ]
    for check in checks:
        found.extend(_bounded(grid, check))
    return found


def _bounded(grid: Grid, check: Callable[[], Iterable[ProofFinding]]) -> list[ProofFinding]:
    """A check's findings; a search that met its limit says so."""
    found: list[ProofFinding] = []
    try:
        found.extend(check())
    except TooManyStates:
        sentence = said(
            "Expected a table that can be looked through, but it has too many combinations to prove"
        )
        found.append(ProofFinding("not-proven", sentence, **place_of(grid.table, ())))
    return found


def _unknown(grid: Grid) -> Iterator[ProofFinding]:
    for each in grid.unknown:
        rules = () if each.rule is None else (each.rule + 1,)
        sentence = said(
            "Expected a condition that can be proven, but {place} on {source} says {text!r}: {why}",
            place=said("the possible values")
            if each.rule is None
            else said("rule {number}", number=each.rule + 1),
            source=each.source,
            text=each.text,
            why=each.why,
        )
        yield ProofFinding("not-proven", sentence, rules, **place_of(grid.table, rules))


# Tables of a decision


def _tables(expression: Expression | None) -> Iterator[Table]:
    if isinstance(expression, Table):
        yield expression
    for part in _parts(expression):
        yield from _tables(part)


def _parts(expression: Expression | None) -> list[Expression | None]:
    if isinstance(expression, Context):
        return [entry.expression for entry in expression.entries]
    if isinstance(expression, Listing):
        return list(expression.items)
    if isinstance(expression, FunctionDefinition | Iteration):
        return [expression.body]
    if isinstance(expression, Invocation):
        return [expression.called, *(binding.expression for binding in expression.bindings)]
    if isinstance(expression, Conditional):
        return [expression.condition, expression.consequence, expression.alternative]
    return [expression.source, expression.match] if isinstance(expression, Filter) else []


def _knowledge(model: Model, decision: Decision) -> list[KnowledgeModel]:
    """The knowledge models a decision requires, directly or through others; each once."""
    found: dict[tuple[str, str], KnowledgeModel] = {}
    pending = [(model, requirement) for requirement in decision.knowledge]
    while pending:
        owner, requirement = pending.pop()
        owner = owner if requirement.imported is None else owner.imports[requirement.imported]
        element = owner.elements[requirement.id]
        if isinstance(element, KnowledgeModel) and (owner.namespace, element.id) not in found:
            found[owner.namespace, element.id] = element
            pending.extend((owner, inner) for inner in element.knowledge)
    return list(found.values())


# Types of what columns look at


def _types_in_scope(model: Model, decision: Decision) -> dict[str, ItemType]:
    declared: dict[str, ItemType | None] = {}
    for requirement in decision.information:
        owner = model if requirement.imported is None else model.imports[requirement.imported]
        element = owner.elements[requirement.id]
        if isinstance(element, InputData | Decision):
            prefix = f"{requirement.imported}." if requirement.imported else ""
            declared[prefix + element.name] = element.variable.type
    return _expanded(declared)


def _expanded(declared: dict[str, ItemType | None]) -> dict[str, ItemType]:
    """The types of names and of the paths that go on from them."""
    found: dict[str, ItemType] = {}
    pending = [(name, kind, 0) for name, kind in declared.items() if kind is not None]
    while pending:
        name, kind, depth = pending.pop()
        found[name] = kind
        if depth < _PATH_DEPTH:
            components = kind.lineage()[-1].components
            pending.extend((f"{name}.{part}", inner, depth + 1) for part, inner in components.items())
    return found


__all__ = ["Proof", "ProofFinding", "prove", "prove_all", "prove_table"]
