"""Events with several definitions: any of them, or (parallel multiple) all of them; shared definitions."""

from __future__ import annotations

from datetime import timedelta

import pytest
from diagrams import diagram

from engine.bpmn.happenings import MessageThrown, SignalThrown
from engine.bpmn.trial import Trial
from engine.errors import Conflict

ROOTS = (
    '<message id="m" name="reply"/><signal id="sig" name="alarm"/>'
    '<timerEventDefinition id="shared"><timeDuration>PT1H</timeDuration></timerEventDefinition>'
)
DEFINITIONS = (
    '<eventDefinitionRef>shared</eventDefinitionRef><messageEventDefinition messageRef="m"/>'
    '<signalEventDefinition signalRef="sig"/>'
)


def _catch(parallel: str) -> Trial:
    data = diagram(
        f"""
        <startEvent id="s"/><intermediateCatchEvent id="c" parallelMultiple="{parallel}">{DEFINITIONS}
        </intermediateCatchEvent><endEvent id="e"/>
        s -> c
        c -> e
        """,
        roots=ROOTS,
    )
    return Trial(data).start()


@pytest.mark.parametrize("which", ["message", "signal", "timer"])
def test_any_one_of_several_triggers_will_do(which: str) -> None:
    trial = _catch("false")
    assert sorted(one.kind for one in trial.waiting()) == ["message", "signal", "timer"]
    {
        "message": lambda: trial.message("reply"),
        "signal": lambda: trial.signal("alarm"),
        "timer": lambda: trial.move(timedelta(hours=1)),
    }[which]()
    assert trial.ended
    assert trial.waiting() == []


def test_parallel_multiple_needs_all_of_them_in_any_order() -> None:
    trial = _catch("true")
    trial.signal("alarm", a=1)
    with pytest.raises(Conflict):
        trial.signal("alarm")
    trial.move(timedelta(hours=1))
    assert not trial.ended
    trial.message("reply", b=2)
    assert trial.ended
    assert trial.variables == {"a": 1, "b": 2}


@pytest.mark.parametrize("cancel", ["true", "false"])
def test_on_a_boundary_too(cancel: str) -> None:
    data = diagram(
        f"""
        <startEvent id="s"/><userTask id="u"/>
        <boundaryEvent id="edge" attachedToRef="u" cancelActivity="{cancel}" parallelMultiple="true">
          <messageEventDefinition messageRef="m"/><signalEventDefinition signalRef="sig"/></boundaryEvent>
        <task id="told"/><endEvent id="e"/>
        s -> u
        u -> e
        edge -> told
        """,
        roots=ROOTS,
    )
    trial = Trial(data).start()
    trial.message("reply")
    assert trial.done == []
    trial.signal("alarm")
    assert trial.done == ["told"]
    if cancel == "false":
        trial.signal("alarm")
        trial.message("reply")
        assert trial.done == ["told", "told"]
        trial.complete("u")
    assert trial.ended


def test_a_multiple_throw_event_throws_all_in_the_files_order() -> None:
    data = diagram(
        """
        <startEvent id="s"/><endEvent id="e"><messageEventDefinition messageRef="m"/>
          <signalEventDefinition signalRef="sig"/></endEvent>
        s -> e
        """,
        roots=ROOTS,
    )
    trial = Trial(data).start()
    thrown = [type(one) for one in trial.happenings if isinstance(one, MessageThrown | SignalThrown)]
    assert thrown == [MessageThrown, SignalThrown]


def test_two_events_may_share_one_definition() -> None:
    data = diagram(
        """
        <startEvent id="s"/>
        <intermediateCatchEvent id="a"><eventDefinitionRef>shared</eventDefinitionRef>
        </intermediateCatchEvent>
        <intermediateCatchEvent id="b"><eventDefinitionRef>shared</eventDefinitionRef>
        </intermediateCatchEvent>
        s -> a
        a -> b
        """,
        roots=ROOTS,
    )
    trial = Trial(data).start()
    assert [element for _, element in trial.due()] == ["a"]
    trial.move(timedelta(hours=2))
    assert trial.passed == ["s", "a", "b"]
    assert trial.ended
