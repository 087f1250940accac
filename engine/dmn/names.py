"""The names a FEEL text may use that are more than one plain word.

Called by the readers before any expression is parsed: FEEL lets names hold spaces and operators
("Person's name", "pre-bureau risk"), so the parser must be told which ones exist. Resolves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass

from engine.dmn.xml import Node
from engine.errors import ExpressionError
from engine.feel import parse
from engine.feel.tree import ContextLiteral

_PLAIN = re.compile(r"[^\W\d]\w*\Z")

# Elements whose `name` can stand behind a dot: a path may reach them from any expression.
_REACHED_BY_PATH = frozenset({"itemComponent", "column", "output", "parameter", "formalParameter"})


def special(names: Iterable[str]) -> frozenset[str]:
    """The names that are no plain word."""
    return frozenset(name for name in names if name and not _PLAIN.match(name))


def path_names(root: Node) -> frozenset[str]:
    """Every special name of a model's components, columns, outputs and context entries, boxed or written."""
    return special(_path_names(root))


def _path_names(root: Node) -> Iterator[str]:
    pending = [root]
    while pending:
        node = pending.pop()
        pending.extend(node.children)
        if node.name in _REACHED_BY_PATH:
            yield node.get("name")
        elif node.name == "contextEntry":
            variable = node.first("variable")
            yield variable.get("name") if variable else ""
        elif node.name == "text" and "{" in node.text:
            yield from _keys(node.text)


def _keys(text: str) -> Iterator[str]:
    """The keys of the contexts a FEEL text writes down; none of a text that cannot be read yet."""
    try:
        pending: list[object] = [parse(text)]
    except ExpressionError:
        return
    while pending:
        each = pending.pop()
        if isinstance(each, ContextLiteral):
            yield from (key for key, _ in each.entries)
        if isinstance(each, tuple):
            pending.extend(each)
        elif is_dataclass(each):
            pending.extend(getattr(each, part.name) for part in fields(each))
