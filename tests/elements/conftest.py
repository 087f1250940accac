"""Every trial here is followed by a ledger: the happenings alone must tell what the marking holds."""

from __future__ import annotations

from typing import Any

import pytest
from happening_ledger import Ledger

from engine.bpmn.trial import Trial


@pytest.fixture(autouse=True)
def _ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    push = Trial.push

    def followed(self: Any, stimulus: Any) -> Any:
        ledger = vars(self).setdefault("ledger", Ledger())
        happened = push(self, stimulus)
        for one in happened:
            ledger.take(one)
        ledger.agrees(self)
        return happened

    monkeypatch.setattr(Trial, "push", followed)
