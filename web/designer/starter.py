"""The files a new procedure begins with: legal from the first moment, little enough to be replaced.

Called by `beginning`. Writes text, reads nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

SCHEMA = "https://json-schema.org/draft/2020-12/schema"

_DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" \
xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" \
xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" \
xmlns:modeler="http://camunda.org/schema/modeler/1.0" id="definitions_{name}" \
targetNamespace="urn:banjie:procedure:{name}" modeler:executionPlatform="Camunda Cloud" \
modeler:executionPlatformVersion="8.6.0">
  <bpmn:process id="{name}" name={title} isExecutable="true">
    <bpmn:startEvent id="apply" name="申请">
      <bpmn:extensionElements>
        <zeebe:properties>
          <zeebe:property name="banjie.act" value="apply" />
          <zeebe:property name="banjie.role" value="applicant" />
          <zeebe:property name="banjie.form" value="{name}/apply" />
        </zeebe:properties>
      </bpmn:extensionElements>
    </bpmn:startEvent>
  </bpmn:process>
  <bpmndi:BPMNDiagram id="diagram_{name}">
    <bpmndi:BPMNPlane id="plane_{name}" bpmnElement="{name}">
      <bpmndi:BPMNShape id="apply_di" bpmnElement="apply">
        <dc:Bounds x="180" y="180" width="36" height="36" />
        <bpmndi:BPMNLabel>
          <dc:Bounds x="187" y="223" width="22" height="14" />
        </bpmndi:BPMNLabel>
      </bpmndi:BPMNShape>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""

_CASEFILE = {
    "applicant_name": {
        "title": "申请人", "x-title-en": "Applicant", "type": "string", "minLength": 1, "maxLength": 100,
        "x-mask": "name",
    },
    "phone": {
        "title": "联系电话", "x-title-en": "Mobile phone", "type": "string", "format": "cn-mobile",
        "x-mask": "phone",
    },
}  # fmt: skip


def files(facts: Mapping[str, str]) -> dict[str, str]:
    """Path → text of a new procedure. `facts`: name, title, title_en, kind, unit, item."""
    name = facts["name"]
    return {
        "procedure.toml": procedure(facts),
        f"{name}.bpmn": _DIAGRAM.format(name=name, title=quoteattr(facts["title"])),
        "casefile.schema.json": schema(f"{facts['title']}案卷", "Case file", _CASEFILE),
        "forms/apply.schema.json": schema("申请", "Application", _references(), required=list(_CASEFILE)),
        f"catalogue/{name}.toml": item(facts),
        "LAW.md": f"# {facts['title']}：依据\n\n",
    }


def _references() -> dict[str, object]:
    return {name: {"$ref": f"casefile.schema.json#/properties/{name}"} for name in _CASEFILE}


def schema(title: str, title_en: str, properties: Mapping[str, object], **more: object) -> str:
    """A schema of a form or of a case file."""
    data = {
        "$schema": SCHEMA, "title": title, "x-title-en": title_en, "type": "object",
        "properties": properties, **more,
    }  # fmt: skip
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def procedure(facts: Mapping[str, str]) -> str:
    """procedure.toml of a new procedure."""
    lines = [
        *(f"{key} = {quoted(value)}" for key, value in (("id", facts["name"]), ("process", facts["name"]))),
        f"kind = {quoted(facts['kind'])}",
        f"retention = {quoted(facts.get('retention') or '10Y')}",
        f"first_form = {quoted(facts['name'] + '/apply')}",
        "",
        "[name]",
        f"zh = {quoted(facts['title'])}",
        f"en = {quoted(facts.get('title_en') or facts['title'])}",
    ]
    return "\n".join(lines) + "\n"


def item(facts: Mapping[str, str]) -> str:
    """The service item that leads to a new procedure."""
    lines = [
        "[[item]]",
        f"code = {quoted(facts['item'])}",
        f"procedure = {quoted(facts['name'])}",
        f"units = [{quoted(facts['unit'])}]",
        f"promised = {quoted(facts.get('promised') or '20W')}",
        f"statutory = {quoted(facts.get('statutory') or '20W')}",
        f"period = {quoted(facts.get('period') or '')}",
        "fee = 0",
        'status = "active"',
        "",
        "[item.name]",
        f"zh = {quoted(facts['title'])}",
        f"en = {quoted(facts.get('title_en') or facts['title'])}",
    ]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A TOML basic string: JSON's escapes are TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


_TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" \
xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" \
xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" \
id="definitions_{stem}" name={title} namespace="urn:banjie:decision:{stem}">
  <decision id="{stem}" name={title}>
    <variable id="variable_{stem}" name="{stem}" typeRef="string" />
    <decisionTable id="table_{stem}" hitPolicy="UNIQUE">
      <input id="input_{stem}" label={label}>
        <inputExpression id="input_expression_{stem}" typeRef="{kind}"><text>{input}</text></inputExpression>
      </input>
      <output id="output_{stem}" label={output} name="{stem}" typeRef="string" />
    </decisionTable>
  </decision>
  <dmndi:DMNDI>
    <dmndi:DMNDiagram id="diagram_{stem}">
      <dmndi:DMNShape id="shape_{stem}" dmnElementRef="{stem}">
        <dc:Bounds height="80" width="180" x="160" y="100" />
      </dmndi:DMNShape>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
</definitions>
"""


def table(stem: str, title: str, variable: str, label: str, kind: str) -> str:
    """A decision table with one input and one output and no rule yet; `kind` is FEEL's name of a type."""
    names = {"title": title, "label": label, "output": title}
    return _TABLE.format(
        stem=stem, input=variable, kind=kind, **{key: quoteattr(text) for key, text in names.items()}
    )
