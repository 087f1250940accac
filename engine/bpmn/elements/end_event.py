"""End events (`bpmn:endEvent`): a token ends here, throwing what the event defines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.throwing import throw_all

if TYPE_CHECKING:
    from engine.bpmn.node import Steps, Verdict
    from engine.bpmn.token import Token

from engine.bpmn.activity import Activity


class EndEvent(Activity):
    """An end event; one of the outermost process is reported when the run ends.

    It shares the listeners and the job of an activity (a message may be sent by a job).
    """

    def work(self, token: Token) -> Verdict:
        """Throw every definition, in the file's order."""
        return (yield from throw_all(self, token))

    def leave(self, token: Token) -> Steps:
        """End the token."""
        frame = token.workflow
        case = frame.case
        if frame.owner is None and frame is case.root:
            case.ends.append(self.name)
        yield from super().leave(token)
