"""Living examples and seeing which flows of the diagram they walk.

Called by the page of a draft. Every example runs in a laboratory of its own; what its cases have passed is
read from their journals before the laboratory goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.definitions.bundles import Bundle
from engine.definitions.packages import Package
from engine.errors import Finding, NotFound
from engine.records.tables import case as case_table
from timers import examples
from timers.bench import Bench
from timers.laboratory import Laboratory
from web.casefile.opening import open_file
from web.language import _
from web.signin.who import house
from web.watching import tokens


@dataclass
class Walked:
    """What examples came to: findings by file, and the flows they passed of those there are."""

    findings: dict[str, list[Finding]]
    passed: set[str] = field(default_factory=set)
    flows: tuple[str, ...] = ()

    @property
    def covered(self) -> tuple[str, ...]:
        """The flows that were passed, in the diagram's order."""
        return tuple(flow for flow in self.flows if flow in self.passed)

    @property
    def open(self) -> tuple[str, ...]:
        """The flows no example has passed."""
        return tuple(flow for flow in self.flows if flow not in self.passed)

    def marks(self) -> list[dict[str, Any]]:
        """The flows as a diagram marks them: covered, or open."""
        marked = [(flow, "covered") for flow in self.covered] + [(flow, "open") for flow in self.open]
        return [{"element": flow, "count": "", "state": state} for flow, state in marked]


def is_example(path: str) -> bool:
    """Whether a file of a package is one of its example cases."""
    return path.startswith("tests/") and path.endswith((".yaml", ".yml"))


def walk(read: Package, wanted: str = "", beside: Sequence[Bundle] = ()) -> Walked:
    """Live one example of a package, or all of them; `beside` are the law and catalogue of a draft.

    Raises NotFound for an example that is none, IllegalDefinition for a faulty draft.
    """
    files = {path: data for path, data in sorted(read.bundle.files.items()) if is_example(path)}
    if wanted and wanted not in files:
        raise NotFound(_("这个流程没有这个示例。"))
    walked = Walked({}, flows=tuple(read.definition.flows))
    with Bench(house().runtime, [*beside, read.bundle]) as bench:

        def watched(day: date, seed: int) -> Any:
            return _Watched(bench.laboratory(day, seed), read.definition.digest, walked.passed)

        for path, data in files.items():
            if wanted in ("", path):
                walked.findings[path] = examples.run(data.decode("utf-8", "replace"), path, watched)
    return walked


class _Watched:
    """A laboratory whose cases are looked at before it closes."""

    def __init__(self, laboratory: Laboratory, digest: str, passed: set[str]) -> None:
        self._laboratory = laboratory
        self._digest = digest
        self._passed = passed

    def __enter__(self) -> Laboratory:
        return self._laboratory

    def __exit__(self, *_facts: object) -> None:
        runtime = self._laboratory.runtime
        with runtime.store.reading() as connection:
            for number in connection.execute(select(case_table.c.case_id)).scalars().all():
                self._passed |= set(
                    tokens.placed(open_file(runtime, connection, number), self._digest)["passed"]
                )
        self._laboratory.close()
