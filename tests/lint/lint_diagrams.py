"""Small diagrams for the tests of the lint, and the check every rule's test makes of them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from engine.bpmn import lint
from engine.errors import Finding

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
ZEEBE = "http://camunda.org/schema/zeebe/1.0"
START, TASK, END = '<startEvent id="s"/>', '<userTask id="u"/>', '<endEvent id="e"/>'


def chain(*nodes: str) -> str:
    """Sequence flows from each named node to the next; the flow from `a` to `b` has the id `a-b`."""
    pairs = itertools.pairwise(nodes)
    return "".join(f'<sequenceFlow id="{a}-{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in pairs)


def when(source: str, target: str, text: str = "= ok") -> str:
    """A conditional sequence flow."""
    return (
        f'<sequenceFlow id="{source}-{target}" sourceRef="{source}" targetRef="{target}">'
        f'<conditionExpression xsi:type="tFormalExpression">{text}</conditionExpression></sequenceFlow>'
    )


def extended(inside: str) -> str:
    """Extension elements."""
    return f"<extensionElements>{inside}</extensionElements>"


def having(**properties: str) -> str:
    """`banjie.` properties; `period_from` is written `banjie.period.from`."""
    lines = (
        f'<zeebe:property name="banjie.{name.replace("_", ".")}" value="{value}"/>'
        for name, value in properties.items()
    )
    return extended(f"<zeebe:properties>{''.join(lines)}</zeebe:properties>")


def process(*inside: str, executable: bool = True, identifier: str = "p") -> str:
    """A process."""
    flag = "true" if executable else "false"
    return f'<process id="{identifier}" isExecutable="{flag}">{"".join(inside)}</process>'


def line(*inside: str) -> str:
    """A process `s → u → e` with something more in it."""
    return process(START, TASK, END, chain("s", "u", "e"), *inside)


def around(node: str, *more: str) -> str:
    """A process `s → n → e` around one element whose id is `n`, with something more in it."""
    return process(START, node, END, chain("s", "n", "e"), *more)


def definitions(*top: str, attributes: str = "") -> bytes:
    """A whole file. The namespace of Camunda 8 is declared where it is used."""
    inside = "".join(top)
    zeebe = f' xmlns:zeebe="{ZEEBE}"' if "zeebe:" in inside + attributes else ""
    return (
        f'<definitions xmlns="{BPMN}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'id="d" targetNamespace="urn:test"{zeebe} {attributes}>{inside}</definitions>'
    ).encode()


@dataclass(frozen=True)
class Case:
    """A rule, the element its finding names, a diagram that breaks the rule and one that does not."""

    rule: str
    where: str
    wrong: bytes
    right: bytes
    severity: str = "error"

    def __str__(self) -> str:
        return f"{self.rule}-{self.where}"


def case(rule: str, where: str, wrong: str, right: str, severity: str = "error") -> Case:
    """A case from the insides of two files."""
    return Case(rule, where, definitions(wrong), definitions(right), severity)


def found(diagram: bytes, rule: str) -> list[Finding]:
    """The findings of one rule on a diagram."""
    return [one for one in lint.check(diagram) if one.rule == rule]


def errors(diagram: bytes) -> list[Finding]:
    """The findings for which a diagram is refused."""
    return [one for one in lint.check(diagram) if one.severity == "error"]


def judge(one: Case) -> None:
    """The wrong diagram is found at its element with a sentence and a line, the right one is not refused."""
    faults = found(one.wrong, one.rule)
    assert [fault for fault in faults if fault.where == one.where], (one.rule, faults, lint.check(one.wrong))
    for fault in faults:
        assert fault.severity == one.severity
        assert fault.line == 1
        assert len(fault.sentence) > 20
    assert found(one.right, one.rule) == []
    assert errors(one.right) == []
