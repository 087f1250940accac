"""A trial that goes two ways at once: with the live case, and with what was written and read back.

Used by the fuzzers. Both must tell the same story and come to the same bytes at every step.
"""

from __future__ import annotations

import re

import pytest

from engine.bpmn.happenings import Happening
from engine.bpmn.marking import Marking
from engine.bpmn.run import advance
from engine.bpmn.stimuli import Stimulus
from engine.bpmn.trial import Trial
from engine.errors import Conflict


class Twin(Trial):
    """`kept` is the marking whose case lives on; `marking` has been through its written form."""

    kept: Marking | None = None

    def push(self, stimulus: Stimulus) -> list[Happening]:
        """Push both; what the restored one made happen."""
        before, bytes_before = self.kept, None if self.kept is None else self.kept.dump()
        try:
            happened = super().push(stimulus)
        except Conflict as refusal:
            with pytest.raises(Conflict, match=re.escape(str(refusal))):
                advance(self.definition, self.kept, stimulus, self.context)
            raise
        run = advance(self.definition, self.kept, stimulus, self.context)
        told = [(one.type, one.data()) for one in run]
        assert told == [(one.type, one.data()) for one in happened], stimulus
        self.kept = run.marking
        assert self.marking is not None
        assert self.kept.dump() == self.marking.dump(), stimulus
        if before is not None:
            assert Marking.of(before.plain).dump() == bytes_before, "the marking before has changed"
        return happened
