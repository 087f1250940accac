"""Rules on references: what they name exists and is of the type BPMN asks for.

Run by `engine.bpmn.lint.check`. A reference whose prefix stands for another, imported namespace is
not followed. Rules on what the referred elements mean to each other stand in the other modules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from engine.bpmn.lint.kinds import a, kind_name
from engine.bpmn.lint.model import ACTIVITIES, EVENTS, FLOW_NODES, Model, described
from engine.bpmn.lint.reference_table import ATTRIBUTES, CALLABLE, CHILDREN
from engine.bpmn.lint.rule import EXECUTION, NOTE, Faults, rule, rules_of
from engine.bpmn.xml import XSI, Element, child, children, extension, local, reference, text
from engine.errors import listed, said

# References to item definitions and processes: a foreign prefix may mean another file's element.
_ELSEWHERE = frozenset({"structureRef", "itemSubjectRef", "processRef", "itemRef"})


@dataclass(frozen=True)
class Reference:
    """One reference of the file: who holds it, its name, what it says and what it may name."""

    holder: Element
    name: str
    value: str
    types: frozenset[str]


def references_of(model: Model) -> Iterator[Reference]:
    """Every reference of the file that BPMN defines, in the file's order."""
    for element in model.elements:
        name = local(element)
        for attribute, types in {**ATTRIBUTES[""], **ATTRIBUTES.get(name, {})}.items():
            value = element.get(attribute)
            if value is not None and value.strip():
                yield Reference(element, attribute, value.strip(), types)
        for tag, types in {**CHILDREN[""], **CHILDREN.get(name, {})}.items():
            for one in children(element, tag):
                yield Reference(element, tag, text(one), types)


def is_foreign(model: Model, one: Reference) -> bool:
    """Whether the prefix of a QName stands for a namespace that is not this file's own."""
    prefix, colon, _ = one.value.partition(":")
    space = one.holder.nsmap.get(prefix) if colon else None
    return space is not None and space != model.target_namespace


@rule("bpmn.reference.resolves", "BPMN 2.0.2 §8.2, §15.3.2")
def resolves(model: Model) -> Faults:
    """A reference names an element of the file."""
    for one in references_of(model):
        if model.find(one.value) is None and not _may_stand_elsewhere(model, one):
            yield (
                one.holder,
                said(
                    "Expected {name} of {holder} to name an element of this file, but there is no '{value}'",
                    name=one.name,
                    holder=described(one.holder),
                    value=one.value,
                ),
            )


@rule("bpmn.reference.type", "BPMN 2.0.2 §8.2, §15.3.2")
def right_type(model: Model) -> Faults:
    """A reference names an element of the type BPMN asks for there."""
    for one in references_of(model):
        target = model.find(one.value)
        if target is None or not one.types or local(target) in one.types:
            continue
        if is_foreign(model, one) and one.name in _ELSEWHERE:
            continue
        yield (
            one.holder,
            said(
                "Expected {name} of {holder} to name {types}, but '{value}' is {target_kind}",
                name=one.name,
                holder=described(one.holder),
                types=_types(one.types),
                value=one.value,
                target_kind=a(local(target)),
            ),
        )


@rule("bpmn.reference.imported", "BPMN 2.0.2 §8.2.1", NOTE)
def imported(model: Model) -> Faults:
    """A file that imports others is read alone: what they define is not looked up."""
    for one in model.of("import"):
        yield (
            one,
            said(
                "Import of '{location}' is kept, and not followed",
                location=one.get("location", one.get("namespace", "")),
            ),
        )


@rule("bpmn.call.elsewhere", "BPMN 2.0.2 §10.3.6", NOTE)
def called_elsewhere(model: Model) -> Faults:
    """What a call activity calls may stand in another file; it is looked up when the call is made."""
    for call in model.of("callActivity"):
        name = called_name(call)
        if name and not name.startswith("=") and model.find(name) is None:
            yield (
                call,
                said(
                    "'{name}' called by {call} is not in this file; it is looked up at the call",
                    name=name,
                    call=described(call),
                ),
            )


@rule("bpmn.event.definition-ref", "BPMN 2.0.2 §10.5.1: definitions inside an event are valid in it alone")
def shared_definitions(model: Model) -> Faults:
    """`eventDefinitionRef` names a reusable definition at the top of the file, never another event's own."""
    for event in model.of(*EVENTS):
        for one in children(event, "eventDefinitionRef"):
            target = model.find(text(one))
            parent = target.getparent() if target is not None else None
            if parent is not None and local(parent) in EVENTS:
                yield (
                    event,
                    said(
                        "Expected '{text}' to be defined at the top of the file, but it belongs to {parent}",
                        text=text(one),
                        parent=described(parent),
                    ),
                )


@rule("bpmn.resource.parameter", "BPMN 2.0.2 §10.3.1, table ResourceParameterBinding: parameterRef")
def bound_parameter_is_the_resource_s(model: Model) -> Faults:
    """A bound parameter is one of the resource that its role names."""
    for binding in model.of("resourceParameterBinding"):
        role, parameter = binding.getparent(), model.find(reference(binding.get("parameterRef")))
        named = None if role is None else model.find(reference(text(child(role, "resourceRef"))))
        if parameter is None or named is None or role is None:
            continue
        if local(parameter) == "resourceParameter" and parameter.getparent() is not named:
            yield (
                role,
                said(
                    "Expected a parameter of {named} on {role}, but '{id}' is none of it",
                    named=described(named),
                    role=described(role),
                    id=parameter.get("id"),
                ),
            )


@rule("bpmn.call.target-type", "BPMN 2.0.2 §10.3.6", EXECUTION)
def call_target_type(model: Model) -> Faults:
    """A called element of this file named by `zeebe:calledElement` is a process or a global task."""
    for call in model.of("callActivity"):
        target = model.find(called_name(call))
        if target is not None and local(target) not in CALLABLE:
            yield (
                call,
                said(
                    "Expected {call} to call a process or global task, but '{called_name}' is {target_kind}",
                    call=described(call),
                    called_name=called_name(call),
                    target_kind=a(local(target)),
                ),
            )


def called_name(call: Element) -> str:
    """What a call activity calls: `zeebe:calledElement processId`, else `calledElement`; "" for nothing."""
    setting = extension(call, "calledElement")
    named = setting.get("processId") if setting is not None else None
    return (named or call.get("calledElement") or "").strip()


def _may_stand_elsewhere(model: Model, one: Reference) -> bool:
    if one.name == "calledElement":
        return True  # reported by bpmn.call.elsewhere
    return is_foreign(model, one) and _is_known_space(model, one)


def _is_known_space(model: Model, one: Reference) -> bool:
    space = one.holder.nsmap.get(one.value.partition(":")[0])
    return (
        space in model.imported or str(space).startswith("http://www.w3.org/2001/XMLSchema") or space == XSI
    )


def _types(types: frozenset[str]) -> str:
    names = sorted(types)
    if types >= FLOW_NODES:
        return said("an activity, event or gateway")
    if types == ACTIVITIES:
        return said("an activity")
    shown = [a(names[0]), *map(kind_name, names[1:4]), *(["…"] if len(names) > 4 else [])]
    return listed(shown, " or ")


RULES = rules_of(globals())
