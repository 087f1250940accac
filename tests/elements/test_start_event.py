"""Start events: one begins a process; the host may name which."""

from __future__ import annotations

import pytest
from diagrams import diagram

from engine.bpmn import read
from engine.bpmn.stimuli import Start
from engine.bpmn.trial import Trial
from engine.errors import Conflict

KINDS = {
    "message": '<messageEventDefinition messageRef="m"/>',
    "signal": '<signalEventDefinition signalRef="sig"/>',
    "timer": "<timerEventDefinition><timeDate>2026-05-01</timeDate></timerEventDefinition>",
    "conditional": "<conditionalEventDefinition><condition>=true</condition></conditionalEventDefinition>",
}
ROOTS = '<message id="m" name="apply"/><signal id="sig" name="go"/>'


@pytest.mark.parametrize("kind", list(KINDS))
def test_a_triggered_start_is_told_to_the_host_and_begun_by_it(kind: str) -> None:
    data = diagram(f'<startEvent id="s">{KINDS[kind]}</startEvent><task id="a"/>\ns -> a', roots=ROOTS)
    (starter,) = read(data).start_events()
    assert (starter.element, starter.kind) == ("s", kind)
    assert Trial(data).start(event="s", x=1).done == ["a"]
    assert Trial(data).start().done == ["a"]  # where there is only one way to begin, it is the one


def test_a_multiple_start_is_begun_by_any_of_its_triggers() -> None:
    data = diagram(
        f'<startEvent id="s">{KINDS["message"]}{KINDS["signal"]}</startEvent><task id="a"/>\ns -> a',
        roots=ROOTS,
    )
    assert read(data).start_events()[0].kind == "multiple"
    assert Trial(data).start(event="s").done == ["a"]


def test_the_none_start_is_taken_where_none_is_named() -> None:
    data = diagram(
        f"""
        <startEvent id="by_message">{KINDS["message"]}</startEvent><startEvent id="plain"/>
        <task id="a"/><task id="b"/>
        by_message -> a
        plain -> b
        """,
        roots=ROOTS,
    )
    assert Trial(data).start().done == ["b"]
    assert Trial(data).start(event="by_message").done == ["a"]


def test_what_the_case_begins_with_are_the_variables_of_its_outermost_scope() -> None:
    trial = Trial(diagram('<startEvent id="s"/><userTask id="u"/>\ns -> u')).start(applicant="李")
    assert trial.marking is not None
    assert trial.marking.variables(trial.marking.root) == {"applicant": "李"}


def test_outputs_of_a_start_event_map_its_payload() -> None:
    data = diagram(
        """
        <startEvent id="s"><extensionElements><zeebe:ioMapping>
          <zeebe:output source="=form.name" target="applicant"/></zeebe:ioMapping>
          </extensionElements></startEvent>
        <task id="a"/>
        s -> a
        """
    )
    assert Trial(data).start(form={"name": "李"}).variables["applicant"] == "李"


def test_a_process_is_begun_once_and_only_where_it_can_run() -> None:
    trial = Trial(diagram('<startEvent id="s"/><userTask id="u"/>\ns -> u')).start()
    with pytest.raises(Conflict):
        trial.push(Start())
    drawing = diagram("", process="run", more='<process id="drawn"><task id="a"/></process>')
    with pytest.raises(Conflict):
        Trial(drawing).start("drawn")
    with pytest.raises(Conflict):
        Trial(drawing).start("nowhere")
    two = diagram("", more='<process id="q" isExecutable="true"><task id="x"/></process>')
    with pytest.raises(Conflict):
        Trial(two).start()
    assert Trial(two).start("q").ended


TWO = diagram(
    """
    <startEvent id="online"/><startEvent id="counter"/><task id="a"/><task id="b"/><endEvent id="e"/>
    online -> a
    counter -> b
    a -> e
    b -> e
    """
)


def test_of_several_none_starts_one_must_be_named() -> None:
    assert Trial(TWO).start(event="counter").done == ["b"]
    with pytest.raises(Conflict, match="online, counter"):
        Trial(TWO).start()


def test_a_process_with_several_none_starts_cannot_be_called() -> None:
    caller = diagram(
        '<startEvent id="s"/><callActivity id="c" calledElement="two"/><endEvent id="e"/>\ns -> c\nc -> e'
    )
    trial = Trial(caller, others=[TWO.replace(b'process id="p"', b'process id="two"')]).start()
    assert trial.open("incident") == ["c"]
