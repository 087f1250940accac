"""What an evaluation leaves behind: the decisions it took, the rules that hit, why a value is null.

Written by the run and the tables while they work; read by whoever keeps the evidence (the journal). Plain
JSON data only, so that it can be hashed and shown without this package.
"""

from __future__ import annotations

from typing import Any

from engine import feel

REASON_LIMIT = 200
"""How many reasons one evaluation keeps; a loop over a long list would otherwise drown the journal."""


class Record:
    """The evidence of one evaluation, decision by decision in the order they were finished."""

    def __init__(self) -> None:
        self.decisions: list[dict[str, Any]] = []
        self.reasons: list[str] = []
        self._open: list[dict[str, Any]] = []
        self._within: list[str] = []

    def begin(self, element_id: str, name: str) -> None:
        """A decision is being evaluated."""
        self._open.append({"decision": element_id, "name": name, "tables": [], "reasons": []})

    def end(self, value: Any) -> None:
        """The decision just begun has this value."""
        entry = self._open.pop()
        entry["value"] = plain(value)
        self.decisions.append(entry)

    @property
    def depth(self) -> int:
        """How many bodies are being evaluated, one inside the other."""
        return len(self._within)

    def enter(self, function: str) -> None:
        """The body of a knowledge model or decision service is being evaluated."""
        self._within.append(function)

    def leave(self) -> None:
        """The body just entered is done."""
        self._within.pop()

    def table(self, facts: dict[str, Any]) -> None:
        """A decision table gave a result."""
        if self._within:
            facts["within"] = list(self._within)
        if self._open:
            self._open[-1]["tables"].append(facts)

    def reason(self, sentence: str) -> None:
        """Something became null, and this is why."""
        if len(self.reasons) >= REASON_LIMIT:
            return
        where = self._within[-1] if self._within else self._open[-1]["name"] if self._open else ""
        self.reasons.append(f"{where}: {sentence}" if where else sentence)
        if self._open:
            self._open[-1]["reasons"].append(sentence)


def plain(value: Any) -> Any:
    """A FEEL value as plain JSON data; a range or a function is shown as text."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, feel.Function | feel.HostFunction | feel.Range):
        return feel.feel_string(value)
    return feel.to_json(value)
