"""Reads the FEEL texts of a DMN file: literal expressions, cells, variables (DMN 1.5, 7.3.1 and 7.3.4).

The ground on which the readers of tables and boxed expressions stand; every text is parsed here, so that
a faulty one is found before deployment, with its element and line.
"""

from __future__ import annotations

from engine import feel
from engine.dmn.expressions import Literal, Text, Variable
from engine.dmn.findings import Findings
from engine.dmn.reader_types import TypeTable
from engine.dmn.types import ItemType
from engine.dmn.xml import Node
from engine.errors import ExpressionError, said

Names = frozenset[str]


class TextReader:
    """Reads FEEL texts; `language` is the file's default expression language."""

    def __init__(self, types: TypeTable, findings: Findings, language: str) -> None:
        self._types = types
        self._findings = findings
        self._language = language

    def variable(self, node: Node) -> Variable:
        """An information item."""
        return Variable(node.get("name"), self._types.resolve(node.get("typeRef"), node))

    def _common(self, node: Node) -> tuple[str, int, ItemType | None]:
        return node.get("id"), node.line, self._types.resolve(node.get("typeRef"), node)

    def _literal(self, node: Node, names: Names) -> Literal:
        return Literal(*self._common(node), self.text(node, names))

    def text(self, node: Node, names: Names, *, unary: bool = False) -> Text:
        """The FEEL text of an element, parsed."""
        self._check_language(node)
        holder = node.first("text")
        text, line = (holder.text, holder.line) if holder else ("", node.line)
        if not text.strip() or (unary and text.strip() == "-"):
            return Text(text.strip(), line)
        return self._parsed(node, text, line, names, unary=unary)

    def _parsed(self, node: Node, text: str, line: int, names: Names, *, unary: bool) -> Text:
        try:
            read = feel.unary_tests if unary else feel.compile
            return Text(text.strip(), line, read(text, names=tuple(sorted(names))))
        except ExpressionError as error:
            self._findings.add(node, "dmn.feel", error.sentence, line=line + error.line - 1)
            return Text(text.strip(), line, fault=error.sentence)

    def _check_language(self, node: Node) -> None:
        language = node.get("expressionLanguage", self._language)
        if language and "feel" not in language.lower():
            self._findings.add(
                node,
                "dmn.language",
                said("Expected FEEL as the expression language, but found {language}", language=language),
            )
        if node.first("importedValues") is not None:
            self._findings.add(
                node,
                "dmn.imported-values",
                said("Expected a FEEL text, but the expression imports its values"),
            )
