"""Covering what the public must not see in running text: personal numbers, and the names it is given.

Called when something is published, so that what the table of publications holds is covered already, and by
the public pages for what they read besides. Pure. It knows no names but those it is handed: whoever
approves a publication names the others.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any

# Digits as people type them: of any script, and in groups of three or more with a space or hyphen between.
_DIGITS = r"\d{3,}"
_GAP = r"[ \u00a0\u3000\-－—·]"
_RUN = re.compile(rf"(?<![\dA-Za-z]){_DIGITS}(?:{_GAP}{_DIGITS})*[XxＸｘ]?(?![\dA-Za-z])")
_GROUP = re.compile(r"\d+[XxＸｘ]?")
_PREFIXES = ("0086", "86")  # the country, before a mobile number
_MAIL = re.compile(r"(?<![\w.+-])([\w.+-])[\w.+-]*@([\w-]+(?:\.[\w-]+)+)", re.ASCII)
_SHORTEST_NAME = 2
_HEAD, _TAIL = 3, 4
_MOBILE = 11


def covered_number(text: str) -> str:
    """A number with its middle covered: three signs before and four behind, fewer of a short one."""
    head, tail = _HEAD, _TAIL
    if head + tail > len(text) // 2:
        head = tail = len(text) // 4
    return text[:head] + "*" * (len(text) - head - tail) + text[-tail:]


def covered_name(name: str) -> str:
    """The first sign of a name, the rest covered."""
    return name[:1] + "*" * min(max(1, len(name) - 1), 3)


def covered_text(text: str, names: Collection[str] = ()) -> str:
    """Running text with the numbers of persons, their mail addresses and the given names covered.

    Covered are personal numbers (18 digits, or 15 with a plausible day of birth), mobile numbers and numbers
    of bank cards (with a right check digit), however they are spaced. What a case or a document is numbered
    with stays. Names of one sign are left: they would cover half the text.
    """
    for name in sorted({name.strip() for name in names}, key=lambda name: (-len(name), name)):
        if len(name) >= _SHORTEST_NAME:
            text = text.replace(name, covered_name(name))
    text = _RUN.sub(_covered_if_personal, text)
    return _MAIL.sub(lambda found: f"{found[1]}***@{found[2]}", text)


def covered_values(value: Any, names: Collection[str] = ()) -> Any:
    """Plain data with every text in it covered."""
    if isinstance(value, str):
        return covered_text(value, names)
    if isinstance(value, Mapping):
        return {key: covered_values(one, names) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [covered_values(one, names) for one in value]
    return value


def _covered_if_personal(found: re.Match[str]) -> str:
    """A run of groups with every number of a person in it covered: the longest stretch of groups first."""
    text = found[0]
    groups = [(one.start(), one.end()) for one in _GROUP.finditer(text)]
    for size in range(len(groups), 0, -1):
        for first in range(len(groups) - size + 1):
            begin, end = groups[first][0], groups[first + size - 1][1]
            plain = _plain(groups[first : first + size], text)
            if _personal(plain, together=size == 1):
                rest = [_RUN.sub(_covered_if_personal, part) for part in (text[:begin], text[end:])]
                return rest[0] + covered_number(plain) + rest[1]
    return text


def _plain(groups: Sequence[tuple[int, int]], text: str) -> str:
    signs = "".join(text[begin:end] for begin, end in groups)
    plain = "".join(str(unicodedata.decimal(sign, "X")) for sign in signs)
    for prefix in _PREFIXES:
        if len(plain) == len(prefix) + _MOBILE and plain.startswith(prefix):
            return plain[len(prefix) :]
    return plain


def _personal(plain: str, *, together: bool) -> bool:
    """Whether digits are the number of a person; 18 that stand together always are taken for one."""
    if len(plain) == _MOBILE:
        return plain[0] == "1" and plain[1] in "3456789"
    if len(plain) == 15 and _birthday("19" + plain[6:12]):
        return True
    if len(plain) == 18 and (together or _birthday(plain[6:14])):
        return True
    return len(plain) >= 16 and plain.isdigit() and plain[0] in "3456" and _right_card(plain)


def _birthday(text: str) -> bool:
    return (
        text.isdigit()
        and text[:2] in ("19", "20")
        and 1 <= int(text[4:6]) <= 12
        and 1 <= int(text[6:8]) <= 31
    )


def _right_card(plain: str) -> bool:
    """The check digit of ISO/IEC 7812-1 (annex B)."""
    doubled = [int(sign) * (2 if place % 2 else 1) for place, sign in enumerate(reversed(plain))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0
