"""Multi-instance (`bpmn:multiInstanceLoopCharacteristics`): an activity once for each of many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.bpmn.expressions import Expression, Failure
from engine.bpmn.token import LEAVE
from engine.bpmn.withdrawing import cancel
from engine.errors import said

if TYPE_CHECKING:
    from engine.bpmn.activity import Activity
    from engine.bpmn.case import Case
    from engine.bpmn.event import EventDefinition
    from engine.bpmn.node import Steps, Verdict
    from engine.bpmn.token import Token

MOST = 100_000
"""More instances than any activity can mean."""


@dataclass(frozen=True, kw_only=True)
class MultiInstance:
    """By cardinality or collection; one after the other or all at once (BPMN 2.0.2, 13.3.7)."""

    sequential: bool = False
    cardinality: Expression | None = None
    collection: Expression | None = None
    item: str | None = None
    output: str | None = None
    result: Expression | None = None
    condition: Expression | None = None
    behavior: str = "All"
    each: EventDefinition | None = None
    first: EventDefinition | None = None
    cases: tuple[tuple[Expression, EventDefinition], ...] = ()

    def expressions(self) -> list[Expression]:
        """All expressions of the repetition."""
        found = (
            self.cardinality,
            self.collection,
            self.result,
            self.condition,
            *(one for one, _ in self.cases),
        )
        return [one for one in found if one is not None]

    def begin(self, node: Activity, outer: Token) -> Verdict:
        """Make the instances (the first, where sequential). Raises Failure for an absurd number."""
        case = outer.workflow.case
        items: list[Any] | None = None
        if self.collection is not None:
            items = case.engine.items(self.collection, outer.scope)
            count = len(items)
        else:
            assert self.cardinality is not None  # noqa: S101 - the reader demands one of both
            count = case.engine.number(self.cardinality, outer.scope)
        if not 0 <= count <= MOST:
            raise Failure(
                "loop",
                said(
                    "Expected '{name}' to run between 0 and {most} times, but it is {count}",
                    name=node.name,
                    most=MOST,
                    count=count,
                ),
            )
        outer.notes.update(count=count, done=0)
        if self.output is not None:
            outer.notes["results"] = [None] * count
        if self.sequential and items is not None:
            outer.notes["items"] = items
        for index in range(min(count, 1) if self.sequential else count):
            self._place(case, node, outer, index, None if items is None else items[index])
        yield from ()
        return count == 0

    def _place(self, case: Case, node: Activity, outer: Token, index: int, item: Any) -> None:
        notes = {"index": index} if self.item is None else {"index": index, "each": item}
        case.place(outer.workflow, node, parent=outer, **notes)

    def prepare(self, node: Activity, inner: Token) -> Steps:
        """Give an instance its counter (from 1), its item and room for its result."""
        case = inner.workflow.case
        if inner.own is None:
            yield case.open_own(inner)
        yield case.assign(inner.scope, "loopCounter", inner.notes["index"] + 1, node.name)
        if self.item is not None and "each" in inner.notes:
            yield case.assign(inner.scope, self.item, inner.notes.pop("each"), node.name)
        local = None if self.result is None else self.result.text.strip().lstrip("=").strip()
        if local and local.isidentifier() and local not in inner.scope.variables:
            yield case.assign(inner.scope, local, None, node.name)

    def judge(self, node: Activity, outer: Token, inner: Token) -> bool:
        """Take the result; whether the completion condition holds or this was the last."""
        case = inner.workflow.case
        if self.result is not None and "results" in outer.notes:
            results = list(outer.notes["results"])  # the marking this run began from keeps its own
            results[inner.notes["index"]] = case.engine.value(self.result, inner.scope)
            outer.notes["results"] = results
        done = outer.notes["done"] + 1
        if done >= outer.notes["count"]:
            return True
        return self.condition is not None and case.engine.truth(
            self.condition, inner.scope, self._figures(outer, done)
        )

    def _figures(self, outer: Token, done: int) -> dict[str, Any]:
        count = outer.notes["count"]
        active = 0 if self.sequential else count - done
        figures: dict[str, Any] = {
            "numberOfInstances": count,
            "numberOfCompletedInstances": done,
            "numberOfActiveInstances": active,
            "numberOfTerminatedInstances": 0,
        }
        if self.output is not None:
            figures[self.output] = outer.notes["results"]
        return figures

    def ended(self, node: Activity, outer: Token, inner: Token, complete: bool) -> Steps:
        """Throw what the behaviour asks for, then make the next instance or end."""
        case = outer.workflow.case
        outer.notes["done"] += 1
        yield from self._behave(case, outer)
        if not outer.alive:
            return
        if complete:
            yield from cancel(case, [outer.workflow.tasks[child] for child in list(outer._children)])
            outer.phase = LEAVE
            case.later(node.proceed, outer)
        elif self.sequential:
            index = outer.notes["done"]
            self._place(
                case, node, outer, index, outer.notes["items"][index] if "items" in outer.notes else None
            )

    def _behave(self, case: Case, outer: Token) -> Steps:
        """Behaviour None, One and Complex (BPMN 2.0.2, table 10.29): events on completed instances."""
        thrown: list[EventDefinition] = []
        if self.behavior == "None" and self.each is not None:
            thrown = [self.each]
        elif self.behavior == "One" and self.first is not None and outer.notes["done"] == 1:
            thrown = [self.first]
        elif self.behavior == "Complex":
            figures = self._figures(outer, outer.notes["done"])
            thrown = [one for test, one in self.cases if case.engine.truth(test, outer.scope, figures)]
        for definition in thrown:
            if outer.alive:
                yield from definition.fire(outer)

    def results(self, node: Activity, outer: Token) -> Steps:
        """Write the output collection as a whole."""
        if self.output is not None and "results" in outer.notes:
            case = outer.workflow.case
            yield case.propagate(outer.scope, self.output, outer.notes["results"], node.name)
