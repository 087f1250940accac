"""Standard loops (`bpmn:standardLoopCharacteristics`): an activity again while a condition holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.bpmn.token import LEAVE

if TYPE_CHECKING:
    from engine.bpmn.activity import Activity
    from engine.bpmn.expressions import Expression
    from engine.bpmn.node import Steps, Verdict
    from engine.bpmn.scope import Scope
    from engine.bpmn.token import Token


@dataclass(frozen=True, kw_only=True)
class StandardLoop:
    """Tested before or after each round, at most `maximum` rounds (BPMN 2.0.2, 13.3.6)."""

    condition: Expression | None = None
    before: bool = False
    maximum: int | None = None

    def expressions(self) -> list[Expression]:
        """The loop condition."""
        return [] if self.condition is None else [self.condition]

    def begin(self, node: Activity, outer: Token) -> Verdict:
        """Make the first round, unless the test before it or the maximum forbids."""
        outer.notes["done"] = 0
        if self.maximum == 0 or (self.before and not self._again(outer, outer.scope, 0)):
            return True
        outer.workflow.case.place(outer.workflow, node, parent=outer, index=0)
        yield from ()
        return False

    def prepare(self, node: Activity, inner: Token) -> Steps:
        """Give the round its counter (from 1)."""
        case = inner.workflow.case
        if inner.own is None:
            yield case.open_own(inner)
        yield case.assign(inner.scope, "loopCounter", inner.notes["index"] + 1, node.name)

    def judge(self, node: Activity, outer: Token, inner: Token) -> bool:
        """Whether this was the last round."""
        done = outer.notes["done"] + 1
        return not self._again(outer, inner.scope, done)

    def ended(self, node: Activity, outer: Token, inner: Token, complete: bool) -> Steps:
        """Make the next round or end."""
        case = outer.workflow.case
        outer.notes["done"] += 1
        if complete:
            outer.phase = LEAVE
            case.later(node.proceed, outer)
        else:
            case.place(outer.workflow, node, parent=outer, index=outer.notes["done"])
        yield from ()

    def results(self, node: Activity, outer: Token) -> Steps:
        """A loop gives nothing beside what its rounds wrote."""
        yield from ()

    def _again(self, outer: Token, scope: Scope, done: int) -> bool:
        if self.maximum is not None and done >= self.maximum:
            return False
        if self.condition is None:
            return True
        return outer.workflow.case.engine.truth(self.condition, scope, {"loopCounter": done})
