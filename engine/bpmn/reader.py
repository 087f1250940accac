"""Bytes in, an executable definition out: the two-pass reader of the dialect.

Called through `engine.bpmn.read` by deployment and by trials. The first pass makes a spec for every element
of every body, the second connects them; neither recurses, so a chain of thousands of elements is read as
easily as one. It refuses what cannot run, all findings at once; BPMN's further rules are the lint's.
"""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.bpmn import xml
from engine.bpmn.connecting import Connecting
from engine.bpmn.definition import Definition, Element, Flow, Process
from engine.bpmn.elements import kind_of, make
from engine.bpmn.elements.process import ProcessStay
from engine.bpmn.lanes import lanes_of
from engine.bpmn.node import Body, Node
from engine.bpmn.reading import Reading
from engine.bpmn.settings import read_settings
from engine.errors import IllegalDefinition, said

if TYPE_CHECKING:
    from engine.bpmn.lanes import Lane

CONTAINERS = ("subProcess", "transaction", "adHocSubProcess")
GLOBAL_TASKS = {
    "globalTask": "task",
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}
_KEPT = frozenset(
    {
        "artifact",
        "association",
        "auditing",
        "category",
        "completionCondition",
        "correlationSubscription",
        "dataInputAssociation",
        "dataObject",
        "dataObjectReference",
        "dataOutputAssociation",
        "dataStoreReference",
        "documentation",
        "extensionElements",
        "group",
        "humanPerformer",
        "incoming",
        "ioBinding",
        "ioSpecification",
        "laneSet",
        "monitoring",
        "multiInstanceLoopCharacteristics",
        "outgoing",
        "performer",
        "potentialOwner",
        "property",
        "resourceRole",
        "standardLoopCharacteristics",
        "supportedInterfaceRef",
        "supports",
        "textAnnotation",
    }
)
"""What stands in a process and is kept, but is no step of it."""


def read(data: bytes) -> Definition:
    """The executable definition of a BPMN file.

    Raises TooLarge or Malformed for bytes that are no BPMN file, IllegalDefinition for a diagram that
    cannot run, with all findings. A process that is not executable is read as far as it can be.
    """
    root = xml.parse(data).getroot()
    reader = _Reader(Reading(root), root)
    definition = reader.definition(data)
    findings = reader.reading.findings
    if findings:
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        raise IllegalDefinition(findings[0].sentence + more, findings)
    return definition


class _Reader:
    """Reads one file."""

    def __init__(self, reading: Reading, root: xml.Element) -> None:
        self.reading = reading
        self.root = root
        self.elements: dict[str, Element] = {}
        self.nodes: dict[str, Node] = {}
        self.bodies: dict[str, Body] = {}
        self.flows: dict[str, Flow] = {}
        self.written: dict[str, xml.Element] = {}

    def definition(self, data: bytes) -> Definition:
        """Read every process and global task."""
        processes: dict[str, Process] = {}
        for element in self.root:
            if xml.is_bpmn(element, ("process",)):
                process = self._process(element)
                processes[process.id] = process
            elif xml.is_bpmn(element, GLOBAL_TASKS):
                process = self._global_task(element)
                processes[process.id] = process
        settings = [node.settings for node in self.nodes.values()]
        called = [one.called for one in settings if one.called is not None]
        asked = [one.decision for one in settings if one.decision is not None]
        return Definition(
            digest=hashlib.sha256(data).hexdigest(),
            source=data,
            processes=MappingProxyType(processes),
            elements=MappingProxyType(self.elements),
            flows=MappingProxyType(self.flows),
            nodes=MappingProxyType(self.nodes),
            bodies=MappingProxyType(self.bodies),
            texts=tuple(self.reading.texts),
            calls=tuple(dict.fromkeys(one.text for one in called if one.compiled is None)),
            asks=tuple(dict.fromkeys(one.text for one in asked if one.compiled is None)),
        )

    # -- first pass ----------------------------------------------------------------------------------

    def _process(self, element: xml.Element) -> Process:
        executable = xml.flag(element, "isExecutable", False)
        before = len(self.reading.findings)
        texts = len(self.reading.texts)
        body, stay = self._open(element, "process")
        self._fill(element, body, lanes_of(element))
        starters = Connecting(self.reading, self.nodes, self.bodies, self.flows, self.written).connect(body)
        body.start = stay
        if not executable:
            # A drawing that is not meant to run may be incomplete; it is kept, and never started.
            del self.reading.findings[before:]
            del self.reading.texts[texts:]
        return Process(
            id=body.name,
            name=element.get("name") or "",
            executable=executable,
            version_tag=_version(element),
            properties=MappingProxyType(xml.properties(element)),
            body=body,
            starters=starters,
        )

    def _global_task(self, element: xml.Element) -> Process:
        """A called global task runs as a process of one activity."""
        kind = GLOBAL_TASKS[xml.local(element)]
        body, stay = self._open(element, "process")
        inner = self._element(element, kind, body, body, {}, suffix=".task")
        node = make(self.reading, element, kind, body, inner, read_settings(self.reading, element))
        self.nodes[inner.id] = node
        self.elements[inner.id] = inner
        body.starts = (node,)
        body.start = stay
        return Process(
            id=body.name,
            name=element.get("name") or "",
            executable=True,
            version_tag=_version(element),
            properties=MappingProxyType(xml.properties(element)),
            body=body,
            is_task=True,
        )

    def _open(self, element: xml.Element, kind: str) -> tuple[Body, ProcessStay]:
        facts = Element(
            id=element.get("id") or "",
            kind=kind,
            process=element.get("id") or "",
            name=element.get("name") or "",
            properties=MappingProxyType(xml.properties(element)),
            documentation=_documentation(element),
            line=xml.line(element),
        )
        body = Body(facts, None)
        stay = ProcessStay(body, facts, read_settings(self.reading, element) if kind == "process" else None)
        body.nodes.clear()
        del body.task_specs[stay.name]
        self.elements[facts.id] = facts
        self.bodies[facts.id] = body
        return body, stay

    def _fill(self, process: xml.Element, body: Body, lanes: dict[str, Lane]) -> None:
        stack: list[tuple[xml.Element, Body, Lane | None]] = [(process, body, None)]
        while stack:
            holder, into, around = stack.pop()
            # A pool's lanes may hold what is drawn inside a sub-process; the innermost lane set wins.
            own = {**lanes, **(lanes_of(holder) if holder is not process else {})}
            for child in holder:
                if not xml.is_bpmn(child):
                    continue
                name = xml.local(child)
                if name == "sequenceFlow":
                    self.written[child.get("id") or ""] = child
                elif name not in _KEPT and not name.endswith("EventDefinition"):
                    lane = own.get(child.get("id") or "", around)
                    self._node(child, into, body, lane, stack)

    def _node(
        self,
        element: xml.Element,
        into: Body,
        process: Body,
        lane: Lane | None,
        stack: list[tuple[xml.Element, Body, Lane | None]],
    ) -> None:
        kind = kind_of(element, into)
        if kind is None:
            name = xml.local(element)
            self.reading.refuse(
                element,
                "bpmn.element.supported",
                said(
                    "Expected elements that can run, but '{id}' is a {name}",
                    id=element.get("id") or name,
                    name=name,
                ),
            )
            return
        facts = self._element(element, kind, into, process, {} if lane is None else {"lane": lane})
        node = make(self.reading, element, kind, into, facts, read_settings(self.reading, element))
        self.elements[facts.id] = facts
        self.nodes[facts.id] = node
        self.written[facts.id] = element
        if xml.local(element) in CONTAINERS:
            inner = Body(facts, node)
            node.inner = inner
            inner.ad_hoc = kind == "adHocSubProcess"
            self.bodies[facts.id] = inner
            stack.append((element, inner, lane))

    def _element(
        self,
        element: xml.Element,
        kind: str,
        into: Body,
        process: Body,
        lane: dict[str, Lane],
        suffix: str = "",
    ) -> Element:
        properties = xml.properties(element)
        at = lane.get("lane")
        return Element(
            id=(element.get("id") or "") + suffix,
            kind=kind,
            process=process.name,
            name=element.get("name") or "",
            parent=into.name,
            lane=None if at is None else at.name,
            role=properties.get("banjie.role") or (None if at is None else at.role),
            act=properties.get("banjie.act"),
            form=read_form(element),
            properties=MappingProxyType(properties),
            documentation=_documentation(element),
            line=xml.line(element),
        )


def read_form(element: xml.Element) -> str | None:
    """The form an element names (`zeebe:formDefinition`)."""
    found = xml.extension(element, "formDefinition")
    if found is None:
        return None
    return found.get("formId") or found.get("formKey") or found.get("externalReference")


def _version(element: xml.Element) -> str | None:
    found = xml.extension(element, "versionTag")
    return None if found is None else found.get("value")


def _documentation(element: xml.Element) -> str:
    return "\n".join(xml.text(one) for one in xml.children(element, "documentation"))
