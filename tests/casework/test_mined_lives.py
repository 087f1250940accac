"""What lives on paper did fits the net that is exported of each procedure, says a tool of others: pm4py."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Mapping
from pathlib import Path

import further_items
import mining_tools
import pytest
from founded import runtime_over
from paper_lives import Paper

from engine.audit import pnml
from timers.laboratory import Laboratory

CASES = int(os.environ.get("BANJIE_MINED", "1000"))
"""Cases of each procedure that are lived; each different trace of theirs is aligned once."""
TAMPERED = 4
"""So many of the shortest traces are tampered with: how far a long one is from the net takes minutes."""
LEAST_OWN, LEAST_CALLED = 10, 500
"""Of so many cases one at least must come to its end in the procedure; in a called one, whose runs are those
that its callers' cases make of it (`sp_*`, and the ways a department handles letters). Measured: 29 of 100
and more in procedures, 19 of 60 and more in called ones but for `sp_collect`, which only a payment of the
very sum ends: as chance had it, 40 of 60, 1 of 40, none of 150. Where it has none, the night says so."""


@pytest.mark.nightly
@pytest.mark.timeout(6 * 3600)
def test_a_thousand_cases_of_each_procedure_align_with_its_net_and_a_tampered_one_does_not(
    founded_sqlite_url: str, tmp_path: Path
) -> None:
    if not mining_tools.installed():
        pytest.skip("the extra `mining` (the package pm4py) is not installed")
    with Laboratory(*runtime_over(founded_sqlite_url), 3) as lab:
        further_items.deploy(lab)
        with lab.runtime.store.reading() as connection:
            lab.runtime.shelf.refresh(connection)
            own = Paper(lab, connection, 3).procedures()
            found = mining_tools.variants(lab, connection, CASES, 3)
    runs = {name: sum(counted.values()) for name, (_, counted) in found.items()}
    assert too_few(runs, own, CASES) == []
    for name, (net, counted) in found.items():
        path = tmp_path / f"{name}.pnml"
        path.write_bytes(pnml.written(net))
        told = sorted(counted)
        tampered = [one for trace in sorted(told, key=len)[:TAMPERED] for one in tampered_with(trace)]
        began = time.monotonic()
        fitnesses = mining_tools.fitness(path, [*told, *tampered])
        seconds = time.monotonic() - began
        line = f"{name}: {runs[name]} runs, {len(told)} variants, {len(tampered)} tampered"
        print(f"{line}, longest {max(map(len, told), default=0)}, {seconds:.0f} s", flush=True)  # noqa: T201
        assert [(t, f) for t, f in fitnesses[: len(told)] if f != 1.0] == [], name
        assert [t for t, f in fitnesses[len(told) :] if f is None or f >= 1.0] == [], name


def too_few(runs: Mapping[str, int], own: Collection[str], cases: int) -> list[str]:
    """The procedures that were not lived often enough for a fitness to say anything; each needs a run."""
    least = {name: max(1, cases // (LEAST_OWN if name in own else LEAST_CALLED)) for name in runs}
    return [f"{name}: {runs[name]} of {least[name]} runs" for name in runs if runs[name] < least[name]]


def test_a_procedure_that_hardly_anybody_lived_is_named() -> None:
    runs = {"letter": 100, "letter_direct": 0, "sp_hearing": 2, "sp_collect": 1, "huji": 99}

    told = too_few(runs, ("huji", "letter"), 1000)
    assert told == ["letter_direct: 0 of 2 runs", "sp_collect: 1 of 2 runs", "huji: 99 of 100 runs"]
    assert too_few({"letter_direct": 0}, (), 1) == ["letter_direct: 0 of 1 runs"]


def tampered_with(trace: mining_tools.Trace) -> list[mining_tools.Trace]:
    """The trace with its last two signs exchanged, without its first, and begun twice."""
    exchanged = [(*trace[:-2], trace[-1], trace[-2])] if len(trace) > 1 else []
    return [*exchanged, trace[1:], (trace[0], *trace)]
