"""Reads decision tables of a DMN file (DMN 1.5, chapter 8).

Called through `engine.dmn.reader_logic`. Whatever shape a table is drawn in, its file has rules of cells.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine import feel
from engine.dmn.expressions import InputClause, OutputClause, Rule, Table, Text
from engine.dmn.extensions import properties
from engine.dmn.reader_text import Names, TextReader
from engine.dmn.types import ItemType
from engine.dmn.xml import Node
from engine.errors import ExpressionError, said

HIT_POLICIES = ("UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
AGGREGATIONS = ("", "SUM", "COUNT", "MIN", "MAX")


class TableReader(TextReader):
    """Reads decision tables."""

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
                said(
                    "Expected a hit policy of the standard, but found {hit_policy}",
                    hit_policy=table.hit_policy,
                ),
            )
        if table.aggregation not in AGGREGATIONS or (table.aggregation and table.hit_policy != "COLLECT"):
            self._findings.add(
                node,
                "dmn.table.aggregation",
                said(
                    "Expected an aggregation of COLLECT, but found {aggregation} with {hit_policy}",
                    aggregation=table.aggregation,
                    hit_policy=table.hit_policy,
                ),
            )
        if not table.outputs:
            self._findings.add(
                node, "dmn.table.outputs", said("Expected at least one output, but the table has none")
            )
        names = [output.name for output in table.outputs]
        if len(names) > 1 and (len(set(names)) < len(names) or "" in names):
            self._findings.add(
                node,
                "dmn.table.output-names",
                said("Expected outputs with names of their own, but some have none or share one"),
            )
        for child, rule in zip(node.each("rule"), table.rules, strict=True):
            self._check_width(child, "condition", len(rule.tests), len(table.inputs))
            self._check_width(child, "result", len(rule.outputs), len(table.outputs))

    def _check_width(self, node: Node, what: str, found: int, expected: int) -> None:
        if found != expected:
            self._findings.add(
                node,
                "dmn.rule.width",
                said(
                    "Expected {expected} {what} cell(s), but the rule has {found}",
                    expected=expected,
                    what=what,
                    found=found,
                ),
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
