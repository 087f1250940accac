"""A diagram in words: every element with who does it, what it sets, and where it leads.

Called by the package page, for whoever does not see the drawing, and by the comparison of two versions.
It reads the definition; it runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.bpmn.definition import Definition, Element, Flow
from engine.bpmn.vocabulary import ACTS, ROLES
from engine.errors import NotFound
from engine.periods import RuleBook
from web.language import _, words

PERIOD = "banjie.period"


@dataclass(frozen=True)
class Line:
    """One element in words. `facts` are (label, text); `ways` say where it leads."""

    id: str
    kind: str
    name: str
    depth: int
    facts: tuple[tuple[str, str], ...]
    ways: tuple[str, ...]


def lines(definition: Definition) -> list[Line]:
    """Every element of every process, in the file's order, those of a sub-process below it."""
    children: dict[str | None, list[Element]] = {}
    for element in definition.elements.values():
        if element.kind != "process":
            children.setdefault(element.parent or element.process, []).append(element)
    flows: dict[str, list[Flow]] = {}
    for flow in definition.flows.values():
        flows.setdefault(flow.source, []).append(flow)
    found: list[Line] = []
    for process in definition.processes:
        _walk(definition, process, children, flows, 0, found)
    return found


def _walk(
    definition: Definition,
    parent: str,
    children: Mapping[str | None, Sequence[Element]],
    flows: Mapping[str, Sequence[Flow]],
    depth: int,
    found: list[Line],
) -> None:
    for element in children.get(parent, ()):
        ways = tuple(_way(definition, flow) for flow in flows.get(element.id, ()))
        found.append(
            Line(element.id, kind_name(element.kind), element.name, depth, tuple(facts(element)), ways)
        )
        _walk(definition, element.id, children, flows, depth + 1, found)


def _way(definition: Definition, flow: Flow) -> str:
    target = definition.elements.get(flow.target)
    name = (target.name if target else "") or flow.target
    if flow.condition is not None:
        label = flow.name or flow.condition.text
        return _("如果“%(label)s”（%(test)s）：%(name)s", label=label, test=flow.condition.text, name=name)
    if flow.default:
        return _("否则：%(name)s", name=name)
    return _("然后：%(name)s", name=name)


def facts(element: Element) -> list[tuple[str, str]]:
    """Who, which act, which form, which periods: whatever is set on an element."""
    named = (
        (_("由谁办理"), _word(ROLES, element.role) or (element.lane or "")),
        (_("行为"), _word(ACTS, element.act)),
        (_("表单"), element.form or element.properties.get("banjie.form", "")),
        (_("说明"), element.documentation),
    )
    rest = [
        (name, text)
        for name, text in element.properties.items()
        if name not in ("banjie.role", "banjie.act", "banjie.form")
    ]
    return [(label, text) for label, text in (*named, *rest) if text]


def role_name(code: str | None) -> str:
    """A role in the reader's language; "" for none."""
    return _word(ROLES, code)


def _word(vocabulary: Mapping[str, tuple[str, str]], code: str | None) -> str:
    if code not in vocabulary:
        return code or ""
    zh, en = vocabulary[str(code)]
    return words({"zh": zh, "en": en})


def periods(definition: Definition, law: RuleBook, today: date) -> list[dict[str, Any]]:
    """The periods the diagram points at, with what the law says of them: {id, title, basis, limit, at}."""
    at: dict[str, list[str]] = {}
    for element in definition.elements.values():
        for name, text in element.properties.items():
            opens = name in (PERIOD, f"{PERIOD}.starts")
            if opens and not text.startswith("="):
                at.setdefault(text, []).append(element.name or element.id)
    return [_period(rule_id, places, law, today) for rule_id, places in sorted(at.items())]


def _period(rule_id: str, places: list[str], law: RuleBook, today: date) -> dict[str, Any]:
    told = {"id": rule_id, "at": places, "title": rule_id, "basis": "", "limit": "", "suspends": ""}
    try:
        rule = law.of(rule_id, today)
    except NotFound:
        return {**told, "missing": True}
    language = words({"zh": "zh", "en": "en"})
    return {
        **told,
        "title": rule.title(language),
        "basis": rule.basis,
        "limit": rule.limit.words(language),
        "suspends": _("、").join(one.kind for one in rule.excluded),
    }


def kind_name(kind: str) -> str:
    """The name of a kind of element in the reader's language; the BPMN name where there is none."""
    return _kinds().get(kind, kind)


def _kinds() -> dict[str, str]:
    return {
        "startEvent": _("开始"),
        "endEvent": _("结束"),
        "intermediateCatchEvent": _("等待"),
        "intermediateThrowEvent": _("发出"),
        "boundaryEvent": _("边界事件"),
        "task": _("任务"),
        "userTask": _("人工任务"),
        "manualTask": _("线下任务"),
        "serviceTask": _("系统任务"),
        "scriptTask": _("计算"),
        "businessRuleTask": _("决策"),
        "sendTask": _("发送"),
        "receiveTask": _("接收"),
        "callActivity": _("调用流程"),
        "subProcess": _("子流程"),
        "eventSubProcess": _("事件子流程"),
        "adHocSubProcess": _("即席子流程"),
        "transaction": _("事务"),
        "exclusiveGateway": _("择一"),
        "inclusiveGateway": _("多选"),
        "parallelGateway": _("并行"),
        "eventBasedGateway": _("先到先走"),
        "complexGateway": _("复合汇合"),
    }
