"""Extension elements, Banjie's own properties, and expressions."""

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
    extended,
    found,
    having,
    judge,
    line,
    process,
    when,
)

from engine.bpmn.vocabulary import ACTS, PROPERTIES, ROLES

FOREIGN = 'xmlns:x="urn:foreign"'


def task(inside: str, kind: str = "userTask", attributes: str = "") -> str:
    return around(f'<{kind} id="n" {attributes}>{inside}</{kind}>')


def lane(inside: str) -> str:
    return process(
        f'<laneSet id="ls"><lane id="l">{inside}</lane></laneSet>', START, TASK, END, chain("s", "u", "e")
    )


def service(inside: str) -> str:
    return task(extended(f'<zeebe:taskDefinition type="work"/>{inside}'), "serviceTask")


def mapped(inside: str) -> str:
    return task(extended(f"<zeebe:ioMapping>{inside}</zeebe:ioMapping>"))


def awaited(key: str) -> str:
    setting = extended(f'<zeebe:subscription correlationKey="{key}"/>')
    return f'<message id="m" name="m">{setting}</message>'


def timer(inside: str) -> str:
    definition = f'<timerEventDefinition id="td">{inside}</timerEventDefinition>'
    return around(f'<intermediateCatchEvent id="n">{definition}</intermediateCatchEvent>')


def split(condition: str) -> str:
    gateway = '<exclusiveGateway id="g" default="g-e"/>'
    return process(
        START, gateway, TASK, END, chain("s", "g", "e"), when("g", "u", condition), chain("u", "e")
    )


def required(definition: str, must: str) -> bytes:
    extension = f'<extension definition="{definition}" mustUnderstand="{must}"/>'
    return definitions(extension, line(), attributes=FOREIGN)


ASSIGNED = '<zeebe:assignmentDefinition assignee="= clerk"/>'
XPATH = 'language="http://www.w3.org/1999/XPath"'

CASES = [
    case(
        "bpmn.extension.unknown", "n", task(extended("<zeebe:adHoc/>")), task(extended("<zeebe:userTask/>"))
    ),
    Case("bpmn.extension.required", "d", required("x:thing", "true"), required("x:thing", "false")),
    case(
        "bpmn.extension.attribute",
        "n",
        task(extended('<zeebe:assignmentDefinition assignee="= a" colour="red"/>')),
        task(extended(ASSIGNED)),
        "note",
    ),
    case("bpmn.extension.place", "n", task(extended(ASSIGNED), "manualTask"), task(extended(ASSIGNED))),
    case(
        "bpmn.extension.place",
        "n",
        task(extended('<zeebe:input source="= a" target="b"/>')),
        mapped('<zeebe:input source="= a" target="b"/>'),
    ),
    case("bpmn.extension.once", "n", task(extended(ASSIGNED + ASSIGNED)), task(extended(ASSIGNED))),
    case(
        "bpmn.extension.incomplete",
        "n",
        task(extended("<zeebe:taskDefinition/>"), "serviceTask"),
        service(""),
    ),
    Case(
        "bpmn.extension.foreign",
        "u",
        definitions(
            process(START, '<userTask id="u" x:colour="red"/>', END, chain("s", "u", "e")), attributes=FOREIGN
        ),
        definitions(line(), attributes=FOREIGN),
        "note",
    ),
    case("banjie.property.name", "n", task(having(colour="red")), task(having(act="accept"))),
    case("banjie.property.place", "l", lane(having(act="accept")), lane(having(role="handler"))),
    case(
        "banjie.property.once",
        "n",
        task(
            extended(
                '<zeebe:properties><zeebe:property name="banjie.act" value="accept"/>'
                '<zeebe:property name="banjie.act" value="serve"/></zeebe:properties>'
            )
        ),
        task(having(act="accept")),
    ),
    case("banjie.property.value", "n", task(having(period="")), task(having(period="xk.decision"))),
    case("banjie.role.known", "l", lane(having(role="king")), lane(having(role="section-head"))),
    case("banjie.act.known", "n", task(having(act="dance")), task(having(act="refuse-acceptance"))),
    case(
        "banjie.period.kind-alone",
        "n",
        task(having(period_kind="听证")),
        task(having(period_suspends="xk.decision", period_kind="听证")),
        "note",
    ),
    case("bpmn.expression.feel", "g-u", split("= a &gt;"), split("= a &gt; 1")),
    case("bpmn.expression.feel", "g-u", split("${a}"), split("a = 1")),
    case(
        "bpmn.expression.feel",
        "n",
        mapped('<zeebe:input source="= (" target="b"/>'),
        mapped('<zeebe:input source="= a" target="b"/>'),
    ),
    case(
        "bpmn.expression.feel",
        "n",
        task(having(period_from="= 1 +")),
        task(having(period_from="= received_on")),
    ),
    case(
        "bpmn.expression.feel",
        "n",
        timer("<timeDuration>= if</timeDuration>"),
        timer("<timeDuration>= wait</timeDuration>"),
    ),
    case("bpmn.expression.empty", "g-u", split(""), split("= ok")),
    case(
        "bpmn.expression.language",
        "g-u",
        split("= ok").replace("<conditionExpression ", f"<conditionExpression {XPATH} "),
        split("= ok").replace("<conditionExpression ", '<conditionExpression language="feel" '),
    ),
    Case(
        "bpmn.expression.default-language",
        "d",
        definitions(line(), attributes='expressionLanguage="http://www.w3.org/1999/XPath"'),
        definitions(line(), attributes='expressionLanguage="http://www.omg.org/spec/FEEL/20140401"'),
        "note",
    ),
    *(
        case(
            "bpmn.event.timer.text",
            "td",
            timer(f"<{name}>{wrong}</{name}>"),
            timer(f"<{name}>{right}</{name}>"),
        )
        for name, wrong, right in (
            ("timeDuration", "3 days", "P3D"),
            ("timeDuration", "P", "P1Y2M"),
            ("timeDate", "tomorrow", "2026-03-01T09:00:00Z"),
            ("timeDate", "2026-3-1", "2026-03-01"),
            ("timeCycle", "R3", "R3/PT1H"),
            ("timeCycle", "PT1H", "R/2026-03-01T09:00:00Z/P1D"),
            ("timeCycle", "0 0 25 * * *", "0 0 9 * * MON-FRI"),
            ("timeCycle", "@often", "@daily"),
            ("timeDate", "2026-13-01", "2026-03-01T09:00:00+08:00"),
            ("timeDuration", "R3/PT1H", "PT1H"),
        )
    ),
    case(
        "bpmn.expression.variable",
        "n",
        mapped('<zeebe:output source="= a" target="1b"/>'),
        mapped('<zeebe:output source="= a" target="申请.b"/>'),
    ),
    case(
        "bpmn.message.correlation-key",
        "m",
        awaited("id") + line(),
        awaited("= id") + line(),
        "note",
    ),
    case(
        "bpmn.expression.formal",
        "g-u",
        split("= ok").replace(' xsi:type="tFormalExpression">= ok', ">raining"),
        split("= ok").replace(' xsi:type="tFormalExpression"', ""),
        "note",
    ),
]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_a_rule_of_extensions_and_expressions_finds_the_wrong_diagram_and_lets_the_right_one_pass(
    one: Case,
) -> None:
    judge(one)


def test_everything_camunda_8_writes_that_the_dialect_reads_passes_without_a_word() -> None:
    settings = (
        '<zeebe:userTask/><zeebe:formDefinition formId="licence/accept"/>'
        '<zeebe:assignmentDefinition assignee="= clerk" candidateGroups="window" candidateUsers="= users"/>'
        '<zeebe:taskSchedule dueDate="= due" followUpDate="2026-03-01T09:00:00Z"/>'
        '<zeebe:priorityDefinition priority="= 50"/><zeebe:taskHeaders><zeebe:header key="k" value="v"/>'
        '</zeebe:taskHeaders><zeebe:ioMapping><zeebe:input source="= a" target="b"/>'
        '<zeebe:output source="= b" target="a.c"/></zeebe:ioMapping>'
        '<zeebe:properties><zeebe:property name="colour" value="red"/></zeebe:properties>'
        '<zeebe:executionListeners><zeebe:executionListener eventType="start" type="log" retries="3"/>'
        "</zeebe:executionListeners><zeebe:taskListeners>"
        '<zeebe:taskListener eventType="completing" type="log"/>'
        "</zeebe:taskListeners>"
    )
    assert found(definitions(task(extended(settings))), "bpmn.extension.attribute") == []
    assert errors(definitions(task(extended(settings)))) == []


def test_the_mark_of_an_element_template_passes_and_another_zeebe_attribute_is_noted() -> None:
    mark = 'zeebe:modelerTemplate="banjie.accept" zeebe:modelerTemplateVersion="1"'
    assert found(definitions(task("", attributes=mark)), "bpmn.extension.attribute") == []
    assert found(definitions(task("", attributes='zeebe:colour="red"')), "bpmn.extension.attribute")


def test_a_faulty_expression_is_named_with_its_place_and_column() -> None:
    (fault,) = found(definitions(split("= a &gt;")), "bpmn.expression.feel")
    assert "conditionExpression of sequenceFlow 'g-u'" in fault.sentence
    assert "column" in fault.sentence


def test_a_variable_whose_name_has_a_space_is_known_to_every_expression() -> None:
    out = (
        '<zeebe:output source="= 1" target="Vacation Days"/>'
        '<zeebe:output source="= Vacation Days + 1" target="b"/>'
    )
    assert errors(definitions(mapped(out))) == []


def test_host_functions_and_read_only_names_are_known_to_every_expression() -> None:
    text = '= is working day(today()) and period("xk.decision").remaining = null and case = unit'.replace(
        '"', "&quot;"
    )
    assert errors(definitions(split(text))) == []


def test_the_vocabularies_are_closed_and_have_both_languages() -> None:
    for vocabulary in (ROLES, ACTS, PROPERTIES):
        for code, (chinese, english) in vocabulary.items():
            assert code == code.lower()
            assert " " not in code
            assert chinese
            assert english
    assert len(ROLES) == 14
