"""What a legal office writes in a cell, as FEEL, and back: 情节 into conditions, 幅度 into an amount.

Called by the import and export of sheets. 以上, 以下 and 以内 include the figure, 超过, 不满, 不足 and
未满 do not (《民法典》第一千二百五十九条). Words that state no measurable fact are kept as a text to compare
with, which the proof then reports; nothing is guessed.
"""

from __future__ import annotations

import re
from decimal import Decimal

from engine.dmn.cells import Unclear, condition_of
from engine.errors import said

WORDS = "情节"
"""The fact that a wording stands for when it names no other."""

_LONGEST = 200
"""A longer part states no fact that a pattern could find."""

_ANY = frozenset({"", "-", "—", "/", "不限", "无"})
_PARTS = re.compile(r"[；;\n]|且")
_NUMBER = r"(\d++(?:\.\d++)?+)\s*(万)?+[^\d；;<>=≤≥]*?"
_NAME = r"([^\W\d][\w ]*?)"
_SIGNS = {"≤": "<=", "≥": ">=", "≠": "!=", "＜": "<", "＞": ">", "＝": "="}
_LOW = {"以上": "[", "超过": "("}
_HIGH = {"以下": "]", "以内": "]", "不满": ")", "不足": ")", "未满": ")"}

_BETWEEN = re.compile(
    rf"{_NAME}\s*(超过)?\s*{_NUMBER}(以上)?\s*[，,至到]?\s*(不满|不足|未满)?\s*{_NUMBER}(以下|以内)?"
)
_ABOVE = re.compile(rf"{_NAME}\s*(?:(超过)\s*{_NUMBER}|{_NUMBER}(以上))(?:的)?")
_BELOW = re.compile(rf"{_NAME}\s*(?:(不满|不足|未满)\s*{_NUMBER}|{_NUMBER}(以下|以内))(?:的)?")
_COMPARED = re.compile(rf"{_NAME}\s*(<=|>=|!=|≤|≥|≠|<|>|＜|＞|=|＝)\s*(.+)")
_TESTED = re.compile(rf"{_NAME}\s*[:：]\s*(.+)")
_AMOUNT = re.compile(r"(?:罚款|处|并处)?\s*(\d+(?:,\d{3})*(?:\.\d+)?)\s*(万)?\s*元?")


def conditions(text: str) -> dict[str, str]:
    """The conditions a 情节 cell states: FEEL tests by the fact they look at; `{}` for "any".

    Raises ValueError where a condition that is written as one cannot be read.
    """
    if text.strip() in _ANY:
        return {}
    found: dict[str, str] = {}
    for part in filter(None, (each.strip() for each in _PARTS.split(text))):
        stated = _condition(part)
        if stated is None or stated[0] in found:
            return {WORDS: quoted(text.strip())}
        found[stated[0]] = stated[1]
    return found


def _condition(part: str) -> tuple[str, str] | None:
    """One fact and its test; None where the words state none."""
    if len(part) > _LONGEST:
        return None
    tested = _TESTED.fullmatch(part)
    if tested:
        return tested[1].strip(), _checked(tested[2].strip())
    compared = _COMPARED.fullmatch(part)
    if compared:
        return compared[1].strip(), _compared(_SIGNS.get(compared[2], compared[2]), compared[3].strip())
    return _measured(part)


def _compared(sign: str, value: str) -> str:
    """A comparison; a value that is no FEEL constant is a text."""
    bare = re.fullmatch(rf"{_NUMBER}", value)
    operand = figure(bare[1], bare[2]) if bare else value
    try:
        return _checked(f"{'' if sign == '=' else sign} {operand}".strip())
    except ValueError:
        return _checked(f"not({quoted(value)})" if sign == "!=" else quoted(value))


def _checked(test: str) -> str:
    try:
        condition_of(test)
    except Unclear as unclear:
        raise ValueError(
            said(
                "Expected a condition like “<= 5”, but found {test!r}: {unclear}", test=test, unclear=unclear
            )
        ) from None
    return test


def _measured(part: str) -> tuple[str, str] | None:
    between = _BETWEEN.fullmatch(part)
    if between:
        return _span(between)
    for pattern, words in ((_ABOVE, {"超过": ">", "以上": ">="}), (_BELOW, _BELOW_SIGNS)):
        match = pattern.fullmatch(part)
        if match:
            name, before, first, first_unit, second, second_unit, after = match.groups()
            sign = words[before or after]
            return name.strip(), f"{sign} {figure(first or second, first_unit or second_unit)}"
    return None


_BELOW_SIGNS = {"不满": "<", "不足": "<", "未满": "<", "以下": "<=", "以内": "<="}


def _span(match: re.Match[str]) -> tuple[str, str] | None:
    """“5平方米以上不满10平方米”: both ends must say whether they are included."""
    name, over, low, low_unit, least, under, high, high_unit, most = match.groups()
    if bool(over) == bool(least) or bool(under) == bool(most):
        return None
    opening, closing = _LOW[over or least], _HIGH[under or most]
    return name.strip(), f"{opening}{figure(low, low_unit)}..{figure(high, high_unit)}{closing}"


def figure(digits: str, unit: str | None) -> str:
    """A figure as FEEL writes it; 万 is ten thousand."""
    number = Decimal(digits.replace(",", "")) * (10_000 if unit == "万" else 1)
    return format(number.normalize(), "f")


def amount(text: str) -> str:
    """The result a 幅度 cell states, as FEEL: a number where it names one amount, else its words."""
    if text.strip() in _ANY:
        return "null"
    match = _AMOUNT.fullmatch(text.strip())
    return figure(match[1], match[2]) if match else quoted(text.strip())


def kind(text: str) -> str:
    """The result a 处罚种类 cell states, as FEEL."""
    return "null" if text.strip() in _ANY else quoted(text.strip())


def quoted(text: str) -> str:
    """A text as a FEEL string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def worded(tests: dict[str, str]) -> str:
    """Conditions as a 情节 cell that reads back as the same conditions."""
    return "；".join(f"{name}: {test}" for name, test in tests.items()) or "不限"
