"""Runs a pattern's program over a text.

Backtracking in the order the pattern prefers, with a memory of states that have failed: a state is
entered once per position (per position and captures where there are back-references), so that no
pattern takes more than program × text steps. Steps are counted besides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from engine.errors import said
from engine.feel.regex.grammar import BACK, CHAR, END, JUMP, SAVE, SPLIT, START, Program, program_of
from engine.feel.scope import SIZE_LIMIT, State
from engine.feel.values import Fault

PATTERN_LIMIT = 2000
"""Characters a pattern may have."""
REPEAT_COST = 4
"""Steps a state counts for where back-references make it costly."""

Captures = tuple[int, ...]


class Pattern:
    """A compiled pattern."""

    def __init__(self, program: Program, flags: str) -> None:
        self._program = program
        self._lines = "m" in flags and "q" not in flags
        self._quoted = "q" in flags

    def search(self, text: str, state: State) -> Captures | None:
        """Begin and end of the first match and of its groups (-1 where a group took no part)."""
        return next(self._matches(text, state), None)

    def spans(self, text: str, state: State) -> list[tuple[int, int]]:
        """Begin and end of every match, in order. Raises Fault for a pattern that matches nothing."""
        return [(found[0], found[1]) for found in self._all(text, state)]

    def split(self, text: str, state: State) -> list[str]:
        """The pieces between the matches."""
        pieces: list[str] = []
        at = 0
        for start, end in self.spans(text, state):
            pieces.append(text[at:start])
            at = end
        return [*pieces, text[at:]]

    def replace(self, text: str, replacement: str, state: State) -> str:
        """The text with each match replaced; `$1` is a group, `\\$` a dollar sign."""
        parts = [replacement] if self._quoted else _template(replacement, self._program.groups)
        pieces: list[str] = []
        at = size = 0
        for found in self._all(text, state):
            inserted = "".join(part if isinstance(part, str) else _group(text, found, part) for part in parts)
            state.weigh(inserted)
            size += len(inserted)
            if size > SIZE_LIMIT:
                raise Fault(
                    said(
                        "Expected a text of at most {size_limit} characters, but it is longer",
                        size_limit=SIZE_LIMIT,
                    )
                )
            pieces += (text[at : found[0]], inserted)
            at = found[1]
        return "".join([*pieces, text[at:]])

    def _all(self, text: str, state: State) -> Iterator[Captures]:
        if self.search("", state) is not None:
            raise Fault(
                said("Expected a pattern that takes at least one character, but it matches the empty text")
            )
        return (found for found in self._matches(text, state) if found[1] > found[0])

    def _matches(self, text: str, state: State) -> Iterator[Captures]:
        run = _Run(self._program, text, self._lines, state)
        at = 0
        while at <= len(text):
            if self._program.first is not None:
                at = text.find(self._program.first, at)
                if at < 0:
                    return
            found = run.match(at)
            if found is None:
                at += 1
                continue
            yield found
            at = max(found[1], at + 1)
            run.failed.clear()


class _Run:
    """One text under one program."""

    def __init__(self, program: Program, text: str, lines: bool, state: State) -> None:
        self.program = program
        self.text = text
        self.lines = lines
        self.failed: set[object] = set()
        self.state = state

    def match(self, start: int) -> Captures | None:
        """The match that begins here."""
        steps, text, length = self.program.steps, self.text, len(self.text)
        width, failed, back = len(steps), self.failed, self.program.back
        stack = [(0, start, (start, -1) + (-1,) * (2 * self.program.groups))]
        state, cost = self.state, REPEAT_COST if back else 1
        while stack:
            pc, at, captures = stack.pop()
            state.spend()
            while True:
                state.steps -= cost
                op, one, other = steps[pc]
                if op == CHAR:
                    if at >= length or not one(text[at]):
                        break
                    at += 1
                    pc += 1
                elif op == SPLIT:
                    key: object = (pc, at, captures) if back else at * width + pc
                    if key in failed:
                        break
                    failed.add(key)
                    stack.append((pc + other, at, captures))
                    pc += one
                else:
                    moved = self._other(op, one, other, at, captures)
                    if moved is None:
                        break
                    if moved[0] == 0:
                        return (captures[0], at, *captures[2:])
                    pc += moved[0]
                    at, captures = moved[1], moved[2]
        return None

    def _other(
        self, op: int, one: int, any_case: bool | None, at: int, captures: Captures
    ) -> tuple[int, int, Captures] | None:
        """How far to jump, where the text then stands and the captures; jump 0 is the end."""
        if op == JUMP:
            return one, at, captures
        if op == SAVE:
            return 1, at, (*captures[:one], at, *captures[one + 1 :])
        if op == START:
            return (1, at, captures) if self._at_start(at) else None
        if op == END:
            return (1, at, captures) if self._at_end(at) else None
        if op == BACK:
            end = self._same_again(one, bool(any_case), at, captures)
            return None if end is None else (1, end, captures)
        return 0, at, captures

    def _at_start(self, at: int) -> bool:
        return at == 0 or (self.lines and self.text[at - 1] == "\n" and at < len(self.text))

    def _at_end(self, at: int) -> bool:
        return at == len(self.text) or (self.lines and self.text[at] == "\n")

    def _same_again(self, group: int, any_case: bool, at: int, captures: Captures) -> int | None:
        wanted = _group(self.text, captures, group)
        found = self.text[at : at + len(wanted)]
        alike = found == wanted or (any_case and found.casefold() == wanted.casefold())
        return at + len(wanted) if alike else None


def _group(text: str, captures: Captures, number: int) -> str:
    start, end = captures[2 * number], captures[2 * number + 1]
    return text[start:end] if 0 <= start <= end else ""


_PIECE = re.compile(r"([^\\$]+)|\\([\\$])|\$(?=([0-9]))")


def _template(replacement: str, groups: int) -> list[str | int]:
    parts: list[str | int] = []
    at = 0
    while at < len(replacement):
        piece = _PIECE.match(replacement, at)
        if piece is None:
            raise Fault(
                said(
                    "Expected '$' with a group's number or '\\$', but found {replacement!r}",
                    replacement=replacement[:80],
                )
            )
        at = piece.end()
        if piece[3] is None:
            parts.append(piece[1] or piece[2])
        else:
            number, at = _reference(replacement, at, groups)
            parts.append(number if number <= groups else "")
    return parts


def _reference(replacement: str, at: int, groups: int) -> tuple[int, int]:
    end = at + 1
    while replacement[end : end + 1].isdigit() and int(replacement[at : end + 1]) <= groups:
        end += 1
    return int(replacement[at:end]), end


@lru_cache(maxsize=512)
def pattern_of(pattern: str, flags: str) -> Pattern:
    """The compiled pattern. Raises Fault for what is no pattern of XPath."""
    if len(pattern) > PATTERN_LIMIT:
        raise Fault(
            said(
                "Expected a pattern of at most {pattern_limit} characters, but it is longer",
                pattern_limit=PATTERN_LIMIT,
            )
        )
    return Pattern(program_of(pattern, flags), flags)
