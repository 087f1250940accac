"""Terminate: everything else in the body it stands in ends at once."""

from __future__ import annotations

from diagrams import diagram

from engine.bpmn.trial import Trial


def test_terminate_ends_everything_in_the_process() -> None:
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/><parallelGateway id="f"/><userTask id="a"/><userTask id="b"/>
            <subProcess id="sub"><userTask id="c"/></subProcess>
            <endEvent id="stop"><terminateEventDefinition/></endEvent><endEvent id="e"/>
            s -> f
            f -> a
            f -> b
            f -> sub
            a -> stop
            b -> e
            sub -> e
            """
        )
    ).start()
    trial.complete("a")
    assert trial.ended
    assert trial.ends == ("stop",)
    assert {element for what, element in trial.trace if what == "cancelled"} == {"b", "c", "sub"}


def test_terminate_in_a_sub_process_ends_that_alone() -> None:
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/><parallelGateway id="f"/><userTask id="outside"/>
            <subProcess id="sub"><startEvent id="is"/><parallelGateway id="if"/><userTask id="a"/>
            <userTask id="b"/>
              <endEvent id="stop"><terminateEventDefinition/></endEvent>
              is -> if
              if -> a
              if -> b
              a -> stop
            </subProcess><task id="after"/><endEvent id="e"/>
            s -> f
            f -> outside
            f -> sub
            sub -> after
            after -> e
            outside -> e
            """
        )
    ).start()
    trial.complete("a")
    assert ("cancelled", "b") in trial.trace
    assert trial.done == ["a", "sub", "after"]
    assert trial.open() == ["outside"]
