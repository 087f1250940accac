"""Rules on extension elements: what the dialect reads, what it refuses by name, what it only keeps.

Run by `engine.bpmn.lint.check`. The tables say where an element of Camunda 8's namespace may stand
and which attributes are read. Values are judged in expressions.py and properties.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.bpmn.lint.kinds import kind_name
from engine.bpmn.lint.model import ACTIVITIES, EVENTS, FLOW_NODES, Model, described
from engine.bpmn.lint.rule import EXECUTION, NOTE, Faults, rule, rules_of
from engine.bpmn.xml import (
    BPMN,
    BPMNDI,
    DC,
    DI,
    MODELER,
    XSI,
    ZEEBE,
    Element,
    children,
    flag,
    local,
    namespace,
)
from engine.errors import listed, said

# Camunda 8 elements that are read → attributes that are read.
KNOWN: dict[str, frozenset[str]] = {
    "userTask": frozenset(),
    "assignmentDefinition": frozenset({"assignee", "candidateGroups", "candidateUsers"}),
    "formDefinition": frozenset({"formId", "formKey", "externalReference", "bindingType", "versionTag"}),
    "taskSchedule": frozenset({"dueDate", "followUpDate"}),
    "priorityDefinition": frozenset({"priority"}),
    "calledDecision": frozenset({"decisionId", "resultVariable", "bindingType", "versionTag"}),
    "script": frozenset({"expression", "resultVariable"}),
    "taskDefinition": frozenset({"type", "retries"}),
    "taskHeaders": frozenset(),
    "header": frozenset({"key", "value"}),
    "calledElement": frozenset(
        {
            "processId",
            "propagateAllChildVariables",
            "propagateAllParentVariables",
            "bindingType",
            "versionTag",
        }
    ),
    "subscription": frozenset({"correlationKey"}),
    "ioMapping": frozenset(),
    "input": frozenset({"source", "target"}),
    "output": frozenset({"source", "target"}),
    "loopCharacteristics": frozenset(
        {"inputCollection", "inputElement", "outputCollection", "outputElement"}
    ),
    "properties": frozenset(),
    "property": frozenset({"name", "value"}),
    "versionTag": frozenset({"value"}),
    "executionListeners": frozenset(),
    "executionListener": frozenset({"eventType", "type", "retries"}),
    "taskListeners": frozenset(),
    "taskListener": frozenset({"eventType", "type", "retries"}),
    "userTaskForm": frozenset({"id"}),
}
INSIDE = {
    "header": "taskHeaders",
    "input": "ioMapping",
    "output": "ioMapping",
    "property": "properties",
    "executionListener": "executionListeners",
    "taskListener": "taskListeners",
}
_JOBS = frozenset(
    {"serviceTask", "businessRuleTask", "scriptTask", "sendTask", "endEvent", "intermediateThrowEvent"}
)
# Where an element may stand, for those that mean something at one kind of element only.
PLACES: dict[str, frozenset[str]] = {
    "userTask": frozenset({"userTask", "globalUserTask"}),
    "assignmentDefinition": frozenset({"userTask", "globalUserTask"}),
    "formDefinition": frozenset({"userTask", "globalUserTask", "startEvent"}),
    "taskSchedule": frozenset({"userTask", "globalUserTask"}),
    "priorityDefinition": frozenset({"userTask", "globalUserTask"}),
    "calledDecision": frozenset({"businessRuleTask", "globalBusinessRuleTask"}),
    "script": frozenset({"scriptTask", "globalScriptTask"}),
    "taskDefinition": _JOBS | {"globalScriptTask", "globalBusinessRuleTask"},
    "calledElement": frozenset({"callActivity"}),
    "subscription": frozenset({"message"}),
    "loopCharacteristics": frozenset({"multiInstanceLoopCharacteristics"}),
    "versionTag": frozenset({"process"}),
    "taskListeners": frozenset({"userTask", "globalUserTask"}),
    "ioMapping": ACTIVITIES | EVENTS,
    "executionListeners": FLOW_NODES | {"process"},
}
REQUIRED: dict[str, tuple[str, ...]] = {
    "calledDecision": ("decisionId", "resultVariable"),
    "script": ("expression", "resultVariable"),
    "taskDefinition": ("type",),
    "subscription": ("correlationKey",),
    "input": ("target",),
    "output": ("source", "target"),
    "executionListener": ("eventType", "type"),
    "taskListener": ("eventType", "type"),
    "versionTag": ("value",),
}
ONCE = frozenset(KNOWN) - frozenset(INSIDE) - {"userTaskForm"}
TEMPLATE = frozenset({"modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"})
_READ = frozenset({"", BPMN, BPMNDI, DC, DI, XSI, ZEEBE, MODELER, "http://www.w3.org/XML/1998/namespace"})


@rule("bpmn.extension.unknown", "dialect: Camunda 8 elements that are read", EXECUTION)
def unknown_is_refused(model: Model) -> Faults:
    """An extension element of Camunda 8's namespace that is not read is refused by its name."""
    for owner, element in _settings(model):
        if local(element) not in KNOWN:
            yield (
                owner,
                said(
                    "Expected only known zeebe elements on {owner}, but found zeebe:{element_kind}",
                    owner=described(owner),
                    element_kind=local(element),
                ),
            )


@rule("bpmn.extension.required", "BPMN 2.0.2 §8.2.3, Extension: mustUnderstand")
def required_extension_is_refused(model: Model) -> Faults:
    """An extension the file marks as one that must be understood is refused, unless it is Camunda 8's."""
    for element in model.of("extension"):
        definition = element.get("definition", "")
        space = element.nsmap.get(definition.partition(":")[0] or None) if ":" in definition else None
        if flag(element, "mustUnderstand", False) and space != ZEEBE:
            yield (
                element,
                said(
                    "Expected no extension that must be understood, but found '{definition}'",
                    definition=definition,
                ),
            )


@rule("bpmn.extension.attribute", "dialect: Camunda 8 elements that are read", NOTE)
def unknown_attribute_is_noted(model: Model) -> Faults:
    """An attribute of a known extension element that is not read is reported."""
    for owner, element in _settings(model):
        for name in sorted(map(str, element.attrib)):
            if not name.startswith("{") and name not in KNOWN.get(local(element), frozenset({name})):
                yield (
                    owner,
                    said(
                        "Attribute '{name}' of zeebe:{element_kind} on {owner} is not read",
                        name=name,
                        element_kind=local(element),
                        owner=described(owner),
                    ),
                )
    for owner in model.elements:
        for key in owner.attrib:
            name = str(key).removeprefix(f"{{{ZEEBE}}}")
            if name != key and name not in TEMPLATE:
                yield (
                    owner,
                    said(
                        "Attribute 'zeebe:{name}' on {owner} is not read", name=name, owner=described(owner)
                    ),
                )


@rule("bpmn.extension.place", "dialect: Camunda 8 elements that are read", EXECUTION)
def setting_stands_where_it_works(model: Model) -> Faults:
    """A setting stands on an element it works on."""
    for owner, element in _settings(model):
        name, parent = local(element), element.getparent()
        if parent is None:
            continue
        if name in INSIDE and local(parent) != INSIDE[name]:
            yield (
                owner,
                said(
                    "Expected zeebe:{name} inside zeebe:{inside}, but it stands in {parent_kind}",
                    name=name,
                    inside=INSIDE[name],
                    parent_kind=kind_name(local(parent)),
                ),
            )
        elif name in PLACES and local(owner) not in PLACES[name]:
            yield (
                owner,
                said(
                    "Expected zeebe:{name} on {places}, but it stands on {owner}",
                    name=name,
                    places=listed(sorted(PLACES[name])[:4], " or "),
                    owner=described(owner),
                ),
            )


@rule("bpmn.extension.once", "dialect: Camunda 8 elements that are read", EXECUTION)
def setting_stands_once(model: Model) -> Faults:
    """A setting stands once on an element."""
    for owner in model.elements:
        names = Counter(
            local(one)
            for holder in children(owner, "extensionElements")
            for one in children(holder, None, ZEEBE)
        )
        for name in sorted(name for name, count in names.items() if count > 1 and name in ONCE):
            yield (
                owner,
                said(
                    "Expected one zeebe:{name} on {owner}, but found {names}",
                    name=name,
                    owner=described(owner),
                    names=names[name],
                ),
            )


@rule("bpmn.extension.incomplete", "dialect: Camunda 8 elements that are read", EXECUTION)
def setting_is_complete(model: Model) -> Faults:
    """A setting has the attributes without which it says nothing."""
    for owner, element in _settings(model):
        for name in REQUIRED.get(local(element), ()):
            if not (element.get(name) or "").strip():
                yield (
                    owner,
                    said(
                        "Expected '{name}' in zeebe:{element_kind} of {owner}, but it is missing",
                        name=name,
                        element_kind=local(element),
                        owner=described(owner),
                    ),
                )


@rule("bpmn.extension.foreign", "BPMN 2.0.2 §8.2.3; dialect: other namespaces are kept", NOTE)
def foreign_namespaces_are_noted(model: Model) -> Faults:
    """Elements and attributes of other namespaces are kept in the file and reported once each namespace."""
    counts: Counter[str] = Counter()
    first: dict[str, Element] = {}
    for element, space in _foreign(model):
        counts[space] += 1
        first.setdefault(space, element)
    for space in sorted(counts):
        yield (
            first[space],
            said(
                "Namespace '{space}' is kept and not read ({counts} uses)", space=space, counts=counts[space]
            ),
        )


def _settings(model: Model) -> Iterator[tuple[Element, Element]]:
    for owner in model.elements:
        for holder in children(owner, "extensionElements"):
            for element in holder.iter():
                if namespace(element) == ZEEBE:
                    yield owner, element


def _foreign(model: Model) -> Iterator[tuple[Element, str]]:
    for owner in model.elements:
        for name in owner.attrib:
            space = str(name)[1:].partition("}")[0] if str(name).startswith("{") else ""
            if space not in _READ:
                yield owner, space
        for holder in children(owner, "extensionElements"):
            for element in holder:
                if namespace(element) not in _READ:
                    yield owner, namespace(element)


RULES = rules_of(globals())
