"""Rules on data: inputs and outputs, their sets, associations and the scope of data objects.

Run by `engine.bpmn.lint.check`.
"""

from __future__ import annotations

from engine.bpmn.lint.model import SUB_PROCESSES, Model, described
from engine.bpmn.lint.rule import Faults, rule, rules_of
from engine.bpmn.xml import Element, ancestors, child, children, local, reference, references, text

ASSOCIATIONS = ("dataInputAssociation", "dataOutputAssociation")
REFERENCES = {"dataObjectReference": "dataObjectRef", "dataStoreReference": "dataStoreRef"}


@rule("bpmn.data.io-in-sub-process", "BPMN 2.0.2 §10.4.1, input/output specification")
def no_io_in_sub_process(model: Model) -> Faults:
    """An embedded sub-process defines no data inputs and outputs of its own."""
    for scope in model.of(*SUB_PROCESSES):
        if child(scope, "ioSpecification") is not None:
            yield scope, f"Expected no ioSpecification in {described(scope)}, but it has one"


@rule("bpmn.data.input-in-set", "BPMN 2.0.2 §10.4.1, table DataInput: inputSetRefs")
def input_in_a_set(model: Model) -> Faults:
    """A data input stands in at least one input set."""
    yield from _unset(
        model, "dataInput", "inputSet", ("dataInputRefs", "optionalInputRefs", "whileExecutingInputRefs")
    )


@rule("bpmn.data.output-in-set", "BPMN 2.0.2 §10.4.1, table DataOutput: outputSetRefs")
def output_in_a_set(model: Model) -> Faults:
    """A data output stands in at least one output set."""
    names = ("dataOutputRefs", "optionalOutputRefs", "whileExecutingOutputRefs")
    yield from _unset(model, "dataOutput", "outputSet", names)


@rule("bpmn.data.single-source", "BPMN 2.0.2 §10.4.1, data association")
def single_source_without_transformation(model: Model) -> Faults:
    """A data association without transformation has one source."""
    for association in model.of(*ASSOCIATIONS):
        count = len(children(association, "sourceRef"))
        if count > 1 and child(association, "transformation") is None:
            yield (
                association,
                f"Expected one sourceRef without a transformation, but {described(association)} has {count}",
            )


@rule("bpmn.data.same-item", "BPMN 2.0.2 §10.4.1, data association: same ItemDefinition or a transformation")
def same_item_definition(model: Model) -> Faults:
    """Source and target of a data association have the same item definition, or a transformation."""
    for association in model.of(*ASSOCIATIONS):
        if child(association, "transformation") is not None or child(association, "assignment") is not None:
            continue
        target = _structure(model, text(child(association, "targetRef")))
        for name in references(association, "sourceRef"):
            source = _structure(model, name)
            if source and target and source != target:
                yield (
                    association,
                    "Expected source and target of one item definition, "
                    f"but '{name}' is of '{source}' and the target of '{target}'",
                )


@rule("bpmn.data.scope", "BPMN 2.0.2 §10.4.1, visibility of data objects")
def data_object_in_scope(model: Model) -> Faults:
    """A reference or association uses data objects of its own scope or of one around it."""
    for one in model.of("dataObjectReference", *ASSOCIATIONS):
        for name in _used(one):
            target = model.find(name)
            if target is None or local(target) not in ("dataObject", "dataObjectReference"):
                continue
            owner = target.getparent()
            if owner is not None and all(scope is not owner for scope in ancestors(one)):
                yield (
                    one,
                    f"Expected {described(target)} in a scope around {described(one)}, "
                    "but it is out of its sight",
                )


def _used(one: Element) -> list[str]:
    if local(one) == "dataObjectReference":
        return [reference(one.get("dataObjectRef"))] if one.get("dataObjectRef") else []
    return references(one, "sourceRef") + references(one, "targetRef")


def _unset(model: Model, kind: str, holder: str, names: tuple[str, ...]) -> Faults:
    used = {found for one in model.of(holder) for name in names for found in references(one, name)}
    for element in model.of(kind):
        parent = element.getparent()
        if parent is not None and local(parent) == "ioSpecification" and element.get("id") not in used:
            yield element, f"Expected {described(element)} to stand in an {holder}, but it stands in none"


def _structure(model: Model, name: str) -> str:
    element = model.find(name)
    if element is not None and local(element) in REFERENCES and not element.get("itemSubjectRef"):
        element = model.find(element.get(REFERENCES[local(element)]))
    item = (
        model.find(element.get("itemSubjectRef"))
        if element is not None and element.get("itemSubjectRef")
        else None
    )
    return "" if item is None else (item.get("structureRef") or item.get("id") or "")


RULES = rules_of(globals())
