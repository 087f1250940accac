"""FEEL text into tokens (DMN 1.5, 10.3.1.2, rules 22 to 37).

Called by the parser and by the table of known names. A name of several words is not one token here:
which words belong together only the names in scope can tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.errors import ExpressionError, said

TEXT_LIMIT = 100_000
"""Characters one expression may have."""

KEYWORDS = frozenset(
    {"if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "between"}
    | {"instance", "of", "function", "external", "null", "true", "false"}
)
_NAME_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME_PART = _NAME_START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_SPACE = "\\s\u0085\u180e\ufeff\u200b"
_TOKEN = re.compile(
    rf"""(?P<space>[{_SPACE}]+|//[^\n\r]*|/\*.*?\*/)
    |(?P<name>[{_NAME_START}][{_NAME_PART}]*)
    |(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<at>@[{_SPACE}]*"(?:[^"\\\n\r]|\\.)*")
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<quoted>`[^`\n]+`)
    |(?P<op>\*\*|\.\.|!=|<=|>=|->|/(?!\*)|[-+*=<>.,:()\[\]{{}}'\u2019])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text; `kind` is name, keyword, number, string, at, quoted, op or end."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """All tokens, closed by one of kind `end`. Raises ExpressionError at a foreign character."""
    if len(text) > TEXT_LIMIT:
        raise ExpressionError(
            said(
                "Expected at most {text_limit} characters, but found {count}",
                text_limit=TEXT_LIMIT,
                count=len(text),
            )
        )
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise fault_at(
                text, at, said("Expected an expression, but found {foreign}", foreign=_foreign(text, at))
            )
        kind = str(match.lastgroup)
        if kind != "space":
            found.append(_token(kind, match))
        at = match.end()
    found.append(Token("end", "", len(text), len(text)))
    return found


def _token(kind: str, match: re.Match[str]) -> Token:
    text = match.group()
    if kind == "name" and text in KEYWORDS:
        kind = "keyword"
    elif kind == "quoted":
        text = " ".join(text[1:-1].split())
    return Token(kind, text, match.start(), match.end())


def _foreign(text: str, at: int) -> str:
    if text[at] == '"':
        return said("a string without its closing quote")
    if text.startswith("/*", at):
        return said("a comment without its end")
    return said("the character {text!r}", text=text[at])


def fault_at(text: str, at: int, sentence: str) -> ExpressionError:
    """The error with 1-based line and column of a position in the text."""
    before = text[:at]
    line = before.count("\n") + 1
    return ExpressionError(sentence, line, at - (before.rfind("\n") + 1) + 1)


def string_value(literal: str) -> str:
    """What a string literal, quotes included, stands for; an unknown escape keeps its backslash."""
    text = _ESCAPE.sub(_unescape, literal[literal.index('"') + 1 : -1])
    if not any("\ud800" <= character <= "\udfff" for character in text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _unescape(match: re.Match[str]) -> str:
    digits = match[1] or match[2]
    if digits is None:
        return _PLAIN.get(match[3], match[0])
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF else match[0]
