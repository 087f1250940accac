"""The worklist is counted off after asking what a person may take: every page but the last is full."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import update

from engine import canonical
from engine.casework import commands, worklist
from engine.records.tables import work_item
from timers.laboratory import Laboratory

pytestmark = pytest.mark.store


@pytest.fixture
def ten_waiting(laboratory: Callable[..., Laboratory]) -> Laboratory:
    """Ten cases at the window of one police station."""
    lab = laboratory()
    for _ in range(10):
        lab.receive("HJ-LH-0004", "shinan.ga.zs", {}, channel="window")
    return lab


def numbers(lab: Laboratory, login: str = "lihua", **asked: object) -> list[str]:
    with lab.runtime.store.reading() as connection:
        rows = worklist.worklist(connection, lab.runtime.directory.actor(login), **asked)  # type: ignore[arg-type]
    return [row.number for row in rows]


def test_pages_follow_one_another_without_a_gap(ten_waiting: Laboratory) -> None:
    whole = numbers(ten_waiting)

    pages = [numbers(ten_waiting, limit=4, offset=start) for start in (0, 4, 8)]

    assert len(whole) == 10
    assert pages == [whole[:4], whole[4:8], whole[8:]]


def test_what_is_kept_for_somebody_else_leaves_no_hole_in_a_page(ten_waiting: Laboratory) -> None:
    whole = numbers(ten_waiting)
    for_another = canonical.dumps({"persons": ["caoyun"], "posts": []})
    with ten_waiting.runtime.store.writing() as connection:
        kept = work_item.c.number.in_(whole[:3])
        connection.execute(update(work_item).where(kept).values(candidates=for_another))

    assert numbers(ten_waiting, limit=4) == whole[3:7]
    assert len(numbers(ten_waiting, "caoyun")) == 10


def test_what_is_taken_and_what_is_free_are_lists_of_their_own(ten_waiting: Laboratory) -> None:
    whole = numbers(ten_waiting)
    taken = whole[2]
    with ten_waiting.runtime.store.reading() as connection:
        rows = worklist.worklist(connection, ten_waiting.runtime.directory.actor("lihua"))
    row = next(row for row in rows if row.number == taken)
    claim = commands.Claim(case_id=row.case_id, key=row.key)
    ten_waiting.runtime.handle(claim, ten_waiting.runtime.directory.actor("lihua"))

    assert numbers(ten_waiting, held="mine") == [taken]
    assert sorted(numbers(ten_waiting, held="offered")) == sorted(set(whole) - {taken})
    assert taken not in numbers(ten_waiting, "caoyun")


def test_batches_are_fetched_until_a_page_is_full(
    ten_waiting: Laboratory, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = numbers(ten_waiting)
    monkeypatch.setattr(worklist, "BATCH", 3)

    assert numbers(ten_waiting, limit=7) == whole[:7]
    assert numbers(ten_waiting, limit=100) == whole


def test_what_is_due_by_a_moment_is_a_list_of_its_own(ten_waiting: Laboratory) -> None:
    whole = numbers(ten_waiting)
    with ten_waiting.runtime.store.writing() as connection:
        for number, due in ((whole[0], "2026-02-01T01:00:00.000Z"), (whole[1], None)):
            row = work_item.c.number == number
            connection.execute(update(work_item).where(row).values(due_at=due))

    assert numbers(ten_waiting, due_before="2026-02-01T01:00:00.001Z") == [whole[0]]
    assert numbers(ten_waiting, due_before="2026-02-01T01:00:00.000Z") == []
    assert whole[1] not in numbers(ten_waiting, due_before="2030-01-01T00:00:00.000Z")
