"""One BPMN element, one file. This door makes the spec of an element the reader has found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.bpmn import xml
from engine.bpmn.activity import Activity
from engine.bpmn.definition import Element
from engine.bpmn.elements.ad_hoc_sub_process import AdHocSubProcess
from engine.bpmn.elements.boundary_event import BoundaryEvent
from engine.bpmn.elements.business_rule_task import BusinessRuleTask
from engine.bpmn.elements.call_activity import CallActivity
from engine.bpmn.elements.complex_gateway import ComplexGateway
from engine.bpmn.elements.end_event import EndEvent
from engine.bpmn.elements.event_based_gateway import EventBasedGateway
from engine.bpmn.elements.event_definitions import definitions_of
from engine.bpmn.elements.event_sub_process import EventSubProcess, EventSubProcessStart
from engine.bpmn.elements.exclusive_gateway import ExclusiveGateway
from engine.bpmn.elements.inclusive_gateway import InclusiveGateway
from engine.bpmn.elements.intermediate_catch_event import IntermediateCatchEvent
from engine.bpmn.elements.intermediate_throw_event import IntermediateThrowEvent
from engine.bpmn.elements.manual_task import ManualTask
from engine.bpmn.elements.parallel_gateway import ParallelGateway
from engine.bpmn.elements.receive_task import ReceiveTask
from engine.bpmn.elements.repetitions import repetition_of
from engine.bpmn.elements.script_task import ScriptTask
from engine.bpmn.elements.send_task import SendTask
from engine.bpmn.elements.service_task import ServiceTask
from engine.bpmn.elements.start_event import StartEvent
from engine.bpmn.elements.sub_process import SubProcess
from engine.bpmn.elements.task import Task
from engine.bpmn.elements.transaction import Transaction
from engine.bpmn.elements.user_task import UserTask
from engine.bpmn.node import Body, Node
from engine.bpmn.reading import Reading
from engine.bpmn.settings import Settings
from engine.errors import said

KINDS: dict[str, Callable[..., Node]] = {
    "task": Task,
    "userTask": UserTask,
    "manualTask": ManualTask,
    "serviceTask": ServiceTask,
    "scriptTask": ScriptTask,
    "businessRuleTask": BusinessRuleTask,
    "sendTask": SendTask,
    "receiveTask": ReceiveTask,
    "subProcess": SubProcess,
    "eventSubProcess": EventSubProcess,
    "transaction": Transaction,
    "adHocSubProcess": AdHocSubProcess,
    "callActivity": CallActivity,
    "exclusiveGateway": ExclusiveGateway,
    "inclusiveGateway": InclusiveGateway,
    "parallelGateway": ParallelGateway,
    "eventBasedGateway": EventBasedGateway,
    "complexGateway": ComplexGateway,
    "startEvent": StartEvent,
    "endEvent": EndEvent,
    "intermediateCatchEvent": IntermediateCatchEvent,
    "intermediateThrowEvent": IntermediateThrowEvent,
    "boundaryEvent": BoundaryEvent,
}


def kind_of(element: xml.Element, body: Body) -> str | None:
    """What an element runs as, None where nothing runs it."""
    name = xml.local(element)
    if name == "intermediateEvent":
        return None
    if name == "subProcess" and xml.flag(element, "triggeredByEvent", False):
        return "eventSubProcess"
    return name if name in KINDS else None


def make(
    reading: Reading, element: xml.Element, kind: str, body: Body, facts: Element, settings: Settings
) -> Node:
    """The spec of an element, with everything its own XML says."""
    if kind == "startEvent" and body.element.kind == "eventSubProcess":
        node: Node = EventSubProcessStart(body, facts, settings)
    else:
        node = KINDS[kind](body, facts, settings)
    node.definitions = definitions_of(reading, element, facts.id, kind)
    node.parallel_multiple = xml.flag(element, "parallelMultiple", False)
    _facets(node, element)
    if isinstance(node, ComplexGateway):
        node.read(reading, element)
    if isinstance(node, Activity):
        _activity(reading, node, element)
    demand(reading, node, element)
    return node


def _facets(node: Any, element: xml.Element) -> None:
    if isinstance(node, BoundaryEvent):
        node.interrupting = xml.flag(element, "cancelActivity", True)
        node.attached_to = xml.reference(element.get("attachedToRef"))
    elif isinstance(node, EventSubProcessStart):
        node.interrupting = xml.flag(element, "isInterrupting", True)
    elif isinstance(node, EventBasedGateway):
        node.instantiates = xml.flag(element, "instantiate", False)
        node.parallel = element.get("eventGatewayType") == "Parallel"


def _activity(reading: Reading, node: Activity, element: xml.Element) -> None:
    node.is_handler = xml.flag(element, "isForCompensation", False)
    node.start_quantity = _quantity(reading, element, "startQuantity")
    node.completion_quantity = _quantity(reading, element, "completionQuantity")
    node.repetition = repetition_of(reading, element, node.name)
    node.read(reading, element)


def _quantity(reading: Reading, element: xml.Element, name: str) -> int:
    text = (element.get(name) or "1").strip()
    if text.isdigit() and int(text) >= 1:
        return int(text)
    reading.refuse(
        element,
        "bpmn.activity.quantity",
        said(
            "Expected {name} of '{id}' to be 1 or more, but it is {text}",
            name=name,
            id=element.get("id"),
            text=text,
        ),
    )
    return 1


def demand(reading: Reading, node: Node, element: xml.Element) -> None:
    """Refuse an element that lacks what it needs to run."""
    missing = node.lacks()
    if missing:
        reading.refuse(
            element,
            "banjie.element.complete",
            said("Expected '{name}' to have {missing}, but it has none", name=node.name, missing=missing),
        )
