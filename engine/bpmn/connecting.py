"""The second pass of reading: flows, boundary events, links, compensation, and where a body starts.

Called by the reader for each process, when every element of it has its spec.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn import xml
from engine.bpmn.activity import Activity
from engine.bpmn.definition import Flow, Starter
from engine.bpmn.elements.boundary_event import BoundaryEvent
from engine.bpmn.elements.event_based_gateway import EventBasedGateway
from engine.bpmn.elements.link_event import LinkEvent
from engine.bpmn.elements.timer_event import TimerEvent
from engine.bpmn.node import Body, Node
from engine.bpmn.reading import Reading
from engine.errors import said


class Connecting:
    """Connects the bodies of one process."""

    def __init__(
        self,
        reading: Reading,
        nodes: dict[str, Node],
        bodies: dict[str, Body],
        flows: dict[str, Flow],
        written: dict[str, xml.Element],
    ) -> None:
        self.reading = reading
        self.nodes = nodes
        self.bodies = bodies
        self.flows = flows
        self.written = written

    def connect(self, process: Body) -> tuple[Starter, ...]:
        """Connect everything; the ways the process begins."""
        bodies = [one for one in self.bodies.values() if one.element.process == process.name]
        for body in bodies:
            for node in body.nodes:
                self._attach(node)
        self._flows(process)
        for body in bodies:
            self._links(body)
            self._compensation(body)
            self._starts(body)
        return tuple(self._starters(process))

    # -- flows ---------------------------------------------------------------------------------------

    def _flows(self, process: Body) -> None:
        incoming: dict[str, list[Flow]] = {}
        outgoing: dict[str, list[Flow]] = {}
        for identifier, element in self.written.items():
            if xml.local(element) != "sequenceFlow" or identifier in self.flows:
                continue
            flow = self._flow(identifier, element)
            if flow is not None:
                self.flows[identifier] = flow
                outgoing.setdefault(flow.source, []).append(flow)
                incoming.setdefault(flow.target, []).append(flow)
                self.nodes[flow.source].connect(self.nodes[flow.target])
        for name, found in outgoing.items():
            self.nodes[name].outgoing = tuple(found)
            self.nodes[name].default = next((flow for flow in found if flow.default), None)
            self.nodes[name].free = all(flow.condition is None and not flow.default for flow in found)
        for name, found in incoming.items():
            self.nodes[name].incoming = tuple(found)

    def _flow(self, identifier: str, element: xml.Element) -> Flow | None:
        source, target = (xml.reference(element.get(name)) for name in ("sourceRef", "targetRef"))
        for end, name in ((source, "sourceRef"), (target, "targetRef")):
            if end not in self.nodes:
                self.reading.refuse(
                    element,
                    "bpmn.reference.resolved",
                    said(
                        "Expected {name} of flow '{identifier}' to name an element, but there is no '{end}'",
                        name=name,
                        identifier=identifier,
                        end=end,
                    ),
                )
        if source not in self.nodes or target not in self.nodes:
            return None
        if self.nodes[source].body is not self.nodes[target].body:
            self.reading.refuse(
                element,
                "bpmn.flow.scope",
                said(
                    "Expected flow '{identifier}' to stay inside one process or sub-process, but it leads "
                    "from '{source}' to '{target}'",
                    identifier=identifier,
                    source=source,
                    target=target,
                ),
            )
            return None
        condition = xml.child(element, "conditionExpression")
        text = xml.text(condition)
        return Flow(
            id=identifier,
            source=source,
            target=target,
            name=element.get("name") or "",
            condition=self.reading.expression(element, identifier, said("the condition"), text, always=True)
            if text
            else None,
            default=xml.reference(self.written[source].get("default")) == identifier,
        )

    # -- what hangs on other things ------------------------------------------------------------------

    def _attach(self, node: Node) -> None:
        if not isinstance(node, BoundaryEvent):
            return
        element = self.written[node.name]
        host = self.nodes.get(node.attached_to)
        if not isinstance(host, Activity) or host.body is not node.body:
            self.reading.refuse(
                element,
                "bpmn.boundary.attached",
                said(
                    "Expected '{name}' to be attached to an activity beside it, but it names '{attached_to}'",
                    name=node.name,
                    attached_to=node.attached_to,
                ),
            )
            return
        host.boundary = (*host.boundary, node)

    def _links(self, body: Body) -> None:
        targets: dict[str, str] = {}
        for node in body.nodes:
            if node.element.kind == "intermediateCatchEvent":
                targets.update(
                    {one.link: node.name for one in node.definitions if isinstance(one, LinkEvent)}
                )
        for node in body.nodes:
            for one in node.definitions:
                if not isinstance(one, LinkEvent) or node.element.kind == "intermediateCatchEvent":
                    continue
                one.target = targets.get(one.link)
                if one.target is None:
                    self.reading.refuse(
                        self.written[node.name],
                        "bpmn.link.target",
                        said(
                            "Expected the link '{link}' of '{name}' to have a catch event in the same "
                            "process, but "
                            "there is none",
                            link=one.link,
                            name=node.name,
                        ),
                    )

    def _compensation(self, body: Body) -> None:
        """Boundary and handler are joined by an association (BPMN 2.0.2, 10.7.1)."""
        for node in body.nodes:
            if not isinstance(node, BoundaryEvent) or not any(
                d.kind == "compensation" for d in node.definitions
            ):
                continue
            handler = self._associated(node)
            host = self.nodes.get(node.attached_to)
            if handler is None:
                self.reading.refuse(
                    self.written[node.name],
                    "bpmn.compensation.handler",
                    said(
                        "Expected an association from '{name}' to a compensation activity, but there is none",
                        name=node.name,
                    ),
                )
            elif isinstance(host, Activity):
                host.handler = handler
                handler.is_handler = True

    def _associated(self, event: Node) -> Activity | None:
        for holder in xml.ancestors(self.written[event.name]):
            for one in xml.children(holder, "association"):
                ends = [xml.reference(one.get(name)) for name in ("sourceRef", "targetRef")]
                if event.name in ends:
                    other = self.nodes.get(ends[1 - ends.index(event.name)])
                    if isinstance(other, Activity) and other.body is event.body:
                        return other
        return None

    # -- beginnings ----------------------------------------------------------------------------------

    def _starts(self, body: Body) -> None:
        events = [node for node in body.nodes if node.element.kind == "startEvent"]
        if body.ad_hoc:
            body.starts = tuple(node for node in body.nodes if self._begins(node))
        elif body.element.kind == "eventSubProcess":
            body.starts = tuple(events[:1])
            if len(events) != 1 or not events[0].definitions:
                self._refuse_body(body, said("one start event with a trigger"))
        elif events:
            plain = [node for node in events if not node.definitions]
            # Each start event begins a process by itself: with several, whoever begins it names one.
            body.starts = tuple(plain[:1]) if len(plain) == 1 or body.owner is not None else ()
            if not plain and body.owner is not None:
                self._refuse_body(body, said("a none start event, or no start event at all,"))
        elif not self._instantiating(body):
            body.starts = tuple(node for node in body.nodes if self._begins(node))
        body.event_sub_processes = tuple(
            start
            for node in body.nodes
            if node.element.kind == "eventSubProcess"
            for start in self.bodies[node.name].nodes
            if start.element.kind == "startEvent"
        )

    def _refuse_body(self, body: Body, wanted: str) -> None:
        self.reading.refuse(
            self.written[body.name],
            "bpmn.sub-process.start",
            said(
                "Expected '{name}' to have {wanted} so that it can begin, but it has none such",
                name=body.name,
                wanted=wanted,
            ),
        )

    def _begins(self, node: Node) -> bool:
        """Without a start event a body begins at everything no flow leads to (BPMN 2.0.2, 13.2)."""
        kind = node.element.kind
        if node.incoming or kind in ("boundaryEvent", "eventSubProcess", "startEvent"):
            return False
        if isinstance(node, Activity) and node.is_handler:
            return False
        return not any(isinstance(one, LinkEvent) for one in node.definitions)

    def _instantiating(self, body: Body) -> list[Node]:
        return [
            node
            for node in body.nodes
            if not node.incoming
            and (
                (isinstance(node, EventBasedGateway) and node.instantiates)
                or (
                    node.element.kind == "receiveTask"
                    and xml.flag(self.written[node.name], "instantiate", False)
                )
            )
        ]

    def _starters(self, process: Body) -> Iterator[Starter]:
        for node in process.nodes:
            if node.element.kind == "startEvent":
                yield _starter(node)
        for node in self._instantiating(process):
            if isinstance(node, EventBasedGateway):
                for flow in node.outgoing:
                    yield _starter(process.task_specs[flow.target])
            else:
                yield _starter(node)


def _starter(node: Node) -> Starter:
    kinds = [one.kind for one in node.definitions]
    kind = "none" if not kinds else kinds[0] if len(kinds) == 1 else "multiple"
    name, timer = None, None
    for one in node.definitions[:1]:
        name = getattr(getattr(one, "message", getattr(one, "signal", None)), "text", None)
        timer = one.expression if isinstance(one, TimerEvent) else None
    return Starter(element=node.name, kind=kind, name=name, timer=timer)
