"""What every activity is: repetition, boundary events, listeners, quantities, compensation.

Subclassed by tasks, sub-processes and call activities. An activity that is repeated has one outer stay and,
below it, one inner stay for each instance; boundary events belong to the outer one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from engine.bpmn import xml
from engine.bpmn.event import BOUNDARY
from engine.bpmn.happenings import ElementEntered, ElementLeft, JobCreated
from engine.bpmn.node import Node, Steps, Verdict
from engine.bpmn.token import ARM, ENTER, LEAVE, LISTEN, READY, WAITING, WORK, Token
from engine.bpmn.watching import unwatch, watch
from engine.bpmn.withdrawing import close_own

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.expressions import Expression
    from engine.bpmn.reading import Reading
    from engine.bpmn.settings import Listener


class Repetition(Protocol):
    """How an activity repeats: a standard loop or multi-instance."""

    def begin(self, node: Activity, outer: Token) -> Verdict:
        """Make the first instances: True where there is none to wait for."""
        ...

    def prepare(self, node: Activity, inner: Token) -> Steps:
        """Write an instance's own variables."""
        ...

    def judge(self, node: Activity, outer: Token, inner: Token) -> bool:
        """Before an instance is left: take its result and tell whether the activity is complete."""
        ...

    def ended(self, node: Activity, outer: Token, inner: Token, complete: bool) -> Steps:
        """An instance was left."""
        ...

    def results(self, node: Activity, outer: Token) -> Steps:
        """Write what the instances gave together."""
        ...

    def expressions(self) -> list[Expression]:
        """The expressions of the repetition."""
        ...


class Activity(Node):
    """A task, sub-process or call activity."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.repetition: Repetition | None = None
        self.boundary: tuple[Node, ...] = ()
        self.handler: Node | None = None
        self.start_quantity = 1
        self.completion_quantity = 1
        self.is_handler = False

    def read(self, reading: Reading, element: xml.Element) -> None:
        """Take what only this kind of activity has written."""

    def repeats(self, token: Token) -> bool:
        """Whether this stay is the outer one of a repeated activity."""
        return self.repetition is not None and token.outer is None

    # -- the stay ------------------------------------------------------------------------------------

    def proceed(self, token: Token) -> Steps:
        """As every node, with boundary events armed and listeners run before the work."""
        if token.phase == ENTER:
            if self.start_quantity > 1 and not (yield from self._gathered(token)):
                return
            yield from self.enter(token)
            token.phase = ARM if self.boundary else LISTEN if self.settings.before else WORK
        if token.phase == ARM:
            yield from self._arm(token)
            token.phase = LISTEN
        if token.phase == LISTEN:
            if not (yield from self._listened(token, self.settings.before)):
                return
            token.phase = WORK
        if token.phase == WORK:
            done = self.work(token) if self.repetition is None else self._repeated(token, self.repetition)
            if not (yield from done):
                self.rest(token)
                return
            token.phase = LEAVE
        after = self.settings.after
        if not after or (yield from self._listened(token, after)):
            yield from self.leave(token)

    def _gathered(self, token: Token) -> Verdict:
        """Start quantity (BPMN 2.0.2, table 10.3): so many tokens make one stay."""
        frame = token.workflow
        if token.outer is not None:
            return True
        token._set_state(WAITING)
        waiting = [one for one in frame.top_tokens() if one.task_spec is self and one._state == WAITING]
        if len(waiting) < self.start_quantity:
            return False
        for other in waiting[: self.start_quantity]:
            if other is not token:
                token.workflow.case.remove(other)
        token._set_state(READY)
        yield from ()
        return True

    def enter(self, token: Token) -> Steps:
        """The outer stay of a repeated activity has neither inputs nor properties of its own."""
        if "snapshot" in token.notes:
            yield from self._take_up(token)
        if self.repeats(token):
            token.entered = True
            scope = token.scope.id
            yield ElementEntered(
                instance=token.id, element=self.name, scope=scope, came_by=token.came_by, repeats=True
            )
            return
        if token.outer is not None:
            assert self.repetition is not None  # noqa: S101 - inner stays exist for repetitions alone
            yield from self.repetition.prepare(self, token)
        yield from super().enter(token)

    def _take_up(self, token: Token) -> Steps:
        """What undoes a completed activity sees its variables as they were."""
        for name, value in sorted(token.notes.pop("snapshot").items()):
            if token.own is None:
                yield self.case(token).open_own(token)
            yield self.case(token).assign(token.scope, name, value, self.name)

    def _arm(self, token: Token) -> Steps:
        if token.outer is not None:
            return
        for event in self.boundary:
            yield from watch(self.case(token), BOUNDARY, token, event)

    def _repeated(self, token: Token, repetition: Repetition) -> Verdict:
        return (yield from repetition.begin(self, token) if token.outer is None else self.work(token))

    def leave(self, token: Token) -> Steps:
        """Map outputs, keep what compensation needs, then leave by the flows or to the outer stay."""
        if self.repeats(token):
            assert self.repetition is not None  # noqa: S101 - checked by repeats()
            yield from self.repetition.results(self, token)
            thrower = token.notes.get("compensates")
            flows = [] if thrower or self.is_handler else self.choose(token) * self.completion_quantity
            yield from self.depart(token, flows)
            if thrower:
                resume(self.case(token), thrower)
            return
        if self.settings.outputs or "result" in token.notes:
            yield from self.map_outputs(token)
        outer = token.outer
        if outer is not None:
            yield from self._leave_inner(token, outer)
            return
        thrower = token.notes.get("compensates")
        flows = [] if thrower or self.is_handler else self.choose(token) * self.completion_quantity
        yield from self.depart(token, flows)
        if thrower:
            resume(self.case(token), thrower)

    def _leave_inner(self, token: Token, outer: Token) -> Steps:
        assert self.repetition is not None  # noqa: S101 - inner stays exist for repetitions alone
        case = self.case(token)
        complete = self.repetition.judge(self, outer, token)
        left = self.left(token, "completed")
        self.remember(token)
        yield from unwatch(case, token)
        yield left
        yield from close_own(case, token)
        case.remove(token)
        yield from self.repetition.ended(self, outer, token, complete)

    def left(self, token: Token, outcome: str) -> ElementLeft:
        """The outer stay of a repeated activity is told apart and has no properties."""
        if not self.repeats(token):
            return super().left(token, outcome)
        return ElementLeft(
            instance=token.id, element=self.name, scope=token.scope.id, outcome=outcome, repeats=True
        )

    # -- listeners -----------------------------------------------------------------------------------

    def _listened(self, token: Token, listeners: tuple[Listener, ...]) -> Verdict:
        """Run listeners as jobs, one after the other; False while one is open."""
        if not listeners or self.repeats(token):
            return True
        place = token.notes.get("heard", 0)
        if place >= len(listeners):
            token.notes.pop("heard", None)
            return True
        case = self.case(token)
        listener = listeners[place]
        yield self.job(case, token, listener.job, listener.retries, listener.headers, case.new_id())
        self.rest(token)
        return False

    def heard(self, token: Token) -> None:
        """A listener's job was completed."""
        token.notes["heard"] = token.notes.get("heard", 0) + 1

    def job(
        self,
        case: Case,
        token: Token,
        kind: Expression,
        retries: Expression | None,
        headers: Any,
        identifier: int,
    ) -> JobCreated:
        """Create a job for a worker; the element waits for it. Raises Failure for a wrong type."""
        scope = token.scope
        properties = self.evaluated(token)
        created = JobCreated(
            instance=identifier,
            element=self.name,
            scope=scope.id,
            job=case.engine.words(kind, scope),
            retries=3 if retries is None else case.engine.number(retries, scope),
            headers=headers,
            input={} if token.own is None else dict(token.own.variables),
            unit=self.unit(token, properties),
            properties=properties,
        )
        token.notes["job"] = identifier
        case.jobs[identifier] = token.id
        return created

    def unit(self, token: Token, properties: dict[str, Any]) -> str | None:
        """Whose the work is: `banjie.unit`, else the innermost variable `unit`, past called processes."""
        found = properties.get("banjie.unit")
        scope = token.scope
        while found is None and scope is not None:
            found = scope.variables.get("unit")
            if scope.parent is None:
                break
            scope = scope.parent
        return None if found is None else str(found)

    # -- compensation --------------------------------------------------------------------------------

    def remember(self, token: Token) -> None:
        """Keep what compensation of this completed activity needs (BPMN 2.0.2, 10.7)."""
        if self.handler is not None and not (token.notes.get("compensates") or self.repeats(token)):
            token.workflow.remember(self.record(token))

    def record(self, token: Token) -> dict[str, Any]:
        """What is kept of a completed activity: its own variables as they were."""
        variables = {} if token.own is None else dict(token.own.variables)
        return {"element": self.name, "variables": variables}


def resume(case: Case, thrower: int) -> None:
    """A compensation that a token waits for is done: let the token go on in its turn."""
    token = case.live.get(thrower)
    if token is not None:
        case.later(token.task_spec.proceed, token)
