"""Reads boxed expressions of a DMN file (DMN 1.5, chapter 7).

Called by `engine.dmn.reader` with the names that are in scope. Every expression is read whole before
anything is evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from engine import feel
from engine.dmn.expressions import (
    Binding,
    Conditional,
    Context,
    ContextEntry,
    Expression,
    Filter,
    FunctionDefinition,
    Invocation,
    Iteration,
    Listing,
    Literal,
    Relation,
    Table,
    Text,
    Variable,
)
from engine.dmn.findings import Findings
from engine.dmn.names import special
from engine.dmn.reader_table import TableReader
from engine.dmn.reader_text import Names
from engine.dmn.reader_types import TypeTable
from engine.dmn.xml import Node
from engine.errors import ExpressionError, said


def _implied(node: Node) -> Iterator[str]:
    """Names of several words that the columns of a table without formal parameters stand for."""
    table = None if node.first("formalParameter") else node.first("decisionTable")
    for column in table.each("input") if table else ():
        expression = column.first("inputExpression")
        text = expression.first("text") if expression else None
        if text is not None and not set(text.text) & set('.()[]{}"<>=+*/'):
            yield " ".join(text.text.split())


def _parameters_of(table: Table) -> Iterator[Variable]:
    """What the columns of a table look at are its parameters where it declares none (10.2.1.7)."""
    seen: set[str] = set()
    for clause in table.inputs:
        compiled = clause.expression.text.compiled if isinstance(clause.expression, Literal) else None
        for name in sorted(compiled.free_names - compiled.calls - seen) if compiled else ():
            seen.add(name)
            yield Variable(name)


def _parses(text: str, names: Names) -> bool:
    try:
        feel.compile(text, names=tuple(sorted(names)))
    except ExpressionError:
        return False
    return True


class LogicReader(TableReader):
    """Reads the expressions of one model."""

    def __init__(self, types: TypeTable, findings: Findings, language: str) -> None:
        super().__init__(types, findings, language)
        self._readers: dict[str, Callable[[Node, Names], Expression]] = {
            "literalExpression": self._literal,
            "decisionTable": self._table,
            "context": self._context,
            "relation": self._relation,
            "list": self._list,
            "functionDefinition": self.function,
            "invocation": self._invocation,
            "conditional": self._conditional,
            "filter": self._filter,
            "for": self._iteration,
            "every": self._iteration,
            "some": self._iteration,
        }

    def within(self, node: Node, names: Names) -> Expression | None:
        """The first expression among the children of an element, if there is one."""
        for child in node.children:
            if child.name in self._readers and child.namespace == node.namespace:
                return self._readers[child.name](child, names)
        return None

    def function(self, node: Node, names: Names) -> FunctionDefinition:
        """A function definition, boxed or as the logic of a knowledge model."""
        parameters = tuple(self.variable(child) for child in node.each("formalParameter"))
        inner = names | special(parameter.name for parameter in parameters) | special(_implied(node))
        kind = node.get("kind", "FEEL")
        body = self.within(node, inner) if kind == "FEEL" else None
        if isinstance(body, Table) and not parameters:
            parameters = tuple(_parameters_of(body))
        return FunctionDefinition(*self._common(node), kind, parameters, body)

    def _part(self, node: Node, names: Names, *parts: str) -> Expression:
        """The expression inside a required part of a boxed expression."""
        holder = node.first(*parts)
        found = self.within(holder, names) if holder else None
        if found is None:
            self._findings.add(
                node,
                "dmn.boxed.part",
                said(
                    "Expected {parts} with an expression in {name}, but it is missing",
                    parts=parts[0],
                    name=node.name,
                ),
            )
            return Literal(node.get("id"), node.line, None, Text("", node.line))
        return found

    # Boxed expressions

    def _context(self, node: Node, names: Names) -> Context:
        entries, inner = [], names
        for child in node.each("contextEntry"):
            variable_node = child.first("variable")
            variable = self.variable(variable_node) if variable_node else None
            if variable:
                inner |= special([variable.name])
            entries.append(ContextEntry(variable, self.within(child, inner)))
        return Context(*self._common(node), tuple(entries))

    def _relation(self, node: Node, names: Names) -> Relation:
        columns = tuple(self.variable(child) for child in node.each("column"))
        rows = tuple(self._items(row, names) for row in node.each("row"))
        if any(len(row) != len(columns) for row in rows):
            self._findings.add(
                node,
                "dmn.relation.columns",
                said("Expected {count} cells in each row, but a row has other", count=len(columns)),
            )
        return Relation(*self._common(node), columns, rows)

    def _list(self, node: Node, names: Names) -> Listing:
        return Listing(*self._common(node), self._items(node, names))

    def _items(self, node: Node, names: Names) -> tuple[Expression, ...]:
        return tuple(self._readers[c.name](c, names) for c in node.children if c.name in self._readers)

    def _invocation(self, node: Node, names: Names) -> Invocation:
        bindings = []
        for child in node.each("binding"):
            parameter = child.first("parameter")
            bindings.append(Binding(self.variable(parameter or child), self.within(child, names)))
        return Invocation(*self._common(node), self.within(node, names), tuple(bindings))

    def _conditional(self, node: Node, names: Names) -> Conditional:
        parts = [self._part(node, names, part) for part in ("if", "then", "else")]
        return Conditional(*self._common(node), *parts)

    def _filter(self, node: Node, names: Names) -> Filter:
        return Filter(*self._common(node), self._part(node, names, "in"), self._part(node, names, "match"))

    def _iteration(self, node: Node, names: Names) -> Iteration:
        variable = Variable(node.get("iteratorVariable"))
        if not variable.name:
            self._findings.add(
                node,
                "dmn.iterator.variable",
                said("Expected an iterator variable in {name}, but it is missing", name=node.name),
            )
        inner = names | special([variable.name, "partial"])
        body = "return" if node.name == "for" else "satisfies"
        source = self._span(node, names) or self._part(node, names, "in")
        return Iteration(*self._common(node), node.name, variable, source, self._part(node, inner, body))

    def _span(self, node: Node, names: Names) -> Expression | None:
        """What `for` goes through may be written `1..n` (rule 45), which by itself is no expression."""
        holder = node.first("in")
        literal = holder.first("literalExpression") if holder else None
        text = literal.first("text") if literal else None
        if literal is None or text is None or ".." not in text.text or _parses(text.text, names):
            return None
        each = f"for each in {text.text} return each"
        return Literal(*self._common(literal), self._parsed(literal, each, text.line, names, unary=False))
