"""Every due moment fires exactly once: with two nodes, killed nodes, and a flood beside working clerks."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from floods import AFTER, accepted_case, armed, copies, fired, left
from founded import runtime_over
from sqlalchemy import func, select

from engine.casework import due_moments
from engine.casework.commands import Claim
from engine.clock import moment_text
from engine.records.tables import due as due_table
from timers.laboratory import Laboratory
from timers.scheduler import Heartbeat

NODE = Path(__file__).with_name("beating_node.py")
SEED = int(os.environ.get("BANJIE_SEED", "7"))
FIRST = date(2026, 1, 26)
LEASES_OVER = 2 * due_moments.LEASE
PATIENCE = 120  # seconds; only a hang takes so long


def started(url: str, name: str, number: int) -> subprocess.Popen[str]:
    """A node whose clock stands later than that of every node before it: their leases are over."""
    moment = moment_text(AFTER + number * LEASES_OVER)
    root = NODE.parents[2]
    return subprocess.Popen(
        [sys.executable, str(NODE), url, name, moment],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


def killed(node: subprocess.Popen[str], seconds: float) -> None:
    """Let a node beat for a while, then kill it with SIGKILL."""
    with node:
        assert node.stdout is not None
        assert node.stdout.readline() == "ready\n"
        time.sleep(seconds)
        node.kill()


def work_through_kills(url: str, lab: Any, kills: int) -> list[int]:
    """Two nodes at a time, one of them killed and replaced each time; gives what was left at each kill."""
    rng = random.Random(SEED)
    remaining = []
    nodes = [started(url, "node-0", 0), started(url, "node-1", 1)]
    try:
        for number in range(kills):
            killed(nodes.pop(0), rng.uniform(0.05, 0.5))
            remaining.append(left(lab))
            nodes.append(started(url, f"node-{number + 2}", number + 2))
    finally:
        for node in nodes:
            node.kill()
            node.communicate()
    return remaining


def demand_each_once(url: str, number: int, kills: int) -> None:
    lab = Laboratory(*runtime_over(url, FIRST), SEED)
    try:
        copies(lab, accepted_case(lab), number)
        with lab.runtime.store.reading() as connection:
            expected = armed(connection)

        remaining = work_through_kills(url, lab, kills)
        lab.clock.set(AFTER + (kills + 3) * LEASES_OVER)
        while lab.heartbeat.beat():
            pass

        assert remaining[0] > 0, "nothing was left to do at the first kill"
        assert set(expected.values()) == {1}
        assert fired(lab) == expected, f"seed {SEED}"
        assert left(lab) == 0
    finally:
        lab.runtime.store.close()


def test_two_nodes_and_twenty_kills_fire_each_moment_once(founded_postgresql_url: str) -> None:
    demand_each_once(founded_postgresql_url, 150, 20)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_a_hundred_kills_fire_each_moment_once(founded_postgresql_url: str) -> None:
    demand_each_once(founded_postgresql_url, 4000, 100)


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


# --- a flood and the clerks ------------------------------------------------------------------------


def worked_off_beside_a_clerk(lab: Any, number: int) -> None:
    """A clerk's command on another case is answered while most of the flood still waits."""
    other = lab.receive("HJ-LH-0004", "shinan.ga.zs", {}, channel="window").case_id
    key = next(iter(lab.case(other).items))
    armed_at_first = copies(lab, accepted_case(lab), number)
    with lab.runtime.store.reading() as connection:
        expected = armed(connection)
    lab.clock.set(AFTER)
    clerk = lab.runtime.directory.actor("lihua")

    def flood() -> None:
        while lab.heartbeat.beat():
            pass

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(flood)
        give_up = time.monotonic() + PATIENCE
        while left(lab) == armed_at_first and not running.done() and time.monotonic() < give_up:
            time.sleep(0.01)
        lab.runtime.handle(Claim(case_id=other, key=key), clerk)
        waiting = left(lab)
        running.result()

    assert 0 < waiting < armed_at_first
    assert waiting > armed_at_first // 2, "the clerk waited until most of the flood was gone"
    assert lab.case(other).items[key]["person"] == "lihua"
    assert left(lab) == 0
    got = fired(lab)
    assert {one: times for one, times in got.items() if times != 1} == {}
    assert set(expected) <= set(got)


def test_a_thousand_moments_do_not_keep_a_clerk_waiting(founded_postgresql_url: str) -> None:
    lab = Laboratory(*runtime_over(founded_postgresql_url, FIRST), SEED)
    worked_off_beside_a_clerk(lab, 333)
    lab.runtime.store.close()


def test_a_flood_in_one_file_does_not_keep_a_clerk_waiting(founded_sqlite_url: str) -> None:
    lab = Laboratory(*runtime_over(founded_sqlite_url, FIRST), SEED)
    worked_off_beside_a_clerk(lab, 100)
    lab.runtime.store.close()


@pytest.mark.nightly
@pytest.mark.timeout(4 * 3600)
def test_a_hundred_thousand_moments_do_not_keep_a_clerk_waiting(founded_postgresql_url: str) -> None:
    lab = Laboratory(*runtime_over(founded_postgresql_url, FIRST), SEED)
    worked_off_beside_a_clerk(lab, 33_333)
    lab.runtime.store.close()


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
