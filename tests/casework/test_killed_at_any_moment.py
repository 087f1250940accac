"""Killed with SIGKILL at any moment and restarted, no accepted act is lost and none is done twice."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import pytest
from founded import runtime_over
from sqlalchemy import func, select

from engine import audit
from engine.clock import SystemClock
from engine.records import journal, tables
from engine.records.shared_tables import serial
from timers.scheduler import Heartbeat

WORKER = Path(__file__).with_name("office_worker.py")
SEED = int(os.environ.get("BANJIE_SEED", "9"))


@contextmanager
def office(url: str) -> Iterator[Popen[str]]:
    """The program that forks workers on a database."""
    process = Popen(
        [sys.executable, str(WORKER), url],
        stdin=PIPE,
        stdout=PIPE,
        text=True,
        bufsize=1,
        cwd=WORKER.parents[2],
        env={**os.environ, "PYTHONPATH": str(WORKER.parents[2])},
    )
    with process:
        yield process


def work_and_die(office: Popen[str], seed: int, seconds: float) -> list[tuple[int, int]]:
    """Let a worker work for a while and kill it; the (case, version) of every act it announced."""
    assert office.stdin is not None
    assert office.stdout is not None
    office.stdin.write(f"{seed}\n")
    first = office.stdout.readline()
    assert first.split()[1:], f"the worker died before its first act: {first}"
    time.sleep(seconds)
    os.kill(int(first.split()[0]), signal.SIGKILL)
    lines = [first, *iter(office.stdout.readline, "gone\n")]
    return [(int(words[1]), int(words[2])) for words in map(str.split, lines)]


@pytest.mark.parametrize(("kind", "kills"), [("sqlite", 40), ("postgresql", 10)])
def test_fifty_kills_lose_nothing_and_do_nothing_twice(
    request: pytest.FixtureRequest, kind: str, kills: int
) -> None:
    url = request.getfixturevalue(f"founded_{kind}_url")
    rng = random.Random(SEED)
    announced: list[tuple[int, int]] = []
    with office(url) as program:
        for number in range(kills):
            announced += work_and_die(program, SEED + number, rng.uniform(0.02, 0.5))

    runtime, _ = runtime_over(url)
    runtime.clock = SystemClock()
    Heartbeat(runtime, "after").beat()
    try:
        check(runtime, announced)
    finally:
        runtime.store.close()


def check(runtime: Any, announced: list[tuple[int, int]]) -> None:
    assert announced, "the worker never got to work"
    with runtime.store.reading() as connection:
        runtime.shelf.refresh(connection)
        rows = connection.execute(select(tables.case)).all()
        versions = {row.case_id: row.version for row in rows}
        lost = [act for act in announced if versions.get(act[0], 0) < act[1]]
        assert lost == []
        for row in rows:
            entries = list(journal.read(connection, journal.case_stream(row.case_id)))
            done = Counter(
                event.data["key"]
                for entry in entries
                for event in entry.events
                if event.type in ("WorkItemCompleted", "JobCompleted")
            )
            assert [key for key, times in done.items() if times > 1] == []
            verdict = audit.replay(connection, runtime.shelf, runtime.settings, entries)
            assert verdict.conforms, verdict.sentence()
            checks = audit.verify_case(connection, row.case_id, row._mapping)
            assert [one.detail for one in checks if not one.holds] == []
        numbered = connection.execute(
            select(serial.c.kind, func.sum(serial.c.last)).group_by(serial.c.kind)
        ).all()
        issued = Counter(
            event.data["kind"]
            for row in rows
            for entry in journal.read(connection, journal.case_stream(row.case_id))
            for event in entry.events
            if event.type == "DocumentIssued" and event.data["number"]
        )
        waiting = connection.execute(
            select(func.count()).select_from(tables.job).where(tables.job.c.status == "waiting")
        ).scalar_one()
    # Numbers have no gaps: as many were drawn as documents were issued (jobs still waiting may hold one).
    assert sum(last for _, last in numbered) - sum(issued.values()) <= waiting
