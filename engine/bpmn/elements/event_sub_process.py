"""Event sub-processes (`bpmn:subProcess triggeredByEvent`): a body that an event starts inside its scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.bpmn.elements.process import begin_at
from engine.bpmn.elements.start_event import StartEvent
from engine.bpmn.elements.sub_process import SubProcess
from engine.bpmn.watching import go_on_watching, unwatch
from engine.bpmn.withdrawing import cancel

if TYPE_CHECKING:
    from engine.bpmn.event import Watch
    from engine.bpmn.node import Steps
    from engine.bpmn.scope import Frame


class EventSubProcess(SubProcess):
    """The activity of an event sub-process; its start event is watched by the frame it stands in."""

    def begin_body(self, frame: Frame, start: str | None) -> None:
        """Begin at the start event that was triggered."""
        node = frame.spec.task_specs[start] if start else frame.spec.starts[0]
        begin_at(frame.case, frame, node)


class EventSubProcessStart(StartEvent):
    """The start event of an event sub-process."""

    interrupting = True

    def triggered(self, role: str, host: Frame, payload: Mapping[str, Any], watch: Watch) -> Steps:
        """A watched trigger came."""
        yield from self.happen(host, payload)
        if not self.interrupting:
            yield from go_on_watching(host.case, watch)

    def happen(self, frame: Frame, payload: Mapping[str, Any], outcome: str = "cancelled") -> Steps:
        """The event happens in a live frame: interrupt what runs there and start the event sub-process."""
        case = frame.case
        if self.interrupting:
            frame.interrupted = True
            yield from unwatch(case, frame)
            yield from cancel(case, list(frame.top_tokens()), outcome)
        owner = self.body.owner
        assert owner is not None  # noqa: S101 - the body of a sub-process has an owner
        case.place(frame, owner, start=self.name, payload=dict(payload))
