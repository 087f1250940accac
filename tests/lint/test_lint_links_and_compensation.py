"""Link events and compensation."""

from __future__ import annotations

import pytest
from lint_diagrams import END, START, TASK, Case, case, chain, definitions, errors, judge, line, process


def throw(identifier: str, name: str = "A", more: str = "") -> str:
    given = f' name="{name}"'
    return (
        f'<intermediateThrowEvent id="{identifier}">'
        f"<linkEventDefinition{given}/>{more}</intermediateThrowEvent>"
    )


def catch(identifier: str, name: str = "A", more: str = "") -> str:
    given = f' name="{name}"'
    return (
        f'<intermediateCatchEvent id="{identifier}">'
        f"<linkEventDefinition{given}/>{more}</intermediateCatchEvent>"
    )


def jump(*events: str, more: str = "") -> str:
    return process(START, *events, TASK, END, chain("s", "t"), chain("c", "u", "e"), more)


def listed(target: str, source: str) -> str:
    first = f'<linkEventDefinition id="d1" name="A">{target}</linkEventDefinition>'
    second = f'<linkEventDefinition id="d2" name="A">{source}</linkEventDefinition>'
    return jump(
        f'<intermediateThrowEvent id="t">{first}</intermediateThrowEvent>',
        f'<intermediateCatchEvent id="c">{second}</intermediateCatchEvent>',
    )


RIGHT = jump(throw("t"), catch("c"))
SIGNAL = '<signal id="sg" name="sg"/>'
INNER_CATCH = (
    f'<subProcess id="n">{catch("c")}<userTask id="w"/>'
    f'<endEvent id="e2"/>{chain("c", "w", "e2")}</subProcess>'
)
ACROSS = process(START, throw("t"), INNER_CATCH, END, chain("s", "t"), chain("n", "e"))

ON = '<boundaryEvent id="b" attachedToRef="u"{}><compensateEventDefinition/></boundaryEvent>'
UNDO = '<userTask id="undo" isForCompensation="true"/>'
ASSOCIATION = '<association id="a" associationDirection="One" sourceRef="b" targetRef="{}"/>'
COMPENSATED = ON.format("") + UNDO + ASSOCIATION.format("undo")
SUB_UNDO = (
    f'<subProcess id="n"><startEvent id="s2"/><endEvent id="e2"/>{chain("s2", "e2")}{UNDO}</subProcess>'
)
HANDLER_EVENT = (
    '<boundaryEvent id="b2" attachedToRef="undo"><compensateEventDefinition/></boundaryEvent>'
    '<userTask id="redo" isForCompensation="true"/><association id="a2" sourceRef="b2" targetRef="redo"/>'
)


def compensate(named: str, more: str = "") -> str:
    end = f'<endEvent id="e"><compensateEventDefinition activityRef="{named}"/></endEvent>'
    return process(START, TASK, end, chain("s", "u", "e"), COMPENSATED, more)


LEVEL = (
    '<subProcess id="n"><startEvent id="s2"/><userTask id="w"/>'
    f'<endEvent id="e2"/>{chain("s2", "w", "e2")}</subProcess>'
)

CASES = [
    case("bpmn.link.name", "t", jump(throw("t", ""), catch("c", "")), RIGHT),
    case(
        "bpmn.link.catch-once", "c2", jump(throw("t"), catch("c"), catch("c2"), more=chain("c2", "e")), RIGHT
    ),
    case("bpmn.link.dangling", "t", jump(throw("t", "B"), catch("c")), RIGHT),
    case("bpmn.link.dangling", "t", ACROSS, RIGHT),
    case("bpmn.link.unused", "c", line(catch("c"), chain("c", "e")), RIGHT, "note"),
    case("bpmn.link.flows", "t", jump(throw("t"), catch("c"), more=chain("t", "u")), RIGHT),
    case("bpmn.link.flows", "c", jump(throw("t"), catch("c"), more=chain("u", "c")), RIGHT),
    case(
        "bpmn.link.alone",
        "c",
        SIGNAL + jump(throw("t"), catch("c", more='<signalEventDefinition signalRef="sg"/>')),
        RIGHT,
    ),
    case(
        "bpmn.link.named-pair",
        "t",
        listed("<target>d2</target>", ""),
        listed("<target>d2</target>", "<source>d1</source>"),
    ),
    case("bpmn.compensation.association", "b", line(ON.format(""), UNDO), line(COMPENSATED)),
    case(
        "bpmn.compensation.association",
        "b",
        line(ON.format(""), '<userTask id="v"/>', ASSOCIATION.format("v"), chain("u", "v", "e")),
        line(COMPENSATED),
    ),
    case("bpmn.compensation.boundary-flow", "b", line(COMPENSATED, chain("b", "e")), line(COMPENSATED)),
    case(
        "bpmn.compensation.handler-scope",
        "b",
        line(ON.format(""), SUB_UNDO, ASSOCIATION.format("undo"), chain("u", "n", "e")),
        line(COMPENSATED),
    ),
    case("bpmn.compensation.handler-boundary", "b2", line(COMPENSATED, HANDLER_EVENT), line(COMPENSATED)),
    case("bpmn.compensation.handler-unused", "undo", line(UNDO), line(COMPENSATED), "note"),
    case(
        "bpmn.compensation.activity-ref", "e", compensate("w", LEVEL + chain("u", "n", "e")), compensate("u")
    ),
    case(
        "bpmn.compensation.activity-has-handler",
        "e",
        compensate("v", '<userTask id="v"/>' + chain("u", "v", "e")),
        compensate("u"),
        "note",
    ),
    case(
        "bpmn.compensation.boundary-interrupting",
        "b",
        line(ON.format(' cancelActivity="false"'), UNDO, ASSOCIATION.format("undo")),
        line(COMPENSATED),
    ),
]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_a_rule_of_links_and_compensation_finds_the_wrong_diagram_and_lets_the_right_one_pass(
    one: Case,
) -> None:
    judge(one)


def test_many_throws_may_jump_to_one_catch() -> None:
    diagram = process(
        START,
        '<parallelGateway id="g"/>',
        throw("t"),
        throw("t2"),
        catch("c"),
        TASK,
        END,
        chain("s", "g", "t"),
        chain("g", "t2"),
        chain("c", "u", "e"),
    )
    assert errors(definitions(diagram)) == []


def test_a_link_name_may_stand_again_on_another_level() -> None:
    inner = (
        f'<subProcess id="n"><startEvent id="s2"/>{throw("t2")}{catch("c2")}<endEvent id="e2"/>'
        f"{chain('s2', 't2')}{chain('c2', 'e2')}</subProcess>"
    )
    assert errors(definitions(jump(throw("t"), catch("c"), inner, more=chain("u", "n", "e")))) == []


def test_an_event_sub_process_may_compensate_an_activity_of_the_scope_around_it() -> None:
    inside = (
        '<subProcess id="esp" triggeredByEvent="true"><startEvent id="x"><timerEventDefinition>'
        "<timeDuration>PT1H</timeDuration></timerEventDefinition></startEvent>"
        '<endEvent id="y"><compensateEventDefinition activityRef="u"/></endEvent>'
        + chain("x", "y")
        + "</subProcess>"
    )
    assert errors(definitions(line(inside, COMPENSATED))) == []
