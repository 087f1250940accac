"""What every element of a body is: a SpiffWorkflow task spec that a token enters, works in and leaves.

Subclassed by the elements; connected by the reader. A node holds what the diagram says and nothing of any
run. All of its steps are generators of happenings, so that the host folds each before the next is made.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin

from engine.bpmn.expressions import Expression, Failure
from engine.bpmn.happenings import ElementEntered, ElementLeft, Happening
from engine.bpmn.settings import NO_SETTINGS
from engine.bpmn.token import ENTER, LEAVE, READY, STARTED, WORK, Token
from engine.bpmn.watching import unwatch
from engine.bpmn.withdrawing import close_own
from engine.errors import said

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.definition import Element, Flow
    from engine.bpmn.event import EventDefinition, Watch
    from engine.bpmn.scope import Frame
    from engine.bpmn.settings import Settings

Steps = Generator[Happening, None, None]
Verdict = Generator[Happening, None, bool]
"""Steps that end with True (the work is done, go on) or False (wait for something)."""


class Body(BpmnProcessSpec):  # type: ignore[misc]
    """The flow of a process or sub-process: its nodes in the file's order."""

    task_specs: dict[str, Node]

    def __init__(self, element: Element, owner: Node | None) -> None:
        self.nodes: list[Node] = []
        super().__init__(name=element.id)
        self.element = element
        self.owner = owner
        self.stay: Node | None = None
        self.starts: tuple[Node, ...] = ()
        self.event_sub_processes: tuple[Node, ...] = ()
        self.ad_hoc = False
        self.sources: dict[str, set[str]] | None = None

    def _add_notify(self, task_spec: Any) -> None:
        # SpiffWorkflow's own Start and End specs stay out: their names could be ids of the diagram.
        if isinstance(task_spec, Node):
            self.task_specs[task_spec.name] = task_spec
            self.nodes.append(task_spec)


class Node(BpmnSpecMixin):  # type: ignore[misc]
    """One element of a body. Subclasses say what its work is."""

    name: str
    opens = False
    """Whether each stay has a scope of its own."""

    def __init__(self, body: Body, element: Element, settings: Settings | None) -> None:
        super().__init__(body, element.id, lane=element.lane, documentation=element.documentation)
        self.bpmn_name = element.name
        self.body = body
        self.element = element
        self.settings = settings or NO_SETTINGS
        self.incoming: tuple[Flow, ...] = ()
        self.outgoing: tuple[Flow, ...] = ()
        self.default: Flow | None = None
        self.free = True  # every flow is always taken: none has a condition, none is the default
        self.definitions: tuple[EventDefinition, ...] = ()
        self.parallel_multiple = False
        self.is_process = False
        self.reaching: dict[str, frozenset[str]] = {}

    # -- the stay ------------------------------------------------------------------------------------

    def proceed(self, token: Token) -> Steps:
        """Go on with a stay from the phase it is in until it waits or is left."""
        if token.phase == ENTER:
            yield from self.enter(token)
            token.phase = WORK
        if token.phase == WORK:
            if not (yield from self.work(token)):
                self.rest(token)
                return
            token.phase = LEAVE
        yield from self.leave(token)

    def rest(self, token: Token) -> None:
        """Mark a stay that waits for something outside."""
        if token.alive and token._state == READY:
            token._set_state(STARTED)

    def enter(self, token: Token) -> Steps:
        """Map the inputs and report the arrival."""
        if self.opens or self.settings.inputs:
            yield from self.map_inputs(token)
        properties = self.evaluated(token) if self.settings.properties else {}
        token.entered = True
        yield ElementEntered(
            instance=token.id,
            element=self.name,
            scope=token.scope.id,
            came_by=token.came_by,
            properties=properties,
        )

    def work(self, token: Token) -> Verdict:
        """What the element does: True when done, False when it waits."""
        yield from ()  # a generator like every other
        return True

    def leave(self, token: Token) -> Steps:
        """Map the outputs, choose the flows, report the departure and follow the flows."""
        if self.settings.outputs or "result" in token.notes:
            yield from self.map_outputs(token)
        yield from self.depart(token, self.choose(token))

    def depart(self, token: Token, flows: list[Flow], outcome: str = "completed") -> Steps:
        """Report the departure, end the stay and put tokens on the flows."""
        frame = token.workflow
        case = frame.case
        left = self.left(token, outcome) if token.entered else None
        self.remember(token)
        if token.watches:
            yield from unwatch(case, token)
        if left is not None:
            yield left
        if token.own is not None:
            yield from close_own(case, token)
        case.remove(token)
        for flow in flows:
            case.follow(frame, flow)
        if not flows:
            case.settle(frame)

    def left(self, token: Token, outcome: str) -> ElementLeft:
        """The happening of a departure."""
        return ElementLeft(
            instance=token.id,
            element=self.name,
            scope=token.scope.id,
            outcome=outcome,
            properties=self.evaluated(token, forgiving=outcome != "completed")
            if self.settings.properties
            else {},
        )

    def remember(self, token: Token) -> None:
        """Keep what a later compensation of the stay needs."""

    def merged(self, token: Token) -> ElementLeft:
        """The happening of a token that a join takes in."""
        return ElementLeft(instance=token.id, element=self.name, scope=token.scope.id)

    # -- flows ---------------------------------------------------------------------------------------

    def choose(self, token: Token) -> list[Flow]:
        """The flows a token leaves by: all that apply, else the default (BPMN 2.0.2, 13.3.1).

        Raises Failure where there are flows and none applies.
        """
        if self.free:
            return list(self.outgoing)
        conditional = [flow for flow in self.outgoing if flow.condition is not None and not flow.default]
        true = [flow for flow in conditional if self.applies(flow, token)]
        plain = [flow for flow in self.outgoing if flow.condition is None and not flow.default]
        chosen = {flow.id for flow in true + plain}
        if self.default is not None and not true:
            chosen.add(self.default.id)
        if self.outgoing and not chosen:
            raise self.no_flow()
        return [flow for flow in self.outgoing if flow.id in chosen]

    def applies(self, flow: Flow, token: Token) -> bool:
        """Whether the condition of a flow holds. Raises Failure where it is neither true nor false."""
        if flow.condition is None:
            return True
        return self.case(token).engine.truth(flow.condition, token.scope)

    def no_flow(self) -> Failure:
        """The incident of a token that cannot go on."""
        return Failure(
            "no-flow",
            said(
                "Expected a flow out of '{name}' to apply, but none does and there is no default",
                name=self.name,
            ),
        )

    # -- variables -----------------------------------------------------------------------------------

    def map_inputs(self, token: Token) -> Steps:
        """Write the mapped inputs into a scope of the element's own."""
        case = self.case(token)
        if token.own is None:
            yield case.open_own(token)
        for path, expression in self.settings.inputs:
            assert token.own is not None  # noqa: S101 - opened above
            yield case.put(token.own, path, case.engine.value(expression, token.own), self.name, local=True)

    def map_outputs(self, token: Token) -> Steps:
        """Pass results on: through the output mappings where there are any, else by name (Camunda 8)."""
        result = token.notes.get("result") or {}
        if self.settings.outputs:
            yield from self._map_through(token, result)
        elif result:
            case = self.case(token)
            for name, value in sorted(result.items()):
                yield case.propagate(token.scope, name, value, self.name)
        token.notes.pop("result", None)

    def _map_through(self, token: Token, result: dict[str, Any]) -> Steps:
        case = self.case(token)
        if result and token.own is None:
            yield case.open_own(token)
        for name, value in sorted(result.items()):
            yield case.assign(token.scope, name, value, self.name)
        around = token.workflow.scope
        if token.own is not None and token.outer is not None:
            around = token.own
        for path, expression in self.settings.outputs:
            yield case.put(around, path, case.engine.value(expression, token.scope), self.name)

    def evaluated(self, token: Token, *, forgiving: bool = False) -> dict[str, Any]:
        """The `banjie.*` properties in the element's scope; `forgiving` leaves out what cannot be told."""
        found: dict[str, Any] = {}
        engine = self.case(token).engine
        for name, expression in self.settings.properties:
            try:
                found[name] = engine.value(expression, token.scope)
            except Failure:
                if not forgiving:
                    raise
        return found

    # -- what only some elements can do ---------------------------------------------------------------

    def lacks(self) -> str:
        """What the diagram must say for the element to run and does not; empty where nothing is missing."""
        return ""

    def jumps(self) -> list[str]:
        """The elements a token reaches from here without a sequence flow (links)."""
        return [one.target for one in self.definitions if one.kind == "link" and one.target is not None]

    def begin(self, case: Case, frame: Frame) -> None:
        """Begin a body at this element."""
        case.place(frame, self)

    def triggered(self, role: str, host: Any, payload: Any, watch: Watch) -> Steps:
        """A trigger that was watched for this element came."""
        yield from ()
        raise NotImplementedError

    def body_ended(self, token: Token, frame: Frame) -> Steps:
        """The body below this element ended."""
        yield from ()
        raise NotImplementedError

    def called_ended(self, token: Token, variables: dict[str, Any]) -> Steps:
        """The procedure called from this element ended."""
        yield from ()
        raise NotImplementedError

    def rejoin(self, token: Token) -> None:
        """Take a token that waits at a join back into the count, after a marking was read."""

    def release(self, frame: Frame, stuck: bool) -> bool:
        """Let a join fire that waited for everything else to rest; `stuck`: all wait for one another."""
        raise NotImplementedError

    # -- roads between things ------------------------------------------------------------------------

    def case(self, token: Token) -> Case:
        """The case the token belongs to."""
        return token.workflow.case

    def expressions(self) -> list[Expression]:
        """All expressions of the element, in the file's order."""
        own = [expression for definition in self.definitions for expression in definition.expressions()]
        flows = [flow.condition for flow in self.outgoing if flow.condition is not None]
        return self.settings.expressions() + own + flows
