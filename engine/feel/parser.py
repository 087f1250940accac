"""FEEL tokens into a tree (DMN 1.5, 10.3.1.2).

Precedence climbing: one function per construct, one loop for all infix operators. Called by the front
of the package. Raises ExpressionError with line and column; text nested deeper than `DEPTH_LIMIT` is
refused rather than followed.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from engine.errors import ExpressionError
from engine.feel import tree
from engine.feel.lexer import Token, fault_at, string_value, tokens
from engine.feel.names import KnownNames
from engine.feel.tree import Node
from engine.feel.values import NUMBERS

DEPTH_LIMIT = 64
"""How deep brackets, conditions and loops may nest."""
CHAIN_LIMIT = 200
"""How many paths, filters, calls or comparisons may follow one another."""

_OR, _AND, _COMPARE, _SUM, _PRODUCT, _POWER, _NEGATE, _INSTANCE = range(1, 9)
_COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
_INFIX = {
    "or": _OR,
    "and": _AND,
    "between": _COMPARE,
    "in": _COMPARE,
    **dict.fromkeys(_COMPARISONS, _COMPARE),
    "+": _SUM,
    "-": _SUM,
    "*": _PRODUCT,
    "/": _PRODUCT,
    "**": _POWER,
    "instance": _INSTANCE,
}
_CONSTANTS = {"null": None, "true": True, "false": False}
_TEMPORAL_TYPES = ("date and time", "days and time duration", "years and months duration")


class Parser:
    """One text on its way to one tree."""

    def __init__(self, text: str, names: KnownNames) -> None:
        self.text = text
        self.names = names
        self.stream = tokens(text)
        self.at = 0
        self.depth = 0
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

    # --- the whole text -----------------------------------------------------------------------

    def expression_text(self) -> Node:
        """The text as one expression."""
        node = self.expression()
        self._end()
        return node

    def unary_text(self) -> Node:
        """The text as unary tests (10.3.1.2, rules 12 to 17)."""
        if self._is("-") and self.stream[self.at + 1].kind == "end":
            return tree.UnaryTests((), anything=True)
        if self._is("not") and self._is("(", 1) and self._closes_at_end(self.at + 1):
            self.at += 2
            tests = self._tests(")")
            self._take(")")
            self._end()
            return tree.UnaryTests(tests, negated=True)
        tests = self._tests("")
        self._end()
        return tree.UnaryTests(tests)

    def _closes_at_end(self, at: int) -> bool:
        level = 0
        for index in range(at, len(self.stream) - 1):
            token = self.stream[index]
            if token.kind == "op":
                level += (token.text == "(") - (token.text == ")")
            if level == 0:
                return index == len(self.stream) - 2
        return False

    def _tests(self, close: str) -> tuple[Node, ...]:
        found = [self._test()]
        while self._accept(","):
            found.append(self._test())
        if close and not self._is(close):
            raise self._unexpected(f"',' or {close!r}")
        return tuple(found)

    def _test(self) -> Node:
        token = self._peek()
        if token.kind == "op" and token.text in _COMPARISONS:
            self.at += 1
            return tree.UnaryTest(token.text, self.expression(_SUM))
        return self.expression()

    # --- tokens -------------------------------------------------------------------------------

    def _peek(self, ahead: int = 0) -> Token:
        return self.stream[min(self.at + ahead, len(self.stream) - 1)]

    def _is(self, text: str, ahead: int = 0) -> bool:
        token = self._peek(ahead)
        return token.text == text and token.kind in ("op", "keyword", "name")

    def _accept(self, text: str) -> bool:
        if self._is(text):
            self.at += 1
            return True
        return False

    def _take(self, text: str) -> None:
        if not self._accept(text):
            raise self._unexpected(repr(text))

    def _end(self) -> None:
        if self._peek().kind != "end":
            raise self._unexpected("an operator or the end")

    def _unexpected(self, wanted: str) -> ExpressionError:
        token = self._peek()
        found = "the end of the expression" if token.kind == "end" else repr(token.text)
        return fault_at(self.text, token.start, f"Expected {wanted}, but found {found}")

    # --- operators ----------------------------------------------------------------------------

    def expression(self, least: int = _OR, *, endpoint: bool = False) -> Node:
        """An expression whose operators bind at least so tightly."""
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise fault_at(
                self.text, self._peek().start, f"Expected at most {DEPTH_LIMIT} levels, but it nests deeper"
            )
        node = self._postfix(self._prefix(), endpoint)
        for _ in range(10 * CHAIN_LIMIT):
            following = self._infix(node, least, endpoint)
            if following is None:
                self.depth -= 1
                return node
            node = following
        raise self._too_long()

    def _too_long(self) -> ExpressionError:
        return fault_at(
            self.text, self._peek().start, "Expected a shorter chain of operators, but it goes on"
        )

    def _infix(self, left: Node, least: int, endpoint: bool) -> Node | None:
        token = self._peek()
        binding = _INFIX.get(token.text, 0) if token.kind in ("op", "keyword") else 0
        if binding < least or binding == 0:
            return None
        self.at += 1
        if token.text in ("and", "or"):
            return self._logic(token.text, left, binding)
        if token.text in _COMPARISONS:
            return tree.Compare(token.text, left, self.expression(_SUM, endpoint=endpoint))
        if token.text == "between":
            return self._between(left)
        if token.text == "in":
            return self._in(left)
        if token.text == "instance":
            self._take("of")
            return tree.InstanceOf(left, self.type_expression())
        return self._arithmetic(token.text, left, self.expression(binding + 1, endpoint=endpoint))

    def _logic(self, word: str, left: Node, binding: int) -> Node:
        kind = tree.Conjunction if word == "and" else tree.Disjunction
        right = self.expression(binding + 1)
        before = left.items if isinstance(left, kind) else (left,)
        return kind((*before, right))

    def _arithmetic(self, op: str, left: Node, right: Node) -> Node:
        if isinstance(left, tree.Arithmetic) and _INFIX[left.rest[0][0]] == _INFIX[op]:
            return tree.Arithmetic(left.first, (*left.rest, (op, right)))
        return tree.Arithmetic(left, ((op, right),))

    def _between(self, value: Node) -> Node:
        low = self.expression(_SUM)
        self._take("and")
        return tree.Between(value, low, self.expression(_SUM))

    def _in(self, value: Node) -> Node:
        if not self._is("("):
            token = self._peek()
            if token.kind == "op" and token.text in _COMPARISONS:
                return tree.In(value, (self._test(),))
            return tree.In(value, (self.expression(_SUM),))
        self.at += 1
        tests = self._tests("")
        if len(tests) == 1 and self._accept(".."):
            return tree.In(value, (self._range(tests[0], closed=False),))
        self._take(")")
        return tree.In(value, tests)

    # --- what an expression begins with -------------------------------------------------------

    def _prefix(self) -> Node:
        token = self._peek()
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
        before = self.text[: token.start]
        return tree.Name(name, before.count("\n") + 1, token.start - (before.rfind("\n") + 1) + 1)

    def _literal(self, token: Token) -> Node:
        self.at += 1
        if token.kind == "number":
            return self._number(token)
        if token.kind == "string":
            return tree.Literal(string_value(token.text))
        if token.kind == "at":
            return tree.AtLiteral(string_value(token.text))
        if token.kind == "keyword" and token.text in _CONSTANTS:
            return tree.Literal(_CONSTANTS[token.text])
        if token.kind in ("name", "quoted"):
            return self._name(token.text, token)
        self.at -= 1
        raise self._unexpected("an expression")

    def _number(self, token: Token) -> Node:
        try:
            return tree.Literal(NUMBERS.create_decimal(token.text))
        except (InvalidOperation, ArithmeticError):
            raise fault_at(
                self.text,
                token.start,
                f"Expected a number of at most 6144 digits, but found {token.text[:40]}",
            ) from None

    def _negate(self) -> Node:
        self.at += 1
        operand = self.expression(_NEGATE)
        if isinstance(operand, tree.Literal) and type(operand.value) is Decimal:
            return tree.Literal(operand.value.copy_negate() if operand.value else operand.value)
        return tree.Negate(operand)

    def _if(self) -> Node:
        self.at += 1
        condition = self.expression()
        self._take("then")
        yes = self.expression()
        self._take("else")
        return tree.If(condition, yes, self.expression())

    def _for(self) -> Node:
        self.at += 1
        self.names.push()
        iterations = self._iterations()
        self._take("return")
        self.names.add("partial")
        body = self.expression()
        self.names.pop()
        return tree.For(iterations, body)

    def _quantified(self) -> Node:
        every = self._peek().text == "every"
        self.at += 1
        self.names.push()
        iterations = self._iterations()
        self._take("satisfies")
        condition = self.expression()
        self.names.pop()
        return tree.Quantified(every, iterations, condition)

    def _iterations(self) -> tuple[tree.Iteration, ...]:
        found = [self._iteration()]
        while not self._is("return") and not self._is("satisfies"):
            self._accept(",")  # rule 46: `some x in a y in b` needs no comma
            found.append(self._iteration())
        return tuple(found)

    def _iteration(self) -> tree.Iteration:
        name = self._declared(("in",), "a variable and 'in'")
        self._take("in")
        source = self.expression()
        end = self.expression() if self._accept("..") else None
        self.names.add(name)
        return tree.Iteration(name, source, end)

    def _declared(self, stops: tuple[str, ...], wanted: str) -> str:
        """A name being declared: all words up to a stop word."""
        start = self.at
        while self._peek().kind not in ("end", "string", "at") and self._peek().text not in stops:
            if self._peek().text in (",", "(", ")", "[", "]", "{", "}", ":", "="):
                break
            self.at += 1
        if self.at == start or self._peek().text not in stops or self.stream[start].kind == "number":
            raise self._unexpected(wanted)
        return self._words(start, self.at)

    def _words(self, start: int, end: int) -> str:
        if end - start == 1:
            return self.stream[start].text
        return " ".join(self.text[self.stream[start].start : self.stream[end - 1].end].split())

    def _function(self) -> Node:
        self.at += 1
        self._take("(")
        parameters: list[tuple[str, Node | None]] = []
        while not self._is(")"):
            if parameters:
                self._take(",")
            name = self._declared((",", ")", ":"), "a parameter")
            parameters.append((name, self.type_expression() if self._accept(":") else None))
        self._take(")")
        external = self._accept("external")
        self.names.push(name for name, _ in parameters)
        body = self.expression()
        self.names.pop()
        return tree.FunctionDefinition(tuple(parameters), body, external)

    # --- brackets -----------------------------------------------------------------------------

    def _parenthesis(self) -> Node:
        self.at += 1
        token = self._peek()
        if token.kind == "op" and token.text in _COMPARISONS:
            node = self._test()
            self._take(")")
            return node
        node = self.expression()
        if self._accept(".."):
            return self._range(node, closed=False)
        self._take(")")
        return node

    def _bracket(self) -> Node:
        self.at += 1
        if self._accept("]"):
            return tree.ListLiteral(())
        first = self._test()
        if self._accept(".."):
            return self._range(first, closed=True)
        items = [first]
        while self._accept(","):
            items.append(self._test())
        if not self._is("]"):
            raise self._unexpected("',' or ']'")
        self.at += 1
        return tree.ListLiteral(tuple(items))

    def _open_range(self) -> Node:
        self.at += 1
        low = self.expression()
        self._take("..")
        return self._range(low, closed=False)

    def _range(self, low: Node, *, closed: bool) -> Node:
        high = self.expression(endpoint=True)
        token = self._peek()
        if token.kind != "op" or token.text not in ("]", ")", "["):
            raise self._unexpected("']', ')' or '[' at the end of the interval")
        self.at += 1
        return tree.RangeLiteral(low, high, closed, token.text == "]")

    def _context(self) -> Node:
        self.at += 1
        self.names.push()
        entries: list[tuple[str, Node]] = []
        while not self._is("}"):
            if entries and not self._accept(","):
                raise self._unexpected("',' or '}'")
            key = self._key()
            self._take(":")
            entries.append((key, self.expression()))
            self.names.add(key)
        self.at += 1
        self.names.pop()
        return tree.ContextLiteral(tuple(entries))

    def _key(self) -> str:
        token = self._peek()
        if token.kind == "string":
            self.at += 1
            return string_value(token.text)
        return self._declared((":",), "a name and ':'")

    # --- what follows a value -----------------------------------------------------------------

    def _postfix(self, node: Node, endpoint: bool) -> Node:
        for _ in range(CHAIN_LIMIT):
            if self._accept("."):
                node = tree.Path(node, self._property())
            elif self._is("[") and not endpoint:
                node = self._filter(node)
            elif self._is("("):
                node = self._call(node)
            else:
                return node
        raise self._too_long()

    def _property(self) -> str:
        """The name after a dot: the longest known one, or all plain words that follow."""
        start = self.at
        while self._peek().kind == "name":
            self.at += 1
        if self._peek().kind == "quoted" and self.at == start:
            self.at += 1
            return self.stream[start].text
        known = self.names.longest(self.stream, start, own=True)
        if known is not None and known[1] > self.at - start:
            self.at = start + known[1]
            return known[0]
        if self.at == start:
            if self._peek().kind != "keyword":
                raise self._unexpected("a name after '.'")
            self.at += 1
        return self._words(start, self.at)

    def _filter(self, base: Node) -> Node:
        self.at += 1
        self.names.push(("item", *entry_names(base)))
        condition = self.expression()
        self.names.pop()
        self._take("]")
        return tree.Filter(base, condition)

    def _call(self, function: Node) -> Node:
        self.at += 1
        arguments: list[Node] = []
        names: list[str] = []
        while not self._is(")"):
            if arguments:
                self._take(",")
            name = self._argument_name()
            if name is not None:
                names.append(name)
            arguments.append(self.expression())
            if names and len(names) != len(arguments):
                raise self._unexpected("a name before every argument or before none")
        self.at += 1
        return tree.Call(function, tuple(arguments), tuple(names) if names else None)

    def _argument_name(self) -> str | None:
        at = self.at
        while self.stream[at].kind in ("name", "keyword", "quoted"):
            at += 1
        if at == self.at or self.stream[at].text != ":":
            return None
        name = self._words(self.at, at)
        self.at = at + 1
        return name

    # --- types --------------------------------------------------------------------------------

    def type_expression(self) -> tree.TypeNode:
        """A type (10.3.1.2, rules 58 to 60)."""
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise self._too_long()
        name = self._type_name()
        node = tree.TypeNode(name)
        if self._accept("<"):
            node = self._type_arguments(name)
        self.depth -= 1
        return node

    def _type_name(self) -> str:
        for name in _TEMPORAL_TYPES:
            words = name.split()
            if all(self._peek(index).text == word for index, word in enumerate(words)):
                self.at += len(words)
                return name
        known = self.names.longest(self.stream, self.at)
        words_taken = known[1] if known is not None else 1
        token = self._peek()
        if token.kind not in ("name", "quoted") and not self._is("function") and not self._is("null"):
            raise self._unexpected("a type")
        name = self._words(self.at, self.at + words_taken)
        self.at += words_taken
        while self._is(".") and self._peek(1).kind == "name":
            name = f"{name}.{self._peek(1).text}"
            self.at += 2
        return name

    def _type_arguments(self, name: str) -> tree.TypeNode:
        arguments: list[Node] = []
        names: list[str] = []
        while not self._is(">"):
            if arguments:
                self._take(",")
            if name == "context":
                names.append(self._declared((":",), "an entry and ':'"))
                self._take(":")
            arguments.append(self.type_expression())
        self.at += 1
        result = None
        if name == "function":
            self._take("->")
            result = self.type_expression()
        return tree.TypeNode(name, tuple(arguments), tuple(names), result)


def entry_names(node: Node) -> tuple[str, ...]:
    """Names of entries a filter's base is seen to have: those of context literals in it."""
    if isinstance(node, tree.ContextLiteral):
        return tuple(key for key, _ in node.entries)
    if isinstance(node, tree.ListLiteral):
        return tuple({key: None for item in node.items for key in entry_names(item)})
    if isinstance(node, tree.Filter):
        return entry_names(node.base)
    return ()
