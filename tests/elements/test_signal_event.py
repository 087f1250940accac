"""Signals: by name, to everything of the case that waits."""

from __future__ import annotations

from diagrams import diagram

from engine.bpmn.happenings import SignalThrown
from engine.bpmn.trial import Trial

ROOTS = (
    '<message id="m" name="reply"><extensionElements><zeebe:subscription correlationKey="=number"/>'
    '</extensionElements></message><message id="plain" name="plain"/>'
    '<signal id="sig" name="=&quot;al&quot; + &quot;arm&quot;"/>'
)


def test_a_signal_reaches_everything_of_the_case_that_waits_for_it() -> None:
    data = diagram(
        """
        <startEvent id="s"/><parallelGateway id="f"/>
        <intermediateCatchEvent id="a"><signalEventDefinition signalRef="sig"/></intermediateCatchEvent>
        <subProcess id="sub"><startEvent id="is"/>
          <intermediateCatchEvent id="b"><signalEventDefinition signalRef="sig"/></intermediateCatchEvent>
          is -> b
        </subProcess>
        <userTask id="u"/><intermediateThrowEvent id="t"><signalEventDefinition signalRef="sig"/>
        </intermediateThrowEvent><endEvent id="e"/>
        s -> f
        f -> a
        f -> sub
        f -> u
        u -> t
        a -> e
        sub -> e
        t -> e
        """,
        roots=ROOTS,
    )
    trial = Trial(data).start()
    trial.complete("u")
    assert trial.ended
    assert [one.name for one in trial.happenings if isinstance(one, SignalThrown)] == ["alarm"]
    outside = Trial(data).start()
    outside.signal("alarm", level=2)
    assert outside.open() == ["u"]
    assert outside.variables == {"level": 2}


def test_a_signal_end_event_interrupts_the_sub_process_it_ends_in() -> None:
    data = diagram(
        """
        <startEvent id="s"/>
        <subProcess id="sub"><startEvent id="is"/><endEvent id="ie">
        <signalEventDefinition signalRef="sig"/></endEvent>
          is -> ie
        </subProcess>
        <boundaryEvent id="edge" attachedToRef="sub"><signalEventDefinition signalRef="sig"/></boundaryEvent>
        <task id="after"/><task id="instead"/>
        s -> sub
        sub -> after
        edge -> instead
        """,
        roots=ROOTS,
    )
    assert Trial(data).start().done == ["instead"]
