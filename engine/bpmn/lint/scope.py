"""Rules on ids, processes, participants and lanes: what a file as a whole must hold.

Run by `engine.bpmn.lint.check`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.bpmn.lint.kinds import kind_name
from engine.bpmn.lint.model import CHOREOGRAPHY, FLOW_NODES, Model, described
from engine.bpmn.lint.rule import EXECUTION, NOTE, Faults, rule, rules_of
from engine.bpmn.xml import (
    Element,
    children,
    doubled,
    flag,
    is_bpmn,
    line,
    local,
    reference,
    references,
)
from engine.errors import said

_NCNAME = re.compile(r"[^\W\d][\w.\-·]*\Z")
_CHOREOGRAPHIC = frozenset({"choreography", "globalChoreographyTask", "globalConversation"})
_CONVERSATIONS = frozenset({"conversation", "subConversation", "callConversation"})


@rule("bpmn.id.unique", "BPMN 2.0.2 §8.3.1")
def unique_ids(model: Model) -> Faults:
    """An id stands once in a file, drawing included."""
    yield from doubled(model.root.getroottree())


@rule("bpmn.id.name", "BPMN 2.0.2 §15.3.1, XML Schema type ID")
def id_names(model: Model) -> Faults:
    """An id is an NCName: it begins with a letter or underscore and has no space or colon."""
    for element in model.elements:
        identifier = element.get("id")
        if identifier is not None and not _NCNAME.match(identifier.strip()):
            yield (
                element,
                said(
                    "Expected an id that begins with a letter or '_' and has no space or colon, but found "
                    "'{identifier}'",
                    identifier=identifier,
                ),
            )


@rule("bpmn.process.id", "BPMN 2.0.2 §10.2", EXECUTION)
def process_has_id(model: Model) -> Faults:
    """A process and every flow element that runs has an id by which it is addressed."""
    for element in model.of("process", "sequenceFlow", *FLOW_NODES):
        if not (element.get("id") or "").strip():
            yield (
                element,
                said(
                    "Expected every {element_kind} to have an id, but this one has none",
                    element_kind=kind_name(local(element)),
                ),
            )


@rule("bpmn.process.executable", "BPMN 2.0.2 §10.2.1, §2.2.3", NOTE)
def something_executable(model: Model) -> Faults:
    """A file that is meant to run has at least one executable process."""
    if not model.any_executable:
        yield (
            model.root,
            said('No process of this file is executable (isExecutable="true"): it is kept, not run'),
        )


@rule("bpmn.process.empty", "BPMN 2.0.2 §13.2: a process is instantiated by a start", EXECUTION)
def process_can_start(model: Model) -> Faults:
    """An executable process holds an element at which it can begin."""
    for process in model.of("process"):
        if not any(_may_begin(model, node) for node in model.nodes(process)):
            yield (
                process,
                said(
                    "Expected {process} to hold a start event, an instantiating gateway or receive task, or "
                    "an activity without incoming flow, but it has nothing to begin with",
                    process=described(process),
                ),
            )


@rule("bpmn.process.public", "BPMN 2.0.2 §10.2, table Process: processType, isExecutable")
def public_process_is_not_executable(model: Model) -> Faults:
    """A public process is not executable."""
    for process in model.of("process"):
        if process.get("processType") == "Public" and flag(process, "isExecutable", False):
            yield (
                process,
                said(
                    "Expected the public {process} not to be executable, but it is",
                    process=described(process),
                ),
            )


@rule("bpmn.process.choreography-inside", "BPMN 2.0.2 §10.2, §10.3.5")
def no_choreography_inside(model: Model) -> Faults:
    """A process or sub-process holds no choreography activity."""
    for element in model.of(*CHOREOGRAPHY):
        if element in model.process_of:
            yield (
                element,
                said(
                    "Expected no choreography activity in a process, but found {element}",
                    element=described(element),
                ),
            )


@rule("bpmn.choreography.kept", "BPMN 2.0.2 §9.5, §11; dialect: kept, not executed", NOTE)
def choreography_kept(model: Model) -> Faults:
    """Choreographies and conversations are kept in the file and are not executed."""
    for element in model.of(*_CHOREOGRAPHIC, *_CONVERSATIONS):
        yield element, said("{element} is kept and not executed", element=described(element))


@rule("bpmn.choreography.nested-ref", "BPMN 2.0.2 §9.2, §11")
def choreography_refers_to_none(model: Model) -> Faults:
    """A choreography or global conversation refers to no choreography of its own."""
    for element in model.of("choreography", "globalConversation"):
        if children(element, "choreographyRef"):
            yield (
                element,
                said(
                    "Expected {element} to refer to no choreography, but it has a choreographyRef",
                    element=described(element),
                ),
            )


@rule("bpmn.participant.multiplicity", "BPMN 2.0.2 §9.3.1, table ParticipantMultiplicity")
def participant_multiplicity(model: Model) -> Faults:
    """The minimum of a participant multiplicity is not negative; the maximum is at least 1 "
    "and the minimum."""
    for element in model.of("participantMultiplicity"):
        least, most = _number(element.get("minimum", "0")), _number(element.get("maximum", "1"))
        if least is not None and least < 0:
            yield element, said("Expected a minimum of 0 or more, but found {least}", least=least)
        if least is not None and most is not None and (most < 1 or most < least):
            yield (
                element,
                said("Expected a maximum of at least {it}, but found {most}", it=max(1, least), most=most),
            )


@rule("bpmn.lane.before", "BPMN 2.0.2 §10.8, XML schema of Process: lane sets, then flow elements")
def lane_sets_stand_before_the_flow(model: Model) -> Faults:
    """Lane sets stand before the flow elements of their process or sub-process."""
    for lane_set in model.of("laneSet"):
        for one in lane_set.itersiblings(preceding=True):
            if is_bpmn(one, FLOW_NODES | {"sequenceFlow"}):
                yield (
                    lane_set,
                    said(
                        "Expected the lane set before the flow, but {one} stands before it",
                        one=described(one),
                    ),
                )
                break


@rule("bpmn.lane.once", "BPMN 2.0.2 §10.8: a lane set partitions the elements of its process")
def node_in_one_lane(model: Model) -> Faults:
    """Within one lane set a flow node stands in at most one lane (and the lanes around that one)."""
    for lane_set in model.of("laneSet", "childLaneSet"):
        seen: dict[str, Element] = {}
        for lane in children(lane_set, "lane"):
            for name in references(lane, "flowNodeRef"):
                first = seen.setdefault(name, lane)
                if first is not lane:
                    yield (
                        lane,
                        said(
                            "Expected '{name}' in one lane, but {first} holds it as well",
                            name=name,
                            first=described(first),
                        ),
                    )


@rule("bpmn.lane.scope", "BPMN 2.0.2 §10.8: lanes partition their own process")
def lane_holds_own_nodes(model: Model) -> Faults:
    """A lane holds flow nodes of its own process."""
    for lane in model.of("lane"):
        process = model.process_of.get(lane)
        for name in references(lane, "flowNodeRef"):
            node = model.find(name)
            if node is not None and model.process_of.get(node) is not process:
                yield (
                    lane,
                    said(
                        "Expected {lane} to hold nodes of its own process, but '{name}' is of another",
                        lane=described(lane),
                        name=name,
                    ),
                )


@rule("bpmn.message-flow.pools", "BPMN 2.0.2 §9.4: a message flow connects two pools")
def message_flow_between_pools(model: Model) -> Faults:
    """A message flow connects two different pools, never two things in one pool."""
    for flow in model.of("messageFlow"):
        source, target = model.ends(flow)
        if source is not None and target is not None and _pool(model, source) == _pool(model, target):
            yield (
                flow,
                said(
                    "Expected {flow} to connect two pools, but both its ends are in one", flow=described(flow)
                ),
            )


@rule("bpmn.message-flow.start", "BPMN 2.0.2 §10.5.2, message flow connections")
def message_flow_at_start(model: Model) -> Faults:
    """A start event sends no message, and receives one only with a message trigger."""
    for flow, source, target in _message_flows(model):
        if source is not None and local(source) == "startEvent":
            yield (
                flow,
                said(
                    "Expected no message flow out of a start event, but {source} is a source",
                    source=described(source),
                ),
            )
        if target is not None and local(target) == "startEvent" and "message" not in model.kinds(target):
            yield (
                flow,
                said(
                    "Expected a message trigger on {target}, to which a message flows, but it has none",
                    target=described(target),
                ),
            )


@rule("bpmn.message-flow.end", "BPMN 2.0.2 §10.5.3, message flow connections")
def message_flow_at_end(model: Model) -> Faults:
    """An end event receives no message, and sends one only with a message result."""
    for flow, source, target in _message_flows(model):
        if target is not None and local(target) == "endEvent":
            yield (
                flow,
                said(
                    "Expected no message flow into an end event, but {target} is a target",
                    target=described(target),
                ),
            )
        if source is not None and local(source) == "endEvent" and "message" not in model.kinds(source):
            yield (
                flow,
                said(
                    "Expected a message result on {source}, which sends a message, but it has none",
                    source=described(source),
                ),
            )


@rule("bpmn.message-flow.intermediate", "BPMN 2.0.2 §10.5.4, message flow connections")
def message_flow_at_intermediate(model: Model) -> Faults:
    """A throwing event receives no message and a catching or boundary event sends none."""
    for flow, source, target in _message_flows(model):
        if target is not None and local(target) == "intermediateThrowEvent":
            yield (
                flow,
                said(
                    "Expected no message flow into a throwing event, but {target} is a target",
                    target=described(target),
                ),
            )
        if source is not None and local(source) in ("intermediateCatchEvent", "boundaryEvent"):
            yield (
                flow,
                said(
                    "Expected no message flow out of a catching event, but {source} is a source",
                    source=described(source),
                ),
            )


def _message_flows(model: Model) -> Iterator[tuple[Element, Element | None, Element | None]]:
    for flow in model.of("messageFlow"):
        yield flow, *model.ends(flow)


def _pool(model: Model, element: Element) -> str:
    if local(element) == "participant":
        return reference(element.get("processRef")) or f"participant {element.get('id')}"
    process = model.process_of.get(element)
    return (
        process.get("id", f"process in line {line(process)}")
        if process is not None
        else f"{local(element)} {element.get('id')}"
    )


def _may_begin(model: Model, node: Element) -> bool:
    if local(node) == "startEvent":
        return True
    if local(node) == "boundaryEvent" or flag(node, "isForCompensation", False):
        return False
    if flag(node, "triggeredByEvent", False) or "link" in model.kinds(node):
        return False
    return not model.incoming[node] or flag(node, "instantiate", False)


def _number(value: str) -> int | None:
    try:
        return int(value)
    except ValueError:
        return None


RULES = rules_of(globals())
