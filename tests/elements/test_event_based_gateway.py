"""Event-based gateways: the first event decides; instantiating ones begin a process."""

from __future__ import annotations

from datetime import timedelta

import pytest
from diagrams import diagram

from engine.bpmn import read
from engine.bpmn.stimuli import Fire
from engine.bpmn.trial import Trial
from engine.errors import Conflict

ROOTS = '<message id="m" name="reply"/><signal id="sig" name="stop"/>'
RACE = diagram(
    """
    <startEvent id="s"/><eventBasedGateway id="g"/>
    <receiveTask id="reply" messageRef="m"/>
    <intermediateCatchEvent id="stop"><signalEventDefinition signalRef="sig"/></intermediateCatchEvent>
    <intermediateCatchEvent id="soon"><timerEventDefinition><timeDuration>PT1H</timeDuration>
    </timerEventDefinition></intermediateCatchEvent>
    <intermediateCatchEvent id="later"><timerEventDefinition><timeDuration>PT2H</timeDuration>
    </timerEventDefinition></intermediateCatchEvent>
    <task id="a"/><task id="b"/><task id="c"/><task id="d"/><endEvent id="e"/>
    s -> g
    g -> reply
    g -> stop
    g -> soon
    g -> later
    reply -> a
    stop -> b
    soon -> c
    later -> d
    a -> e
    b -> e
    c -> e
    d -> e
    """,
    roots=ROOTS,
)


def test_all_four_are_waited_for_each_timer_with_its_own_moment() -> None:
    trial = Trial(RACE).start()
    assert [(one.element, one.kind) for one in trial.waiting()] == [
        ("reply", "message"),
        ("stop", "signal"),
        ("soon", "timer"),
        ("later", "timer"),
    ]
    assert [at for at, _ in trial.due()] == ["2026-03-02T02:00:00.000Z", "2026-03-02T03:00:00.000Z"]


def test_the_message_wins_and_nothing_else_is_waited_for() -> None:
    trial = Trial(RACE).start()
    trial.message("reply", answer="yes")
    assert trial.done == ["reply", "a"]
    assert trial.variables == {"answer": "yes"}
    assert trial.ended


def test_the_signal_wins() -> None:
    trial = Trial(RACE).start()
    trial.signal("stop")
    assert trial.done == ["b"]


def test_the_first_timer_wins() -> None:
    trial = Trial(RACE).start().move(timedelta(hours=5))
    assert trial.done == ["c"]


def test_the_second_timer_fires_on_its_own_when_the_host_says_so() -> None:
    trial = Trial(RACE).start()
    (later,) = [one for one in trial.waiting("timer") if one.element == "later"]
    trial.push(Fire(instance=later.instance))
    assert trial.done == ["d"]


def test_the_loser_comes_too_late() -> None:
    trial = Trial(RACE).start()
    trial.message("reply")
    with pytest.raises(Conflict):
        trial.signal("stop")


INSTANTIATING = """
    <eventBasedGateway id="g" instantiate="true" eventGatewayType="{kind}"/>
    <intermediateCatchEvent id="one"><messageEventDefinition messageRef="m1"/></intermediateCatchEvent>
    <intermediateCatchEvent id="two"><messageEventDefinition messageRef="m2"/></intermediateCatchEvent>
    <task id="a"/><task id="b"/><endEvent id="e"/>
    g -> one
    g -> two
    one -> a
    two -> b
    a -> e
    b -> e
"""
MESSAGES = '<message id="m1" name="first"/><message id="m2" name="second"/>'


def test_an_exclusive_instantiating_gateway_begins_with_one_event_alone() -> None:
    data = diagram(INSTANTIATING.format(kind="Exclusive"), roots=MESSAGES)
    assert [(one.element, one.name) for one in read(data).start_events()] == [
        ("one", "first"),
        ("two", "second"),
    ]
    trial = Trial(data).start(event="two", x=1)
    assert trial.done == ["b"]
    assert trial.ended


def test_a_parallel_instantiating_gateway_waits_for_the_other_event() -> None:
    trial = Trial(diagram(INSTANTIATING.format(kind="Parallel"), roots=MESSAGES)).start(event="two")
    assert trial.done == ["b"]
    assert trial.open() == ["one"]
    trial.message("first")
    assert trial.done == ["b", "a"]
    assert trial.ended
