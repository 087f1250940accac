"""Rules on data: inputs and outputs, their sets, associations and the scope of data objects.

Run by `engine.bpmn.lint.check`.
"""

from __future__ import annotations

from engine.bpmn.lint.model import SUB_PROCESSES, Model, described
from engine.bpmn.lint.rule import LETTER, STRICT, Faults, rule, rules_of
from engine.bpmn.xml import Element, ancestors, child, children, flag, local, reference, references, text
from engine.errors import said

ASSOCIATIONS = ("dataInputAssociation", "dataOutputAssociation")
REFERENCES = {"dataObjectReference": "dataObjectRef", "dataStoreReference": "dataStoreRef"}


@rule("bpmn.data.io-in-sub-process", "BPMN 2.0.2 §10.4.1, input/output specification")
def no_io_in_sub_process(model: Model) -> Faults:
    """An embedded sub-process defines no data inputs and outputs of its own."""
    for scope in model.of(*SUB_PROCESSES):
        if child(scope, "ioSpecification") is not None:
            yield (
                scope,
                said("Expected no ioSpecification in {scope}, but it has one", scope=described(scope)),
            )


@rule("bpmn.data.input-in-set", "BPMN 2.0.2 §10.4.1, table DataInput: inputSetRefs", LETTER)
def input_in_a_set(model: Model) -> Faults:
    """A data input stands in at least one input set."""
    yield from _unset(
        model, "dataInput", "inputSet", ("dataInputRefs", "optionalInputRefs", "whileExecutingInputRefs")
    )


@rule("bpmn.data.output-in-set", "BPMN 2.0.2 §10.4.1, table DataOutput: outputSetRefs", LETTER)
def output_in_a_set(model: Model) -> Faults:
    """A data output stands in at least one output set."""
    names = ("dataOutputRefs", "optionalOutputRefs", "whileExecutingOutputRefs")
    yield from _unset(model, "dataOutput", "outputSet", names)


@rule("bpmn.data.listed-input", "BPMN 2.0.2 §10.4.1, tables InputSet and OutputSet", LETTER)
def special_references_are_listed(model: Model) -> Faults:
    """What a set names as optional or used while executing, it names as its input (output) as well."""
    for kind in ("Input", "Output"):
        for one in model.of(f"{kind.lower()}Set"):
            listed = references(one, f"data{kind}Refs")
            for name in (f"optional{kind}Refs", f"whileExecuting{kind}Refs"):
                for found in references(one, name):
                    if found not in listed:
                        yield (
                            one,
                            said(
                                "Expected '{found}' of {name} among the data{kind}Refs of {one}, "
                                "but it is not",
                                found=found,
                                name=name,
                                kind=kind,
                                one=described(one),
                            ),
                        )


@rule("bpmn.data.sets-agree", "BPMN 2.0.2 §10.4.1, tables InputSet and OutputSet", LETTER)
def sets_name_each_other(model: Model) -> Faults:
    """An input set and an output set that go together name each other."""
    for mine, back in (("inputSet", "outputSet"), ("outputSet", "inputSet")):
        for one in model.of(mine):
            for name in references(one, f"{back}Refs"):
                other = model.find(name)
                if other is not None and one.get("id") not in references(other, f"{mine}Refs"):
                    yield (
                        one,
                        said(
                            "Expected {other} to name {one} in turn, but it does not",
                            other=described(other),
                            one=described(one),
                        ),
                    )


@rule(
    "bpmn.data.collection",
    "BPMN 2.0.2 §10.4.1, tables DataObject, DataInput, DataOutput: isCollection",
    LETTER,
)
def collection_as_its_item(model: Model) -> Faults:
    """Data of an item definition is a collection exactly where the item definition is one."""
    for one in model.of("dataObject", "dataInput", "dataOutput"):
        item = model.find(one.get("itemSubjectRef")) if one.get("itemSubjectRef") else None
        if (
            item is not None
            and local(item) == "itemDefinition"
            and _is_collection(one) != _is_collection(item)
        ):
            yield (
                one,
                said(
                    "Expected isCollection of {one} as of {item}, but it differs",
                    one=described(one),
                    item=described(item),
                ),
            )


@rule("bpmn.data.object-state", "BPMN 2.0.2 §10.4.1: data objects cannot specify states", LETTER)
def states_stand_on_references(model: Model) -> Faults:
    """A state stands on the references to a data object, never on the data object itself."""
    for one in model.of("dataObject"):
        if child(one, "dataState") is not None:
            yield (
                one,
                said(
                    "Expected no dataState on {one}, but it has one; references have states",
                    one=described(one),
                ),
            )


@rule(
    "bpmn.data.association-own",
    "BPMN 2.0.2 §10.4.1: an association leads to an input, or from an output, of its activity or event",
    LETTER,
)
def association_ends_at_its_owner(model: Model) -> Faults:
    """A data input association ends, a data output association begins at data of its own element."""
    for association in model.of(*ASSOCIATIONS):
        owner, inward = association.getparent(), local(association) == "dataInputAssociation"
        for name in references(association, "targetRef" if inward else "sourceRef"):
            found = model.find(name)
            if owner is not None and found is not None and all(one is not owner for one in ancestors(found)):
                end, kind = ("end", "input") if inward else ("begin", "output")
                yield (
                    association,
                    said(
                        "Expected {association} to {end} at an {kind} of {owner}, but {found} is none",
                        association=described(association),
                        end=end,
                        kind=kind,
                        owner=described(owner),
                        found=described(found),
                    ),
                )


@rule(
    "bpmn.loop.data-input",
    "BPMN 2.0.2 §10.3.8, table MultiInstanceLoopCharacteristics: loopDataInputRef",
    STRICT,
)
def loop_input_is_the_task_s_own(model: Model) -> Faults:
    """The collection a multi-instance task runs over is a data input of its own."""
    for loop in model.of("multiInstanceLoopCharacteristics"):
        task, name = loop.getparent(), reference(text(child(loop, "loopDataInputRef")))
        if not name or task is None or local(task) in SUB_PROCESSES:
            continue
        holder = child(task, "ioSpecification")
        own = [] if holder is None else [one.get("id") for one in children(holder, "dataInput")]
        if name not in own:
            yield (
                task,
                said(
                    "Expected loopDataInputRef of {task} to name a data input of it, but '{name}' is none",
                    task=described(task),
                    name=name,
                ),
            )


@rule("bpmn.data.single-source", "BPMN 2.0.2 §10.4.1, data association", LETTER)
def single_source_without_transformation(model: Model) -> Faults:
    """A data association without transformation has one source."""
    for association in model.of(*ASSOCIATIONS):
        count = len(children(association, "sourceRef"))
        if count > 1 and child(association, "transformation") is None:
            yield (
                association,
                said(
                    "Expected one sourceRef without a transformation, but {association} has {count}",
                    association=described(association),
                    count=count,
                ),
            )


@rule(
    "bpmn.data.same-item",
    "BPMN 2.0.2 §10.4.1, data association: same ItemDefinition or a transformation",
    LETTER,
)
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
                    said(
                        "Expected source and target of one item definition, but '{name}' is of "
                        "'{source}' and the target of '{target}'",
                        name=name,
                        source=source,
                        target=target,
                    ),
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
                    said(
                        "Expected {target} in a scope around {one}, but it is out of its sight",
                        target=described(target),
                        one=described(one),
                    ),
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
            yield (
                element,
                said(
                    "Expected {element} to stand in an {holder}, but it stands in none",
                    element=described(element),
                    holder=holder,
                ),
            )


def _structure(model: Model, name: str) -> str:
    element = model.find(name)
    if element is not None and local(element) in REFERENCES and not element.get("itemSubjectRef"):
        element = model.find(element.get(REFERENCES[local(element)]))
    return "" if element is None else structure_of(model, element.get("itemSubjectRef"))


def structure_of(model: Model, item: str | None) -> str:
    """What an item definition stands for: its structureRef, else its id; "" where there is none."""
    found = model.find(item) if item else None
    return "" if found is None else (found.get("structureRef") or found.get("id") or "")


def _is_collection(element: Element) -> bool:
    return flag(element, "isCollection", False)


RULES = rules_of(globals())
