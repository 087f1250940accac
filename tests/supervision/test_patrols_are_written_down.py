"""Each night's patrol leaves an entry in the journal: that it ran, over how much, and what it found."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import update

from engine.audit.verify import verify_stream
from engine.casework import nights
from engine.records import journal
from engine.records.tables import card as card_table
from timers.scheduler import Heartbeat

ITEM, STATION = "HJ-LH-0004", "shinan.ga.zs"


def left_lying(lab: Any) -> int:
    case_id = int(lab.receive(ITEM, STATION, {}, channel="window").case_id)
    lab.complete(case_id, "review", review_outcome="complete")
    lab.complete(case_id, "sign_statement")
    lab.at(date(2026, 3, 3))
    return case_id


def newest(lab: Any) -> list[nights.Night]:
    with lab.runtime.store.reading() as connection:
        return nights.newest(connection)


def test_a_night_without_a_finding_is_written_down_too(laboratory: Any) -> None:
    lab = laboratory(date(2026, 1, 26))
    left_lying(lab)
    assert newest(lab) == []
    assert Heartbeat(lab.runtime, "node-one").patrol() == []
    [night] = newest(lab)
    assert (night.number, night.found, night.by) == (1, (), "node-one")
    assert night.cases >= 1  # the case, and the supervision case its cards have opened


def test_a_finding_stays_in_the_journal_and_is_sealed_with_it(laboratory: Any) -> None:
    lab = laboratory(date(2026, 1, 26))
    case_id = left_lying(lab)
    with lab.runtime.store.writing() as connection:
        first_card = (card_table.c.case_id == case_id) & (card_table.c.key == 1)
        connection.execute(update(card_table).values(status="revoked").where(first_card))

    Heartbeat(lab.runtime, "node-one").patrol()
    Heartbeat(lab.runtime, "node-one").patrol()

    second, first = newest(lab)
    assert [one["key"] for one in first.found] == ["card:1"]
    assert (first.found[0]["case_id"], first.found[0]["kind"]) == (case_id, "row")
    assert second.number == 2
    with lab.runtime.store.reading() as connection:
        checks = verify_stream(connection, nights.STREAM)
        assert [check.detail for check in checks if not check.holds] == []
        assert nights.STREAM in {stream for stream, _seq, _hash in journal.heads(connection)}


def test_no_more_nights_are_listed_than_asked_for(laboratory: Any) -> None:
    lab = laboratory(date(2026, 1, 26))
    for _ in range(3):
        nights.write(lab.runtime, 0, [], "node-one", salt="0" * 32)
    with lab.runtime.store.reading() as connection:
        assert [night.number for night in nights.newest(connection, limit=2)] == [3, 2]
