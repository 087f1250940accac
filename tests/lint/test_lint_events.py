"""Events: which kinds may stand where."""

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
    judge,
    line,
    process,
)

TOP = (
    '<message id="m" name="m"/><signal id="sg" name="sg"/><error id="er" errorCode="E"/>'
    '<escalation id="es" escalationCode="X"/>'
)
KINDS = {
    "message": '<messageEventDefinition messageRef="m"/>',
    "timer": "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>",
    "signal": '<signalEventDefinition signalRef="sg"/>',
    "conditional": '<conditionalEventDefinition><condition xsi:type="tFormalExpression">= ok</condition>'
    "</conditionalEventDefinition>",
    "error": '<errorEventDefinition errorRef="er"/>',
    "escalation": '<escalationEventDefinition escalationRef="es"/>',
    "compensation": "<compensateEventDefinition/>",
    "cancel": "<cancelEventDefinition/>",
    "link": '<linkEventDefinition name="A"/>',
    "terminate": "<terminateEventDefinition/>",
}


def start(kind: str, attributes: str = "") -> str:
    event = f'<startEvent id="s" {attributes}>{KINDS.get(kind, "")}</startEvent>'
    return TOP + process(event, TASK, END, chain("s", "u", "e"))


def inner_start(kind: str) -> str:
    inside = f'<startEvent id="x">{KINDS.get(kind, "")}</startEvent><endEvent id="e2"/>{chain("x", "e2")}'
    return TOP + around(f'<subProcess id="n">{inside}</subProcess>')


def event_sub_process(kind: str, attributes: str = "", more: str = "") -> str:
    inside = f'<startEvent id="x" {attributes}>{KINDS.get(kind, "")}</startEvent><endEvent id="e2"/>'
    return TOP + line(
        f'<subProcess id="esp" triggeredByEvent="true">{inside}{more}{chain("x", "e2")}</subProcess>'
    )


def end(kind: str) -> str:
    return TOP + process(
        START, TASK, f'<endEvent id="e">{KINDS.get(kind, "")}</endEvent>', chain("s", "u", "e")
    )


def intermediate(direction: str, kind: str, attributes: str = "") -> str:
    name = f"intermediate{direction}Event"
    return TOP + around(f'<{name} id="n" {attributes}>{KINDS.get(kind, "")}</{name}>')


def boundary(kind: str, attributes: str = "", host: str = TASK, attached: str = "u") -> str:
    event = (
        f'<boundaryEvent id="b" attachedToRef="{attached}" {attributes}>{KINDS.get(kind, "")}</boundaryEvent>'
    )
    return TOP + process(
        START, host, event, END, '<endEvent id="e3"/>', chain("s", attached, "e"), chain("b", "e3")
    )


def transaction(inside: str) -> str:
    body = f'<startEvent id="s2"/>{inside}{chain("s2", "e2")}'
    return f'<transaction id="n">{body}</transaction>'


PLAIN_TRANSACTION = transaction('<endEvent id="e2"/>')
CANCELLING = transaction('<endEvent id="e2"><cancelEventDefinition/></endEvent>')
BOTH = KINDS["message"] + KINDS["signal"]
MULTIPLE = '<intermediateCatchEvent id="n" parallelMultiple="true">{}</intermediateCatchEvent>'
SUB = (
    f'<subProcess id="n"><startEvent id="s2"/>{TASK}<endEvent id="e2"/>'
    f"{chain('s2', 'u', 'e2')}{{}}</subProcess>"
)
TIMED = f'<boundaryEvent id="b" attachedToRef="u">{KINDS["timer"]}</boundaryEvent>'
CALL = '<callActivity id="n" calledElement="q"/>'
CALLED = '<startEvent id="x">{}</startEvent><endEvent id="y"/>'

CASES = [
    *(
        case("bpmn.event.start.top-kind", "s", start(kind), start("message"))
        for kind in ("error", "escalation", "compensation", "cancel", "link", "terminate")
    ),
    *(
        case("bpmn.event.start.sub-process-kind", "x", inner_start(kind), inner_start("none"))
        for kind in ("message", "timer", "error")
    ),
    *(
        case(
            "bpmn.event.start.event-sub-process-kind",
            "x",
            event_sub_process(kind),
            event_sub_process("error"),
        )
        for kind in ("none", "cancel", "link", "terminate")
    ),
    case(
        "bpmn.event.start.event-sub-process-one",
        "esp",
        event_sub_process(
            "timer", more=f'<startEvent id="y">{KINDS["signal"]}</startEvent>' + chain("y", "e2")
        ),
        event_sub_process("timer"),
    ),
    case(
        "bpmn.event.start.interrupting",
        "x",
        event_sub_process("error", 'isInterrupting="false"'),
        event_sub_process("escalation", 'isInterrupting="false"'),
    ),
    case(
        "bpmn.event.start.interrupting",
        "x",
        event_sub_process("compensation", 'isInterrupting="false"'),
        event_sub_process("timer", 'isInterrupting="false"'),
    ),
    case(
        "bpmn.event.start.parallel-multiple",
        "n",
        TOP + around(MULTIPLE.format(KINDS["message"])),
        TOP + around(MULTIPLE.format(BOTH)),
    ),
    *(
        case("bpmn.event.end.kind", "e", end(kind), end("terminate"))
        for kind in ("timer", "conditional", "link")
    ),
    case("bpmn.event.end.cancel", "e", end("cancel"), around(CANCELLING)),
    *(
        case("bpmn.event.catch.kind", "n", intermediate("Catch", kind), intermediate("Catch", "signal"))
        for kind in ("none", "error", "escalation", "compensation", "cancel", "terminate")
    ),
    *(
        case("bpmn.event.throw.kind", "n", intermediate("Throw", kind), intermediate("Throw", "signal"))
        for kind in ("timer", "conditional", "error", "cancel", "terminate")
    ),
    *(
        case("bpmn.event.boundary.kind", "b", boundary(kind), boundary("timer"))
        for kind in ("none", "link", "terminate")
    ),
    case(
        "bpmn.event.boundary.interrupting",
        "b",
        boundary("error", 'cancelActivity="false"'),
        boundary("escalation", 'cancelActivity="false"'),
    ),
    case(
        "bpmn.event.boundary.cancel",
        "b",
        boundary("cancel"),
        boundary("cancel", host=PLAIN_TRANSACTION, attached="n"),
    ),
    case(
        "bpmn.event.boundary.scope",
        "b",
        around(SUB.format(""), TIMED, chain("b", "e")),
        around(SUB.format(TIMED + chain("b", "e2"))),
    ),
    case(
        "bpmn.event.boundary.event-sub-process",
        "b",
        event_sub_process("timer").replace(
            "</process>",
            '<boundaryEvent id="b" attachedToRef="esp">'
            f"{KINDS['timer']}</boundaryEvent>{chain('b', 'e')}</process>",
        ),
        event_sub_process("timer"),
    ),
    case("bpmn.event.boundary.way-out", "b", line(TIMED), boundary("timer")),
    case(
        "bpmn.event.start.called",
        "n",
        TOP + around(CALL) + process(CALLED.format(KINDS["message"]), chain("x", "y"), identifier="q"),
        TOP + around(CALL) + process(CALLED.format(""), chain("x", "y"), identifier="q"),
    ),
]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_a_rule_of_events_finds_the_wrong_diagram_and_lets_the_right_one_pass(one: Case) -> None:
    judge(one)


@pytest.mark.parametrize("kind", ["none", "message", "timer", "signal", "conditional"])
def test_every_kind_of_start_event_that_bpmn_gives_a_process_is_legal(kind: str) -> None:
    assert errors(definitions(start(kind))) == []


@pytest.mark.parametrize(
    "kind", ["message", "timer", "signal", "conditional", "error", "escalation", "compensation"]
)
def test_every_kind_of_start_event_that_bpmn_gives_an_event_sub_process_is_legal(kind: str) -> None:
    assert errors(definitions(event_sub_process(kind))) == []


@pytest.mark.parametrize(
    "kind", ["none", "message", "error", "escalation", "compensation", "signal", "terminate"]
)
def test_every_kind_of_end_event_that_bpmn_gives_a_process_is_legal(kind: str) -> None:
    assert errors(definitions(end(kind))) == []


@pytest.mark.parametrize("kind", ["message", "timer", "signal", "conditional"])
def test_every_kind_of_catch_in_normal_flow_is_legal(kind: str) -> None:
    assert errors(definitions(intermediate("Catch", kind))) == []


@pytest.mark.parametrize("kind", ["none", "message", "signal", "escalation", "compensation"])
def test_every_kind_of_throw_in_normal_flow_is_legal(kind: str) -> None:
    assert errors(definitions(intermediate("Throw", kind))) == []


@pytest.mark.parametrize("kind", ["message", "timer", "signal", "conditional", "error", "escalation"])
def test_every_kind_of_interrupting_boundary_event_is_legal(kind: str) -> None:
    assert errors(definitions(boundary(kind))) == []


@pytest.mark.parametrize("kind", ["message", "timer", "signal", "conditional", "escalation"])
def test_every_kind_of_non_interrupting_boundary_event_is_legal(kind: str) -> None:
    assert errors(definitions(boundary(kind, 'cancelActivity="false"'))) == []


def test_the_kind_of_an_event_is_judged_through_an_event_definition_ref() -> None:
    shared = '<errorEventDefinition id="shared" errorRef="er"/>'
    event = (
        '<intermediateCatchEvent id="n">'
        "<eventDefinitionRef>shared</eventDefinitionRef></intermediateCatchEvent>"
    )
    assert found(definitions(TOP + shared + around(event)), "bpmn.event.catch.kind")
