"""A simulated outside system: a register of another authority, behind the contract of docs/registers.md.

Called by tests and by whoever builds a real adaptor and wants something to build against. It speaks the job
endpoints of the interface and nothing else: no database, no runtime, no clock. It can be slow to know and it
can be down, because the real ones are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import said

PREFIX = "outside."
DOWN, ABSENT = "OUTSIDE_DOWN", "OUTSIDE_ABSENT"

Post = Callable[[str, Mapping[str, Any]], Any]
"""Sends a JSON body to a path of the interface and gives the JSON answer."""


@dataclass
class OutsideSystem:
    """One register by key. `down` counts the questions it will not answer before it answers again."""

    register: str
    rows: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    as_of: str = ""
    down: int = 0

    @property
    def job_type(self) -> str:
        """The type of the jobs this system's adaptor works on."""
        return PREFIX + self.register

    def work(self, post: Post, *, worker: str = "adaptor-1", limit: int = 20) -> int:
        """Lease waiting questions and report each one; gives how many were reported."""
        leased = post("/jobs/activate", {"type": self.job_type, "worker": worker, "limit": limit})
        for job in leased:
            verb, body = self.answer(job)
            post(f"/jobs/{job['case']}/{job['key']}/{verb}", body)
        return len(leased)

    def answer(self, job: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """What to report of a leased job: the verb of the endpoint (complete, fail, error) and its body."""
        if self.down:
            self.down -= 1
            sentence = said("Expected register {register} to answer, but it does not", register=self.register)
            # The last try is not for an operator to repair: the diagram says how to go on by hand.
            last = int(job["retries"]) <= 1
            return (
                ("error", {"code": DOWN, "sentence": sentence}) if last else ("fail", {"sentence": sentence})
            )
        key = str(job["variables"].get("key") or "")
        row = self.rows.get(key)
        if row is None and job["headers"].get("absent") == "error":
            sentence = said(
                "Expected {key} in {register}, but it is not there",
                key=key or said("a key"),
                register=self.register,
            )
            return "error", {"code": ABSENT, "sentence": sentence}
        told = None if row is None else {**row, "key": key, "as_of": self.as_of}
        return "complete", {"result": {job["headers"].get("variable", "row"): told}}

    def delivery(self, keys: Iterable[str] | None = None) -> list[dict[str, Any]]:
        """Rows for the mirror (`banjie registers import`): all, or those of some keys."""
        chosen = sorted(self.rows) if keys is None else [key for key in keys if key in self.rows]
        return [{"key": key, **self.rows[key], "as_of": self.as_of} for key in chosen]
