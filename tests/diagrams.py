"""A few lines of XML around a process, so that a test can hold its diagram and stay readable."""

from __future__ import annotations

import re

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'id="file" targetNamespace="http://banjie.test">'
)


def diagram(body: str, *, roots: str = "", process: str = "p", more: str = "") -> bytes:
    """A file with one executable process of that body, root elements before it and anything after it.

    Tags are written without a prefix: `<task id="a"/>` is `<bpmn:task id="a"/>`; a flow is written
    `a -> b`, with a condition `a -> b : x > 1`, as default `a -> b default`, one on each line.
    """
    inner = (
        _flows(roots) + f'<process id="{process}" isExecutable="true">{_flows(body)}</process>' + _flows(more)
    )
    return (HEAD + _prefixed(inner) + "</bpmn:definitions>").encode()


def _flows(text: str) -> str:
    lines = []
    for line in text.splitlines():
        stripped = line.strip()
        lines.append(_flow(stripped) if " -> " in stripped and not stripped.startswith("<") else line)
    return "\n".join(lines)


def _flow(line: str) -> str:
    ends, _, condition = line.partition(" : ")
    source, _, target = ends.partition(" -> ")
    target = target.strip().removesuffix(" default").strip()
    head = f'<sequenceFlow id="{source.strip()}_{target}" sourceRef="{source.strip()}" targetRef="{target}"'
    if not condition:
        return head + "/>"
    written = condition.strip().replace("&", "&amp;").replace("<", "&lt;")
    test = f'<conditionExpression xsi:type="tFormalExpression">={written}</conditionExpression>'
    return f"{head}>{test}</sequenceFlow>"


def _prefixed(text: str) -> str:
    return re.sub(r"<(/?)([A-Za-z]+)(?=[\s/>])", r"<\1bpmn:\2", text)
