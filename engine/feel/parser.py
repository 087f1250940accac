"""FEEL tokens into a tree (DMN 1.5, 10.3.1.2).

Precedence climbing: one function per construct, one loop for all infix operators. Called by the front
of the package. Raises ExpressionError with line and column; text nested deeper than `DEPTH_LIMIT` is
refused rather than followed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from engine.errors import ExpressionError, said
from engine.feel import tree
from engine.feel.blocks import COMPARISONS, SUM, Blocks
from engine.feel.lexer import Token, fault_at, string_value
from engine.feel.names import KnownNames
from engine.feel.reader import CHAIN_LIMIT
from engine.feel.tree import Node
from engine.feel.values import NUMBERS

_OR, _AND, _COMPARE = 1, 2, 3
_PRODUCT, _POWER, _NEGATE, _INSTANCE = range(SUM + 1, SUM + 5)
_INFIX = {
    "or": _OR,
    "and": _AND,
    "between": _COMPARE,
    "in": _COMPARE,
    **dict.fromkeys(COMPARISONS, _COMPARE),
    "+": SUM,
    "-": SUM,
    "*": _PRODUCT,
    "/": _PRODUCT,
    "**": _POWER,
    "instance": _INSTANCE,
}
_CONSTANTS = {"null": None, "true": True, "false": False}


class Parser(Blocks):
    """The grammar's operators and what stands between them."""

    def __init__(self, text: str, names: KnownNames) -> None:
        super().__init__(text, names)
        self._filters = 0
        self._prefixes: dict[str, Callable[[], Node]] = {
            "if": self._if,
            "for": self._for,
            "some": self._quantified,
            "every": self._quantified,
            "function": self._function,
            "(": self._parenthesis,
            "[": self._bracket,
            "]": self._open_range,
            "{": self._context,
            "-": self._negate,
        }
        self._specials: dict[str, Callable[[Node], Node]] = {
            "between": self._between,
            "in": self._in,
            "instance": self._instance,
        }

    def expression_text(self) -> Node:
        """The text as one expression."""
        node = self.expression()
        self.end()
        return node

    def unary_text(self) -> Node:
        """The text as unary tests (10.3.1.2, rules 12 to 17)."""
        if self.is_at("-") and self.stream[1].kind == "end":
            return tree.UnaryTests((), anything=True)
        if self.is_at("not") and self.is_at("(", 1):
            negated = Parser(self.text, self.names.copy()).negated_tests()
            if negated is not None:
                return negated
        tests = self.tests("")
        self.end()
        return tree.UnaryTests(tests)

    def negated_tests(self) -> Node | None:
        """The whole text as `not(…)` of tests; None where it is an expression that begins with `not`."""
        self.at = 2
        try:
            tests = self.tests(")")
            self.take(")")
            self.end()
        except ExpressionError:
            return None
        return tree.UnaryTests(tests, negated=True)

    def expression(self, least: int = _OR, *, endpoint: bool = False) -> Node:
        """An expression whose operators bind at least so tightly."""
        self.deepen()
        node = self._postfix(self._prefix(), endpoint)
        for _ in range(10 * CHAIN_LIMIT):
            following = self._infix(node, least, endpoint)
            if following is None:
                self.depth -= 1
                return node
            node = following
        raise self.too_long()

    def _infix(self, left: Node, least: int, endpoint: bool) -> Node | None:
        token = self.peek()
        binding = _INFIX.get(token.text, 0) if token.kind in ("op", "keyword") else 0
        if binding < least or binding == 0:
            return None
        self.at += 1
        special = self._specials.get(token.text)
        if special is not None:
            return special(left)
        right = self.expression(binding + 1, endpoint=endpoint)
        return _joined(token.text, left, right)

    def _instance(self, value: Node) -> Node:
        self.take("of")
        return tree.InstanceOf(value, self.type_expression())

    def _between(self, value: Node) -> Node:
        low = self.expression(SUM)
        self.take("and")
        return tree.Between(value, low, self.expression(SUM))

    def _in(self, value: Node) -> Node:
        if not self.is_at("("):
            token = self.peek()
            if token.kind == "op" and token.text in COMPARISONS:
                return tree.In(value, (self.test(),))
            return tree.In(value, (self.expression(SUM),))
        self.at += 1
        tests = self.tests("")
        if len(tests) == 1 and self.accept(".."):
            return tree.In(value, (self.range(tests[0], closed=False),))
        self.take(")")
        return tree.In(value, tests)

    def _prefix(self) -> Node:
        token = self.peek()
        if token.kind in ("name", "keyword"):
            named = self._known_name(token)
            if named is not None:
                return named
        if token.kind in ("op", "keyword") and token.text in self._prefixes:
            return self._prefixes[token.text]()
        return self._literal(token)

    def _known_name(self, token: Token) -> Node | None:
        best = self.names.longest(self.stream, self.at)
        if best is None or (token.kind == "keyword" and best[1] == 1):
            return None
        self.at += best[1]
        return self._name(best[0], token)

    def _name(self, name: str, token: Token) -> Node:
        line = bisect_right(self.lines, token.start)
        return tree.Name(name, line, token.start - self.lines[line - 1] + 1)

    def _literal(self, token: Token) -> Node:
        self.at += 1
        if token.kind == "number":
            return tree.Literal(self._number(token))
        if token.kind == "string":
            return tree.Literal(string_value(token.text))
        if token.kind == "at":
            return tree.AtLiteral(string_value(token.text))
        if token.kind == "keyword" and token.text in _CONSTANTS:
            return tree.Literal(_CONSTANTS[token.text])
        if token.kind == "quoted" or (token.kind == "name" and not self._filters):
            return self._name(token.text, token)
        if token.kind == "name":
            return self._entry_name(token)
        self.at -= 1
        raise self.unexpected(said("an expression"))

    def _entry_name(self, token: Token) -> Node:
        """Unknown words side by side in a filter: an entry of the items, which only the data can know."""
        start = self.at - 1
        while self.peek().kind == "name" and self.names.longest(self.stream, self.at) is None:
            self.at += 1
        return self._name(self.words(start, self.at), token)

    def _number(self, token: Token) -> Decimal:
        try:
            return NUMBERS.create_decimal(token.text)
        except (InvalidOperation, ArithmeticError):
            raise fault_at(
                self.text,
                token.start,
                said("Expected a number of at most 6144 digits, but found {text}", text=token.text[:40]),
            ) from None

    def _negate(self) -> Node:
        self.at += 1
        token = self.peek()
        if token.kind != "number":
            return tree.Negate(self.expression(_NEGATE))
        self.at += 1
        return tree.Literal(NUMBERS.minus(self._number(token)))  # rule 33: the minus belongs to the number

    def _postfix(self, node: Node, endpoint: bool) -> Node:
        for _ in range(CHAIN_LIMIT):
            if self.accept("."):
                node = tree.Path(node, self._property())
            elif self.is_at("[") and not endpoint:
                node = self._filter(node)
            elif self.is_at("("):
                node = self._call(node)
            else:
                return node
        raise self.too_long()

    def _property(self) -> str:
        """The name after a dot: the longest known one, or all plain words that follow."""
        start = self.at
        while self.peek().kind == "name":
            self.at += 1
        if self.peek().kind == "quoted" and self.at == start:
            self.at += 1
            return self.stream[start].text
        known = self.names.longest(self.stream, start, own=True)
        if known is not None and known[1] > self.at - start:
            self.at = start + known[1]
            return known[0]
        if self.at == start:
            if self.peek().kind != "keyword":
                raise self.unexpected(said("a name after '.'"))
            self.at += 1
        return self.words(start, self.at)

    def _filter(self, base: Node) -> Node:
        self.at += 1
        self.names.push(("item", *entry_names(base)))
        self._filters += 1
        condition = self.expression()
        self._filters -= 1
        self.names.pop()
        self.take("]")
        return tree.Filter(base, condition)

    def _call(self, function: Node) -> Node:
        self.at += 1
        arguments: list[Node] = []
        names: list[str] = []
        while not self.is_at(")"):
            if arguments:
                self.take(",")
            name = self._argument_name()
            if name is not None:
                names.append(name)
            arguments.append(self.expression())
            if names and len(names) != len(arguments):
                raise self.unexpected(said("a name before every argument or before none"))
        self.at += 1
        return tree.Call(function, tuple(arguments), tuple(names) if names else None)

    def _argument_name(self) -> str | None:
        at = self.at
        while self.stream[at].kind in ("name", "keyword", "quoted"):
            at += 1
        if at == self.at or self.stream[at].text != ":":
            return None
        name = self.words(self.at, at)
        self.at = at + 1
        return name


def _joined(op: str, left: Node, right: Node) -> Node:
    """Two operands and the operator between them; chains of one strength stay flat."""
    if op in COMPARISONS:
        return tree.Compare(op, left, right)
    if op in ("and", "or"):
        kind = tree.Conjunction if op == "and" else tree.Disjunction
        return kind((*(left.items if isinstance(left, kind) else (left,)), right))
    if isinstance(left, tree.Arithmetic) and _INFIX[left.rest[0][0]] == _INFIX[op]:
        return tree.Arithmetic(left.first, (*left.rest, (op, right)))
    return tree.Arithmetic(left, ((op, right),))


def entry_names(node: Node) -> tuple[str, ...]:
    """Names of entries a filter's base is seen to have: those of context literals in it."""
    if isinstance(node, tree.ContextLiteral):
        return tuple(key for key, _ in node.entries)
    if isinstance(node, tree.ListLiteral):
        return tuple({key: None for item in node.items for key in entry_names(item)})
    if isinstance(node, tree.Filter):
        return entry_names(node.base)
    return ()
