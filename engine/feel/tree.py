"""The tree of a FEEL text: one class per construct of the grammar (DMN 1.5, 10.3.1.2).

Built by the parser, read by the compiler and by lints. Holds no behaviour.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

Node: TypeAlias = Any
"""One of the classes of this module."""


@dataclass(frozen=True, slots=True)
class Literal:
    """null, true, false, a number or a string."""

    value: object


@dataclass(frozen=True, slots=True)
class AtLiteral:
    """`@"2026-01-31"`."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name that stands for a variable, parameter, context entry or function."""

    name: str
    line: int = field(default=1, compare=False)
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Path:
    """`base.name`."""

    base: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter:
    """`base[condition]`."""

    base: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call:
    """`function(…)`; `names` is None for positional arguments, else one name per argument."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Negate:
    """`-operand`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`first op operand op operand …`, from left to right; op is one of `+ - * / **`."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """`left op right` with op one of `= != < <= > >=`."""

    op: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between:
    """`value between low and high`."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In:
    """`value in test` or `value in (test, test)`."""

    value: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Conjunction:
    """`a and b and …`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Disjunction:
    """`a or b or …`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class If:
    """`if condition then yes else no`."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Iteration:
    """`name in source` or `name in source..end`."""

    name: str
    source: Node
    end: Node | None = None


@dataclass(frozen=True, slots=True)
class For:
    """`for iterations return body`."""

    iterations: tuple[Iteration, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified:
    """`some|every iterations satisfies condition`."""

    every: bool
    iterations: tuple[Iteration, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class FunctionDefinition:
    """`function(parameters) body`; `external` marks a body in a foreign language."""

    parameters: tuple[tuple[str, Node | None], ...]
    body: Node
    external: bool = False


@dataclass(frozen=True, slots=True)
class ContextLiteral:
    """`{name: expression, …}` in the order written."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """`[expression, …]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class RangeLiteral:
    """`[low..high]`, either end open or closed."""

    low: Node
    high: Node
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, slots=True)
class InstanceOf:
    """`value instance of kind`."""

    value: Node
    kind: Node


@dataclass(frozen=True, slots=True)
class UnaryTest:
    """`op operand`, the left side being the value tested."""

    op: str
    operand: Node


@dataclass(frozen=True, slots=True)
class UnaryTests:
    """A cell of a decision table: `-`, a list of tests, or `not(…)` of one."""

    tests: tuple[Node, ...]
    negated: bool = False
    anything: bool = False


@dataclass(frozen=True, slots=True)
class TypeNode:
    """A type expression: `list<number>`, `context<a: string>`, `function<number> -> string`, a name."""

    name: str
    arguments: tuple[Node, ...] = ()
    names: tuple[str, ...] = ()
    result: Node | None = None
