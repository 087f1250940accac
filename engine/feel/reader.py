"""The tokens of one text and the place reached in them: what every part of the parser stands on.

Called by `blocks`, `parser` and their types. Knows tokens and names, no grammar.
"""

from __future__ import annotations

import re

from engine.errors import ExpressionError, said
from engine.feel.lexer import Token, fault_at, tokens
from engine.feel.names import KnownNames

DEPTH_LIMIT = 64
"""How deep brackets, conditions and loops may nest."""
CHAIN_LIMIT = 200
"""How many paths, filters or calls may follow one another."""


class Reader:
    """One text on its way to one tree."""

    def __init__(self, text: str, names: KnownNames) -> None:
        self.text = text
        self.names = names
        self.stream = tokens(text)
        self.at = 0
        self.lines = [0, *(match.end() for match in re.finditer("\n", text))]
        self.depth = 0

    def peek(self, ahead: int = 0) -> Token:
        """The token here, or some tokens further on."""
        return self.stream[min(self.at + ahead, len(self.stream) - 1)]

    def is_at(self, text: str, ahead: int = 0) -> bool:
        """Whether a word or sign stands here."""
        token = self.peek(ahead)
        return token.text == text and token.kind in ("op", "keyword", "name")

    def accept(self, text: str) -> bool:
        """Step over a word or sign if it stands here."""
        if self.is_at(text):
            self.at += 1
            return True
        return False

    def take(self, text: str) -> None:
        """Step over a word or sign. Raises ExpressionError where another stands here."""
        if not self.accept(text):
            raise self.unexpected(repr(text))

    def end(self) -> None:
        """Raises ExpressionError where text is left."""
        if self.peek().kind != "end":
            raise self.unexpected(said("an operator or the end"))

    def unexpected(self, wanted: str) -> ExpressionError:
        """The error that says what was wanted here."""
        token = self.peek()
        found = said("the end of the expression") if token.kind == "end" else repr(token.text)
        return fault_at(
            self.text, token.start, said("Expected {wanted}, but found {found}", wanted=wanted, found=found)
        )

    def too_long(self) -> ExpressionError:
        """The error for a chain without end."""
        return fault_at(
            self.text, self.peek().start, said("Expected a shorter chain of operators, but it goes on")
        )

    def deepen(self) -> None:
        """One level further down. Raises ExpressionError beyond the limit."""
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            sentence = said(
                "Expected at most {depth_limit} levels, but it nests deeper", depth_limit=DEPTH_LIMIT
            )
            raise fault_at(self.text, self.peek().start, sentence)

    def declared(self, stops: tuple[str, ...], wanted: str) -> str:
        """A name being declared: all words up to a stop word."""
        start = self.at
        while self.peek().kind not in ("end", "string", "at") and self.peek().text not in stops:
            if self.peek().text in (",", "(", ")", "[", "]", "{", "}", ":", "="):
                break
            self.at += 1
        if self.at == start or self.peek().text not in stops or self.stream[start].kind == "number":
            raise self.unexpected(wanted)
        return self.words(start, self.at)

    def words(self, start: int, end: int) -> str:
        """The text of some tokens, single spaces between its words."""
        if end - start == 1:
            return self.stream[start].text
        return " ".join(self.text[self.stream[start].start : self.stream[end - 1].end].split())
