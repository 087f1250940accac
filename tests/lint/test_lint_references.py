"""References: they resolve, and to the right type."""

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

ERROR = '<error id="er" errorCode="E1"/>'
CALL = '<callActivity id="n" calledElement="{}"/>'
CALLED = process('<startEvent id="s2"/><endEvent id="e2"/>', chain("s2", "e2"), identifier="q")
SHARED = '<signal id="sg" name="sg"/><signalEventDefinition id="sd" signalRef="sg"/>'
BY_REF = '<intermediateCatchEvent id="n"><eventDefinitionRef>{}</eventDefinitionRef></intermediateCatchEvent>'
OWN = '<endEvent id="e3"><signalEventDefinition id="own" signalRef="sg"/></endEvent>'
ZEEBE_CALL = (
    '<callActivity id="n"><extensionElements>'
    '<zeebe:calledElement processId="{}"/></extensionElements></callActivity>'
)


def owned(resource: str) -> str:
    """A task whose potential owner binds a parameter of the resource `r1`."""
    parameter = '<resourceParameter id="rp" name="district"/>'
    binding = '<resourceParameterBinding parameterRef="rp"><formalExpression>= 1</formalExpression>'
    return f'<resource id="r1" name="one">{parameter}</resource><resource id="r2" name="two"/>' + around(
        f'<userTask id="n"><potentialOwner id="po"><resourceRef>{resource}</resourceRef>{binding}'
        "</resourceParameterBinding></potentialOwner></userTask>"
    )


CASES = [
    case(
        "bpmn.reference.resolves",
        "s-u",
        process(
            START, TASK, END, '<sequenceFlow id="s-u" sourceRef="s" targetRef="nobody"/>', chain("u", "e")
        ),
        line(),
    ),
    case(
        "bpmn.reference.resolves",
        "x",
        ERROR
        + process(
            START, '<endEvent id="e"><errorEventDefinition id="x" errorRef="no"/></endEvent>', chain("s", "e")
        ),
        ERROR
        + process(
            START, '<endEvent id="e"><errorEventDefinition id="x" errorRef="er"/></endEvent>', chain("s", "e")
        ),
    ),
    case(
        "bpmn.reference.resolves",
        "u",
        process(START, '<userTask id="u" default="no"/>', END, chain("s", "u", "e")),
        process(START, '<userTask id="u" default="u-e"/>', END, chain("s", "u", "e")),
    ),
    case(
        "bpmn.reference.resolves",
        "l",
        process('<laneSet id="ls"><lane id="l"><flowNodeRef>no</flowNodeRef></lane></laneSet>', TASK),
        process('<laneSet id="ls"><lane id="l"><flowNodeRef>u</flowNodeRef></lane></laneSet>', TASK),
    ),
    case("bpmn.reference.resolves", "n", around(BY_REF.format("no")), SHARED + around(BY_REF.format("sd"))),
    case(
        "bpmn.reference.type",
        "x",
        '<signal id="er" name="a"/>'
        + process(
            START, '<endEvent id="e"><errorEventDefinition id="x" errorRef="er"/></endEvent>', chain("s", "e")
        ),
        ERROR
        + process(
            START, '<endEvent id="e"><errorEventDefinition id="x" errorRef="er"/></endEvent>', chain("s", "e")
        ),
    ),
    case(
        "bpmn.reference.type",
        "bad",
        line('<textAnnotation id="t"/><sequenceFlow id="bad" sourceRef="u" targetRef="t"/>'),
        line('<textAnnotation id="t"/><association id="a" sourceRef="u" targetRef="t"/>'),
    ),
    case(
        "bpmn.reference.type",
        "b",
        line(
            '<boundaryEvent id="b" attachedToRef="e"><timerEventDefinition><timeDuration>P1D</timeDuration>'
            '</timerEventDefinition></boundaryEvent><endEvent id="e3"/>',
            chain("b", "e3"),
        ),
        line(
            '<boundaryEvent id="b" attachedToRef="u"><timerEventDefinition><timeDuration>P1D</timeDuration>'
            '</timerEventDefinition></boundaryEvent><endEvent id="e3"/>',
            chain("b", "e3"),
        ),
    ),
    case("bpmn.reference.type", "n", around(CALL.format("s")), CALLED + around(CALL.format("q"))),
    case("bpmn.resource.parameter", "po", owned("r2"), owned("r1")),
    case(
        "bpmn.reference.imported",
        "d",
        '<import importType="urn:x" location="other.bpmn" namespace="urn:o"/>' + line(),
        line(),
        "note",
    ),
    case(
        "bpmn.call.elsewhere",
        "n",
        around(CALL.format("elsewhere")),
        CALLED + around(CALL.format("q")),
        "note",
    ),
    case(
        "bpmn.call.target-type", "n", around(ZEEBE_CALL.format("s")), CALLED + around(ZEEBE_CALL.format("q"))
    ),
    case(
        "bpmn.event.definition-ref",
        "n",
        SHARED + around(BY_REF.format("own"), OWN, TASK, chain("n", "u", "e3")),
        SHARED + around(BY_REF.format("sd"), OWN, TASK, chain("n", "u", "e3")),
    ),
]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_a_rule_of_references_finds_the_wrong_diagram_and_lets_the_right_one_pass(one: Case) -> None:
    judge(one)


def test_a_reference_with_the_prefix_of_the_target_namespace_means_this_file() -> None:
    diagram = definitions(
        ERROR
        + process(
            START, '<endEvent id="e"><errorEventDefinition errorRef="t:er"/></endEvent>', chain("s", "e")
        ),
        attributes='xmlns:t="urn:test"',
    )
    assert errors(diagram) == []


def test_a_reference_into_an_imported_namespace_is_not_followed() -> None:
    message = '<message id="m" name="m" itemRef="o:item"/>'
    imported = '<import importType="urn:x" location="o.xsd" namespace="urn:o"/>'
    attributes = 'xmlns:o="urn:o"'
    assert errors(definitions(imported, message, line(), attributes=attributes)) == []
    assert found(definitions(message, line(), attributes=attributes), "bpmn.reference.resolves")


def test_a_call_to_an_expression_is_looked_up_when_it_is_made() -> None:
    assert errors(definitions(around(ZEEBE_CALL.format("= next")))) == []
