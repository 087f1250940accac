"""Lives of every procedure that ships, and what pm4py says of their traces: for the nightly mining test."""

from __future__ import annotations

import importlib
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

from engine.definitions import catalogue
from engine.errors import BanjieError
from timers.laboratory import Laboratory

Trace = tuple[str, ...]


def items_by_procedure(lab: Laboratory) -> dict[str, list[tuple[str, str]]]:
    """Every service item with the first unit that handles it, by procedure."""
    shelf = lab.runtime.shelf
    with lab.runtime.store.reading() as connection:
        shelf.refresh(connection)
        bundle = shelf.bundle(connection, shelf.newest("catalogue", "catalogue"))
    found: dict[str, list[tuple[str, str]]] = {}
    for code, item in sorted(catalogue.read(bundle.texts(".toml")).items()):
        if item.units:
            found.setdefault(item.procedure, []).append((code, item.units[0]))
    return found


def live_all_procedures(lab: Laboratory, number: int) -> list[int]:
    """So many cases of each procedure, with withdrawals and timers, over half a year."""
    made = []
    first = lab.today
    for _procedure, items in sorted(items_by_procedure(lab).items()):
        for index in range(number):
            try:
                made.append(lab.receive(*items[index % len(items)], {}).case_id)
            except BanjieError:
                continue  # an application that was filled in wrongly is answered and opens no case
    lab.run(made, first + timedelta(days=200), wild=True)
    return made


def fitness(net_file: Path, traces: list[Trace]) -> list[tuple[Trace, Any]]:
    """The fitness of the best alignment of each trace with the net; None where it was not found in time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pm4py's own, and those of what it stands on
        pm4py = importlib.import_module("pm4py")
        logs = importlib.import_module("pm4py.objects.log.obj")
        alignments = importlib.import_module("pm4py.algo.conformance.alignments.petri_net.algorithm")
        net, begin, end = pm4py.read_pnml(str(net_file))
        log = logs.EventLog(
            [logs.Trace([logs.Event({"concept:name": name}) for name in trace]) for trace in traces]
        )
        found = alignments.apply(log, net, begin, end, parameters={"show_progress_bar": False})
    return [
        (trace, None if one is None else one["fitness"]) for trace, one in zip(traces, found, strict=True)
    ]
