"""A pattern's text into a program for the machine (XML Schema part 2, appendix G, as XPath extends it).

Called by `machine.pattern_of`. Raises Fault for what is no pattern, and for one whose program would be
too long. Look-around and possessive quantifiers do not exist in XPath and are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from engine.errors import said
from engine.feel.regex.classes import (
    MULTI_ESCAPES,
    SINGLE_ESCAPES,
    CharTest,
    class_test,
    literal_test,
    opposite,
    property_test,
)
from engine.feel.values import Fault

CHAR, SPLIT, JUMP, SAVE, START, END, BACK, MATCH = range(8)
Step: TypeAlias = tuple[int, Any, Any]
PROGRAM_LIMIT = 5000
DEPTH_LIMIT = 50
FLAGS = frozenset("smixq")


@dataclass(frozen=True, slots=True)
class Program:
    """Steps of the machine; `groups` counts the captured groups, `back` tells of back-references."""

    steps: tuple[Step, ...]
    groups: int
    back: bool
    first: str | None


def program_of(pattern: str, flags: str) -> Program:
    """The program of a pattern under flags `s m i x q`."""
    if not FLAGS.issuperset(flags):
        raise Fault(said("Expected flags out of 's', 'm', 'i', 'x', 'q', but found {flags!r}", flags=flags))
    if "x" in flags and "q" not in flags:
        pattern = _without_space(pattern)
    reader = _Reader(pattern, flags)
    body = reader.literal() if "q" in flags else reader.whole()
    steps = (*body, (MATCH, None, None))
    plain = "i" not in flags and steps[0][0] == CHAR and len(steps[0]) == 3
    first = steps[0][2] if plain else None
    return Program(steps, reader.groups, reader.back, first)


def _without_space(pattern: str) -> str:
    kept: list[str] = []
    level = 0
    escaped = False
    for char in pattern:
        if not escaped:
            level += (char == "[") - (char == "]" and level > 0)
        if level or char not in " \t\n\r":
            kept.append(char)
            escaped = char == "\\" and not escaped
    return "".join(kept)


class _Reader:
    """Recursive descent over one pattern. Programs are lists of steps with relative jumps."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.pattern = pattern
        self.flags = flags
        self.any_case = "i" in flags
        self.at = 0
        self.depth = 0
        self.groups = 0
        self.closed: set[int] = set()
        self.back = False

    def literal(self) -> list[Step]:
        return [self._char(char) for char in self.pattern]

    def whole(self) -> list[Step]:
        body = self._branches()
        if self.at < len(self.pattern):
            raise self._fault(said("an end of the pattern at {at}", at=self.at + 1))
        return body

    def _fault(self, wanted: str) -> Fault:
        return Fault(
            said(
                "Expected {wanted}, but the pattern is {pattern!r}", wanted=wanted, pattern=self.pattern[:80]
            )
        )

    def _peek(self) -> str:
        return self.pattern[self.at] if self.at < len(self.pattern) else ""

    def _next(self) -> str:
        char = self._peek()
        if not char:
            raise self._fault(said("a complete pattern"))
        self.at += 1
        return char

    def _char(self, char: str) -> Step:
        return CHAR, literal_test(char, self.any_case), char

    def _branches(self) -> list[Step]:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise self._fault(said("at most {depth_limit} groups in one another", depth_limit=DEPTH_LIMIT))
        body = self._branch()
        while self._peek() == "|":
            self.at += 1
            other = self._branch()
            body = [(SPLIT, 1, len(body) + 2), *body, (JUMP, len(other) + 1, None), *other]
            self._check(body)
        self.depth -= 1
        return body

    def _branch(self) -> list[Step]:
        body: list[Step] = []
        while self._peek() not in ("", "|", ")"):
            body += self._quantified(self._atom())
            self._check(body)
        return body

    def _check(self, body: list[Step]) -> None:
        if len(body) > PROGRAM_LIMIT:
            raise self._fault(said("a pattern with fewer repetitions"))

    def _quantified(self, atom: list[Step]) -> list[Step]:
        char = self._peek()
        if char not in ("?", "*", "+", "{") or not char:
            return atom
        self.at += 1
        least, most = self._counts() if char == "{" else {"?": (0, 1), "*": (0, None), "+": (1, None)}[char]
        lazy = self._peek() == "?"
        self.at += lazy
        if self._peek() in ("?", "*", "+", "{") and self._peek():
            raise self._fault(said("one quantifier after an atom"))
        return self._repeated(atom, least, most, lazy)

    def _counts(self) -> tuple[int, int | None]:
        end = self.pattern.find("}", self.at)
        text = self.pattern[self.at : end] if end >= 0 else ""
        low, comma, high = text.partition(",")
        if (
            not (low.isascii() and low.isdigit() and len(low) < 6)
            or (high and not high.isdigit())
            or len(high) > 6
        ):
            raise self._fault(said("a quantifier like {{2}} or {{2,5}}"))
        self.at = end + 1
        least, most = int(low), (int(high) if high else None) if comma else int(low)
        if most is not None and most < least:
            raise self._fault(said("a quantifier that rises"))
        return least, most

    def _repeated(self, atom: list[Step], least: int, most: int | None, lazy: bool) -> list[Step]:
        copies = least + (1 if most is None else most - least)
        if (len(atom) + 1) * copies > PROGRAM_LIMIT:
            raise self._fault(said("a pattern with fewer repetitions"))
        body = atom * least
        if most is None:
            out = len(atom) + 2
            split = (SPLIT, out, 1) if lazy else (SPLIT, 1, out)
            return [*body, split, *atom, (JUMP, -len(atom) - 1, None)]
        tail: list[Step] = []
        for _ in range(most - least):
            out = len(atom) + len(tail) + 1
            tail = [(SPLIT, out, 1) if lazy else (SPLIT, 1, out), *atom, *tail]
        return body + tail

    def _atom(self) -> list[Step]:
        char = self._next()
        if char == "(":
            return self._group()
        if char == "[":
            return [(CHAR, self._class(), None)]
        if char == "\\":
            return [self._escape()]
        if char == ".":
            return [(CHAR, _anything if "s" in self.flags else _within_line, None)]
        if char in "^$":
            return [(START if char == "^" else END, None, None)]
        if char in "?*+{}]":
            raise self._fault(said("{char!r} to be escaped or to follow something", char=char))
        return [self._char(char)]

    def _group(self) -> list[Step]:
        captured = not self.pattern.startswith("?:", self.at)
        number = 0
        if captured:
            self.groups += 1
            number = self.groups
        else:
            self.at += 2
        body = self._branches()
        if self._peek() != ")":
            raise self._fault(said("')' at the end of a group"))
        self.at += 1
        if not captured:
            return body
        self.closed.add(number)
        return [(SAVE, 2 * number, None), *body, (SAVE, 2 * number + 1, None)]

    def _escape(self) -> Step:
        char = self._next()
        if char in "pP":
            return CHAR, self._property(char == "P"), None
        if char in MULTI_ESCAPES:
            return CHAR, MULTI_ESCAPES[char], None
        if char in SINGLE_ESCAPES:
            return self._char(SINGLE_ESCAPES[char])
        if char.isascii() and char.isdigit():
            return self._back_reference(char)
        raise self._fault(said("a known escape instead of '\\{char}'", char=char))

    def _back_reference(self, digits: str) -> Step:
        while self._peek().isascii() and self._peek().isdigit() and int(digits + self._peek()) <= self.groups:
            digits += self._next()
        if int(digits) not in self.closed:
            raise self._fault(said("a group {digits} before '\\{digits}'", digits=digits))
        self.back = True
        return BACK, int(digits), self.any_case

    def _property(self, negated: bool) -> CharTest:
        end = self.pattern.find("}", self.at)
        if self._peek() != "{" or end < 0:
            raise self._fault(said("a category in braces"))
        name = self.pattern[self.at + 1 : end]
        self.at = end + 1
        return property_test(name, negated)

    def _class(self) -> CharTest:
        self.depth += 1
        if self.depth > DEPTH_LIMIT:
            raise self._fault(said("at most {depth_limit} classes in one another", depth_limit=DEPTH_LIMIT))
        negated = self._peek() == "^"
        self.at += negated
        spans: list[tuple[str, str]] = []
        tests: list[CharTest] = []
        minus: CharTest | None = None
        while self._peek() != "]" or not (spans or tests):
            if self.pattern.startswith("-[", self.at) and (spans or tests):
                self.at += 2
                minus = self._class()
                break
            self._member(spans, tests)
        if self._next() != "]":
            raise self._fault(said("']' at the end of a class"))
        self.depth -= 1
        test = class_test(spans, tests, self.any_case, negated)
        return test if minus is None else _difference(test, minus)

    def _member(self, spans: list[tuple[str, str]], tests: list[CharTest]) -> None:
        low = self._class_char(tests)
        if low is None:
            return
        following = self.pattern[self.at + 1 : self.at + 2]
        if self._peek() != "-" or following in ("]", "["):
            spans.append((low, low))
            return
        self.at += 1
        high = self._class_char([])
        if high is None or high < low:
            raise self._fault(said("a range of characters that rises"))
        spans.append((low, high))

    def _class_char(self, tests: list[CharTest]) -> str | None:
        """One character of a class, or None where it was an escape for many."""
        char = self._next()
        if char in "[]":
            raise self._fault(said("{char!r} to be escaped in a class", char=char))
        if char != "\\":
            return char
        char = self._next()
        if char in SINGLE_ESCAPES:
            return SINGLE_ESCAPES[char]
        if char in "pP":
            tests.append(self._property(char == "P"))
        elif char in MULTI_ESCAPES:
            tests.append(MULTI_ESCAPES[char])
        else:
            raise self._fault(said("a known escape instead of '\\{char}'", char=char))
        return None


def _anything(char: str) -> bool:
    return True


def _within_line(char: str) -> bool:
    return char not in "\n\r"


def _difference(test: CharTest, minus: CharTest) -> CharTest:
    excluded = opposite(minus)
    return lambda char: test(char) and excluded(char)
