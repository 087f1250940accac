"""What a placeholder prints: the values of a case file as a document says them.

Called by `templates` and `word_templates` for every value. A choice prints its label and still compares by
its code; a date prints as 2026年3月2日; an amount knows its capitals (大写). Pure; no value is ever changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from jinja2 import Undefined

BLANK = "＿＿＿＿"
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "兆")
_CENT = Decimal("0.01")


class Chosen(str):
    """A code of a closed list: equal to its code, printed as its label."""

    label: str

    @classmethod
    def of(cls, code: str, label: str) -> Chosen:
        """The code with its label."""
        made = cls(code)
        made.label = label
        return made


class Amount(Decimal):
    """An amount in yuan; `words` are its capitals."""

    @property
    def words(self) -> str:
        """The amount in capitals, as a decision has it: 叁佰伍拾元整."""
        return capitals(self)


def dressed(values: Mapping[str, Any], schemas: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a case file, each with what its schema says about it."""
    return {name: _dress(value, schemas.get(name, {})) for name, value in values.items()}


def _dress(value: Any, schema: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        inner = schema.get("items", {})
        return [_dress(one, inner if isinstance(inner, Mapping) else {}) for one in value]
    if isinstance(value, Mapping):
        inner = schema.get("properties", {})
        return {name: _dress(one, inner.get(name, {})) for name, one in value.items()}
    if isinstance(value, str):
        labels = {one.get("const"): one.get("title") for one in schema.get("oneOf", ()) if "const" in one}
        return Chosen.of(value, str(labels[value])) if labels.get(value) else value
    is_amount = schema.get("format") == "money" and isinstance(value, int | Decimal)
    return Amount(value) if is_amount and not isinstance(value, bool) else value


def printed(value: Any) -> Any:
    """A value as the document has it; Jinja's finalizer."""
    if isinstance(value, Undefined):
        return value
    for kind, say in _SAYINGS:
        if isinstance(value, kind):
            return say(value)
    return value


def _text(value: str) -> str:
    day = _DAY.fullmatch(value)
    return f"{day[1]}年{int(day[2])}月{int(day[3])}日" if day else value


def _number(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_SAYINGS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (type(None), lambda value: BLANK),
    (bool, lambda value: "是" if value else "否"),
    (Chosen, lambda value: value.label),
    (str, _text),
    (Decimal, _number),
    (list, lambda value: "、".join(str(printed(one)) for one in value)),
    (Mapping, lambda value: str(value.get("name", ""))),
)


def capitals(amount: Decimal) -> str:
    """An amount in the capitals of financial papers (正确填写票据和结算凭证的基本规定): 壹仟零伍元叁角整."""
    cents = int(amount.quantize(_CENT, ROUND_HALF_UP) * 100)
    if cents < 0 or cents >= 10**18:
        return BLANK
    yuan, rest = divmod(cents, 100)
    jiao, fen = divmod(rest, 10)
    whole = f"{_whole(yuan)}元" if yuan or not rest else ""
    if not rest:
        return f"{whole}整"
    small = f"{_DIGITS[jiao]}角" if jiao else ("零" if yuan else "")
    return f"{whole}{small}{_DIGITS[fen]}分" if fen else f"{whole}{small}整"


def _whole(yuan: int) -> str:
    if not yuan:
        return _DIGITS[0]
    said, place, gap = "", 0, False
    while yuan:
        yuan, group = divmod(yuan, 10_000)
        if group:
            said = _group(group) + _GROUPS[place] + (_DIGITS[0] if gap and said else "") + said
            gap = group < 1000
        else:
            gap = bool(said) or gap
        place += 1
    return said


def _group(group: int) -> str:
    said, zero = "", False
    for place in range(4):
        group, digit = divmod(group, 10)
        if digit:
            said = _DIGITS[digit] + _PLACES[place] + (_DIGITS[0] if zero and said else "") + said
            zero = False
        else:
            zero = True
    return said
