"""Throwing: how errors and escalations find who catches them, from the inside out.

Used by throw and end events, send tasks and the stimulus that reports an error on a task. A catcher is a
boundary event of an activity or an event sub-process of a body that the thrower is in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.bpmn.expressions import Failure
from engine.bpmn.withdrawing import cancel
from engine.errors import said

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.node import Node, Steps, Verdict
    from engine.bpmn.scope import Frame
    from engine.bpmn.token import Token


def throw_all(node: Node, token: Token) -> Verdict:
    """Throw every definition of an event; after a wait it goes on where it stopped."""
    while token.notes.get("thrown", 0) < len(node.definitions):
        definition = node.definitions[token.notes.get("thrown", 0)]
        if not (yield from definition.fire(token)):
            return False
        token.notes["thrown"] = token.notes.get("thrown", 0) + 1
    token.notes.pop("thrown", None)
    return True


def catchers(token: Token) -> Iterator[tuple[Token | Frame, list[Node]]]:
    """The catching places around a token, innermost first: a host and its event nodes."""
    current = token.outer or token
    while True:
        yield current, list(getattr(current.task_spec, "boundary", ()))
        frame = current.workflow
        if not frame.interrupted:
            starts = frame.spec.event_sub_processes
            yield frame, [start for start in starts if start.body.owner is not current.task_spec]
        if frame.owner is None:
            return
        current = frame.owner.outer or frame.owner


def find(token: Token, kind: str, code: str | None) -> tuple[Token | Frame, Node] | None:
    """Who catches an error or escalation of a code: at each place the exact code goes before any code."""
    for host, nodes in catchers(token):
        for wanted in (code, None) if code is not None else (None,):
            for node in nodes:
                if any(one.kind == kind and one.code == wanted for one in node.definitions):
                    return host, node
    return None


def throw_error(
    case: Case, token: Token, code: str, payload: Mapping[str, Any], *, outcome: str, sentence: str = ""
) -> Steps:
    """Throw a BPMN error from a token. Raises Failure where nothing catches it (never silently on)."""
    found = find(token, "error", code)
    if found is None:
        told = said(": {sentence}", sentence=sentence) if sentence else ""
        raise Failure(
            "uncaught-error",
            said(
                "Expected the error '{code}' to be caught, but nothing catches it{told}", code=code, told=told
            ),
        )
    host, node = found
    if host is not token:
        yield from cancel(case, [token], outcome)
    yield from node.happen(host, payload, "failed")
