"""Gateways: conditions, directions, event-based gateways, instantiation."""

from __future__ import annotations

import pytest
from lint_diagrams import END, START, TASK, Case, case, chain, definitions, errors, judge, process, when

MESSAGE = '<message id="m" name="m"/>'
V = '<userTask id="v"/>'
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
WAIT = f'<intermediateCatchEvent id="t">{TIMER}</intermediateCatchEvent>'
HEAR = '<intermediateCatchEvent id="h"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>'
HEARD = HEAR.replace('id="h"', 'id="h2"')
RECEIVE = '<receiveTask id="r" messageRef="m"/>'


def event_gateway(*targets: str, more: str = "", attributes: str = "", start: bool = True) -> str:
    names = {WAIT: "t", HEAR: "h", HEARD: "h2", RECEIVE: "r", TASK: "u"}
    flows = "".join(chain("g", names[one], "e") for one in targets)
    begin = START + chain("s", "g") if start else '<startEvent id="s"/>' + chain("s", "e")
    return MESSAGE + process(begin, f'<eventBasedGateway id="g" {attributes}/>', *targets, END, flows, more)


def split(kind: str, first: str, *, default: bool = False, direction: str = "") -> str:
    chosen = ' default="g-v"' if default else ""
    given = f' gatewayDirection="{direction}"' if direction else ""
    return process(
        START,
        f'<{kind} id="g"{chosen}{given}/>',
        TASK,
        V,
        END,
        chain("s", "g"),
        first,
        chain("g", "v", "e"),
        chain("u", "e"),
    )


def merge(direction: str, *more: str) -> str:
    return process(
        START,
        TASK,
        V,
        f'<parallelGateway id="g" gatewayDirection="{direction}"/>',
        END,
        chain("s", "u", "g", "e"),
        chain("s", "v", "g"),
        *more,
    )


COMPLEX = (
    '<complexGateway id="g">{}</complexGateway>',
    "<activationCondition>= count(done) &gt; 1</activationCondition>",
)


def complex_merge(inside: str) -> str:
    return process(
        START, TASK, V, COMPLEX[0].format(inside), END, chain("s", "u", "g", "e"), chain("s", "v", "g")
    )


SUB = '<subProcess id="n">{}<endEvent id="e2"/>{}</subProcess>'
INNER = SUB.format('<receiveTask id="r" messageRef="m" instantiate="true"/>', chain("r", "e2"))
PLAIN = SUB.format('<startEvent id="s2"/><receiveTask id="r" messageRef="m"/>', chain("s2", "r", "e2"))

CASES = [
    case(
        "bpmn.gateway.conditions",
        "g-v",
        split("exclusiveGateway", when("g", "u")),
        split("exclusiveGateway", when("g", "u"), default=True),
    ),
    case(
        "bpmn.gateway.conditions",
        "g-v",
        split("inclusiveGateway", when("g", "u")),
        split("inclusiveGateway", when("g", "u"), default=True),
    ),
    case(
        "bpmn.gateway.direction",
        "g",
        split("parallelGateway", chain("g", "u"), direction="Converging"),
        split("parallelGateway", chain("g", "u"), direction="Diverging"),
    ),
    case("bpmn.gateway.direction", "g", merge("Diverging"), merge("Converging")),
    case(
        "bpmn.gateway.direction-mixed",
        "g",
        merge("Mixed"),
        merge("Mixed", '<endEvent id="e3"/>', chain("g", "e3")),
    ),
    case(
        "bpmn.gateway.splits-or-merges",
        "g",
        process(START, '<exclusiveGateway id="g"/>', END, chain("s", "g", "e")),
        merge("Converging"),
    ),
    case(
        "bpmn.gateway.no-way-out",
        "g",
        process(
            START,
            TASK,
            V,
            '<parallelGateway id="g"/>',
            END,
            chain("s", "u", "g"),
            chain("s", "v", "g"),
            chain("v", "e"),
        ),
        merge("Converging"),
    ),
    case("bpmn.gateway.event.ways", "g", event_gateway(WAIT), event_gateway(WAIT, HEAR)),
    case("bpmn.gateway.event.target", "g", event_gateway(WAIT, TASK), event_gateway(WAIT, RECEIVE)),
    case(
        "bpmn.gateway.event.mixed-messages", "g", event_gateway(HEAR, RECEIVE), event_gateway(WAIT, RECEIVE)
    ),
    case(
        "bpmn.gateway.event.single-entry",
        "t",
        event_gateway(WAIT, HEAR, more=TASK + chain("s", "u", "t")),
        event_gateway(WAIT, HEAR),
    ),
    case(
        "bpmn.gateway.event.boundary",
        "b",
        event_gateway(
            WAIT,
            RECEIVE,
            more=f'<boundaryEvent id="b" attachedToRef="r">{TIMER}</boundaryEvent>' + chain("b", "e"),
        ),
        event_gateway(WAIT, RECEIVE),
    ),
    case(
        "bpmn.gateway.event.instantiates",
        "g",
        event_gateway(WAIT, HEAR, attributes='instantiate="true"'),
        event_gateway(WAIT, HEAR, attributes='instantiate="true"', start=False),
    ),
    case(
        "bpmn.gateway.event.parallel",
        "g",
        event_gateway(HEAR, WAIT, attributes='eventGatewayType="Parallel"'),
        event_gateway(HEAR, HEARD, attributes='instantiate="true" eventGatewayType="Parallel"', start=False),
    ),
    case(
        "bpmn.gateway.event.parallel-messages",
        "g",
        event_gateway(HEAR, WAIT, attributes='instantiate="true" eventGatewayType="Parallel"', start=False),
        event_gateway(HEAR, HEARD, attributes='instantiate="true" eventGatewayType="Parallel"', start=False),
    ),
    case(
        "bpmn.gateway.event.instantiates-scope",
        "r",
        MESSAGE + process(START, INNER, END, chain("s", "n", "e")),
        MESSAGE + process(START, PLAIN, END, chain("s", "n", "e")),
    ),
    case("bpmn.gateway.complex.activation", "g", complex_merge(""), complex_merge(COMPLEX[1])),
]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_a_rule_of_gateways_finds_the_wrong_diagram_and_lets_the_right_one_pass(one: Case) -> None:
    judge(one)


def test_a_process_that_begins_with_an_event_based_gateway_needs_no_start_event() -> None:
    body = process(
        '<eventBasedGateway id="g" instantiate="true"/>',
        HEAR,
        WAIT,
        END,
        chain("g", "h", "e"),
        chain("g", "t", "e"),
    )
    assert errors(definitions(MESSAGE, body)) == []


def test_several_timers_behind_one_event_based_gateway_are_legal() -> None:
    second = f'<intermediateCatchEvent id="t2">{TIMER}</intermediateCatchEvent>'
    diagram = event_gateway(WAIT, more=second + chain("g", "t2", "e"))
    assert errors(definitions(diagram)) == []


def test_a_gateway_may_merge_and_split_at_once() -> None:
    diagram = merge("Unspecified", '<endEvent id="e3"/>', chain("g", "e3"))
    assert errors(definitions(diagram)) == []
