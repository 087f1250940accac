"""Two clerks, one work item: one wins, the other is told. Two items of one case wait for each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from engine.casework.commands import Claim, Complete
from engine.errors import BanjieError, Conflict
from engine.records import journal

ITEM, STATION = "HJ-LH-0004", "shinan.ga.zs"


def test_of_two_clerks_who_claim_at_the_same_moment_one_gets_the_item(laboratory: Any) -> None:
    lab = laboratory()
    case_id = lab.receive(ITEM, STATION, {}, channel="window").case_id
    key = next(iter(lab.case(case_id).items))
    actors = [lab.runtime.directory.actor(login) for login in ("lihua", "caoyun")]
    together = Barrier(2)

    def claim(actor: Any) -> str:
        together.wait()
        try:
            lab.runtime.handle(Claim(case_id=case_id, key=key), actor)
        except Conflict as refusal:
            return refusal.sentence
        return "claimed"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(claim, actors))

    assert answers.count("claimed") == 1
    holder = lab.case(case_id).items[key]["person"]
    told = next(answer for answer in answers if answer != "claimed")
    assert holder in told


def test_a_work_item_completed_by_many_at_once_is_completed_once(laboratory: Any) -> None:
    lab = laboratory()
    case_id = lab.receive(ITEM, STATION, {}, channel="window").case_id
    case = lab.case(case_id)
    key, item = next(iter(case.items.items()))
    actor = lab.runtime.directory.actor("lihua")
    lab.runtime.handle(Claim(case_id=case_id, key=key), actor)
    variables = lab._fill(case, item["form"], {"review_outcome": "complete"})
    together = Barrier(6)

    def complete(_: int) -> bool:
        together.wait()
        try:
            lab.runtime.handle(Complete(case_id=case_id, key=key, variables=variables), actor)
        except BanjieError:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(complete, range(6)))

    assert done.count(True) == 1
    with lab.runtime.store.reading() as connection:
        entries = list(journal.read(connection, journal.case_stream(case_id)))
    completed = [e for entry in entries for e in entry.events if e.type == "WorkItemCompleted"]
    assert len(completed) == 1
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
