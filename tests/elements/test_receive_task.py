"""Receive tasks: done when their message arrives; some begin a process."""

from __future__ import annotations

from diagrams import diagram

from engine.bpmn.trial import Trial

ROOTS = (
    '<message id="m" name="reply"><extensionElements><zeebe:subscription correlationKey="=number"/>'
    '</extensionElements></message><message id="plain" name="plain"/>'
    '<signal id="sig" name="=&quot;al&quot; + &quot;arm&quot;"/>'
)


def test_of_two_that_wait_for_the_same_message_the_older_gets_it() -> None:
    data = diagram(
        """
        <startEvent id="s"/><parallelGateway id="f"/>
        <receiveTask id="a" messageRef="plain"/><receiveTask id="b" messageRef="plain"/><endEvent id="e"/>
        s -> f
        f -> a
        f -> b
        a -> e
        b -> e
        """,
        roots=ROOTS,
    )
    trial = Trial(data).start()
    trial.message("plain")
    assert trial.open() == ["b"]
    trial.message("plain")
    assert trial.ended


def test_an_instantiating_receive_task_begins_a_process() -> None:
    data = diagram(
        '<receiveTask id="r" messageRef="plain" instantiate="true"/><task id="a"/>\nr -> a', roots=ROOTS
    )
    trial = Trial(data).start(event="r", x=1)
    assert trial.done == ["r", "a"]
