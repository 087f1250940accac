"""The constructs that open with a word or a bracket: conditions, loops, functions, lists, contexts, types.

Called by `parser`, which supplies `expression`. Source: DMN 1.5, 10.3.1.2.
"""

from __future__ import annotations

from engine.errors import said
from engine.feel import tree
from engine.feel.lexer import string_value
from engine.feel.reader import Reader
from engine.feel.tree import Node

COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
SUM = 4
"""How tightly `+` binds: ends of `between`, right sides of tests bind at least so."""
_TEMPORAL_TYPES = ("date and time", "days and time duration", "years and months duration")


class Blocks(Reader):
    """Reads everything between an opening word or bracket and its end."""

    def expression(self, least: int = 1, *, endpoint: bool = False) -> Node:
        """An expression whose operators bind at least so tightly."""
        raise NotImplementedError

    def _if(self) -> Node:
        self.at += 1
        condition = self.expression()
        self.take("then")
        yes = self.expression()
        self.take("else")
        return tree.If(condition, yes, self.expression())

    def _for(self) -> Node:
        self.at += 1
        self.names.push()
        iterations = self._iterations()
        self.take("return")
        self.names.add("partial")
        body = self.expression()
        self.names.pop()
        return tree.For(iterations, body)

    def _quantified(self) -> Node:
        every = self.peek().text == "every"
        self.at += 1
        self.names.push()
        iterations = self._iterations()
        self.take("satisfies")
        condition = self.expression()
        self.names.pop()
        return tree.Quantified(every, iterations, condition)

    def _iterations(self) -> tuple[tree.Iteration, ...]:
        found = [self._iteration()]
        while not self.is_at("return") and not self.is_at("satisfies"):
            self.accept(",")  # rule 46: `some x in a y in b` needs no comma
            found.append(self._iteration())
        return tuple(found)

    def _iteration(self) -> tree.Iteration:
        name = self.declared(("in",), said("a variable and 'in'"))
        self.take("in")
        source = self.expression()
        end = self.expression() if self.accept("..") else None
        self.names.add(name)
        return tree.Iteration(name, source, end)

    def _function(self) -> Node:
        self.at += 1
        self.take("(")
        parameters: list[tuple[str, Node | None]] = []
        while not self.is_at(")"):
            if parameters:
                self.take(",")
            name = self.declared((",", ")", ":"), said("a parameter"))
            parameters.append((name, self.type_expression() if self.accept(":") else None))
        self.take(")")
        external = self.accept("external")
        self.names.push(name for name, _ in parameters)
        body = self.expression()
        self.names.pop()
        return tree.FunctionDefinition(tuple(parameters), body, external)

    def _parenthesis(self) -> Node:
        self.at += 1
        token = self.peek()
        if token.kind == "op" and token.text in COMPARISONS:
            node = self.test()
            self.take(")")
            return node
        node = self.expression()
        if self.accept(".."):
            return self.range(node, closed=False)
        self.take(")")
        return node

    def _bracket(self) -> Node:
        self.at += 1
        if self.accept("]"):
            return tree.ListLiteral(())
        first = self.test()
        if self.accept(".."):
            return self.range(first, closed=True)
        items = [first]
        while self.accept(","):
            items.append(self.test())
        if not self.is_at("]"):
            raise self.unexpected(said("',' or ']'"))
        self.at += 1
        return tree.ListLiteral(tuple(items))

    def _open_range(self) -> Node:
        self.at += 1
        low = self.expression()
        self.take("..")
        return self.range(low, closed=False)

    def range(self, low: Node, *, closed: bool) -> Node:
        """The rest of an interval after its `..`."""
        high = self.expression(endpoint=True)
        token = self.peek()
        if token.kind != "op" or token.text not in ("]", ")", "["):
            raise self.unexpected(said("']', ')' or '[' at the end of the interval"))
        self.at += 1
        return tree.RangeLiteral(low, high, closed, token.text == "]")

    def _context(self) -> Node:
        self.at += 1
        self.names.push()
        entries: list[tuple[str, Node]] = []
        while not self.is_at("}"):
            if entries and not self.accept(","):
                raise self.unexpected(said("',' or '}}'"))
            key = self._key()
            self.take(":")
            entries.append((key, self.expression()))
            self.names.add_entry(key)
        self.at += 1
        self.names.pop()
        return tree.ContextLiteral(tuple(entries))

    def _key(self) -> str:
        token = self.peek()
        if token.kind == "string":
            self.at += 1
            return string_value(token.text)
        return self.declared((":",), said("a name and ':'"))

    def tests(self, close: str) -> tuple[Node, ...]:
        """Tests with commas between them."""
        found = [self.test()]
        while self.accept(","):
            found.append(self.test())
        if close and not self.is_at(close):
            raise self.unexpected(said("',' or {close!r}", close=close))
        return tuple(found)

    def test(self) -> Node:
        """An expression, or a comparison that lacks its left side."""
        token = self.peek()
        if token.kind == "op" and token.text in COMPARISONS:
            self.at += 1
            return tree.UnaryTest(token.text, self.expression(SUM))
        return self.expression()

    def type_expression(self) -> tree.TypeNode:
        """A type (10.3.1.2, rules 58 to 60)."""
        self.deepen()
        name = self._type_name()
        node = tree.TypeNode(name)
        if self.accept("<"):
            node = self._type_arguments(name)
        self.depth -= 1
        return node

    def _type_name(self) -> str:
        for name in _TEMPORAL_TYPES:
            words = name.split()
            if all(self.peek(index).text == word for index, word in enumerate(words)):
                self.at += len(words)
                return name
        known = self.names.longest(self.stream, self.at)
        words_taken = known[1] if known is not None else 1
        token = self.peek()
        if token.kind not in ("name", "quoted") and not self.is_at("function") and not self.is_at("null"):
            raise self.unexpected(said("a type"))
        name = self.words(self.at, self.at + words_taken)
        self.at += words_taken
        while self.is_at(".") and self.peek(1).kind == "name":
            name = f"{name}.{self.peek(1).text}"
            self.at += 2
        return name

    def _type_arguments(self, name: str) -> tree.TypeNode:
        arguments: list[Node] = []
        names: list[str] = []
        while not self.is_at(">"):
            if arguments:
                self.take(",")
            if name == "context":
                names.append(self.declared((":",), said("an entry and ':'")))
                self.take(":")
            arguments.append(self.type_expression())
        self.at += 1
        result = None
        if name == "function":
            self.take("->")
            result = self.type_expression()
        return tree.TypeNode(name, tuple(arguments), tuple(names), result)
