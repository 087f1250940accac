"""Compensation (`bpmn:compensateEventDefinition`): undo what was completed, the last first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.bpmn.event import EventDefinition
from engine.bpmn.token import WORK

if TYPE_CHECKING:
    from engine.bpmn.case import Case
    from engine.bpmn.node import Steps, Verdict
    from engine.bpmn.scope import Frame
    from engine.bpmn.token import Token


class CompensationEvent(EventDefinition):
    """Throws compensation for one activity or for all completed ones of the scope (BPMN 2.0.2, 10.7)."""

    kind = "compensation"

    def __init__(self, element: str, activity: str | None, wait: bool) -> None:
        super().__init__(element)
        self.activity = activity
        self.wait = wait

    def fire(self, token: Token) -> Verdict:
        """Run the handlers one after the other, in reverse order of completion."""
        case, frame = token.workflow.case, token.workflow
        if "todo" not in token.notes:
            records = collect(frame, self.activity)
            if not self.wait:
                beside = case.place(frame, token.task_spec, todo=records, detached=True)
                beside.phase = WORK
                return True
            token.notes["todo"] = records
        return (yield from undo_next(case, token))


def collect(frame: Frame, activity: str | None = None) -> list[dict[str, Any]]:
    """Take the records to undo: of the body and, inside an event sub-process, of the body around it."""
    frames = [frame]
    owner = frame.owner
    if owner is not None and owner.task_spec.element.kind == "eventSubProcess":
        frames.insert(0, owner.workflow)
    found = []
    for one in frames:
        chosen = [record for record in one.records if activity in (None, record["element"])]
        one.records = [record for record in one.records if record not in chosen]
        found += [{**record, "in": one.id} for record in chosen]
    return found


def undo_next(case: Case, thrower: Token) -> Verdict:
    """Start the next handler the thrower waits for; True when none is left."""
    while thrower.notes["todo"]:
        *rest, record = thrower.notes["todo"]
        thrower.notes["todo"] = rest
        frame = case.frames.get(record["in"])
        if frame is not None:
            yield from _undo(case, thrower, frame, record)
            return False
    del thrower.notes["todo"]
    return True


def _undo(case: Case, thrower: Token, frame: Frame, record: dict[str, Any]) -> Steps:
    node = frame.spec.task_specs[record["element"]]
    notes: dict[str, Any] = {"compensates": thrower.id, "snapshot": record["variables"]}
    if getattr(node, "handler", None) is not None:
        case.place(frame, node.handler, **notes)
    else:
        case.place(frame, node, undo=record.get("records", []), **notes)
    yield from ()
