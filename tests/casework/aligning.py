"""Alignments by pm4py in a process of its own: `python aligning.py NET.pnml TRACES.json`.

Started by `mining_tools`. Reads a list of traces (each a list of labels), prints a list of fitnesses, null
where none was found in time. It imports nothing of the product, so that pm4py may live in an environment of
its own, and whatever memory it takes is given back when it ends.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import warnings
from typing import Any


def fitness(net_file: str, traces: list[list[str]], seconds: float) -> list[float | None]:
    """The fitness of the best alignment of each trace, as pm4py tells it.

    Of its searches the one that is told to be sparing of memory is by far the quickest here. A silent move
    costs nothing: what cannot be seen is no deviation.
    """
    warnings.simplefilter("ignore")  # pm4py's own, and those of what it stands on
    pm4py = importlib.import_module("pm4py")
    logs = importlib.import_module("pm4py.objects.log.obj")
    aligning: Any = importlib.import_module("pm4py.algo.conformance.alignments.petri_net.algorithm")
    search = aligning.Variants.VERSION_DIJKSTRA_LESS_MEMORY
    named = search.value.Parameters
    net, begin, end = pm4py.read_pnml(net_file)
    costs = {one: 0 if one.label is None else 10_000 for one in net.transitions}
    asked = {
        "show_progress_bar": False,
        named.PARAM_MODEL_COST_FUNCTION: costs,
        named.PARAM_MAX_ALIGN_TIME_TRACE: seconds,
    }
    log = logs.EventLog(
        logs.Trace([logs.Event({"concept:name": name}) for name in trace]) for trace in traces
    )
    told = aligning.apply(log, net, begin, end, variant=search, parameters=asked)
    return [None if one is None else one["fitness"] for one in told]


if __name__ == "__main__":
    _, net_name, traces_name = sys.argv
    answer, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: SIM115 - pm4py greets on what we answer on
    with open(traces_name, encoding="utf-8") as file:
        asked_for = json.load(file)
    told = fitness(net_name, asked_for, float(os.environ.get("BANJIE_ALIGN_SECONDS", "300")))
    answer.write(json.dumps(told) + "\n")
