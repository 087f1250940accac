"""Links (`bpmn:linkEventDefinition`): a throw event goes on at the catch event of the same name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.event import EventDefinition

if TYPE_CHECKING:
    from engine.bpmn.node import Verdict
    from engine.bpmn.token import Token


class LinkEvent(EventDefinition):
    """A link by its name; `target` is the catch event of the same body, found when the file is read."""

    kind = "link"

    def __init__(self, element: str, link: str) -> None:
        super().__init__(element)
        self.link = link
        self.target: str | None = None

    def fire(self, token: Token) -> Verdict:
        """Put a token at the catch event; the throwing one ends here."""
        if self.target is not None:
            frame = token.workflow
            frame.case.place(frame, frame.spec.task_specs[self.target])
        yield from ()
        return True
