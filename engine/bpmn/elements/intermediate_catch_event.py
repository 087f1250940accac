"""Intermediate catch events (`bpmn:intermediateCatchEvent`): wait for a trigger, then go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.bpmn.activity import Activity
from engine.bpmn.event import CATCH, CHOICE
from engine.bpmn.token import LEAVE
from engine.bpmn.watching import unwatch, watch

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.event import Watch
    from engine.bpmn.node import Node, Steps, Verdict
    from engine.bpmn.scope import Frame
    from engine.bpmn.token import Token


class Catching:
    """Waiting at an element of the flow: shared by catch events and receive tasks."""

    def wait(self, node: Node, token: Token) -> Verdict:
        """Arm the triggers; True where the trigger has already come (a gateway or a start waited for it)."""
        if token.notes.pop("caught", False):
            return True
        yield from watch(token.workflow.case, CATCH, token, node)
        return not any(definition.watched for definition in node.definitions)

    def caught(self, node: Node, role: str, token: Token, payload: Mapping[str, Any]) -> Steps:
        """The trigger came: to the token that waits here, or to the gateway before."""
        case = token.workflow.case
        if role == CHOICE:
            yield from token.task_spec.decided(token, node, payload)
            return
        yield from unwatch(case, token)
        token.notes["result"] = dict(payload)
        token.phase = LEAVE
        yield from node.proceed(token)

    def begin_here(self, node: Node, case: Case, frame: Frame) -> None:
        """Begin a process here; behind a parallel instantiating gateway the others are waited for."""
        case.place(frame, node, caught=True)
        for flow in node.incoming:
            gateway = node.body.task_specs[flow.source]
            if getattr(gateway, "parallel", False):
                gateway.begin_beside(case, frame, node)


class IntermediateCatchEvent(Activity, Catching):
    """A catch event with one trigger, several (any of them) or parallel multiple (all of them)."""

    def work(self, token: Token) -> Verdict:
        """Wait for the trigger; a link catch or an event without triggers goes on at once."""
        return (yield from self.wait(self, token))

    def triggered(self, role: str, host: Token, payload: Mapping[str, Any], watch: Watch) -> Steps:
        """The trigger came."""
        yield from self.caught(self, role, host, payload)

    def begin(self, case: Case, frame: Frame) -> None:
        """A process begins here: the event follows an instantiating gateway."""
        self.begin_here(self, case, frame)
