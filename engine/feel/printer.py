"""A tree back into FEEL text: parsed with the same names, the text gives the same tree.

Called by whoever shows or stores an expression that was built or changed as a tree. It keeps no blanks,
comments or brackets of the text the tree came from: printing what was parsed gives one normal form.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from engine.feel import tree
from engine.feel.builtins import BUILT_INS
from engine.feel.lexer import KEYWORDS
from engine.feel.names import name_tokens
from engine.feel.tree import Node

_WORD = re.compile(r"\?|[^\W\d]\w*")
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_CLOSED = (tree.AtLiteral, tree.ListLiteral, tree.ContextLiteral, tree.RangeLiteral, tree.UnaryTest)
_CHAINED = (tree.Name, tree.Path, tree.Call, tree.Filter, tree.ListLiteral, tree.ContextLiteral)


def to_text(node: Node, names: Iterable[str] = ()) -> str:
    """The text of a tree that `parse` made; `names` are those it was, and will be, parsed with."""
    known = {*names, *BUILT_INS, *_strings(node)}
    longer = (name_tokens(name) for name in known)
    return _Printer(frozenset(word for words in longer if len(words) > 1 for word in words)).text(node)


def _strings(node: Any) -> Iterator[str]:
    """Every text in a tree: among them the names it declares."""
    pending = [node]
    while pending:
        each = pending.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, tuple):
            pending.extend(each)
        elif is_dataclass(each):
            pending.extend(getattr(each, field.name) for field in fields(each))


class _Printer:
    """Prints one tree. `words` are those that may be part of a longer name."""

    def __init__(self, words: frozenset[str]) -> None:
        self._words = words
        self._printers: dict[type, Callable[[Any], str]] = {
            tree.Literal: self._literal,
            tree.AtLiteral: lambda node: f"@{_quoted(node.text)}",
            tree.Name: lambda node: self._name(node.name),
            tree.Path: lambda node: f"{self._chain(node.base)}.{self._name(node.name)}",
            tree.Filter: lambda node: f"{self._chain(node.base)}[{self.text(node.condition)}]",
            tree.Call: self._call,
            tree.Negate: lambda node: f"-({self.text(node.operand)})",
            tree.Arithmetic: self._arithmetic,
            tree.Compare: lambda node: f"{self._part(node.left)} {node.op} {self._part(node.right)}",
            tree.Between: self._between,
            tree.In: lambda node: f"{self._part(node.value)} in ({self._all(node.tests)})",
            tree.Conjunction: lambda node: " and ".join(map(self._part, node.items)),
            tree.Disjunction: lambda node: " or ".join(map(self._part, node.items)),
            tree.If: self._if,
            tree.For: lambda node: f"for {self._iterations(node)} return {self.text(node.body)}",
            tree.Quantified: self._quantified,
            tree.FunctionDefinition: self._function,
            tree.ContextLiteral: self._context,
            tree.ListLiteral: lambda node: f"[{self._all(node.items)}]",
            tree.RangeLiteral: self._range,
            tree.InstanceOf: lambda node: f"{self._part(node.value)} instance of {self._type(node.kind)}",
            tree.UnaryTest: lambda node: f"({node.op} {self._part(node.operand)})",
            tree.UnaryTests: self._tests,
        }

    def text(self, node: Node) -> str:
        """A node where nothing beside it could take part of it."""
        return self._printers[type(node)](node)

    def _all(self, nodes: Iterable[Node]) -> str:
        return ", ".join(map(self.text, nodes))

    # Names and brackets

    def _name(self, name: str) -> str:
        plain = _WORD.fullmatch(name) and name not in KEYWORDS and name not in self._words
        return name if plain else f"`{name}`"

    def _label(self, name: str) -> str:
        """A name that a sign closes off from what follows: an argument's, a parameter's, a function's."""
        return name if _WORD.fullmatch(name) and name not in KEYWORDS else f"`{name}`"

    def _part(self, node: Node) -> str:
        """An operand: in brackets unless it is closed in itself."""
        text = self.text(node)
        return text if isinstance(node, _CLOSED) or self._stands_alone(node) else f"({text})"

    def _chain(self, node: Node) -> str:
        """What stands before a dot, a filter or a call."""
        text = self.text(node)
        return text if isinstance(node, _CHAINED) and not self._risky(node) else f"({text})"

    def _stands_alone(self, node: Node) -> bool:
        if isinstance(node, tree.Literal):
            return not isinstance(node.value, Decimal) or not node.value.is_signed()
        return isinstance(node, _CHAINED) and not self._risky(node)

    def _risky(self, node: Node) -> bool:
        """Whether the words beside a name could be taken as part of it."""
        return isinstance(node, tree.Name | tree.Path) and any(
            word in self._words for word in name_tokens(node.name)
        )

    # Constructs

    def _literal(self, node: tree.Literal) -> str:
        if isinstance(node.value, str):
            return _quoted(node.value)
        constants: dict[object, str] = {None: "null", True: "true", False: "false"}
        return str(node.value) if isinstance(node.value, Decimal) else constants[node.value]

    def _call(self, node: tree.Call) -> str:
        given = [self.text(argument) for argument in node.arguments]
        if node.names is not None:
            given = [f"{self._label(name)}: {text}" for name, text in zip(node.names, given, strict=True)]
        called = node.function
        shown = self._label(called.name) if isinstance(called, tree.Name) else self._chain(called)
        return f"{shown}({', '.join(given)})"

    def _arithmetic(self, node: tree.Arithmetic) -> str:
        rest = "".join(f" {op} {self._part(operand)}" for op, operand in node.rest)
        return self._part(node.first) + rest

    def _between(self, node: tree.Between) -> str:
        return f"{self._part(node.value)} between {self._part(node.low)} and {self._part(node.high)}"

    def _if(self, node: tree.If) -> str:
        condition, yes = self._part(node.condition), self._part(node.yes)
        return f"if {condition} then {yes} else {self._part(node.no)}"

    def _quantified(self, node: tree.Quantified) -> str:
        word = "every" if node.every else "some"
        return f"{word} {self._iterations(node)} satisfies {self.text(node.condition)}"

    def _iterations(self, node: tree.For | tree.Quantified) -> str:
        return ", ".join(
            f"{self._name(each.name)} in {self._part(each.source)}"
            + (f"..{self._part(each.end)}" if each.end is not None else "")
            for each in node.iterations
        )

    def _function(self, node: tree.FunctionDefinition) -> str:
        parameters = ", ".join(
            self._label(name) + (f": {self._type(kind)}" if kind is not None else "")
            for name, kind in node.parameters
        )
        external = "external " if node.external else ""
        return f"function({parameters}) {external}{self._part(node.body)}"

    def _context(self, node: tree.ContextLiteral) -> str:
        return "{" + ", ".join(f"{_quoted(key)}: {self.text(value)}" for key, value in node.entries) + "}"

    def _range(self, node: tree.RangeLiteral) -> str:
        opening, closing = "[" if node.low_closed else "(", "]" if node.high_closed else ")"
        high = self._part(node.high)
        if isinstance(node.high, tree.Path | tree.Call | tree.Filter):
            high = f"({high})"  # a bracket after an end closes the range
        return f"{opening}{self._part(node.low)}..{high}{closing}"

    def _type(self, node: tree.TypeNode) -> str:
        inner = [self._type(argument) for argument in node.arguments]
        if node.names:
            inner = [f"{self._label(name)}: {text}" for name, text in zip(node.names, inner, strict=True)]
        generic = f"<{', '.join(inner)}>" if inner or node.result is not None else ""
        result = f" -> {self._type(node.result)}" if node.result is not None else ""
        return f"{node.name}{generic}{result}"

    # Cells

    def _tests(self, node: tree.UnaryTests) -> str:
        if node.anything:
            return "-"
        tests = [self._test(test) for test in node.tests]
        if node.negated:
            return f"not({', '.join(tests)})"
        if tests[0].startswith("not("):
            tests[0] = f"({tests[0]})"  # a cell that begins with not( is negated
        return ", ".join(tests)

    def _test(self, node: Node) -> str:
        text = self.text(node)
        return text[1:-1] if isinstance(node, tree.UnaryTest) else text


def _quoted(text: str) -> str:
    return f'"{text.translate(_ESCAPES)}"'
