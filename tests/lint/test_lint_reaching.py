"""Reaching and leaving: starts lead out, ends are led to, nothing stands aside."""

from __future__ import annotations

import pytest
from lint_diagrams import (
    END,
    START,
    TASK,
    Case,
    around,
    case,
    chain,
    definitions,
    errors,
    found,
    having,
    judge,
    line,
    process,
)

THROW = '<intermediateThrowEvent id="n"/>'
V = '<userTask id="v"/>'
CHALLENGE = (
    '<boundaryEvent id="b" attachedToRef="u" cancelActivity="false">'
    + having(act="avoid")
    + '<messageEventDefinition messageRef="m"/></boundaryEvent>'
)
REQUEST = (
    '<subProcess id="x" triggeredByEvent="true"><startEvent id="b" isInterrupting="false">'
    + having(act="{act}")
    + '<messageEventDefinition messageRef="m"/></startEvent>'
    '<userTask id="v"/><endEvent id="f"/>{more}' + chain("b", "v", "f") + "</subProcess>"
)
MESSAGE = '<message id="m" name="m"/>'
MOOT = (
    '<boundaryEvent id="n" attachedToRef="v"><conditionalEventDefinition>'
    '<condition xsi:type="tFormalExpression">=done</condition></conditionalEventDefinition></boundaryEvent>'
) + chain("n", "f")
TERMINATE = '<endEvent id="e"><terminateEventDefinition/></endEvent>'


def beside(request: str, end: str = END) -> bytes:
    """A process `s → u → e` with a request beside it."""
    return definitions(MESSAGE, process(START, TASK, end, chain("s", "u", "e"), request))


HELD = beside(REQUEST.format(act="draft", more=""))


CASES = [
    case("bpmn.flow.start-leads-out", "s", process(START, TASK, END, chain("u", "e")), line()),
    case("bpmn.flow.end-led-to", "e", process(START, TASK, END, chain("s", "u")), line()),
    case("bpmn.flow.intermediate-led-to", "n", line(THROW, chain("n", "e")), around(THROW)),
    case("bpmn.flow.intermediate-leads-out", "n", line(THROW, chain("u", "n")), around(THROW)),
    case("bpmn.flow.start-needed", "p", process(TASK, END, chain("u", "e")), line()),
    case("bpmn.flow.end-needed", "p", process(START, TASK, chain("s", "u")), line()),
    case("bpmn.flow.no-way-in", "v", line(V, chain("v", "e")), line(V, chain("u", "v", "e"))),
    case("bpmn.flow.no-way-out", "v", line(V, chain("u", "v")), line(V, chain("u", "v", "e"))),
    case(
        "bpmn.flow.unreachable",
        "v",
        process(TASK, V, '<userTask id="w"/>', chain("v", "w", "v")),
        process(TASK, V, '<userTask id="w"/>', chain("u", "v", "w", "v")),
        "note",
    ),
    Case("banjie.request.holds", "b", HELD, beside(REQUEST.format(act="draft", more=""), TERMINATE), "note"),
]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_a_rule_of_reaching_finds_the_wrong_diagram_and_lets_the_right_one_pass(one: Case) -> None:
    judge(one)


def test_a_level_without_start_and_end_events_may_begin_and_end_at_its_activities() -> None:
    assert errors(definitions(process(TASK, V, chain("u", "v")))) == []


@pytest.mark.parametrize(
    "mark",
    [
        'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"',
        'xmlns:m="http://camunda.org/schema/modeler/1.0" m:executionPlatform="Camunda Cloud"',
        'exporter="Camunda Modeler"',
    ],
)
def test_an_implicit_end_in_a_file_of_camunda_8_is_reported_and_not_refused(mark: str) -> None:
    diagram = definitions(line(V, chain("u", "v")), attributes=mark)
    assert [one.severity for one in found(diagram, "bpmn.flow.no-way-out")] == ["note"]
    assert errors(diagram) == []


def test_what_a_link_or_a_boundary_event_leads_to_is_reached() -> None:
    link = '<intermediate{0}Event id="{1}"><linkEventDefinition name="A"/></intermediate{0}Event>'
    boundary = (
        '<boundaryEvent id="b" attachedToRef="v"><timerEventDefinition><timeDuration>P1D</timeDuration>'
        '</timerEventDefinition></boundaryEvent><userTask id="w"/>'
    )
    diagram = definitions(
        process(
            START,
            link.format("Throw", "lt"),
            link.format("Catch", "lc"),
            V,
            boundary,
            END,
            chain("s", "lt"),
            chain("lc", "v", "e"),
            chain("b", "w", "e"),
        )
    )
    assert errors(diagram) == []
    assert found(diagram, "bpmn.flow.unreachable") == []


def test_a_compensation_activity_and_an_event_sub_process_stand_aside_legally() -> None:
    aside = (
        '<boundaryEvent id="b" attachedToRef="u"><compensateEventDefinition/></boundaryEvent>'
        '<userTask id="undo" isForCompensation="true"/>'
        '<subProcess id="esp" triggeredByEvent="true"><startEvent id="es"><timerEventDefinition>'
        "<timeDuration>PT1H</timeDuration></timerEventDefinition></startEvent>"
        f'<endEvent id="ee"/>{chain("es", "ee")}</subProcess>'
        '<association id="a" sourceRef="b" targetRef="undo"/>'
    )
    assert errors(definitions(line(aside))) == []


@pytest.mark.parametrize(
    "held",
    [
        HELD,
        beside(CHALLENGE + V + '<endEvent id="f"/>' + chain("b", "v", "f")),
    ],
)
def test_an_open_request_beside_the_flow_is_noted_where_it_keeps_its_level_from_ending(held: bytes) -> None:
    (note,) = found(held, "banjie.request.holds")

    assert (note.where, note.severity) == ("b", "note")
    assert "terminate" in note.sentence


@pytest.mark.parametrize(
    "free",
    [
        beside(REQUEST.format(act="draft", more=MOOT)),
        beside(REQUEST.format(act="supervise", more="")),
        beside(REQUEST.format(act="draft", more="").replace('isInterrupting="false"', "")),
        beside(CHALLENGE + V + '<endEvent id="f"/>' + chain("b", "v", "f"), TERMINATE),
        beside(CHALLENGE + '<endEvent id="f"/>' + chain("b", "f")),
    ],
)
def test_what_ends_with_its_level_or_must_be_done_all_the_same_is_not_noted(free: bytes) -> None:
    assert found(free, "banjie.request.holds") == []
    assert errors(free) == []
