"""What the parts of the compiler know of one another.

Called by `compiler` and by the modules that compile single constructs for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Protocol

from engine.feel import tree
from engine.feel.calls import BuiltIn
from engine.feel.scope import Run
from engine.feel.tree import Node


class Compiles(Protocol):
    """Turns nodes into closures."""

    built_ins: Mapping[str, BuiltIn]
    calls: set[str]

    def run(self, node: Node) -> Run:
        """The closure of a node."""
        ...

    def bound(self, names: set[str], node: Node) -> Run:
        """The closure of a node in which more names are bound."""
        ...

    def filtering(self, node: Node) -> Run:
        """The closure of a filter's condition, whose names may be entries of the items."""
        ...

    def refer(self, name: str) -> None:
        """Note that the text reads a name from outside."""
        ...

    def bind(self, names: set[str]) -> None:
        """Open a scope whose names may still grow."""
        ...

    def unbind(self) -> None:
        """Close the innermost scope."""
        ...


def mentions(node: object, name: str) -> bool:
    """Whether the name stands anywhere in the node."""
    if isinstance(node, tree.Name):
        return node.name == name
    if isinstance(node, tuple):
        return any(mentions(each, name) for each in node)
    if is_dataclass(node) and not isinstance(node, type):
        return any(mentions(getattr(node, field.name), name) for field in fields(node))
    return False
