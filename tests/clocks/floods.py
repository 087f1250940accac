"""A flood of due moments: one real case, copied many times below the product, all falling due together.

The copies have no history of their own (a copy's journal begins at its last entry), so they are good for
firing and for nothing that reads a case from its first entry.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from engine import canonical
from engine.casework.commands import Claim, Release
from engine.clock import moment_text
from engine.records import journal
from engine.records.tables import case as case_table
from engine.records.tables import due as due_table
from engine.records.tables import entry as entry_table

FIRED = ("PeriodPrompted", "PeriodWarned", "PeriodOverdue")
AFTER = datetime(2026, 3, 2, 2, tzinfo=UTC)  # everything of a case accepted on 26 January is due by then
ROWS_AT_ONCE = 500
FIRST_COPY = 1_000_000  # far from the numbers that supervision cases opened by the flood will get
# The cards of a flood open supervision cases with moments of their own, to come later: they are not counted.
FLOOD = select(case_table.c.case_id).where(case_table.c.procedure == "huji")


def accepted_case(lab: Any) -> int:
    """A registration case whose decision period runs: a warning, a promised and a statutory end."""
    case_id = lab.receive("HJ-LH-0004", "shinan.ga.zs", {}, channel="window").case_id
    lab.complete(case_id, "review", review_outcome="complete")
    lab.complete(case_id, "sign_statement")
    return int(case_id)


def copies(lab: Any, case_id: int, number: int) -> int:
    """Copy a case so often; gives how many moments are armed by it and its copies."""
    with lab.runtime.store.writing() as connection:
        case = connection.execute(select(case_table).where(case_table.c.case_id == case_id)).one()._mapping
        dues = connection.execute(select(due_table).where(due_table.c.case_id == case_id)).all()
        last = connection.execute(
            select(entry_table).where(
                entry_table.c.stream == journal.case_stream(case_id), entry_table.c.seq == case["version"]
            )
        ).one()
        state = canonical.loads(case["state"])
        for first in range(1, number + 1, ROWS_AT_ONCE):
            ids = [FIRST_COPY + step for step in range(first, min(first + ROWS_AT_ONCE, number + 1))]
            told = [{**state, "case_id": new, "number": f"copy{new}", "query_hash": None} for new in ids]
            connection.execute(
                insert(case_table),
                [
                    {
                        **case,
                        "case_id": one["case_id"],
                        "number": one["number"],
                        "query_hash": None,
                        "state": canonical.dumps(one),
                    }
                    for one in told
                ],
            )
            streams = [{"case_id": new, "stream": journal.case_stream(new)} for new in ids]
            connection.execute(insert(entry_table), [{**last._mapping, **names} for names in streams])
            connection.execute(
                insert(due_table), [{**due._mapping, "case_id": new} for new in ids for due in dues]
            )
    return left(lab)


def clerk_at_work(lab: Any) -> Callable[[], float]:
    """A clerk on a case of their own, as a function: each call claims or gives back its first work item.

    It gives how many seconds the clerk waited for the answer; what is refused is raised.
    """
    case_id = lab.receive("HJ-LH-0004", "shinan.ga.zs", {}, channel="window").case_id
    key = next(iter(lab.case(case_id).items))
    clerk = lab.runtime.directory.actor("lihua")
    turns = itertools.cycle([Claim(case_id=case_id, key=key), Release(case_id=case_id, key=key)])

    def act() -> float:
        asked = time.perf_counter()
        lab.runtime.handle(next(turns), clerk)
        return time.perf_counter() - asked

    return act


def supervised(lab: Any) -> int:
    """How many supervision cases the cards of the flood have opened."""
    query = select(func.count()).select_from(case_table).where(case_table.c.procedure == "supervise")
    with lab.runtime.store.reading() as connection:
        return int(connection.execute(query).scalar_one())


def left(lab: Any) -> int:
    """How many moments of the flood are armed. What an overrun arms anew falls days later and is no part."""
    with lab.runtime.store.reading() as connection:
        query = select(func.count()).select_from(due_table)
        query = query.where(due_table.c.status == "armed", due_table.c.case_id.in_(FLOOD))
        query = query.where(due_table.c.key.not_like("%:again"))
        return int(connection.execute(query).scalar_one())


def armed(connection: Connection) -> Counter[tuple[int, str, str]]:
    """Case, key and moment of everything armed in the flood."""
    query = select(due_table.c.case_id, due_table.c.key, due_table.c.at)
    query = query.where(due_table.c.status == "armed", due_table.c.case_id.in_(FLOOD))
    return Counter((row.case_id, row.key, row.at) for row in connection.execute(query))


def fired(lab: Any) -> Counter[tuple[int, str, str]]:
    """Case, key and moment of everything the journals say has fired; each tells truly how late."""
    found: Counter[tuple[int, str, str]] = Counter()
    with lab.runtime.store.reading() as connection:
        streams = connection.execute(
            select(entry_table.c.stream)
            .where(entry_table.c.stream.like("case:%"), entry_table.c.case_id.in_(FLOOD))
            .distinct()
        ).scalars()
        for stream in list(streams):
            for entry in journal.read(connection, stream):
                for event in entry.events:
                    if event.type in FIRED:
                        data = event.data
                        late = _moment(entry.moment) - _moment(data["due_at"])
                        assert data["late_seconds"] == int(late.total_seconds())
                        key = f"period:{data['period']}:{data['limit']}"
                        found[int(stream.split(":")[1]), key, data["due_at"]] += 1
    return found


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    assert moment_text(moment) == text
    return moment
