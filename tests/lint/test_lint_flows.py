"""Sequence flows: borders, ends, conditions, defaults and listing."""

from __future__ import annotations

import pytest
from lint_diagrams import END, START, TASK, Case, case, chain, definitions, errors, judge, line, process, when

SUB = (
    f'<subProcess id="n"><startEvent id="s2"/>{TASK}<endEvent id="e2"/>{chain("s2", "u", "e2")}</subProcess>'
)
RIGHT_SUB = process(START, SUB, END, chain("s", "n", "e"))
ESP = (
    '<subProcess id="esp" triggeredByEvent="true"><startEvent id="es"><timerEventDefinition>'
    "<timeDuration>PT1H</timeDuration></timerEventDefinition></startEvent>"
    f'<endEvent id="ee"/>{chain("es", "ee")}</subProcess>'
)
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
BOUNDARY = f'<boundaryEvent id="b" attachedToRef="u">{TIMER}</boundaryEvent><endEvent id="e3"/>'
UNDO = (
    '<boundaryEvent id="b" attachedToRef="u"><compensateEventDefinition/></boundaryEvent>'
    '<userTask id="undo" isForCompensation="true"/><association id="a" sourceRef="b" targetRef="undo"/>'
)
SPLIT = '<exclusiveGateway id="g" default="g-e"/><userTask id="v"/>'
TWO_WAYS = chain("s", "u", "g", "e") + when("g", "v") + chain("v", "e")
LISTED = (
    '<startEvent id="s"><outgoing>s-u</outgoing></startEvent>'
    '<userTask id="u"><incoming>s-u</incoming><outgoing>u-e</outgoing></userTask>'
    '<endEvent id="e"><incoming>u-e</incoming></endEvent>'
)

CASES = [
    case(
        "bpmn.flow.borders", "s-u", process(START, SUB, END, chain("s", "u"), chain("s", "n", "e")), RIGHT_SUB
    ),
    case(
        "bpmn.flow.borders",
        "u-y",
        line(chain("u", "y"))
        + process('<userTask id="x"/><userTask id="y"/>', chain("x", "y"), identifier="q"),
        line() + process('<userTask id="x"/><userTask id="y"/>', chain("x", "y"), identifier="q"),
    ),
    case(
        "bpmn.flow.container",
        "u-e2",
        process(
            START,
            SUB.replace(chain("s2", "u", "e2"), chain("s2", "u")),
            END,
            chain("s", "n", "e"),
            chain("u", "e2"),
        ),
        RIGHT_SUB,
    ),
    case("bpmn.flow.into-start", "u-s", line(chain("u", "s")), line()),
    case("bpmn.flow.out-of-end", "e-u", line(chain("e", "u")), line()),
    case(
        "bpmn.flow.into-boundary",
        "u-b",
        line(BOUNDARY, chain("b", "e3"), chain("u", "b")),
        line(BOUNDARY, chain("b", "e3")),
    ),
    case("bpmn.flow.event-sub-process", "u-esp", line(ESP, chain("u", "esp")), line(ESP)),
    case("bpmn.flow.event-sub-process", "esp-e", line(ESP, chain("esp", "e")), line(ESP)),
    case("bpmn.flow.compensation-handler", "undo-e", line(UNDO, chain("undo", "e")), line(UNDO)),
    case(
        "bpmn.flow.condition-source",
        "s-u",
        process(START, TASK, END, when("s", "u"), chain("u", "e")),
        line(),
    ),
    case(
        "bpmn.flow.condition-source",
        "g-v",
        process(
            START,
            TASK,
            '<parallelGateway id="g"/><userTask id="v"/>',
            END,
            chain("s", "g", "u", "e"),
            when("g", "v"),
            chain("v", "e"),
        ),
        process(START, TASK, SPLIT, END, TWO_WAYS),
    ),
    case(
        "bpmn.flow.condition-alone",
        "u-e",
        process(START, TASK, END, chain("s", "u"), when("u", "e")),
        process(START, TASK, '<userTask id="v"/>', END, chain("s", "u", "v", "e"), when("u", "e")),
    ),
    case(
        "bpmn.flow.default-source",
        "g",
        process(START, TASK, SPLIT.replace("g-e", "s-u"), END, TWO_WAYS),
        process(START, TASK, SPLIT, END, TWO_WAYS),
    ),
    case(
        "bpmn.flow.default-condition",
        "g-e",
        process(START, TASK, SPLIT, END, chain("s", "u", "g", "v", "e"), when("g", "e")),
        process(START, TASK, SPLIT, END, TWO_WAYS),
    ),
    case(
        "bpmn.flow.default-misplaced",
        "g",
        process(
            START,
            TASK,
            '<parallelGateway id="g" default="g-e"/><userTask id="v"/>',
            END,
            chain("s", "u", "g", "e"),
            chain("g", "v", "e"),
        ),
        process(START, TASK, SPLIT, END, TWO_WAYS),
    ),
    case(
        "bpmn.flow.listed-wrongly",
        "u",
        process(LISTED.replace("<incoming>s-u</incoming>", "<incoming>u-e</incoming>"), chain("s", "u", "e")),
        process(LISTED, chain("s", "u", "e")),
    ),
    case(
        "bpmn.flow.unlisted",
        "s-u",
        process(LISTED.replace("<incoming>s-u</incoming>", ""), chain("s", "u", "e")),
        process(LISTED, chain("s", "u", "e")),
    ),
    case(
        "bpmn.flow.immediate",
        "s-u",
        line().replace('id="s-u"', 'id="s-u" isImmediate="false"'),
        line().replace('id="s-u"', 'id="s-u" isImmediate="true"'),
    ),
    case(
        "bpmn.flow.twice",
        "again",
        line('<sequenceFlow id="again" sourceRef="u" targetRef="e"/>'),
        line(),
        "note",
    ),
]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_a_rule_of_sequence_flows_finds_the_wrong_diagram_and_lets_the_right_one_pass(one: Case) -> None:
    judge(one)


def test_a_diagram_whose_elements_list_no_flows_is_legal_because_the_listing_is_optional() -> None:
    assert errors(definitions(line())) == []


def test_a_flow_without_condition_out_of_an_activity_beside_a_conditional_one_is_legal() -> None:
    diagram = definitions(
        process(START, TASK, '<userTask id="v"/>', END, chain("s", "u", "v", "e"), when("u", "e"))
    )
    assert errors(diagram) == []


def test_a_loop_back_into_an_activity_is_legal() -> None:
    back = '<exclusiveGateway id="g" default="g-e"/>'
    diagram = definitions(process(START, TASK, back, END, chain("s", "u", "g", "e"), when("g", "u")))
    assert errors(diagram) == []
