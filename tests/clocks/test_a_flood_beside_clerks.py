"""A flood of due moments is worked off steadily, each once, while clerks go on working."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from statistics import median
from threading import Event
from typing import Any

import pytest
from floods import AFTER, accepted_case, armed, clerk_at_work, copies, fired, left
from founded import runtime_over
from nodes import nodes_over

from timers.laboratory import Laboratory

SEED = int(os.environ.get("BANJIE_SEED", "7"))
FIRST = date(2026, 1, 26)
PATIENCE = 3600  # seconds; only a hang takes so long
QUIET_ACTS = 15
# A clerk's answer beside a flood against the same clerk's answer before and after it. A clerk who waits for
# the flood to pass waits ten thousand times as long.
MOST_AT_THE_MEDIAN = 12
MOST_AT_WORST = 120
LARGE = 10_000
SLOWEST_PART = 5  # a tenth of the flood takes at most so many times what the median tenth takes


@contextmanager
def a_node_of_this_process(lab: Any) -> Iterator[None]:
    """A heartbeat in a thread beside the clerk, as `banjie serve` runs it over a file."""
    over = Event()

    def beat() -> None:
        while not over.is_set():
            lab.heartbeat.beat()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(beat)
        try:
            yield
        finally:
            over.set()
        running.result()


def quiet(act: Callable[[], float]) -> list[float]:
    return [act() for _ in range(QUIET_ACTS)]


def beside_the_flood(lab: Any, act: Callable[[], float]) -> tuple[list[float], list[tuple[float, int]]]:
    """What the clerk waited, act for act, and how much was left at which second, until all has fired."""
    waited, course, began = [], [(0.0, left(lab))], time.perf_counter()
    while course[-1][1]:
        waited.append(act())
        course.append((time.perf_counter() - began, left(lab)))
        assert course[-1][0] < PATIENCE, f"{course[-1][1]} moments are left"
        time.sleep(min(1.0, course[-1][0] / 100))
    return waited, course


def tenths(course: list[tuple[float, int]]) -> list[float]:
    """How many seconds each tenth of the flood took, read off its course between the readings."""
    whole, seconds, readings = course[0][1], [0.0], iter(course)
    (before, had), (now, has) = next(readings), next(readings)
    for step in range(1, 11):
        mark = whole - whole * step / 10
        while has > mark:
            (before, had), (now, has) = (now, has), next(readings)
        seconds.append(before + (now - before) * (had - mark) / (had - has))
    return [later - sooner for sooner, later in pairwise(seconds)]


def worked_off_beside_a_clerk(url: str, number: int, print_: Callable[[str], None]) -> None:
    lab = Laboratory(*runtime_over(url, FIRST), SEED)
    try:
        act = clerk_at_work(lab)
        case = accepted_case(lab)
        flood = copies(lab, case, number)
        with lab.runtime.store.reading() as connection:
            expected = armed(connection)
        before = quiet(act)
        lab.clock.set(AFTER)
        with a_node_of_this_process(lab) if lab.runtime.store.is_sqlite else nodes_over(url, 2, timedelta(0)):
            waited, course = beside_the_flood(lab, act)
        usual = median(before + quiet(act))

        parts = tenths(course)
        print_(
            f"{flood} moments, {flood / sum(parts):.0f} a second;"
            f" the slowest tenth took {max(parts) / median(parts):.1f} times the median tenth;"
            f" a clerk waited {median(waited) / usual:.1f} times as long as in quiet hours,"
            f" at worst {max(waited) / usual:.0f} times ({len(waited)} acts)"
        )
        # A tenth of a small flood is less than one round of moments and jobs.
        assert flood < LARGE or max(parts) < SLOWEST_PART * median(parts)
        assert len(waited) > 10
        assert median(waited) < MOST_AT_THE_MEDIAN * usual
        assert max(waited) < MOST_AT_WORST * usual
        got = fired(lab)
        assert {one: times for one, times in got.items() if times != 1} == {}
        assert set(expected) <= set(got)
    finally:
        lab.runtime.store.close()


@pytest.fixture
def print_(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Says a figure to whoever runs the test, as the nightly log keeps it."""

    def say(line: str) -> None:
        with capsys.disabled():
            print(f"\n{line}")  # noqa: T201 - the figures of a stress test are its report

    return say


def test_a_flood_does_not_keep_a_clerk_waiting(founded_url: str, print_: Callable[[str], None]) -> None:
    worked_off_beside_a_clerk(founded_url, 50, print_)


@pytest.mark.nightly
@pytest.mark.timeout(2 * 3600)
def test_a_hundred_thousand_moments_do_not_keep_a_clerk_waiting(
    founded_url: str, print_: Callable[[str], None]
) -> None:
    worked_off_beside_a_clerk(founded_url, 25_000, print_)
