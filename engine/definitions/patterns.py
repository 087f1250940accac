"""Patterns of form fields that cannot blow up: a small, safe part of regular expressions.

Called when a form is read. A pattern of a designer runs on text of a stranger, so whatever can make the
matcher try very many ways is refused: a repeat within a repeat, a choice within a repeat, too many optional
parts in a row, look-around and back references. Never runs a pattern; it gives back the one to run, in which
`$` is the end of the text and not also the place before a last line break.
"""

from __future__ import annotations

import re

from engine.errors import Malformed, said

LONGEST = 300
LONGEST_TEXT = 1000
"""The longest text a pattern is run on; a longer one does not match."""
MOST_WAYS = LONGEST_TEXT**2
"""The most ways a pattern may try at one text: two open repeats, or one that may begin anywhere."""
_COUNTED = re.compile(r"\{([0-9]{1,4})(,([0-9]{0,4}))?\}")
_ESCAPES = "dDwWsStnr"
_SPECIAL = ".^$*+?()[]{}|\\/-"


def safe_pattern(pattern: str) -> str:
    """The pattern as it is to be run with `re.search` and `re.ASCII`. Raises Malformed with what is wrong."""
    if len(pattern) > LONGEST:
        raise Malformed(
            said(
                "Expected a pattern of at most {longest} characters, but found {count}",
                longest=LONGEST,
                count=len(pattern),
            )
        )
    reader = _Reader(pattern)
    ways = reader.alternatives(0) * (1 if pattern.startswith("^") else LONGEST_TEXT)
    if reader.at < len(pattern):
        raise Malformed(
            said(
                "Expected the pattern to end at {at}, but found {pattern!r}",
                at=reader.at + 1,
                pattern=pattern[reader.at :],
            )
        )
    if ways > MOST_WAYS:
        raise Malformed(
            said("Expected a pattern with few ways to match, but this one could be tried for too long")
        )
    safe = "".join(reader.out)
    try:
        re.compile(safe, re.ASCII)
    except re.error as error:
        raise Malformed(said("Expected a regular expression, but {error}", error=error)) from error
    return safe


class _Reader:
    """Reads a pattern from left to right, writes the one to run, and counts the ways it may be tried."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.out: list[str] = []

    def alternatives(self, depth: int) -> int:
        """One or more branches; returns in how many ways the matcher may try them."""
        if depth > 10:
            raise Malformed(said("Expected groups at most 10 deep, but found more"))
        ways = self._sequence(depth)
        while self._peek() == "|":
            self._take()
            ways += self._sequence(depth)
        return ways

    def _sequence(self, depth: int) -> int:
        ways = 1
        while self._peek() not in ("", "|", ")"):
            ways = min(ways * self._piece(depth), MOST_WAYS + 1)
        return ways

    def _piece(self, depth: int) -> int:
        ways = self._atom(depth)
        start = self.at
        least, most = self._repeat()
        if ways > 1 and most > 1:
            raise Malformed(
                said(
                    "Expected no repeat of what can match in several ways, but found one at {start}",
                    start=start + 1,
                )
            )
        return ways + 1 if ways > 1 and least < most else max(ways, most - least + 1)

    def _repeat(self) -> tuple[int, int]:
        """The least and the most times of the repeat that follows, (1, 1) where there is none."""
        sign = self._peek()
        counted = _COUNTED.match(self.pattern, self.at)
        if sign and sign in "*+?":
            self._take()
            found = {"*": (0, LONGEST_TEXT), "+": (1, LONGEST_TEXT), "?": (0, 1)}[sign]
        elif counted:
            self.out.append(counted[0])
            self.at = counted.end()
            least = int(counted[1])
            found = (least, least if counted[2] is None else int(counted[3] or LONGEST_TEXT))
        else:
            return 1, 1
        if self._peek() in ("?", "+", "*", "{"):
            raise Malformed(said("Expected one repeat, but found a second at {at}", at=self.at + 1))
        return found

    def _atom(self, depth: int) -> int:
        sign = self._peek()
        if sign == "(":
            return self._group(depth)
        if sign == "[":
            self._class()
        elif sign == "\\":
            self._escape()
        elif sign == "$":
            self.at += 1
            self.out.append(r"\Z")
        elif sign in "*+?{}])":
            raise Malformed(
                said(
                    "Expected something before {sign!r} at {at}, but found nothing", sign=sign, at=self.at + 1
                )
            )
        else:
            self._take()
        return 1

    def _group(self, depth: int) -> int:
        self.at += 1
        if self.pattern.startswith("?:", self.at):
            self.at += 2
        elif self._peek() == "?":
            raise Malformed(
                said("Expected a plain group at {at}, but found a look-around or a named one", at=self.at)
            )
        self.out.append("(?:")
        ways = self.alternatives(depth + 1)
        if self._peek() != ")":
            raise Malformed(said("Expected every group to be closed, but one is not"))
        self._take()
        return ways

    def _class(self) -> None:
        end = self.at + 1
        while end < len(self.pattern) and self.pattern[end] != "]":
            end += 2 if self.pattern[end] == "\\" else 1
        body = self.pattern[self.at + 1 : end]
        if end >= len(self.pattern) or not body or body == "^" or "[" in body:
            raise Malformed(
                said("Expected a set of characters at {at}, but found {body!r}", at=self.at + 1, body=body)
            )
        self.out.append(self.pattern[self.at : end + 1])
        self.at = end + 1

    def _escape(self) -> None:
        sign = self.pattern[self.at + 1 : self.at + 2]
        code = re.match(r"u[0-9A-Fa-f]{4}", self.pattern[self.at + 1 :])
        if not code and (not sign or sign not in _ESCAPES + _SPECIAL):
            raise Malformed(said("Expected an escape such as \\d, but found \\{sign}", sign=sign))
        length = 1 + (5 if code else 1)
        self.out.append(self.pattern[self.at : self.at + length])
        self.at += length

    def _peek(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _take(self) -> None:
        self.out.append(self.pattern[self.at])
        self.at += 1
