"""Messages: by name and key; caught, thrown, beginning a process."""

from __future__ import annotations

import pytest
from diagrams import diagram

from engine.bpmn import read
from engine.bpmn.happenings import MessageThrown, SubscriptionOpened
from engine.bpmn.trial import Trial
from engine.errors import Conflict, IllegalDefinition

ROOTS = (
    '<message id="m" name="reply"><extensionElements><zeebe:subscription correlationKey="=number"/>'
    '</extensionElements></message><message id="plain" name="plain"/>'
    '<signal id="sig" name="=&quot;al&quot; + &quot;arm&quot;"/>'
)


CATCH = diagram(
    """
    <startEvent id="s"/>
    <intermediateCatchEvent id="c"><extensionElements><zeebe:ioMapping>
      <zeebe:output source="=text" target="answer"/></zeebe:ioMapping></extensionElements>
      <messageEventDefinition messageRef="m"/></intermediateCatchEvent><endEvent id="e"/>
    s -> c
    c -> e
    """,
    roots=ROOTS,
)


def test_a_message_is_waited_for_by_name_and_key() -> None:
    trial = Trial(CATCH).start(number=17)
    (opened,) = [one for one in trial.happenings if isinstance(one, SubscriptionOpened)]
    assert (opened.kind, opened.name, opened.key) == ("message", "reply", "17")
    with pytest.raises(Conflict):
        trial.message("reply", "18")
    with pytest.raises(Conflict):
        trial.message("other", "17")
    trial.message("reply", "17", text="yes", secret="no")
    assert trial.ended
    assert trial.variables == {"number": 17, "answer": "yes"}


def test_a_key_of_the_wrong_type_is_an_incident() -> None:
    trial = Trial(CATCH).start(number=None)
    assert trial.open("incident") == ["c"]
    trial.retry("c", number="17")
    trial.message("reply", "17")
    assert trial.ended


def test_a_message_may_begin_a_process() -> None:
    data = diagram(
        """
        <startEvent id="s"><messageEventDefinition messageRef="plain"/></startEvent><task id="a"/>
        <startEvent id="s2"><timerEventDefinition><timeCycle>R/P1D</timeCycle>
        </timerEventDefinition></startEvent>
        <task id="b"/>
        s -> a
        s2 -> b
        """,
        roots=ROOTS,
    )
    starters = read(data).start_events()
    assert [(one.element, one.kind, one.name) for one in starters] == [
        ("s", "message", "plain"),
        ("s2", "timer", None),
    ]
    assert Trial(data).start(event="s", x=1).done == ["a"]
    assert Trial(data).start(event="s2").done == ["b"]
    with pytest.raises(Conflict):
        Trial(data).start()
    with pytest.raises(Conflict):
        Trial(data).start(event="a")


def test_throw_and_end_events_send_messages() -> None:
    data = diagram(
        """
        <startEvent id="s"/>
        <intermediateThrowEvent id="t"><messageEventDefinition messageRef="m"/></intermediateThrowEvent>
        <endEvent id="e"><messageEventDefinition messageRef="plain"/></endEvent>
        s -> t
        t -> e
        """,
        roots=ROOTS,
    )
    trial = Trial(data).start(number=1)
    thrown = [one for one in trial.happenings if isinstance(one, MessageThrown)]
    assert [(one.element, one.name, one.key) for one in thrown] == [("t", "reply", "1"), ("e", "plain", None)]


def test_a_message_throw_event_with_a_job_type_waits_for_the_worker() -> None:
    data = diagram(
        """
        <startEvent id="s"/>
        <endEvent id="e"><extensionElements><zeebe:taskDefinition type="mail"/></extensionElements>
          <messageEventDefinition messageRef="plain"/></endEvent>
        s -> e
        """,
        roots=ROOTS,
    )
    trial = Trial(data).start()
    trial.fail_job("e")
    trial.retry("e")
    trial.complete_job("e", sent=True)
    assert trial.ended
    assert trial.variables == {"sent": True}


@pytest.mark.parametrize("attribute", ["", 'messageRef="nowhere"'])
def test_a_message_that_is_not_there_is_refused(attribute: str) -> None:
    body = f"""<startEvent id="s"/><intermediateCatchEvent id="c"><messageEventDefinition {attribute}/>
        </intermediateCatchEvent>
        s -> c"""
    with pytest.raises(IllegalDefinition) as refusal:
        read(diagram(body))
    assert [one.where for one in refusal.value.findings] == ["c"]


def test_a_message_that_a_worker_sends_needs_no_name_of_its_own() -> None:
    """As Camunda 8 writes it: the job of a throw or end event sends the message."""
    trial = Trial(
        diagram(
            """
            <startEvent id="s"/>
            <intermediateThrowEvent id="tell">
              <extensionElements><zeebe:taskDefinition type="tell the party"/></extensionElements>
              <messageEventDefinition id="told"/>
            </intermediateThrowEvent>
            <endEvent id="e"/>
            s -> tell
            tell -> e
            """
        )
    ).start()
    assert trial.open("job") == ["tell"]

    trial.complete_job("tell")

    assert trial.ended


def test_a_message_without_name_and_without_worker_is_refused() -> None:
    with pytest.raises(IllegalDefinition, match="a message"):
        Trial(
            diagram(
                """
                <startEvent id="s"/>
                <intermediateThrowEvent id="tell"><messageEventDefinition id="told"/></intermediateThrowEvent>
                <endEvent id="e"/>
                s -> tell
                tell -> e
                """
            )
        )


def test_a_message_without_a_name_goes_by_its_id() -> None:
    data = diagram(
        """
        <startEvent id="s"/><intermediateCatchEvent id="c"><messageEventDefinition messageRef="paid"/>
        </intermediateCatchEvent><endEvent id="e"/>
        s -> c
        c -> e
        """,
        roots='<message id="paid"/>',
    )
    trial = Trial(data).start()
    trial.message("paid")
    assert trial.ended
