"""A due moment or a job that breaks off in a way nobody foresaw keeps nothing else waiting."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from floods import AFTER, FIRST_COPY, accepted_case, armed, copies, fired, left

from engine.casework import crossing, due_moments
from engine.casework.commands import FireDue
from engine.casework.rows import CARD_JOB
from engine.records.tables import job, node
from timers.scheduler import CAREFUL, Heartbeat

FIRST = date(2026, 1, 26)
BROKEN = FIRST_COPY + 1


@pytest.fixture
def flooded(laboratory: Any) -> Any:
    """Six cases with four moments each, all due."""
    lab = laboratory(FIRST)
    copies(lab, accepted_case(lab), 5)
    lab.clock.set(AFTER)
    return lab


def breaking(monkeypatch: pytest.MonkeyPatch, lab: Any) -> None:
    """No command about one of the cases can be handled: not refused, broken off."""
    real = lab.runtime.handle

    def handle(command: Any, actor: Any) -> Any:
        if isinstance(command, FireDue) and command.case_id == BROKEN:
            raise RuntimeError(f"{command.case_id} of a certain applicant")
        return real(command, actor)

    monkeypatch.setattr(lab.runtime, "handle", handle)


def beaten(lab: Any, heartbeat: Heartbeat, minutes: int) -> None:
    """A beat a minute."""
    for _ in range(minutes):
        heartbeat.beat()
        lab.clock.advance(timedelta(minutes=1))


def test_a_moment_that_breaks_off_does_not_hold_up_those_claimed_with_it(
    flooded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with flooded.runtime.store.reading() as connection:
        expected = armed(connection)
    with monkeypatch.context() as patched:
        breaking(patched, flooded)
        beaten(flooded, Heartbeat(flooded.runtime, "one"), 6)
        assert {case for case, _key, _at in expected - fired(flooded)} == {BROKEN}
        assert left(flooded) == 4

    flooded.clock.advance(CAREFUL)
    beaten(flooded, Heartbeat(flooded.runtime, "one"), 1)
    assert fired(flooded) == expected, "once each, the last four late"


def test_a_fault_is_told_to_the_operator_by_its_kind_and_never_by_what_it_says(
    flooded: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    breaking(monkeypatch, flooded)
    beaten(flooded, Heartbeat(flooded.runtime, "one"), 1)

    with flooded.runtime.store.reading() as connection:
        assert [row.problem for row in connection.execute(node.select())] == ["RuntimeError"]
    assert "RuntimeError" in caplog.text
    assert f"{BROKEN} of a certain applicant" not in caplog.text


@pytest.mark.parametrize("broken", [crossing, due_moments])
def test_jobs_and_moments_do_not_hold_up_each_other(
    flooded: Any, monkeypatch: pytest.MonkeyPatch, broken: Any
) -> None:
    def breaks(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(broken, "receive_card" if broken is crossing else "_fire", breaks)
    heartbeat = Heartbeat(flooded.runtime, "one")
    beaten(flooded, heartbeat, 3)

    if broken is crossing:
        assert left(flooded) == 0, "the moments fired although no job can be done"
    else:
        assert left(flooded) == 24
        assert heartbeat.beat() == 0, "nothing was done, and nothing was raised"


def test_a_card_that_breaks_off_is_given_up_after_its_tries_and_keeps_no_other_waiting(
    flooded: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = crossing.receive_card

    def receive(runtime: Any, connection: Any, case_id: int, key: int) -> Any:
        if case_id == BROKEN:
            raise KeyError(f"{case_id} of a certain applicant")
        return real(runtime, connection, case_id, key)

    monkeypatch.setattr(crossing, "receive_card", receive)
    beaten(flooded, Heartbeat(flooded.runtime, "one"), 12)
    with flooded.runtime.store.reading() as connection:
        rows = connection.execute(job.select().where(job.c.type == CARD_JOB)).all()
    assert {row.case_id for row in rows if row.status == "failed"} == {BROKEN}
    assert {row.status for row in rows if row.case_id != BROKEN} == {"done"}
    problems = {row.problem for row in rows if row.case_id == BROKEN}
    assert problems == {"Expected the job to be done, but it broke off (KeyError)"}
    assert f"{BROKEN} of a certain applicant" not in caplog.text
