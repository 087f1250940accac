"""Intermediate throw events (`bpmn:intermediateThrowEvent`): throw what is defined and go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.bpmn.activity import Activity
from engine.bpmn.throwing import throw_all

if TYPE_CHECKING:
    from engine.bpmn.node import Verdict
    from engine.bpmn.token import Token


class IntermediateThrowEvent(Activity):
    """A throw event; none, or any number of definitions."""

    def work(self, token: Token) -> Verdict:
        """Throw every definition, in the file's order."""
        return (yield from throw_all(self, token))
