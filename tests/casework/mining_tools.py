"""Lives of every procedure that ships, and what pm4py says of their traces: for the nightly mining test."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from followed_examples import shipped
from guided_lives import Guide
from paper_forms import LARGE_POOL
from paper_lives import Paper
from sqlalchemy import Connection
from turned_examples import turned

from engine.audit import petri, pnml
from engine.audit.reduction import Net
from engine.records.entries import Entry
from timers.laboratory import Laboratory

Trace = tuple[str, ...]
PYTHON = os.environ.get("BANJIE_MINING_PYTHON", sys.executable)
"""The interpreter that has pm4py: the extra `mining` is large and may live in an environment of its own."""
MOST_MEMORY = 4 << 30


def installed() -> bool:
    """Whether pm4py can be imported there."""
    probe = "import importlib.util, sys; sys.exit(importlib.util.find_spec('pm4py') is None)"
    return subprocess.run([PYTHON, "-c", probe], check=False).returncode == 0


def lives(lab: Laboratory, connection: Connection, number: int, seed: int) -> Iterator[list[Entry]]:
    """The entries of the example cases, then of so many cases of each procedure, with withdrawals and timers,
    each led to its end: what chance hardly meets (a payment of the very sum) the examples do."""
    guide = Guide(Paper(lab, connection, seed, LARGE_POOL), led_on=1)
    for told, example in enumerate((*shipped(), *turned(shipped())), start=1):
        life = guide.follow(told, example)
        if life.entries:
            yield life.entries
    for procedure in guide.paper.procedures():
        made = tried = 0
        while made < number and tried < number * 2:
            tried += 1
            life = guide.live(tried, procedure)
            if life.entries:
                made += 1
                yield life.entries


def variants(
    lab: Laboratory, connection: Connection, number: int, seed: int
) -> dict[str, tuple[Net, dict[Trace, int]]]:
    """The net of every procedure, called ones too, and each different trace with how many runs took it."""
    found: dict[str, tuple[Net, dict[Trace, int]]] = {}
    by_digest: dict[str, str] = {}
    for version in lab.runtime.shelf.versions("package"):
        package = lab.runtime.shelf.package(connection, version.digest)
        found[version.name] = (petri.net_of(package.definition, package.process), {})
        by_digest[version.name] = package.definition.digest
    for entries in lives(lab, connection, number, seed):
        for name, (net, counted) in found.items():
            for trace in map(tuple, pnml.traces_of(entries, by_digest[name], net)):
                counted[trace] = counted.get(trace, 0) + 1
    return found


def fitness(net_file: Path, traces: list[Trace]) -> list[tuple[Trace, Any]]:
    """The fitness of the best alignment of each trace with the net; None where it was not found in time."""
    asked = net_file.with_suffix(".json")
    asked.write_text(json.dumps(traces), "utf-8")
    script = Path(__file__).with_name("aligning.py")
    done = subprocess.run(
        [PYTHON, str(script), str(net_file), str(asked)],
        check=True,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY)),
    )
    return list(zip(traces, json.loads(done.stdout), strict=True))
