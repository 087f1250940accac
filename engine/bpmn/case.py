"""A case while it runs: its frames, tokens, watches and variables, and the queue that drives them.

Made from a marking by `run`; at rest it waits with the marking it has led to. Work to do stands in one
queue, first come first served; nothing calls deeper with each step, so length and depth of a case cost no
stack. Everything that is asked at each step is found by a key, so the number of open tokens costs nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.workflow import BpmnWorkflow

from engine.bpmn.expressions import Expressions, Failure
from engine.bpmn.happenings import IncidentRaised, ScopeOpened, VariableSet
from engine.bpmn.rows import Touched
from engine.bpmn.scope import Frame, Scope
from engine.bpmn.token import ERROR, Token
from engine.bpmn.watching import look_at_conditions
from engine.errors import said

if TYPE_CHECKING:
    from engine.bpmn.context import Context
    from engine.bpmn.definition import Definition, Flow
    from engine.bpmn.event import Heard, Watch
    from engine.bpmn.node import Body, Node, Steps

STEP_LIMIT = 500_000
"""Activations one stimulus may cause before the case is held to be going in circles."""
DEPTH_LIMIT = 200
"""How deep procedures may call one another."""


class Case(BpmnWorkflow):  # type: ignore[misc]
    """The live state of one case. Everything it does is a generator of happenings."""

    def __init__(self, definition: Definition, process: str, context: Context) -> None:
        self.engine = Expressions(self)
        self.touched = Touched()
        body = definition.processes[process].body
        super().__init__(body, script_engine=self.engine, deserializing=True)
        self.definition = definition
        self.process = process
        self.context = context
        self.seq = 0
        self.scopes: dict[int, Scope] = {}
        self.frames: dict[int, Frame] = {}
        self.live: dict[int, Token] = {}
        self.watches: dict[int, Watch] = {}
        self.listening: dict[Heard, dict[int, Watch]] = {}
        self.jobs: dict[int, int] = {}
        self.queue: deque[tuple[Callable[[Any], Steps], Any]] = deque()
        self.joins: dict[int, set[str]] = {}
        self.stirred: set[int] = set()
        self.ends: list[str] = []
        self.ended = False
        self.dirty = False
        self.steps = 0
        self.root: Frame | None = None

    # -- driving -------------------------------------------------------------------------------------

    def new_id(self) -> int:
        """The next integer of the case."""
        self.seq += 1
        return self.seq

    def later(self, step: Callable[[Any], Steps], subject: Any) -> None:
        """Put a step for a token, frame or watch at the end of the queue."""
        self.queue.append((step, subject))

    def drive(self) -> Steps:
        """Work until nothing can move, then look at inclusive joins, until the case rests."""
        while True:
            if self.dirty:
                look_at_conditions(self)
            if self.queue:
                step, subject = self.queue.popleft()
                if not subject.alive:
                    continue
                self.steps += 1
                try:
                    if self.steps > STEP_LIMIT:
                        self._give_up(subject)
                    yield from step(subject)
                except Failure as failure:
                    yield from self.incident(subject.responsible, failure)
            elif not (self.joins and self._release_join()):
                return

    def _give_up(self, subject: Any) -> None:
        if isinstance(subject, Token):
            subject.workflow.forget(subject)
            raise Failure(
                "endless",
                said(
                    "Expected the run to come to rest, but it made {step_limit} steps", step_limit=STEP_LIMIT
                ),
            )

    def wait_at(self, frame: Frame, join: str) -> None:
        """A join waits until nothing else of its body can move."""
        self.joins.setdefault(frame.id, set()).add(join)
        self.stirred.add(frame.id)

    def wait_no_more(self, frame: Frame, join: str) -> None:
        """A join has nothing to wait for."""
        waiting = self.joins.get(frame.id, set())
        waiting.discard(join)
        if not waiting:
            self.joins.pop(frame.id, None)

    def _release_join(self) -> bool:
        """Let one join fire that can; then one of those that wait for nothing but each other.

        Asked are the joins of bodies in which a token has come or gone since they were asked last.
        """
        found = [self.frames[one] for one in sorted(self.stirred & self.joins.keys())]
        waiting = [(frame, name) for frame in found for name in sorted(self.joins[frame.id])]
        for stuck in (False, True):
            for frame, name in waiting:
                if (not stuck or frame.stuck) and frame.spec.task_specs[name].release(frame, stuck):
                    return True
        self.stirred.clear()
        return False

    def incident(self, token: Token, failure: Failure) -> Steps:
        """Stop a token where it is until an operator corrects data and retries."""
        token._set_state(ERROR)
        token.notes["incident"] = [failure.kind, failure.sentence]
        yield IncidentRaised(
            instance=token.id,
            element=token.task_spec.name,
            scope=token.scope.id,
            kind=failure.kind,
            sentence=failure.sentence,
        )

    # -- variables -----------------------------------------------------------------------------------

    def assign(self, scope: Scope, name: str, value: Any, element: str | None = None) -> VariableSet:
        """Give a variable of this very scope a whole new value."""
        scope.variables[name] = value
        self.touched.scopes.add(scope.id)
        self.dirty = True
        return VariableSet(scope=scope.id, name=name, value=value, element=element)

    def propagate(self, scope: Scope, name: str, value: Any, element: str | None = None) -> VariableSet:
        """Write to the nearest scope that has the variable, else to the root of the process."""
        return self.assign(scope.holder(name) or scope.root(), name, value, element)

    def put(
        self, scope: Scope, path: tuple[str, ...], value: Any, element: str, *, local: bool = False
    ) -> VariableSet:
        """Write a mapping's target; a path `a.b` gives `a` a new value with `b` in it replaced."""
        name, inner = path[0], path[1:]
        if inner:
            before = scope.variables.get(name) if local else scope.get(name)
            value = _with_path(before, inner, value)
        return (self.assign if local else self.propagate)(scope, name, value, element)

    def open_scope(
        self, parent: Scope | None, element: str, instance: int | None, **facts: Any
    ) -> ScopeOpened:
        """Open a scope. `facts`: barrier, digest, process."""
        scope = Scope(self.new_id(), parent, element, barrier=bool(facts.get("barrier")))
        self.scopes[scope.id] = scope
        self.touched.scopes.add(scope.id)
        return ScopeOpened(
            scope=scope.id,
            parent=None if parent is None else parent.id,
            element=element,
            instance=instance,
            process=facts.get("process", ""),
            digest=facts.get("digest"),
        )

    def open_own(self, token: Token) -> ScopeOpened:
        """Open a scope of the element's own, inside the one it runs in."""
        node = token.task_spec
        opened = self.open_scope(token.scope, node.name, token.id, process=node.element.process)
        token.own = self.scopes[opened.scope]
        return opened

    # -- tokens --------------------------------------------------------------------------------------

    def place(
        self,
        frame: Frame,
        node: Node,
        *,
        came_by: str | None = None,
        parent: Token | None = None,
        **notes: Any,
    ) -> Token:
        """Put a new token at a node; it will be worked on in its turn."""
        self.seq += 1
        token = Token(frame, node, parent or frame.task_tree, id=self.seq, came_by=came_by, notes=notes)
        self.live[token.id] = token
        self.stirred.add(frame.id)
        self.queue.append((node.proceed, token))
        return token

    def follow(self, frame: Frame, flow: Flow) -> None:
        """Put a token at the end of a flow."""
        self.place(frame, frame.spec.task_specs[flow.target], came_by=flow.id)

    def drop_job(self, token: Token) -> None:
        """A job of the token is open no longer."""
        if "job" in token.internal_data:
            self.jobs.pop(token.notes.pop("job"), None)

    def remove(self, token: Token) -> None:
        """Take a token out of the tree: it has been left."""
        frame = token.workflow
        self.bury(token)
        self.stirred.add(frame.id)
        del frame.tasks[token.id]
        del (token.outer or frame.task_tree)._children[token.id]

    def bury(self, token: Token) -> None:
        """A stay is over."""
        token.alive = False
        self.touched.tokens.add(token.id)
        self.drop_job(token)
        del self.live[token.id]

    # -- watches -------------------------------------------------------------------------------------

    def listen(self, watch: Watch) -> None:
        """Wait for something."""
        self.watches[watch.id] = watch
        watch.host.watches[watch.id] = None
        self.listening.setdefault(watch.heard, {})[watch.id] = watch

    def listen_no_more(self, watch: Watch) -> None:
        """Wait for it no longer."""
        watch.alive = False
        del self.watches[watch.id]
        del watch.host.watches[watch.id]
        alike = self.listening[watch.heard]
        del alike[watch.id]
        if not alike:
            del self.listening[watch.heard]
        self.touched.watches.add(watch.id)

    def listeners(self, kind: str, name: str | None = None) -> list[Watch]:
        """Who waits for a kind of event (messages and signals: of a name), oldest first."""
        found = self.listening.get((kind, name))
        return [found[one] for one in sorted(found)] if found else []

    # -- rest ----------------------------------------------------------------------------------------

    def rest(self) -> None:
        """Nothing moves any more: be as one that was read from its marking."""
        for identifier in self.touched.frames & self.frames.keys():
            frame = self.frames[identifier]
            frame.settle()
            for join in [one for one in self.joins.get(identifier, ()) if not frame.arrived.get(one)]:
                self.wait_no_more(frame, join)
        self.touched.forget()
        self.steps = 0

    # -- frames --------------------------------------------------------------------------------------

    def open_frame(self, body: Body, scope: Scope, owner: Token | None, definition: Definition) -> Frame:
        """A body begins to run in a scope."""
        frame = Frame(self, body, scope, owner, definition)
        self.frames[frame.id] = self.subprocesses[None if owner is None else owner.id] = frame
        return frame

    def frame_of(self, token: Token) -> Frame | None:
        """The body that runs below a token."""
        return self.subprocesses.get(token.id) if not token.is_stay_of_process else None

    def settle(self, frame: Frame) -> None:
        """When the last token of a body (of an ad-hoc body: any) is gone, let the body end in its turn."""
        if frame.alive and (frame.empty or frame.spec.ad_hoc):
            self.later(self._end_frame, frame)

    def _end_frame(self, frame: Frame) -> Steps:
        if frame.empty or frame.spec.ad_hoc:
            yield from frame.keeper.task_spec.body_ended(frame.keeper, frame)


def _with_path(before: Any, path: tuple[str, ...], value: Any) -> Any:
    base: dict[str, Any] = dict(before) if isinstance(before, Mapping) else {}
    if len(path) == 1:
        base[path[0]] = value
    else:
        base[path[0]] = _with_path(base.get(path[0]), path[1:], value)
    return base
