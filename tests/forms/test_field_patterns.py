"""Patterns of designers run on text of strangers: what could hang the server is refused."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.definitions.patterns import LONGEST_TEXT, safe_pattern
from engine.errors import Malformed


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        (r"^\d{6}$", ["123456"], ["12345", "1234567", "123456\n"]),
        (r"^[A-Z]{2}-\d+$", ["AB-1"], ["AB-", "ab-1", "AB-1 "]),
        (r"^\d{1,3}(\.\d{1,3})?$", ["1", "12.5"], ["1.", "1.2.3"]),
        (r"^(鲁|京)[A-Z]\w{5}$", ["鲁B12345"], ["沪B12345"]),
        (r"^[\u4e00-\u9fff·]{2,20}$", ["买买提·艾力"], ["A"]),
        ("紧急", ["很紧急的"], ["不急"]),
        (r"^a\$\.\/$", ["a$./"], ["a$x/"]),
    ],
)
def test_plain_patterns_run_as_written(pattern, yes, no):
    compiled = re.compile(safe_pattern(pattern), re.ASCII)
    assert all(compiled.search(text) for text in yes)
    assert not any(compiled.search(text) for text in no)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+$",
        r"(a|a)*",
        r"^(\d{1,5}){2,}$",
        r"\d+\d+\d+x",
        r".*.*=",
        "a?" * 30 + "a" * 30,
        "(a|ab)" * 30,
        r"(?=a)b",
        r"(?P<n>a)",
        r"(?i)a",
        r"(a)\1",
        "a**",
        "a{2}{3}",
        "a*+",
        "[",
        "[]",
        "[^",
        "(",
        ")",
        "a)",
        "*a",
        "\\",
        r"\p{L}",
        r"\Z",
        "x{2,1}",
        "[[:alpha:]]",
        "a" * 301,
        "(" * 12 + "a" + ")" * 12,
    ],
)
def test_patterns_that_may_blow_up_or_are_none_are_refused(pattern):
    with pytest.raises(Malformed, match="Expected"):
        safe_pattern(pattern)


pieces = st.sampled_from(
    ["a", "b", "[ab]", r"\d", "a+", "a*", "a?", "(a|b)", "(ab)?", "a{1,3}", ".", ".*", "|", "^", "$"]
)


@settings(max_examples=150)
@given(st.lists(pieces, max_size=8), st.sampled_from(["a", "ab", "aab", "1"]))
def test_no_pattern_that_is_let_through_takes_long(parts, unit):
    try:
        compiled = re.compile(safe_pattern("".join(parts)), re.ASCII)
    except Malformed:
        return
    text = (unit * LONGEST_TEXT)[: LONGEST_TEXT - 1] + "!"
    begun = time.perf_counter()
    compiled.search(text)
    assert time.perf_counter() - begun < 2
