"""What activities take and give, against operations, messages and what they call."""

from __future__ import annotations

import pytest
from lint_diagrams import (
    END,
    START,
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

ITEMS = '<itemDefinition id="i1" structureRef="text"/><itemDefinition id="i2" structureRef="number"/>'
MESSAGE = ITEMS + '<message id="m" name="m" itemRef="i1"/>'
OPERATION = (
    MESSAGE
    + '<interface id="if" name="if"><operation id="op" name="op"><inMessageRef>m</inMessageRef></operation>'
    "</interface>"
)


def io(*inputs: str, outputs: tuple[str, ...] = (), sets: int = 1) -> str:
    """An ioSpecification with inputs and outputs of those items and so many input sets."""
    listed = "".join(f'<dataInput id="in{n}" itemSubjectRef="{one}"/>' for n, one in enumerate(inputs))
    given = "".join(f'<dataOutput id="out{n}" itemSubjectRef="{one}"/>' for n, one in enumerate(outputs))
    in_refs = "".join(f"<dataInputRefs>in{n}</dataInputRefs>" for n in range(len(inputs)))
    out_refs = "".join(f"<dataOutputRefs>out{n}</dataOutputRefs>" for n in range(len(outputs)))
    more = "".join(f'<inputSet id="is{n}"/>' for n in range(1, sets))
    return (
        f'<ioSpecification id="io">{listed}{given}<inputSet id="is">{in_refs}</inputSet>{more}'
        f'<outputSet id="os">{out_refs}</outputSet></ioSpecification>'
    )


def service(inside: str, executable: bool = True) -> str:
    task = f'<serviceTask id="n" operationRef="op">{inside}</serviceTask>'
    return OPERATION + process(START, task, END, chain("s", "n", "e"), executable=executable)


def send(inside: str) -> str:
    return MESSAGE + around(f'<sendTask id="n" messageRef="m">{inside}</sendTask>')


def receive(inside: str) -> str:
    return MESSAGE + around(f'<receiveTask id="n" messageRef="m">{inside}</receiveTask>')


def call(inside: str, called: str) -> str:
    callee = (
        f'<process id="q" isExecutable="true">{called}<startEvent id="x"/>'
        f'<endEvent id="y"/>{chain("x", "y")}</process>'
    )
    return ITEMS + around(f'<callActivity id="n" calledElement="q">{inside}</callActivity>') + callee


def other_ids(specification: str) -> str:
    """The same data under other ids, for the called process."""
    return (
        specification.replace("in0", "cin0")
        .replace('"io"', '"cio"')
        .replace('"is"', '"cis"')
        .replace('"os"', '"cos"')
    )


def exposed(binding: str) -> str:
    inside = f"<supportedInterfaceRef>if</supportedInterfaceRef>{other_ids(io('i1'))}{binding}"
    return OPERATION + line().replace("<startEvent", f"{inside}<startEvent", 1)


def ending(count: int) -> str:
    data = "".join(f'<dataInput id="d{n}"/>' for n in range(count))
    event = f'<endEvent id="e">{data}<messageEventDefinition messageRef="m"/></endEvent>'
    return MESSAGE + process(START, event, chain("s", "e"))


CLOSED = (
    '<collaboration id="c" isClosed="{}"><choreographyRef>ch</choreographyRef>'
    '</collaboration><choreography id="ch"/>'
)

CASES = [
    case("bpmn.io.operation-sets", "n", service(""), service(io("i1"), executable=False)),
    case("bpmn.io.operation-sets", "n", service(io("i1", sets=2)), service(io("i1"), executable=False)),
    case("bpmn.io.message-sets", "n", send(io("i1", "i1")), send(io("i1"))),
    case("bpmn.io.message-sets", "n", receive(io(outputs=("i1", "i1"))), receive(io(outputs=("i1",)))),
    case("bpmn.io.message-item", "n", send(io("i2")), send(io("i1"))),
    case("bpmn.io.message-item", "n", receive(io(outputs=("i2",))), receive(io(outputs=("i1",)))),
    case("bpmn.io.operation-item", "n", service(io("i2")), service(io("i1"), executable=False)),
    case("bpmn.call.data", "n", call(io("i1"), ""), call(io("i1"), other_ids(io("i1")))),
    case("bpmn.call.data", "n", call("", other_ids(io("i1"))), call("", "")),
    case(
        "bpmn.call.interface",
        "p",
        exposed(""),
        exposed('<ioBinding operationRef="op" inputDataRef="cin0" outputDataRef="cos"/>'),
    ),
    case("bpmn.data.event-count", "e", ending(2), ending(1)),
    case(
        "bpmn.collaboration.global-conversation",
        "gc",
        line() + '<globalConversation id="gc"><conversation id="cv"/></globalConversation>',
        line() + '<globalConversation id="gc"/>',
    ),
    case("bpmn.collaboration.closed", "c", line() + CLOSED.format("true"), line() + CLOSED.format("false")),
]


@pytest.mark.parametrize("one", CASES, ids=str)
def test_a_rule_of_interfaces_finds_the_wrong_diagram_and_lets_the_right_one_pass(one: Case) -> None:
    judge(one)


def test_what_camunda_8_does_not_look_at_is_only_noted_in_its_files() -> None:
    zeebe = 'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    diagram = definitions(send(io("i2")), attributes=zeebe)
    assert [one.severity for one in found(diagram, "bpmn.io.message-item")] == ["note"]
    assert errors(diagram) == []
