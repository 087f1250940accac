"""Cancelling: how tokens, frames and everything below them are taken away, innermost first.

Used by terminate and cancel ends, interrupting events, errors and repetitions. It works through a list and
never recurses, so the depth of calls costs no stack.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.bpmn.happenings import IncidentResolved, ScopeClosed
from engine.bpmn.token import ERROR, Token
from engine.bpmn.watching import unwatch

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.node import Steps
    from engine.bpmn.scope import Frame


def cancel(case: Case, tokens: Iterable[Token], outcome: str = "cancelled") -> Steps:
    """Take tokens away with all that runs below them; `outcome` is theirs, what is below is cancelled."""
    chosen = list(tokens)
    top = {token.id for token in chosen}
    for token in _innermost_first(case, chosen):
        if token.alive:
            yield from _withdraw(case, token, outcome if token.id in top else "cancelled")


def _innermost_first(case: Case, tokens: list[Token]) -> list[Token]:
    order: list[Token] = []
    stack = list(tokens)
    while stack:
        token = stack.pop()
        order.append(token)
        stack.extend(token.workflow.tasks[child] for child in token._children)
        frame = case.frame_of(token)
        if frame is not None:
            stack.append(frame.task_tree) if frame.is_process else stack.extend(frame.top_tokens())
    order.reverse()
    return order


def _withdraw(case: Case, token: Token, outcome: str) -> Steps:
    yield from unwatch(case, token)
    frame = case.frame_of(token)
    if frame is not None:
        yield from close_frame(case, frame)
    if token._state == ERROR:
        yield IncidentResolved(instance=token.id, element=token.task_spec.name)
    if token.entered:
        yield token.task_spec.left(token, outcome)
    if token.is_stay_of_process:
        yield from _end_process(case, token)
        return
    yield from close_own(case, token)
    token.workflow.forget(token)
    case.remove(token)


def _end_process(case: Case, stay: Token) -> Steps:
    frame = stay.workflow
    yield from close_frame(case, frame)
    case.bury(stay)
    yield from close_scope(case, frame.scope.id)


def close_frame(case: Case, frame: Frame) -> Steps:
    """A body runs no longer: nothing is waited for in it."""
    if not frame.alive:
        return
    yield from unwatch(case, frame)
    frame.alive = False
    frame.touched.add(frame.id)
    del case.frames[frame.id]
    case.joins.pop(frame.id, None)
    del case.subprocesses[frame.parent_task_id]


def close_own(case: Case, token: Token) -> Steps:
    """Close the element's own scope, if it has one."""
    if token.own is not None:
        yield from close_scope(case, token.own.id)
        token.own = None


def close_scope(case: Case, scope: int) -> Steps:
    """A scope ends with its variables."""
    if case.scopes.pop(scope, None) is not None:
        case.touched.scopes.add(scope)
        yield ScopeClosed(scope=scope)
