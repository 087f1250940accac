"""Boxed expressions and decision tables as plain data (DMN 1.5, chapters 7 and 8).

Built by the reader, walked by the evaluation and the proof. Expressions are compared by identity: two
files may use the same ids. Nothing here evaluates anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
