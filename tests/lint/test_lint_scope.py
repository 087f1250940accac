"""Ids, processes, participants, lanes and message flows."""

from __future__ import annotations

import pytest
from lint_diagrams import (
    END,
    START,
    TASK,
    Case,
    case,
    chain,
    definitions,
    errors,
    found,
    judge,
    line,
    process,
)

OTHER = process('<userTask id="v"/>', identifier="q")
TWO_POOLS = (
    '<collaboration id="c"><participant id="pp" processRef="p"/>'
    '<participant id="qq" processRef="q"/>{}</collaboration>'
)
MESSAGE = '<message id="m" name="m"/>'


def pools(flow: str) -> str:
    return TWO_POOLS.format(flow)


def message_flow(source: str, target: str) -> str:
    return pools(f'<messageFlow id="mf" sourceRef="{source}" targetRef="{target}"/>')


def catching(event: str, identifier: str) -> str:
    return f'<{event} id="{identifier}"><messageEventDefinition messageRef="m"/></{event}>'


def lane(identifier: str, names: str) -> str:
    inside = "".join(f"<flowNodeRef>{name}</flowNodeRef>" for name in names.split())
    return f'<lane id="{identifier}">{inside}</lane>'


def lanes(first: str, second: str) -> str:
    return f'<laneSet id="ls">{lane("l1", first)}{lane("l2", second)}</laneSet>'


def laned(first: str, second: str) -> str:
    return process(lanes(first, second), START, TASK, END, chain("s", "u", "e"))


CHOREOGRAPHY = (
    '<choreographyTask id="ct" initiatingParticipantRef="pp"><participantRef>pp</participantRef>'
    "<participantRef>qq</participantRef><messageFlowRef>mf</messageFlowRef></choreographyTask>"
)
MULTIPLICITY = (
    '<collaboration id="c"><participant id="pp" processRef="p">'
    '<participantMultiplicity id="pm" minimum="{}" maximum="{}"/></participant></collaboration>'
)
RECEIVING = process(catching("startEvent", "s"), TASK, END, chain("s", "u", "e"))

CASES = [
    case("bpmn.id.unique", "u", line('<userTask id="u"/>'), line()),
    case("bpmn.id.name", "1 u", line('<dataObject id="1 u"/>'), line('<dataObject id="办_1.a-b"/>')),
    case("bpmn.process.id", "p", line("<userTask/>"), line()),
    case("bpmn.process.executable", "d", process(START, executable=False), line(), "note"),
    case("bpmn.process.empty", "p", process(), process(TASK)),
    case(
        "bpmn.process.choreography-inside",
        "ct",
        line(CHOREOGRAPHY) + OTHER + message_flow("pp", "qq"),
        line(),
    ),
    case("bpmn.choreography.kept", "ch", line() + '<choreography id="ch"/>', line(), "note"),
    case(
        "bpmn.choreography.nested-ref",
        "ch",
        line()
        + '<choreography id="ch"><choreographyRef>x</choreographyRef></choreography><choreography id="x"/>',
        line() + '<choreography id="ch"/>',
    ),
    case(
        "bpmn.participant.multiplicity",
        "pm",
        line() + MULTIPLICITY.format(-1, 1),
        line() + MULTIPLICITY.format(0, 1),
    ),
    case(
        "bpmn.participant.multiplicity",
        "pm",
        line() + MULTIPLICITY.format(3, 2),
        line() + MULTIPLICITY.format(2, 3),
    ),
    case(
        "bpmn.lane.before",
        "ls",
        process(START, TASK, END, chain("s", "u", "e"), lanes("s", "u")),
        laned("s", "u"),
    ),
    case("bpmn.lane.once", "l2", laned("s u", "u e"), laned("s u", "e")),
    case("bpmn.lane.scope", "l2", laned("s", "v") + OTHER, laned("s", "u") + OTHER),
    case(
        "bpmn.message-flow.pools",
        "mf",
        line() + OTHER + message_flow("s", "u"),
        line() + OTHER + message_flow("u", "v"),
    ),
    case(
        "bpmn.message-flow.pools",
        "mf",
        line() + OTHER + message_flow("pp", "u"),
        line() + OTHER + message_flow("qq", "u"),
    ),
    case(
        "bpmn.message-flow.start",
        "mf",
        line() + OTHER + message_flow("v", "s"),
        MESSAGE + RECEIVING + OTHER + message_flow("v", "s"),
    ),
    case(
        "bpmn.message-flow.start",
        "mf",
        MESSAGE + RECEIVING + OTHER + message_flow("s", "v"),
        MESSAGE + RECEIVING + OTHER + message_flow("u", "v"),
    ),
    case(
        "bpmn.message-flow.end",
        "mf",
        line() + OTHER + message_flow("e", "v"),
        MESSAGE + process(START, catching("endEvent", "e"), chain("s", "e")) + OTHER + message_flow("e", "v"),
    ),
    case(
        "bpmn.message-flow.end",
        "mf",
        line() + OTHER + message_flow("v", "e"),
        line() + OTHER + message_flow("v", "u"),
    ),
    case(
        "bpmn.message-flow.intermediate",
        "mf",
        MESSAGE
        + process(START, catching("intermediateCatchEvent", "n"), END, chain("s", "n", "e"))
        + OTHER
        + message_flow("n", "v"),
        MESSAGE
        + process(START, catching("intermediateThrowEvent", "n"), END, chain("s", "n", "e"))
        + OTHER
        + message_flow("n", "v"),
    ),
    case(
        "bpmn.message-flow.intermediate",
        "mf",
        MESSAGE
        + process(START, catching("intermediateThrowEvent", "n"), END, chain("s", "n", "e"))
        + OTHER
        + message_flow("v", "n"),
        MESSAGE
        + process(START, catching("intermediateCatchEvent", "n"), END, chain("s", "n", "e"))
        + OTHER
        + message_flow("v", "n"),
    ),
    case(
        "bpmn.process.public",
        "p",
        line().replace("<process ", '<process processType="Public" '),
        line().replace("<process ", '<process processType="Private" '),
    ),
]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_a_rule_of_the_whole_file_finds_the_wrong_diagram_and_lets_the_right_one_pass(one: Case) -> None:
    judge(one)


def test_an_id_used_by_the_drawing_and_by_an_element_stands_twice() -> None:
    drawing = (
        '<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" id="u">'
        '<bpmndi:BPMNPlane id="plane" bpmnElement="p"/></bpmndi:BPMNDiagram>'
    )
    assert found(definitions(line(), drawing), "bpmn.id.unique")


def test_an_id_that_stands_twice_is_told_at_its_second_place() -> None:
    (fault,) = found(definitions(line('\n<userTask id="u"/>')), "bpmn.id.unique")
    assert (fault.where, fault.line) == ("u", 2)


def test_a_process_without_start_event_begins_at_its_activities_and_is_legal() -> None:
    assert errors(definitions(process(TASK, '<userTask id="v"/>', chain("u", "v")))) == []


def test_a_node_of_a_nested_lane_stands_in_the_lanes_around_it_as_well() -> None:
    nested = (
        '<laneSet id="ls"><lane id="l1"><flowNodeRef>u</flowNodeRef><childLaneSet id="cs">'
        '<lane id="l2"><flowNodeRef>u</flowNodeRef></lane></childLaneSet></lane></laneSet>'
    )
    assert errors(definitions(process(nested, START, TASK, END, chain("s", "u", "e")))) == []
