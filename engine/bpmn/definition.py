"""An executable diagram: what `read` makes of a file and every run of it shares.

Built by the reader, kept by deployment and cached by digest; never changed after reading. Holds every
process of the file, its elements in the file's order and the SpiffWorkflow specs that carry them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.bpmn.expressions import Expression
from engine.errors import NotFound, said

if TYPE_CHECKING:
    from engine.bpmn.node import Body, Node

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Element:
    """A flow element of a diagram as the file has it.

    `kind` is the BPMN name (`userTask`, `exclusiveGateway`, `process`), `process` and `parent` are ids,
    `lane` is a name, `role` and `act` the dialect's codes, `form` the id of the form, `properties` the
    `zeebe:properties` as written, `line` 1-based.
    """

    id: str
    kind: str
    process: str
    name: str = ""
    parent: str | None = None
    lane: str | None = None
    role: str | None = None
    act: str | None = None
    form: str | None = None
    properties: Mapping[str, str] = field(default_factory=lambda: _NONE, hash=False)
    documentation: str = ""
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A sequence flow: ids of its ends and its compiled condition, if any."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: Expression | None = None
    default: bool = False


@dataclass(frozen=True, kw_only=True)
class Starter:
    """A way a process begins: an element and what triggers it.

    `kind` is none, message, timer, signal, conditional or multiple; `name` is the message's or
    signal's name where it is written plainly, `timer` the timer's text.
    """

    element: str
    kind: str
    name: str | None = None
    timer: Expression | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Process:
    """A process of the file, or a global task (`is_task`: one activity, begun by calls alone)."""

    id: str
    name: str
    executable: bool
    version_tag: str | None
    properties: Mapping[str, str]
    body: Body = field(repr=False)
    starters: tuple[Starter, ...] = ()
    is_task: bool = False


@dataclass(frozen=True, eq=False)
class Definition:
    """The processes of one file. Two definitions are equal when their bytes are."""

    digest: str
    source: bytes = field(repr=False)
    processes: Mapping[str, Process] = field(repr=False)
    elements: Mapping[str, Element] = field(repr=False)
    flows: Mapping[str, Flow] = field(repr=False)
    nodes: Mapping[str, Node] = field(repr=False)
    bodies: Mapping[str, Body] = field(repr=False)
    texts: tuple[tuple[str, Expression], ...] = field(repr=False, default=())
    calls: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Definition) and other.digest == self.digest

    def element(self, identifier: str) -> Element:
        """The element of that id. Raises NotFound."""
        found = self.elements.get(identifier)
        if found is None:
            raise NotFound(
                said(
                    "Expected an element of the diagram, but it has no '{identifier}'", identifier=identifier
                )
            )
        return found

    def process(self, identifier: str | None) -> Process:
        """The process of that id, or the only executable one. Raises NotFound."""
        if identifier is not None:
            found = self.processes.get(identifier)
            if found is None:
                raise NotFound(
                    said(
                        "Expected a process of the diagram, but it has no '{identifier}'",
                        identifier=identifier,
                    )
                )
            return found
        able = [process for process in self.processes.values() if process.executable and not process.is_task]
        if len(able) != 1:
            names = ", ".join(process.id for process in able) or "none"
            raise NotFound(
                said("Expected one executable process to begin, but the diagram has: {names}", names=names)
            )
        return able[0]

    def start_events(self, process: str | None = None) -> tuple[Starter, ...]:
        """The ways a process begins, in the file's order. Raises NotFound."""
        return self.process(process).starters

    def expressions(self) -> tuple[tuple[str, Expression], ...]:
        """Every compiled FEEL expression with the id of its element, in the file's order."""
        return self.texts

    def called(self) -> tuple[str, ...]:
        """The ids of called processes that are written plainly, in the file's order."""
        return self.calls

    def decisions(self) -> tuple[str, ...]:
        """The ids of called decisions that are written plainly, in the file's order."""
        return self.asks
