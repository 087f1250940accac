"""The decision model as plain data: what a DMN file says, read once and never changed.

Built by `engine.dmn.reader`, walked by `engine.dmn.run` (evaluation) and `engine.dmn.proof` (proof).
Section numbers are those of DMN 1.5. Nothing here evaluates anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from engine.dmn.types import ItemType
from engine.feel import Compiled


@dataclass(frozen=True, slots=True)
class Text:
    """One FEEL text of the model: an expression, or unary tests where `unary`.

    `compiled` is None where the text is empty (or "-" in a cell), or where it is faulty and the model
    was read with `strict=False`; `fault` then says what is wrong with it.
    """

    text: str
    line: int
    compiled: Compiled | None = None
    fault: str = ""

    @property
    def names_types(self) -> bool:
        """Whether the text may name an item definition (`instance of tPerson`, typed parameters)."""
        return "instance" in self.text or "function" in self.text

    @property
    def is_any(self) -> bool:
        """Whether the cell accepts every value (7.3.1: an empty cell or a dash)."""
        return self.compiled is None and not self.fault


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """What all boxed expressions share: element id, line, and the type of the result (None: any).

    Expressions are compared by identity: two files may use the same ids.
    """

    id: str
    line: int
    type: ItemType | None


@dataclass(frozen=True, slots=True, eq=False)
class Literal(Expression):
    """A literal expression (7.3.1)."""

    text: Text


@dataclass(frozen=True, slots=True)
class Variable:
    """An information item: a name and the type its value must conform to (7.3.4)."""

    name: str
    type: ItemType | None = None


@dataclass(frozen=True, slots=True)
class InputClause:
    """A column of conditions (8.3.2): what it looks at and which values may occur."""

    id: str
    label: str
    expression: Expression | None
    values: Text | None = None

    @property
    def source(self) -> str:
        """The text of the input expression, or its label where it is no literal."""
        expression = self.expression
        return expression.text.text if isinstance(expression, Literal) else self.label


@dataclass(frozen=True, slots=True)
class OutputClause:
    """A column of results (8.3.3): its name, possible values in order of priority, its default."""

    id: str
    label: str
    name: str
    type: ItemType | None = None
    values: Text | None = None
    ranking: Text | None = None
    default: Expression | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row (8.3.4). `index` is 1-based; `annotations` by the name of their column."""

    id: str
    index: int
    line: int
    tests: tuple[Text, ...]
    outputs: tuple[Expression, ...]
    annotations: Mapping[str, str] = field(default_factory=dict)
    description: str = ""
    extensions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Table(Expression):
    """A decision table (8.3.1). Hit policy and aggregation as the standard writes them."""

    hit_policy: str
    aggregation: str
    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class ContextEntry:
    """An entry of a boxed context; without a variable it is the context's result."""

    variable: Variable | None
    expression: Expression | None


@dataclass(frozen=True, slots=True, eq=False)
class Context(Expression):
    """A boxed context (7.3.5)."""

    entries: tuple[ContextEntry, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Relation(Expression):
    """A relation (7.3.6): named columns, rows of expressions."""

    columns: tuple[Variable, ...]
    rows: tuple[tuple[Expression, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Listing(Expression):
    """A boxed list (7.3.8)."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True, eq=False)
class FunctionDefinition(Expression):
    """A function (7.3.7). `kind` is FEEL, Java or PMML; only FEEL has a meaning here."""

    kind: str
    parameters: tuple[Variable, ...]
    body: Expression | None


@dataclass(frozen=True, slots=True)
class Binding:
    """A named argument of an invocation."""

    parameter: Variable
    expression: Expression | None


@dataclass(frozen=True, slots=True, eq=False)
class Invocation(Expression):
    """An invocation (7.3.6): the called expression and its arguments by name."""

    called: Expression | None
    bindings: tuple[Binding, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Conditional(Expression):
    """A boxed conditional (DMN 1.4)."""

    condition: Expression
    consequence: Expression
    alternative: Expression


@dataclass(frozen=True, slots=True, eq=False)
class Filter(Expression):
    """A boxed filter (DMN 1.4)."""

    source: Expression
    match: Expression


@dataclass(frozen=True, slots=True, eq=False)
class Iteration(Expression):
    """A boxed iterator (DMN 1.4): `kind` is for, every or some; `body` is returned or satisfied."""

    kind: str
    variable: Variable
    source: Expression
    body: Expression


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
