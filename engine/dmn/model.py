"""The elements of a decision model as plain data: what a DMN file says, read once and never changed.

Built by `engine.dmn.reader`, walked by `engine.dmn.run` (evaluation) and `engine.dmn.proof` (proof).
Section numbers are those of DMN 1.5. Nothing here evaluates anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from engine.dmn.expressions import Expression, FunctionDefinition, Variable
from engine.dmn.types import ItemType


@dataclass(frozen=True, slots=True)
class Requirement:
    """A resolved reference to an element, in this model or in an imported one.

    `imported` is the name of the import as this model calls it, None for an element of its own.
    """

    id: str
    namespace: str
    imported: str | None = None


@dataclass(frozen=True, slots=True)
class InputData:
    """An input of the model (6.3.11)."""

    id: str
    name: str
    line: int
    variable: Variable


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision (6.3.7) with what it requires and its logic (None: it has none)."""

    id: str
    name: str
    line: int
    variable: Variable
    information: tuple[Requirement, ...]
    knowledge: tuple[Requirement, ...]
    logic: Expression | None
    extensions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KnowledgeModel:
    """A business knowledge model (6.3.9): a named function."""

    id: str
    name: str
    line: int
    variable: Variable
    knowledge: tuple[Requirement, ...]
    function: FunctionDefinition | None


@dataclass(frozen=True, slots=True)
class DecisionService:
    """A decision service (6.3.10). Its parameters are the input data, then the input decisions."""

    id: str
    name: str
    line: int
    variable: Variable
    outputs: tuple[Requirement, ...]
    encapsulated: tuple[Requirement, ...]
    input_decisions: tuple[Requirement, ...]
    input_data: tuple[Requirement, ...]


Element = InputData | Decision | KnowledgeModel | DecisionService
_Named = TypeVar("_Named", Decision, DecisionService, KnowledgeModel)


@dataclass(frozen=True, eq=False)
class Model:
    """One DMN file. `digest` is the SHA-256 of its bytes; elements stand by id in the file's order.

    Models are compared by identity; two reads of the same bytes have the same digest.
    """

    digest: str
    name: str
    namespace: str
    elements: Mapping[str, Element]
    types: Mapping[str, ItemType]
    imports: Mapping[str, Model]
    path_names: frozenset[str] = frozenset()
    faults: tuple[str, ...] = ()

    @cached_property
    def decisions(self) -> dict[str, Decision]:
        """Decisions by id and, where no other decision has it, by name."""
        return _by_id_and_name([e for e in self.elements.values() if isinstance(e, Decision)])

    @cached_property
    def services(self) -> dict[str, DecisionService]:
        """Decision services by id and name."""
        return _by_id_and_name([e for e in self.elements.values() if isinstance(e, DecisionService)])

    @cached_property
    def knowledge(self) -> dict[str, KnowledgeModel]:
        """Business knowledge models by id and name."""
        return _by_id_and_name([e for e in self.elements.values() if isinstance(e, KnowledgeModel)])

    @cached_property
    def inputs(self) -> dict[str, InputData]:
        """Input data by name."""
        return {e.name: e for e in self.elements.values() if isinstance(e, InputData)}

    @cached_property
    def declared(self) -> frozenset[str]:
        """The names of all elements: a variable of another name is nobody's and seen everywhere."""
        return frozenset(element.name for element in self.elements.values())

    @cached_property
    def visible_types(self) -> dict[str, ItemType]:
        """Item definitions by the names expressions use: those of imports also as `import.name`."""
        found: dict[str, ItemType] = {}
        for name, model in self.imports.items():
            for inner, declared in model.visible_types.items():
                found.setdefault(inner, declared)
                found[f"{name}.{inner}"] = declared
        return found | dict(self.types)

    def extensions(self, decision_id: str) -> dict[str, str]:
        """The extension properties of a decision (`banjie.item`, `banjie.band`, …), by name.

        Raises KeyError where the model has no such decision.
        """
        return dict(self.decisions[decision_id].extensions)


def _by_id_and_name(elements: list[_Named]) -> dict[str, _Named]:
    """Elements by id; by name too where the name is unambiguous and is no id."""
    found = {element.id: element for element in elements}
    names = [element.name for element in elements]
    for element in elements:
        if names.count(element.name) == 1:
            found.setdefault(element.name, element)
    return found
