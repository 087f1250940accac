"""`matches`, `replace`, `split`, `extract`: XPath's patterns on a matcher of our own."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import TooLarge
from engine.feel import evaluate
from engine.feel.regex import pattern_of
from engine.feel.scope import State


def found(text: str, pattern: str, flags: str | None = None) -> Any:
    return evaluate("matches(t, p, f)", {"t": text, "p": pattern, "f": flags}).value


@pytest.mark.parametrize(
    ("text", "pattern", "flags", "expected"),
    [
        ("foobar", "^fo*b", None, True),
        ("foobar", "^(foo|bar)+$", None, True),
        ("foobar", "bar$", None, True),
        ("foobar", "^bar", None, False),
        ("a\nb", "^b$", None, False),
        ("a\nb", "^b$", "m", True),
        ("a\nb", "a.b", None, False),
        ("a\nb", "a.b", "s", True),
        ("FooBar", "foobar", "i", True),
        ("X", "[a-z-[aeiou]]", "i", True),
        ("E", "[a-z-[aeiou]]", "i", False),
        ("q", "[^Q]", "i", False),
        ("hello world", "hello\\ sworld", "x", True),
        ("a.b", "a.b", "q", True),
        ("axb", "a.b", "q", False),
        ("aa", "(a)\\1", None, True),
        ("ab", "(a)\\1", None, False),
        ("aA", "(a)\\1", "i", True),
        ("123", "\\d{3}", None, True),
        ("12", "^\\d{3,}$", None, False),
        ("1234", "^\\d{2,3}$", None, False),
        ("一二三", "^\\p{IsCJKUnifiedIdeographs}+$", None, True),
        ("浙A12345", "^\\p{Lo}[A-Z][A-Z0-9]{5}$", None, True),
        ("a-b", "^[\\w-]+$", None, True),
        ("a b", "\\s", None, True),
        ("a]", "a\\]", None, True),
        ("", "^$", None, True),
        ("ab", "^(?:a)(b)$", None, True),
        ("a\tb", "a\\tb", None, True),
        ("_x1", "^\\i\\c*$", None, True),
        ("x", "\\P{Lu}", None, True),
        ("aaa", "^(a{0,1}){2,3}$", None, True),
    ],
)
def test_a_pattern_is_found_or_not(text: str, pattern: str, flags: str | None, expected: bool) -> None:
    assert found(text, pattern, flags) is expected


@pytest.mark.parametrize(
    ("pattern", "flags"),
    [
        ("(", None), (")", None), ("[a", None), ("a**", None), ("*a", None), ("a{2", None), ("a{3,2}", None),
        ("\\1", None), ("(a)\\2", None), ("[\\1]", None), ("\\y", None), ("\\", None), ("[z-a]", None),
        ("\\p{Xx}", None), ("\\p{IsNowhere}", None), ("\\p{ Lu}", None), ("(?=a)", None), ("(?<n>a)", None),
        ("a++", None), ("a", "z"), ("a", "I"), ("(a{999}){999}", None), ("a" * 3000, None), ("[]", None),
        ("(" * 60 + ")" * 60, None),
    ],
)  # fmt: skip
def test_what_is_no_pattern_is_null_and_says_why(pattern: str, flags: str | None) -> None:
    outcome = evaluate("matches(t, p, f)", {"t": "a", "p": pattern, "f": flags})
    assert outcome.value is None
    assert outcome.reasons[0].startswith("Expected ")


@pytest.mark.parametrize(
    ("text", "pattern", "replacement", "expected"),
    [
        ("abracadabra", "bra", "*", "a*cada*"),
        ("abracadabra", "a.*?a", "*", "*c*bra"),
        ("abcd", "(ab)|(a)", "[1=$1][2=$2]", "[1=ab][2=]cd"),
        ("0123456789", "(\\d{3})(\\d{3})(\\d{4})", "($1) $2-$3", "(012) 345-6789"),
        ("abc", "b", "\\$$0\\\\", "a$b\\c"),
        ("330106199001011234", "^(\\d{6})\\d{8}(\\d{3}[0-9X])$", "$1********$2", "330106********1234"),
        ("abc", "(b)", "$15", "ab5c"),
        ("abc", "x", "y", "abc"),
    ],
)
def test_matches_are_replaced(text: str, pattern: str, replacement: str, expected: str) -> None:
    variables = {"t": text, "p": pattern, "r": replacement}
    assert evaluate("replace(t, p, r)", variables).value == expected


@pytest.mark.parametrize(("pattern", "replacement"), [("a*", "x"), ("b", "$"), ("b", "\\x")])
def test_a_replacement_that_cannot_be_made_is_null(pattern: str, replacement: str) -> None:
    outcome = evaluate("replace(t, p, r)", {"t": "abc", "p": pattern, "r": replacement})
    assert outcome.value is None
    assert outcome.reasons


def test_a_replacement_is_taken_as_written_under_the_flag_q() -> None:
    assert evaluate('replace("a.b", ".", "$1", "q")').value == "a$1b"


@pytest.mark.parametrize(
    "pattern",
    ["^(a+)+$", "^(a|aa)+$", "(a*)*b", "^(a?){50}a{50}b$", "(a|a)*c", "^(([a-z])+.)+[A-Z]([a-z])+$"],
)
def test_patterns_that_explode_elsewhere_end_soon(pattern: str) -> None:
    began = time.monotonic()
    assert found("a" * 500 + "!", pattern) is False
    assert time.monotonic() - began < 5


def test_a_search_without_end_uses_up_the_budget() -> None:
    with pytest.raises(TooLarge):
        found("a" * 60, "(a*)(a*)(a*)(a*)(a*)\\1\\2\\3\\4\\5b")


_ATOMS = st.sampled_from(["a", "b", "c", ".", "[ab]", "[^a]", "(a|b)", "(?:ab)", "(a)", "^", "$", "\\d"])
_PIECES = st.tuples(_ATOMS, st.sampled_from(["", "", "*", "+", "?", "*?", "+?", "{2}", "{1,2}"]))
_PATTERNS = st.lists(_PIECES, min_size=1, max_size=5).map(
    lambda pieces: "".join(atom + (many if atom not in "^$" else "") for atom, many in pieces)
)


@given(_PATTERNS, st.text("abc1", max_size=8))
def test_the_matcher_agrees_with_pythons_own_where_both_speak_the_same_language(
    pattern: str, text: str
) -> None:
    python = re.search(pattern.replace("$", "\\Z"), text)
    ours = pattern_of(pattern, "").search(text, State({}))
    assert (None if python is None else python.span()) == (None if ours is None else ours[:2])
