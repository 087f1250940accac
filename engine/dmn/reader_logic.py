"""Reads boxed expressions and decision tables of a DMN file (DMN 1.5, chapters 7 and 8).

Called by `engine.dmn.reader` with the names that are in scope; every FEEL text is parsed here, so that
a faulty one is found before deployment, with its element and line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine import feel
from engine.dmn.extensions import properties
from engine.dmn.findings import Findings
from engine.dmn.model import (
    Binding,
    Conditional,
    Context,
    ContextEntry,
    Expression,
    Filter,
    FunctionDefinition,
    InputClause,
    Invocation,
    Iteration,
    Listing,
    Literal,
    OutputClause,
    Relation,
    Rule,
    Table,
    Text,
    Variable,
)
from engine.dmn.names import special
from engine.dmn.reader_types import TypeTable
from engine.dmn.types import ItemType
from engine.dmn.xml import Node
from engine.errors import ExpressionError

Names = frozenset[str]

HIT_POLICIES = ("UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
AGGREGATIONS = ("", "SUM", "COUNT", "MIN", "MAX")


class LogicReader:
    """Reads the expressions of one model."""

    def __init__(self, types: TypeTable, findings: Findings, language: str) -> None:
        self._types = types
        self._findings = findings
        self._language = language
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

    def variable(self, node: Node) -> Variable:
        """An information item."""
        return Variable(node.get("name"), self._types.resolve(node.get("typeRef"), node))

    def function(self, node: Node, names: Names) -> FunctionDefinition:
        """A function definition, boxed or as the logic of a knowledge model."""
        parameters = tuple(self.variable(child) for child in node.each("formalParameter"))
        inner = names | special(parameter.name for parameter in parameters)
        kind = node.get("kind", "FEEL")
        body = self.within(node, inner) if kind == "FEEL" else None
        return FunctionDefinition(*self._common(node), kind, parameters, body)

    def _common(self, node: Node) -> tuple[str, int, ItemType | None]:
        return node.get("id"), node.line, self._types.resolve(node.get("typeRef"), node)

    def _part(self, node: Node, names: Names, *parts: str) -> Expression:
        """The expression inside a required part of a boxed expression."""
        holder = node.first(*parts)
        found = self.within(holder, names) if holder else None
        if found is None:
            self._findings.add(
                node,
                "dmn.boxed.part",
                f"Expected {parts[0]} with an expression in {node.name}, but it is missing",
            )
            return Literal(node.get("id"), node.line, None, Text("", node.line))
        return found

    # Literal expressions

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
                node, "dmn.language", f"Expected FEEL as the expression language, but found {language}"
            )
        if node.first("importedValues") is not None:
            self._findings.add(
                node, "dmn.imported-values", "Expected a FEEL text, but the expression imports its values"
            )

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
                f"Expected {len(columns)} cells in each row, but a row has other",
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
                f"Expected an iterator variable in {node.name}, but it is missing",
            )
        inner = names | special([variable.name, "partial"])
        body = "return" if node.name == "for" else "satisfies"
        source = self._part(node, names, "in")
        return Iteration(*self._common(node), node.name, variable, source, self._part(node, inner, body))

    # Decision tables

    def _table(self, node: Node, names: Names) -> Table:
        inputs = tuple(self._input(child, names) for child in node.each("input"))
        columns = list(node.each("output"))
        own = self._types.resolve(node.get("typeRef"), node) if len(columns) == 1 else None
        outputs = tuple(self._output(child, names, own) for child in columns)
        notes = [child.get("name") for child in node.each("annotation")]
        rules = tuple(
            self._rule(child, index, names, notes) for index, child in enumerate(node.each("rule"), start=1)
        )
        table = Table(
            *self._common(node),
            node.get("hitPolicy", "UNIQUE"),
            node.get("aggregation"),
            inputs,
            outputs,
            rules,
        )
        self._check_table(node, table)
        return table

    def _check_table(self, node: Node, table: Table) -> None:
        """Clauses of 8.3.1: known hit policy, aggregation only to COLLECT, outputs that have names."""
        if table.hit_policy not in HIT_POLICIES:
            self._findings.add(
                node,
                "dmn.table.hit-policy",
                f"Expected a hit policy of the standard, but found {table.hit_policy}",
            )
        if table.aggregation not in AGGREGATIONS or (table.aggregation and table.hit_policy != "COLLECT"):
            self._findings.add(
                node,
                "dmn.table.aggregation",
                f"Expected an aggregation of COLLECT, but found {table.aggregation} with {table.hit_policy}",
            )
        if not table.outputs:
            self._findings.add(
                node, "dmn.table.outputs", "Expected at least one output, but the table has none"
            )
        names = [output.name for output in table.outputs]
        if len(names) > 1 and (len(set(names)) < len(names) or "" in names):
            self._findings.add(
                node,
                "dmn.table.output-names",
                "Expected outputs with names of their own, but some have none or share one",
            )
        for child, rule in zip(node.each("rule"), table.rules, strict=True):
            self._check_width(child, "condition", len(rule.tests), len(table.inputs))
            self._check_width(child, "result", len(rule.outputs), len(table.outputs))

    def _check_width(self, node: Node, what: str, found: int, expected: int) -> None:
        if found != expected:
            self._findings.add(
                node, "dmn.rule.width", f"Expected {expected} {what} cell(s), but the rule has {found}"
            )

    def _input(self, node: Node, names: Names) -> InputClause:
        holder = node.first("inputExpression")
        expression = self._literal(holder, names) if holder else None
        values = node.first("inputValues")
        return InputClause(node.get("id"), node.get("label"), expression, self._values(values, names))

    def _values(self, node: Node | None, names: Names) -> Text | None:
        found = self.text(node, names, unary=True) if node else None
        return None if found is None or found.is_any else found

    def _output(self, node: Node, names: Names, of_table: ItemType | None) -> OutputClause:
        default = node.first("defaultOutputEntry")
        values = node.first("outputValues")
        declared = self._types.resolve(node.get("typeRef"), node)
        return OutputClause(
            node.get("id"),
            node.get("label"),
            node.get("name") or node.get("label"),
            declared,
            self._values(values, names),
            self._ranking(values, declared or of_table, names),
            self._literal(default, names) if default else None,
        )

    def _ranking(self, node: Node | None, declared: ItemType | None, names: Names) -> Text | None:
        """The possible values as a list, whose order is the order of priority (8.2.10).

        Where the column lists none, its type's allowed values stand for them.
        """
        holder = node.first("text") if node else None
        text, line = (holder.text, holder.line) if holder else ("", 0)
        if not text.strip():
            lists = [c.text for each in _item_lineage(declared) for c in each.constraints]
            text = lists[0] if lists else ""
        if not text.strip():
            return None
        try:
            return Text(text, line, feel.compile(f"[{text}]", names=tuple(sorted(names))))
        except ExpressionError:
            return None  # tests such as "> 5" rank nothing; they still restrict the output

    def _rule(self, node: Node, index: int, names: Names, notes: list[str]) -> Rule:
        entries = [_raw_text(entry) for entry in node.each("annotationEntry")]
        description = node.first("description")
        return Rule(
            node.get("id") or f"rule {index}",
            index,
            node.line,
            tuple(self.text(child, names | {"?"}, unary=True) for child in node.each("inputEntry")),
            tuple(self._literal(child, names) for child in node.each("outputEntry")),
            dict(_labelled(notes, entries)),
            description.text.strip() if description else "",
            properties(node),
        )


def _item_lineage(declared: ItemType | None) -> list[ItemType]:
    """A type and what it is based on; of a collection that of its items."""
    found = declared.lineage() if declared else []
    element = found[-1].element if found else None
    return [*found, *(element.lineage() if element else ())]


def _raw_text(node: Node) -> str:
    holder = node.first("text")
    return holder.text if holder else ""


def _labelled(names: list[str], entries: list[str]) -> Iterable[tuple[str, str]]:
    for index, entry in enumerate(entries):
        name = names[index] if index < len(names) else ""
        yield name or f"annotation {index + 1}", entry
