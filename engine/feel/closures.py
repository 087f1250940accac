"""What the parts of the compiler know of one another.

Called by `compiler` and by the modules that compile single constructs for it.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Protocol

from engine.feel import tree
from engine.feel.scope import Run
from engine.feel.tree import Node


class Compiles(Protocol):
    """Turns nodes into closures."""

    def run(self, node: Node) -> Run:
        """The closure of a node."""
        ...

    def bound(self, names: set[str], node: Node) -> Run:
        """The closure of a node in which more names are bound."""
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
