"""Which runs of tokens are one name (DMN 1.5, 10.3.1.3 and 10.3.1.4).

FEEL names may hold spaces and operators, so only the names in scope decide whether `a-b` is a name or a
subtraction. Called by the parser, which pushes and pops scopes as it enters contexts, loops, functions.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from engine.errors import ExpressionError
from engine.feel.lexer import Token, tokens

_Table = dict[str, list[tuple[tuple[str, ...], str]]]


@lru_cache(maxsize=4096)
def name_tokens(name: str) -> tuple[str, ...]:
    """The token texts a name is made of; empty for a name no expression can write."""
    try:
        return tuple(token.text for token in tokens(name) if token.kind != "end")
    except ExpressionError:
        return ()


def _add(table: _Table, name: str) -> None:
    words = name_tokens(name)
    if words:
        table.setdefault(words[0], []).append((words, name))


@lru_cache(maxsize=256)
def name_table(names: frozenset[str]) -> _Table:
    """The names by their first word."""
    table: _Table = {}
    for name in sorted(names):
        _add(table, name)
    return table


class KnownNames:
    """The names in scope at a place of the text."""

    def __init__(self, tables: Iterable[_Table]) -> None:
        self._tables: list[_Table] = list(tables)
        self._entries: _Table = {}

    def copy(self) -> KnownNames:
        """The same names, to be pushed and popped apart from these."""
        return KnownNames(self._tables)

    def push(self, names: Iterable[str] = ()) -> None:
        """Enter a scope that knows these names as well."""
        table: _Table = {}
        for name in names:
            _add(table, name)
        self._tables.append(table)

    def add(self, name: str) -> None:
        """Make a name known in the innermost scope."""
        _add(self._tables[-1], name)

    def add_entry(self, name: str) -> None:
        """Make the name of a context's entry known: here by itself, everywhere after a dot."""
        self.add(name)
        if len(name_tokens(name)) > 1:
            _add(self._entries, name)

    def pop(self) -> None:
        """Leave the innermost scope."""
        self._tables.pop()

    def longest(self, stream: list[Token], at: int, *, own: bool = False) -> tuple[str, int] | None:
        """The longest known name that begins at a token, and how many tokens it has.

        `own` leaves the first table, the built-in names, out: a property is never one of them.
        """
        if stream[at].kind not in ("name", "keyword", "quoted"):
            return None
        best: tuple[str, int] | None = None
        first = stream[at].text
        for table in (*self._tables[1:], self._entries) if own else self._tables:
            for words, name in table.get(first, ()):
                if (best is None or len(words) > best[1]) and _matches(stream, at, words):
                    best = (name, len(words))
        return best


def _matches(stream: list[Token], at: int, words: tuple[str, ...]) -> bool:
    if at + len(words) >= len(stream):
        return False
    return all(stream[at + index].text == word for index, word in enumerate(words))
