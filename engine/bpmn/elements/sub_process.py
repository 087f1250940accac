"""Embedded sub-processes (`bpmn:subProcess`): a body with variables of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.bpmn.activity import Activity, resume
from engine.bpmn.elements.compensation_event import undo_next
from engine.bpmn.elements.process import arm_event_sub_processes, begin
from engine.bpmn.token import ENTER, LEAVE, WORK
from engine.bpmn.withdrawing import close_frame, close_own

if TYPE_CHECKING:
    from engine.bpmn.node import Body, Node, Steps, Verdict
    from engine.bpmn.scope import Frame
    from engine.bpmn.token import Token


class SubProcess(Activity):
    """An activity with a body. The body runs in the activity's own scope."""

    opens = True

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.inner: Body

    def proceed(self, token: Token) -> Steps:
        """As every activity; a stay made to undo a completed one goes its own way."""
        if "undo" in token.notes:
            yield from self._undo(token)
        else:
            yield from super().proceed(token)

    def map_inputs(self, token: Token) -> Steps:
        """Open the scope of the body, then map the inputs into it."""
        if token.own is None:
            yield self.case(token).open_own(token)
        if self.settings.inputs:
            yield from super().map_inputs(token)

    def work(self, token: Token) -> Verdict:
        """Start the body and wait for its end."""
        frame = self._frame(token)
        yield from arm_event_sub_processes(frame.case, frame)
        for name, value in sorted(token.notes.pop("payload", {}).items()):
            yield frame.case.propagate(frame.scope, name, value, self.name)
        self.begin_body(frame, token.notes.pop("start", None))
        return False

    def _frame(self, token: Token) -> Frame:
        case = self.case(token)
        assert token.own is not None  # noqa: S101 - opened with the inputs
        return case.frame_of(token) or case.open_frame(
            self.inner, token.own, token, token.workflow.definition
        )

    def begin_body(self, frame: Frame, start: str | None) -> None:
        """Start the body where it starts by itself."""
        begin(frame.case, frame)

    def body_ended(self, token: Token, frame: Frame) -> Steps:
        """The last token of the body is gone: the activity is done."""
        if "undo" in token.notes:
            if "todo" not in token.notes:
                yield from self._undone(token)
            return
        if frame.records or self.undoes:
            token.notes["records"] = frame.records
        yield from close_frame(frame.case, frame)
        token.phase = LEAVE
        yield from self.proceed(token)

    # -- compensation --------------------------------------------------------------------------------

    @property
    def undoes(self) -> Node | None:
        """The start of the compensation event sub-process inside, if there is one (BPMN 2.0.2, 10.7.2)."""
        starts = self.inner.event_sub_processes
        return next((one for one in starts if any(d.kind == "compensation" for d in one.definitions)), None)

    def remember(self, token: Token) -> None:
        """A completed sub-process is undone by its handler, else by what it did itself."""
        records = None if token.notes.get("compensates") else token.notes.get("records")
        if records is not None and self.handler is None:
            token.workflow.remember({**self.record(token), "records": records})
        else:
            super().remember(token)

    def _undo(self, token: Token) -> Steps:
        """Open the body again as it was when it completed, and undo what it did, the last first."""
        if token.phase == ENTER:
            case = self.case(token)
            yield case.open_own(token)
            for name, value in sorted(token.notes.pop("snapshot", {}).items()):
                yield case.assign(token.scope, name, value, self.name)
            frame = self._frame(token)
            frame.records = token.notes["undo"]
            frame.interrupted = True
            token.notes["undo"] = []
            token.phase = WORK
            if self.undoes is not None:
                yield from self.undoes.happen(frame, {})
                self.rest(token)
                return
            token.notes["todo"] = [{**record, "in": frame.id} for record in frame.records]
        if (yield from undo_next(self.case(token), token)):
            yield from self._undone(token)
        else:
            self.rest(token)

    def _undone(self, token: Token) -> Steps:
        case, frame = self.case(token), self._frame(token)
        yield from close_frame(case, frame)
        yield from close_own(case, token)
        case.remove(token)
        resume(case, token.notes["compensates"])
