"""Send tasks: a message thrown at once, or by a job."""

from __future__ import annotations

from diagrams import diagram

from engine.bpmn.happenings import MessageThrown
from engine.bpmn.trial import Trial

SEND = """
    <startEvent id="s"/><sendTask id="send" messageRef="m">{extra}</sendTask><endEvent id="e"/>
    s -> send
    send -> e
"""
MESSAGE = (
    '<message id="m" name="notice"><extensionElements>'
    '<zeebe:subscription correlationKey="=number"/></extensionElements></message>'
)


def test_a_send_task_throws_its_message_with_its_key_and_its_own_variables() -> None:
    extra = (
        "<extensionElements><zeebe:ioMapping>"
        '<zeebe:input source="=name" target="to"/></zeebe:ioMapping></extensionElements>'
    )
    trial = Trial(diagram(SEND.format(extra=extra), roots=MESSAGE)).start(number="7", name="李")
    (thrown,) = [one for one in trial.happenings if isinstance(one, MessageThrown)]
    assert (thrown.name, thrown.key, thrown.variables) == ("notice", "7", {"to": "李"})
    assert trial.ended


def test_a_send_task_with_a_job_type_waits_for_the_worker() -> None:
    extra = '<extensionElements><zeebe:taskDefinition type="mail"/></extensionElements>'
    trial = Trial(diagram(SEND.format(extra=extra), roots=MESSAGE)).start(number="7")
    assert trial.open("job") == ["send"]
    trial.complete_job("send")
    assert trial.ended
