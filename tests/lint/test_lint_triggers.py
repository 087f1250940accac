"""Triggers: what an event definition must say."""

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

CATCH = '<intermediateCatchEvent id="n">{}</intermediateCatchEvent>'
THROW = '<intermediateThrowEvent id="n">{}</intermediateThrowEvent>'
TIMER = "<timerEventDefinition>{}</timerEventDefinition>"
MESSAGE = '<messageEventDefinition messageRef="m"/>'
SIGNAL = '<signalEventDefinition signalRef="sg"/>'
CONDITION = "<conditionalEventDefinition><condition>{}</condition></conditionalEventDefinition>"
ERROR = '<errorEventDefinition errorRef="{}"/>'
ESCALATION = '<escalationEventDefinition escalationRef="{}"/>'
ERRORS = '<error id="er" errorCode="E"/><error id="bare" name="no code"/>'
ESCALATIONS = '<escalation id="es" escalationCode="X"/><escalation id="plain" name="no code"/>'
M, SG = '<message id="m" name="m"/>', '<signal id="sg" name="sg"/>'


def catch(definition: str) -> str:
    return around(CATCH.format(definition))


def throw(definition: str) -> str:
    return around(THROW.format(definition))


def end(definition: str) -> str:
    return process(START, TASK, f'<endEvent id="e">{definition}</endEvent>', chain("s", "u", "e"))


def boundaries(first: str, second: str) -> str:
    events = "".join(
        f'<boundaryEvent id="b{n}" attachedToRef="u">{one}</boundaryEvent>'
        for n, one in enumerate((first, second), 1)
    )
    return (
        ERRORS
        + '<error id="er2" errorCode="F"/>'
        + line(events, '<endEvent id="x"/>', chain("b1", "x"), chain("b2", "x"))
    )


def event_sub_processes(first: str, second: str) -> str:
    both = "".join(
        f'<subProcess id="p{n}" triggeredByEvent="true">'
        f'<startEvent id="b{n}">{one}</startEvent><endEvent id="x{n}"/>'
        f"{chain(f'b{n}', f'x{n}')}</subProcess>"
        for n, one in enumerate((first, second), 1)
    )
    return ERRORS + '<error id="er2" errorCode="F"/>' + line(both)


def two_starts(second: str) -> str:
    events = (
        f'<startEvent id="s1">{MESSAGE}</startEvent>'
        f'<startEvent id="s2"><messageEventDefinition messageRef="{second}"/></startEvent>'
    )
    return (
        M
        + '<message id="m2" name="m2"/>'
        + process(events, TASK, END, chain("s1", "u", "e"), chain("s2", "u"))
    )


DATE = "<timeDate>2026-03-01T09:00:00+08:00</timeDate>"
DURATION = "<timeDuration>P3D</timeDuration>"
CYCLE = "<timeCycle>R3/PT1H</timeCycle>"

CASES = [
    case("bpmn.event.timer.one", "n", catch(TIMER.format("")), catch(TIMER.format(DATE))),
    case("bpmn.event.timer.one", "n", catch(TIMER.format("<timeDuration/>")), catch(TIMER.format(DURATION))),
    case(
        "bpmn.event.timer.cycle-once", "n", catch(TIMER.format(CYCLE)), catch(TIMER.format(DURATION)), "note"
    ),
    case("bpmn.event.message.ref", "n", catch("<messageEventDefinition/>"), M + catch(MESSAGE)),
    case("bpmn.event.message.throw", "n", throw("<messageEventDefinition/>"), M + throw(MESSAGE)),
    case("bpmn.message.name", "m", '<message id="m"/>' + catch(MESSAGE), M + catch(MESSAGE), "note"),
    case("bpmn.event.signal.ref", "n", throw("<signalEventDefinition/>"), SG + throw(SIGNAL)),
    case("bpmn.signal.name", "sg", '<signal id="sg"/>' + throw(SIGNAL), SG + throw(SIGNAL), "note"),
    case("bpmn.event.error.code", "e", end("<errorEventDefinition/>"), ERRORS + end(ERROR.format("er"))),
    case("bpmn.event.error.code", "e", ERRORS + end(ERROR.format("bare")), ERRORS + end(ERROR.format("er"))),
    case(
        "bpmn.event.escalation.code",
        "n",
        throw("<escalationEventDefinition/>"),
        ESCALATIONS + throw(ESCALATION.format("es")),
    ),
    case(
        "bpmn.event.escalation.code",
        "e",
        ESCALATIONS + end(ESCALATION.format("plain")),
        ESCALATIONS + end(ESCALATION.format("es")),
    ),
    case(
        "bpmn.event.conditional.condition", "n", catch(CONDITION.format("")), catch(CONDITION.format("= ok"))
    ),
    case(
        "bpmn.event.conditional.condition",
        "n",
        catch(CONDITION.format("when it rains")),
        catch(CONDITION.format("ok").replace("<condition>", '<condition xsi:type="tFormalExpression">')),
    ),
    case(
        "bpmn.event.error.twice",
        "b2",
        boundaries(ERROR.format("er"), ERROR.format("er")),
        boundaries(ERROR.format("er"), ERROR.format("er2")),
    ),
    case(
        "bpmn.event.error.twice",
        "b2",
        boundaries("<errorEventDefinition/>", "<errorEventDefinition/>"),
        boundaries(ERROR.format("er"), "<errorEventDefinition/>"),
    ),
    case(
        "bpmn.event.error.event-sub-process-twice",
        "b2",
        event_sub_processes(ERROR.format("er"), ERROR.format("er")),
        event_sub_processes(ERROR.format("er"), ERROR.format("er2")),
    ),
    case("bpmn.event.start.message-twice", "s2", two_starts("m"), two_starts("m2")),
]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_a_rule_of_triggers_finds_the_wrong_diagram_and_lets_the_right_one_pass(one: Case) -> None:
    judge(one)


def test_a_timer_with_two_moments_is_refused() -> None:
    assert found(definitions(catch(TIMER.format(DATE + DURATION))), "bpmn.event.timer.one")


def test_a_boundary_event_that_catches_every_error_needs_no_code() -> None:
    diagram = line(
        '<boundaryEvent id="b" attachedToRef="u"><errorEventDefinition/></boundaryEvent>', chain("b", "e")
    )
    assert errors(definitions(diagram)) == []


def test_a_message_nobody_uses_needs_no_name() -> None:
    assert errors(definitions('<message id="m"/>' + line())) == []


def test_a_thrown_message_that_a_job_sends_needs_no_message_ref() -> None:
    job = '<extensionElements><zeebe:taskDefinition type="send"/></extensionElements>'
    assert (
        errors(
            definitions(
                around(
                    f'<intermediateThrowEvent id="n">{job}<messageEventDefinition/></intermediateThrowEvent>'
                )
            )
        )
        == []
    )
