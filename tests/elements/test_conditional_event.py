"""Conditional events: triggered when their condition becomes true."""

from __future__ import annotations

from diagrams import diagram

from engine.bpmn.trial import Trial

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
