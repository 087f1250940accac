"""The diagram as the lint sees it: every BPMN element once, indexed by id, name, scope and flow.

Built once per check by `engine.bpmn.lint.check`; the rules only read it. It tolerates any well-formed
file, however wrong, and never judges it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from engine.bpmn.lint.kinds import kind_name
from engine.bpmn.xml import (
    BPMN,
    MODELER,
    ZEEBE,
    Element,
    Tree,
    flag,
    is_bpmn,
    local,
    namespace,
    reference,
    references,
)
from engine.errors import said

SUB_PROCESSES = frozenset({"subProcess", "transaction", "adHocSubProcess"})
TASKS = frozenset(
    {
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "scriptTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
    }
)
ACTIVITIES = TASKS | SUB_PROCESSES | {"callActivity"}
CATCH_EVENTS = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
THROW_EVENTS = frozenset({"intermediateThrowEvent", "endEvent"})
EVENTS = CATCH_EVENTS | THROW_EVENTS
GATEWAYS = frozenset(
    {"exclusiveGateway", "inclusiveGateway", "parallelGateway", "complexGateway", "eventBasedGateway"}
)
FLOW_NODES = ACTIVITIES | EVENTS | GATEWAYS
CHOREOGRAPHY = frozenset({"choreographyTask", "subChoreography", "callChoreography"})
SCOPES = SUB_PROCESSES | {"process"}
GLOBAL_TASKS = frozenset(
    {"globalTask", "globalUserTask", "globalManualTask", "globalScriptTask", "globalBusinessRuleTask"}
)
EVENT_DEFINITIONS = {
    "messageEventDefinition": "message",
    "timerEventDefinition": "timer",
    "signalEventDefinition": "signal",
    "conditionalEventDefinition": "conditional",
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "compensateEventDefinition": "compensation",
    "cancelEventDefinition": "cancel",
    "linkEventDefinition": "link",
    "terminateEventDefinition": "terminate",
}
CAMUNDA_EDITORS = frozenset({"Camunda Modeler", "Camunda Web Modeler", "Zeebe Modeler"})
_EMPTY: tuple[Element, ...] = ()


class Model:
    """Indexes over one file. Elements inside `extensionElements` and the drawing are left out."""

    def __init__(self, tree: Tree) -> None:
        self.root = tree.getroot()
        self.elements = list(_semantic(self.root))
        self.by_id: dict[str, Element] = {}
        self.named: dict[str, list[Element]] = defaultdict(list)
        self.process_of: dict[Element, Element] = {}
        self.imported = {one.get("namespace") for one in self.root if is_bpmn(one, ("import",))}
        self.target_namespace = self.root.get("targetNamespace", "")
        self._index()
        self.outgoing: dict[Element, list[Element]] = defaultdict(list)
        self.incoming: dict[Element, list[Element]] = defaultdict(list)
        self._connect()
        self.associated: dict[Element, list[Element]] = defaultdict(list)
        for association in self.of("association"):
            source, target = self.ends(association)
            if source is not None and target is not None:
                self.associated[source].append(target)
                self.associated[target].append(source)
        self.boundaries: dict[Element, list[Element]] = defaultdict(list)
        for event in self.of("boundaryEvent"):
            activity = self.find(event.get("attachedToRef"))
            if activity is not None:
                self.boundaries[activity].append(event)
        self.kinds_of = {event: self._kinds(event) for event in self.of(*EVENTS)}
        self.is_camunda_8 = _is_camunda_8(self.root)
        self.any_executable = any(flag(one, "isExecutable", False) for one in self.of("process"))

    def of(self, *names: str) -> list[Element]:
        """All elements with one of these names, in the file's order within each name."""
        return [one for name in sorted(names) for one in self.named.get(name, _EMPTY)]

    def find(self, value: str | None) -> Element | None:
        """The element a reference (id or QName) of this file means."""
        return self.by_id.get(reference(value))

    def where(self, element: Element) -> str:
        """The id of the element, or of the nearest one around it that has an id."""
        one: Element | None = element
        while one is not None:
            identifier = one.get("id")
            if identifier:
                return identifier
            one = one.getparent()
        return "definitions"

    def executable(self, element: Element) -> bool:
        """Whether the element belongs to an executable process, or (outside any) the file has one."""
        process = self.process_of.get(element)
        return self.any_executable if process is None else flag(process, "isExecutable", False)

    def ends(self, flow: Element) -> tuple[Element | None, Element | None]:
        """Source and target of a flow or association."""
        return self.find(flow.get("sourceRef")), self.find(flow.get("targetRef"))

    def kinds(self, event: Element) -> tuple[str, ...]:
        """The kinds of an event's definitions ("message", …), referred ones resolved; () for a none event."""
        return self.kinds_of.get(event, ())

    def definitions(self, event: Element) -> list[Element]:
        """The event definitions of an event, referred ones resolved, in the file's order."""
        own = [one for one in event if is_bpmn(one, EVENT_DEFINITIONS)]
        shared = [self.by_id.get(name) for name in references(event, "eventDefinitionRef")]
        return own + [one for one in shared if one is not None and is_bpmn(one, EVENT_DEFINITIONS)]

    def nodes(self, scope: Element) -> list[Element]:
        """The flow nodes directly inside a process or sub-process."""
        return [one for one in scope if is_bpmn(one, FLOW_NODES)]

    def scopes(self) -> list[Element]:
        """All processes and sub-processes."""
        return self.of(*SCOPES)

    def default_of(self, node: Element) -> Element | None:
        """The default flow of an activity or gateway."""
        return self.find(node.get("default"))

    def _kinds(self, event: Element) -> tuple[str, ...]:
        return tuple(EVENT_DEFINITIONS[local(one)] for one in self.definitions(event))

    def _index(self) -> None:
        for element in self.elements:
            name = local(element)
            self.named[name].append(element)
            identifier = element.get("id")
            if identifier:
                self.by_id.setdefault(identifier.strip(), element)
            parent = element.getparent()
            if name == "process":
                self.process_of[element] = element
            elif parent is not None and parent in self.process_of:
                self.process_of[element] = self.process_of[parent]

    def _connect(self) -> None:
        for flow in self.of("sequenceFlow"):
            source, target = self.ends(flow)
            if source is not None:
                self.outgoing[source].append(flow)
            if target is not None:
                self.incoming[target].append(flow)


def is_event_sub_process(element: Element) -> bool:
    """Whether the element is a sub-process that an event triggers."""
    return local(element) == "subProcess" and flag(element, "triggeredByEvent", False)


def is_compensation_handler(element: Element) -> bool:
    """Whether the element is an activity that only compensation starts."""
    return is_bpmn(element, ACTIVITIES) and flag(element, "isForCompensation", False)


def described(element: Element) -> str:
    """An element in a sentence: `userTask 'Task_accept'`."""
    identifier = element.get("id")
    kind = kind_name(local(element))
    if not identifier:
        return said("this {kind}", kind=kind)
    return said("{kind} '{identifier}'", kind=kind, identifier=identifier)


def has_condition(flow: Element) -> bool:
    """Whether a sequence flow carries a condition expression, even an empty one."""
    return flow.find(f"{{{BPMN}}}conditionExpression") is not None


def _is_camunda_8(root: Element) -> bool:
    """Whether a file declares Camunda 8's namespace or platform, or comes from an editor of that family."""
    if ZEEBE in root.nsmap.values() or root.get(f"{{{MODELER}}}executionPlatform") == "Camunda Cloud":
        return True
    return root.get("exporter") in CAMUNDA_EDITORS


def _semantic(root: Element) -> Iterator[Element]:
    stack = [root]
    while stack:
        element = stack.pop()
        if namespace(element) != BPMN or local(element) == "extensionElements":
            continue
        yield element
        stack.extend(reversed(list(element)))
