"""Reads item definitions and type references of a DMN file (DMN 1.5, 7.3.3).

Called by `engine.dmn.reader` before any expression is read; knows nothing of decisions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.dmn.findings import Findings
from engine.dmn.names import special
from engine.dmn.shapes import read_type
from engine.dmn.types import Constraint, ItemType, built_in
from engine.dmn.xml import Node
from engine.errors import ExpressionError, said
from engine.feel import unary_tests
from engine.feel.tree import TypeNode

# The usual way to say in FEEL that a number has no fraction.
_WHOLE = re.compile(
    r"\b(?:floor|ceiling|decimal)\s*\(\s*\?\s*(?:,\s*0\s*)?\)\s*=\s*\?|\?\s*=\s*(?:floor|ceiling)\s*\(\s*\?\s*\)"
)


class TypeTable:
    """The types of one model: its own item definitions and those of its imports."""

    def __init__(self, imported: Mapping[str, Mapping[str, ItemType]], findings: Findings) -> None:
        self.own: dict[str, ItemType] = {}
        self._imported = imported
        self._findings = findings

    def read(self, definitions: list[Node]) -> None:
        """Read all item definitions; they may refer to each other in any order."""
        for node in definitions:
            if node.get("name") in self.own:
                self._findings.add(
                    node,
                    "dmn.type.duplicate",
                    said("Expected one type {name}, but it is defined twice", name=node.get("name")),
                )
            self.own[node.get("name")] = ItemType(node.get("name"))
        for node in definitions:
            self._fill(self.own[node.get("name")], node)
        for node in definitions:
            self._refuse_circle(node)

    def resolve(self, reference: str, node: Node) -> ItemType | None:
        """The type a reference names; None where there is no reference or nothing has that name."""
        reference = reference.strip()
        if not reference:
            return None
        found = self._named(reference) or self._spelled_out(reference)
        if found is None:
            self._findings.add(
                node,
                "dmn.type.unknown",
                said("Expected a known type, but found {reference!r}", reference=reference),
            )
        return found

    def _named(self, reference: str) -> ItemType | None:
        found = self.own.get(reference) or self._from_import(reference) or built_in(reference)
        return found or self.own.get(reference.rpartition(":")[2])  # a QName, as old editors write it

    def _spelled_out(self, reference: str) -> ItemType | None:
        """The type of a reference like `list<number>`; None where it names a type nobody knows."""
        kind = read_type(reference, special(self.own))
        try:
            return None if kind is None else self._built(kind)
        except KeyError:
            return None

    def _built(self, kind: TypeNode) -> ItemType:
        parts = [self._built(part) for part in kind.arguments]
        if not parts and kind.result is None:
            found = self._named(kind.name)
            if found is None:
                raise KeyError(kind.name)
            return found
        made = ItemType(kind.name, kind.name)
        if kind.name == "list":
            made.element = parts[0]
        elif kind.name == "range":
            made.ends = parts[0]
        elif kind.name == "context":
            made.components = dict(zip(kind.names, parts, strict=True))
        elif kind.result is not None:
            made.parameters, made.result = [*parts], self._built(kind.result)
        return made

    def _from_import(self, reference: str) -> ItemType | None:
        for name, types in self._imported.items():
            prefix = f"{name}." if name else ""
            if reference.startswith(prefix) and reference[len(prefix) :] in types:
                return types[reference[len(prefix) :]]
        return None

    def _refuse_circle(self, node: Node) -> None:
        own = self.own[node.get("name")]
        if own.lineage()[-1].base is not None:
            own.base = None
            self._findings.add(
                node,
                "dmn.type.circle",
                said("Expected {name} to end in a type, but it is its own base", name=own.name),
            )

    def _fill(self, target: ItemType, node: Node, siblings: frozenset[str] = frozenset()) -> None:
        element = ItemType(target.name) if node.get("isCollection") == "true" else target
        if element is not target:
            target.kind, target.element = "list", element
        self._fill_base(element, node)
        self._constrain(element, node.first("allowedValues"), siblings)
        self._constrain(target, node.first("typeConstraint"), siblings)

    def _fill_base(self, target: ItemType, node: Node) -> None:
        components = list(node.each("itemComponent"))
        siblings = special(component.get("name") for component in components)
        reference = node.first("typeRef")
        function = node.first("functionItem")
        if function is not None:
            target.kind = "function"
            target.parameters = [self.resolve(p.get("typeRef"), p) for p in function.each("parameters")]
            target.result = self.resolve(function.get("outputTypeRef"), function)
        elif components:
            target.kind = "context"
            for component in components:
                target.components[component.get("name")] = self._component(component, siblings)
        elif reference is not None:
            target.base = self.resolve(reference.text, reference)

    def _component(self, node: Node, siblings: frozenset[str]) -> ItemType:
        component = ItemType(node.get("name"))
        self._fill(component, node, siblings)
        return component

    def _constrain(self, target: ItemType, node: Node | None, siblings: frozenset[str]) -> None:
        text_node = node.first("text") if node else None
        if text_node is None or not text_node.text.strip():
            return
        text = text_node.text.strip()
        try:
            target.constraints.append(Constraint(text, unary_tests(text, siblings)))
            target.whole = target.whole or bool(_WHOLE.search(text))
        except ExpressionError as error:
            line = text_node.line + error.line - 1
            self._findings.add(text_node, "dmn.type.values", error.sentence, line=line)
