"""The stay of a process as a whole (`bpmn:process`): its properties, its event sub-processes, its start.

The root of a process's frame; made when a case starts or a procedure is called. It ends when the last token
of the process is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.bpmn.event import START
from engine.bpmn.happenings import RunEnded
from engine.bpmn.node import Node, Steps, Verdict
from engine.bpmn.token import ARM, ENTER, WORK, Token
from engine.bpmn.watching import watch
from engine.bpmn.withdrawing import close_frame, close_scope

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.definition import Definition
    from engine.bpmn.scope import Frame, Scope


class ProcessStay(Node):
    """The process itself, as something a case stays in."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.is_process = True

    def proceed(self, token: Token) -> Steps:
        """Enter the process, arm its event sub-processes, start it."""
        if token.phase == ENTER:
            yield from self.enter(token)
            token.phase = ARM
        if token.phase == ARM:
            yield from arm_event_sub_processes(self.case(token), token.workflow)
            token.phase = WORK
        yield from self.work(token)
        self.rest(token)

    def work(self, token: Token) -> Verdict:
        """Start at the chosen start, else wherever the body starts by itself."""
        begun = token.notes.pop("begun", False)
        chosen = token.notes.pop("start", None)
        if not begun and chosen is not None:
            begin_at(self.case(token), token.workflow, token.workflow.spec.task_specs[chosen])
        elif not begun:
            begin(self.case(token), token.workflow)
        yield from ()
        return False

    def body_ended(self, token: Token, frame: Frame) -> Steps:
        """The last token is gone: the case, or the call, is over."""
        case = self.case(token)
        yield from close_frame(case, frame)
        yield self.left(token, "completed")
        case.bury(token)
        variables = dict(frame.scope.variables)
        yield from close_scope(case, frame.scope.id)
        if frame.owner is not None:
            yield from frame.owner.task_spec.called_ended(frame.owner, variables)
        else:
            case.ended = True
            yield RunEnded(ends=tuple(case.ends))


def open_process(
    case: Case,
    definition: Definition,
    process: str,
    parent: Scope | None,
    owner: Token | None,
    start: str | None,
    variables: dict[str, Any],
) -> Steps:
    """Open the scope and the frame of a process and let it start in its turn."""
    body = definition.processes[process].body
    instance = None if owner is None else owner.id
    opened = case.open_scope(
        parent, process, instance, barrier=True, digest=definition.digest, process=process
    )
    yield opened
    scope = case.scopes[opened.scope]
    for name, value in sorted(variables.items()):
        yield case.assign(scope, name, value)
    frame = case.open_frame(body, scope, owner, definition)
    stay = frame.task_tree
    if start is not None:
        stay.notes["start"] = start
    case.live[stay.id] = stay
    case.later(stay.task_spec.proceed, stay)


def arm_event_sub_processes(case: Case, frame: Frame) -> Steps:
    """Wait for what starts the event sub-processes of a body."""
    for node in frame.spec.event_sub_processes:
        yield from watch(case, START, frame, node)


def begin(case: Case, frame: Frame) -> None:
    """Start a body where it starts by itself (BPMN 2.0.2, 13.2, 13.3.4)."""
    for node in frame.spec.starts:
        case.place(frame, node)
    case.settle(frame)


def begin_at(case: Case, frame: Frame, node: Node) -> None:
    """Start a body at an event that has happened."""
    node.begin(case, frame)
