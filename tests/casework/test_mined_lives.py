"""What lives on paper did fits the net that is exported of each procedure, says a tool of others: pm4py."""

from __future__ import annotations

import os
import time
from pathlib import Path

import mining_tools
import pytest
from founded import runtime_over

from engine.audit import pnml
from timers.laboratory import Laboratory

CASES = int(os.environ.get("BANJIE_MINED", "1000"))
"""Cases of each procedure that are lived; each different trace of theirs is aligned once."""


@pytest.mark.nightly
@pytest.mark.timeout(6 * 3600)
def test_a_thousand_cases_of_each_procedure_align_with_its_net_and_a_tampered_one_does_not(
    founded_sqlite_url: str, tmp_path: Path
) -> None:
    if not mining_tools.installed():
        pytest.skip("the extra `mining` (the package pm4py) is not installed")
    with Laboratory(*runtime_over(founded_sqlite_url), 3) as lab, lab.runtime.store.reading() as connection:
        lab.runtime.shelf.refresh(connection)
        found = mining_tools.variants(lab, connection, CASES, 3)
    for name, (net, counted) in found.items():
        path = tmp_path / f"{name}.pnml"
        path.write_bytes(pnml.written(net))
        told = sorted(counted)
        tampered = [one for trace in told[:: len(told) // 4 or 1] for one in tampered_with(trace)]
        began = time.monotonic()
        fitnesses = mining_tools.fitness(path, [*told, *tampered])
        seconds = time.monotonic() - began
        line = f"{name}: {sum(counted.values())} runs, {len(told)} variants, {len(tampered)} tampered"
        print(f"{line}, longest {max(map(len, told), default=0)}, {seconds:.0f} s", flush=True)  # noqa: T201
        assert [(t, f) for t, f in fitnesses[: len(told)] if f != 1.0] == [], name
        assert [t for t, f in fitnesses[len(told) :] if f is None or f >= 1.0] == [], name


def tampered_with(trace: mining_tools.Trace) -> list[mining_tools.Trace]:
    """The trace with its last two signs exchanged, without its first, and begun twice."""
    exchanged = [(*trace[:-2], trace[-1], trace[-2])] if len(trace) > 1 else []
    return [*exchanged, trace[1:], (trace[0], *trace)]
