"""Conditional events: triggered when their condition becomes true."""

from __future__ import annotations

from datetime import UTC, datetime

from diagrams import diagram

from engine.bpmn.trial import Trial
from engine.feel import HostFunction

WAIT = diagram(
    """
    <startEvent id="s"/><parallelGateway id="f"/><userTask id="u"/>
    <intermediateCatchEvent id="c"><conditionalEventDefinition><condition>=paid >= fee</condition>
    </conditionalEventDefinition></intermediateCatchEvent><task id="after"/><endEvent id="e"/>
    s -> f
    f -> u
    f -> c
    c -> after
    after -> e
    u -> e
    """
)


def test_it_waits_until_a_task_writes_what_makes_it_true() -> None:
    trial = Trial(WAIT).start(fee=10, paid=0)
    assert "after" not in trial.done
    trial.complete("u", paid=10)
    assert trial.done == ["u", "after"]
    assert trial.ended


def test_an_operators_correction_is_seen() -> None:
    trial = Trial(WAIT).start(fee=10, paid=0)
    trial.set(fee=0)
    assert trial.done == ["after"]


def test_one_that_holds_from_the_start_passes_at_once() -> None:
    assert Trial(WAIT).start(fee=10, paid=11).done == ["after"]


def test_while_it_cannot_be_told_it_is_not_true() -> None:
    trial = Trial(WAIT).start()
    assert trial.open() == ["u", "c"] or trial.open() == ["c", "u"]
    trial.set(fee=1)
    trial.set(paid=1)
    assert trial.done == ["after"]


def test_one_that_speaks_of_time_is_looked_at_with_every_stimulus() -> None:
    data = WAIT.replace(b"=paid >= fee", b'=now >= date and time("2026-03-05T00:00:00+08:00")')
    trial = Trial(data).start(note=1)
    trial.set(note=2)
    assert trial.done == []
    trial.context.moment = datetime(2026, 3, 6, tzinfo=UTC)
    trial.complete("u")
    assert trial.done == ["u", "after"]
    assert trial.ended


def test_one_that_speaks_of_what_a_host_function_tells_sees_what_the_run_itself_changed() -> None:
    told: list[object] = []
    host = HostFunction("period", ("id",), lambda _id: {"state": "open" if told else "none"})
    data = WAIT.replace(b"=paid >= fee", b'=period("main").state = "open"')
    trial = Trial(
        data, names={"period": host}, watch=lambda one: told.append(one) if "u" in str(one) else None
    )
    assert trial.start().done == ["after"]
