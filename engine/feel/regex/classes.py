"""Which characters a class or an escape of a pattern stands for.

Called by the grammar. A test takes one character and says yes or no.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable
from functools import lru_cache

from engine.errors import said
from engine.feel.values import Fault

CharTest = Callable[[str], bool]

_NAME_START = re.compile(
    "[:A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff]"
)
_NAME_PART = re.compile("[-.0-9\u00b7\u0300-\u036f\u203f-\u2040]")
_CATEGORY = re.compile("(L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|Z[slp]?|S[mcko]?|C[cfon]?)")
_BLOCKS = {
    "BasicLatin": (0x0, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F),
    "IPAExtensions": (0x250, 0x2AF),
    "SpacingModifierLetters": (0x2B0, 0x2FF),
    "CombiningDiacriticalMarks": (0x300, 0x36F),
    "Greek": (0x370, 0x3FF),
    "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
    "Armenian": (0x530, 0x58F),
    "Hebrew": (0x590, 0x5FF),
    "Arabic": (0x600, 0x6FF),
    "Devanagari": (0x900, 0x97F),
    "Thai": (0xE00, 0xE7F),
    "Tibetan": (0xF00, 0xFFF),
    "Georgian": (0x10A0, 0x10FF),
    "HangulJamo": (0x1100, 0x11FF),
    "Mongolian": (0x1800, 0x18AF),
    "LatinExtendedAdditional": (0x1E00, 0x1EFF),
    "GreekExtended": (0x1F00, 0x1FFF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "SuperscriptsandSubscripts": (0x2070, 0x209F),
    "CurrencySymbols": (0x20A0, 0x20CF),
    "LetterlikeSymbols": (0x2100, 0x214F),
    "NumberForms": (0x2150, 0x218F),
    "Arrows": (0x2190, 0x21FF),
    "MathematicalOperators": (0x2200, 0x22FF),
    "MiscellaneousTechnical": (0x2300, 0x23FF),
    "EnclosedAlphanumerics": (0x2460, 0x24FF),
    "BoxDrawing": (0x2500, 0x257F),
    "BlockElements": (0x2580, 0x259F),
    "GeometricShapes": (0x25A0, 0x25FF),
    "MiscellaneousSymbols": (0x2600, 0x26FF),
    "Dingbats": (0x2700, 0x27BF),
    "CJKRadicalsSupplement": (0x2E80, 0x2EFF),
    "KangxiRadicals": (0x2F00, 0x2FDF),
    "CJKSymbolsandPunctuation": (0x3000, 0x303F),
    "Hiragana": (0x3040, 0x309F),
    "Katakana": (0x30A0, 0x30FF),
    "Bopomofo": (0x3100, 0x312F),
    "HangulCompatibilityJamo": (0x3130, 0x318F),
    "EnclosedCJKLettersandMonths": (0x3200, 0x32FF),
    "CJKCompatibility": (0x3300, 0x33FF),
    "CJKUnifiedIdeographsExtensionA": (0x3400, 0x4DBF),
    "CJKUnifiedIdeographs": (0x4E00, 0x9FFF),
    "YiSyllables": (0xA000, 0xA48F),
    "HangulSyllables": (0xAC00, 0xD7AF),
    "PrivateUse": (0xE000, 0xF8FF),
    "PrivateUseArea": (0xE000, 0xF8FF),
    "CJKCompatibilityIdeographs": (0xF900, 0xFAFF),
    "ArabicPresentationForms-A": (0xFB50, 0xFDFF),
    "CombiningHalfMarks": (0xFE20, 0xFE2F),
    "CJKCompatibilityForms": (0xFE30, 0xFE4F),
    "ArabicPresentationForms-B": (0xFE70, 0xFEFF),
    "HalfwidthandFullwidthForms": (0xFF00, 0xFFEF),
    "Specials": (0xFFF0, 0xFFFF),
}


def _digit(char: str) -> bool:
    return unicodedata.category(char) == "Nd"


def _space(char: str) -> bool:
    return char in " \t\n\r"


def _word(char: str) -> bool:
    return unicodedata.category(char)[0] not in "PZC"


def _name_start(char: str) -> bool:
    return _NAME_START.match(char) is not None


def _name_part(char: str) -> bool:
    return _name_start(char) or _NAME_PART.match(char) is not None


def opposite(test: CharTest) -> CharTest:
    """The test for all other characters."""
    return lambda char: not test(char)


_MULTI: dict[str, CharTest] = {
    "d": _digit,
    "s": _space,
    "w": _word,
    "i": _name_start,
    "c": _name_part,
}
MULTI_ESCAPES: dict[str, CharTest] = {
    **_MULTI,
    **{key.upper(): opposite(test) for key, test in _MULTI.items()},
}
SINGLE_ESCAPES = {**{char: char for char in "\\|.?*+(){}-[]^$"}, "n": "\n", "r": "\r", "t": "\t"}


def property_test(name: str, negated: bool) -> CharTest:
    """The test of `\\p{name}` or `\\P{name}`. Raises Fault for an unknown category or block."""
    test = _block(name[2:]) if name.startswith("Is") else _category(name)
    return opposite(test) if negated else test


def _block(name: str) -> CharTest:
    if name not in _BLOCKS:
        raise Fault(said("Expected the name of a Unicode block, but found {name!r}", name=name))
    low, high = _BLOCKS[name]
    return lambda char: low <= ord(char) <= high


def _category(name: str) -> CharTest:
    if not _CATEGORY.fullmatch(name):
        raise Fault(said("Expected the name of a Unicode category, but found {name!r}", name=name))
    return lambda char: unicodedata.category(char).startswith(name)


@lru_cache(maxsize=4096)
def case_variants(char: str) -> tuple[str, ...]:
    """The character and its other cases."""
    found = {char, char.lower(), char.upper(), char.lower().upper(), char.upper().lower()}
    for lower, other in (("k", "\u212a"), ("å", "\u212b"), ("ω", "\u2126"), ("s", "\u017f")):
        if lower in found:
            found.add(other)
    return tuple(sorted(each for each in found if len(each) == 1))


def literal_test(char: str, any_case: bool) -> CharTest:
    """The test for one character."""
    if not any_case:
        return char.__eq__
    variants = frozenset(case_variants(char))
    return variants.__contains__


def class_test(
    spans: Iterable[tuple[str, str]], tests: list[CharTest], any_case: bool, negated: bool
) -> CharTest:
    """The test of a bracketed class: spans of characters and tests of escapes."""
    merged = _merged(sorted((ord(low), ord(high)) for low, high in spans))
    lows = [low for low, _ in merged]

    def in_spans(char: str) -> bool:
        at = bisect_right(lows, ord(char)) - 1
        return at >= 0 and ord(char) <= merged[at][1]

    def test(char: str) -> bool:
        if in_spans(char) or any(each(char) for each in tests):
            return True
        return any_case and any(in_spans(each) for each in case_variants(char))

    return opposite(test) if negated else test


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for low, high in spans:
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found
