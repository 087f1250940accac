"""Every due moment fires exactly once: with two nodes, killed nodes, and a flood beside working clerks."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from floods import AFTER, accepted_case, armed, clerk_at_work, copies, fired, left, supervised
from founded import runtime_over
from nodes import LEASES_OVER, Nodes, nodes_over
from sqlalchemy import func, select

from engine.casework import due_moments
from engine.records.tables import due as due_table
from engine.records.tables import job as job_table
from timers.laboratory import Laboratory
from timers.scheduler import Heartbeat

SEED = int(os.environ.get("BANJIE_SEED", "7"))
FIRST = date(2026, 1, 26)
PATIENCE = 120  # seconds; only a hang takes so long


def held_by(lab: Any, node: str) -> int:
    """How many armed moments and waiting jobs a node has claimed, less what a later node took over."""
    with lab.runtime.store.reading() as connection:
        return sum(
            int(connection.execute(select(func.count()).where(*wanted)).scalar_one())
            for wanted in (
                (due_table.c.status == "armed", due_table.c.claimed_by == node),
                (job_table.c.status == "waiting", job_table.c.claimed_by == node),
            )
        )


def work_through_kills(nodes: Nodes, lab: Any, act: Callable[[], float], kills: int, each: int) -> int:
    """Kill a node when up to `each` moments more have fired, replace it, again and again; a clerk works too.

    (Not over a file: SQLite lets a writer of another process wait for seconds beside two that never rest.)

    Gives how many of the killed left something behind that they had claimed. There is work at every kill.
    """
    rng = random.Random(SEED)
    alone = lab.runtime.store.is_sqlite
    interrupted = 0
    for number in range(kills):
        until_fired(lab, rng.randint(1, each))
        time.sleep(rng.uniform(0, 0.02))
        dead = nodes.kill_the_oldest()
        interrupted += held_by(lab, dead) > 0
        assert left(lab) > 0, f"nothing was left to do at kill {number}"
        nodes.start()
        if not alone:
            act()
    return interrupted


def until_fired(lab: Any, number: int) -> None:
    """Wait until so many moments more have fired."""
    aim, give_up = left(lab) - number, time.monotonic() + PATIENCE
    while left(lab) > aim:
        assert time.monotonic() < give_up, "the nodes fire nothing"
        time.sleep(0.003)


def demand_each_once(url: str, kills: int, each: int, *, jobs_too: bool = False) -> None:
    lab = Laboratory(*runtime_over(url, FIRST), SEED)
    number = kills * each // 4  # of cases with four moments each: about half are left after the last kill
    try:
        act = clerk_at_work(lab)
        copies(lab, accepted_case(lab), number)
        with lab.runtime.store.reading() as connection:
            expected = armed(connection)

        with nodes_over(url, 2) as nodes:
            interrupted = work_through_kills(nodes, lab, act, kills, each)
        lab.clock.set(AFTER + (kills + 3) * LEASES_OVER)
        while due_moments.fire_due(lab.runtime, "last"):
            pass

        assert set(expected.values()) == {1}
        assert fired(lab) == expected, f"seed {SEED}"
        assert left(lab) == 0
        assert interrupted > kills // 4, "most nodes were killed at rest, which proves nothing"
        if jobs_too:
            while lab.heartbeat.beat():
                pass
            assert supervised(lab) == number + 2, "each case has one supervision case, whoever was killed"
    finally:
        lab.runtime.store.close()


def test_two_nodes_and_twenty_kills_fire_each_moment_once(founded_postgresql_url: str) -> None:
    demand_each_once(founded_postgresql_url, 20, 16)


def test_two_nodes_over_one_file_and_six_kills_fire_each_moment_once(founded_sqlite_url: str) -> None:
    demand_each_once(founded_sqlite_url, 6, 16)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_a_hundred_kills_fire_each_moment_once(founded_url: str) -> None:
    demand_each_once(founded_url, 100, 30, jobs_too=True)


def test_a_node_that_dies_with_a_claim_is_followed_by_one_that_fires_late(laboratory: Any) -> None:
    lab = laboratory(FIRST)
    accepted_case(lab)
    with lab.runtime.store.reading() as connection:
        expected = armed(connection)
    lab.clock.set(AFTER)
    claimed = due_moments._claim(lab.runtime, "dies", 100)
    assert len(claimed) == len(expected)

    assert lab.heartbeat.beat() == 0
    lab.clock.advance(LEASES_OVER)
    assert lab.heartbeat.beat() >= len(expected)

    assert fired(lab) == expected


def test_moments_come_in_the_order_in_which_they_were_due(laboratory: Any) -> None:
    lab = laboratory(FIRST)
    copies(lab, accepted_case(lab), 10)
    lab.clock.set(AFTER)

    while due_moments.fire_due(lab.runtime, "one", limit=5):
        waiting = select(func.min(due_table.c.at)).where(due_table.c.status == "armed")
        done = select(func.max(due_table.c.at)).where(due_table.c.status == "done")
        with lab.runtime.store.reading() as connection:
            first, last = connection.execute(waiting).scalar(), connection.execute(done).scalar()
        assert first is None or last <= first
    assert left(lab) == 0


def test_one_beat_is_bounded_so_that_jobs_have_their_turn(laboratory: Any) -> None:
    lab = laboratory(FIRST)
    copies(lab, accepted_case(lab), 20)
    before = left(lab)
    lab.clock.set(AFTER)

    assert due_moments.fire_due(lab.runtime, "one", limit=7) == 7
    assert left(lab) == before - 7


def test_two_nodes_share_the_work(founded_postgresql_url: str) -> None:
    lab = Laboratory(*runtime_over(founded_postgresql_url, FIRST), SEED)
    copies(lab, accepted_case(lab), 40)
    with lab.runtime.store.reading() as connection:
        expected = armed(connection)
    other, clock = runtime_over(founded_postgresql_url, FIRST)
    clock.set(AFTER + timedelta(seconds=1))
    lab.clock.set(AFTER)
    nodes = (lab.heartbeat, Heartbeat(other, "other"))

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda node: node.beat(), nodes))

    assert sum(done) >= len(expected)
    assert fired(lab) == expected
    for runtime in (lab.runtime, other):
        runtime.store.close()
