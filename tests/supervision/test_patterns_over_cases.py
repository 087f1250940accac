"""Rules that compare cases: asked by the patrol alone, written into its book, never a card."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from engine import dmn
from engine.casework import patterns
from engine.casework.patterns import Looked

MODEL = dmn.read((Path(__file__).parents[2] / "processes" / "supervision" / "patterns.dmn").read_bytes())
NOW = datetime(2026, 6, 30, 2, tzinfo=UTC)
QUARTER, YEAR = datetime(2026, 3, 31, 2, tzinfo=UTC), datetime(2025, 6, 30, 2, tzinfo=UTC)
CASE = Looked(
    case_id=1,
    number="20260000001",
    unit="shinan.cg",
    open=True,
    opened_at=NOW - timedelta(days=40),
    not_opened_by=frozenset(),
    handled_by=frozenset({"li"}),
    file={},
)
DECIDED = {
    "decided_on": "2026-05-20",
    "decided_amount": "500",
    "item_code": "littering",
    "facts_now": {"a": 1},
}


def rules(facts: Any) -> list[str]:
    return [hit.key for one in facts for hit in patterns._judged(MODEL, one, NOW)]


def leads(unit: str, person: str, opened: int, refused: int) -> list[Looked]:
    some = replace(CASE, unit=unit, handled_by=frozenset({person}))
    return [some] * opened + [replace(some, not_opened_by=frozenset({person}))] * refused


def test_b4_a_unit_and_an_officer_above_twice_the_citys_share() -> None:
    cases = [*leads("shinan.cg", "li", 3, 6), *leads("laoshan.cg", "wang", 40, 1)]
    assert rules(patterns._not_opened(cases, QUARTER)) == ["rule:B4", "rule:B4"]  # the officer and the unit
    even = [*leads("shinan.cg", "li", 10, 2), *leads("laoshan.cg", "wang", 10, 2)]
    assert rules(patterns._not_opened(even, QUARTER)) == []
    few = [*leads("shinan.cg", "li", 0, 4), *leads("laoshan.cg", "wang", 40, 1)]
    assert rules(patterns._not_opened(few, QUARTER)) == []
    long_ago = [replace(case, opened_at=NOW - timedelta(days=120)) for case in cases]
    assert rules(patterns._not_opened(long_ago, QUARTER)) == []


def test_f15_the_same_facts_with_different_amounts_in_one_unit_within_a_year() -> None:
    first, second = replace(CASE, file=DECIDED), replace(CASE, file={**DECIDED, "decided_amount": "600"})
    assert rules(patterns._unequal([first, second], YEAR)) == ["rule:F15"]
    assert rules(patterns._unequal([first, first], YEAR)) == []
    assert rules(patterns._unequal([first, replace(second, unit="laoshan.cg")], YEAR)) == []
    other = replace(CASE, file={**DECIDED, "decided_amount": "600", "facts_now": {"a": 2}})
    assert rules(patterns._unequal([first, other], YEAR)) == []
    old = replace(CASE, file={**DECIDED, "decided_amount": "600", "decided_on": "2025-05-20"})
    assert rules(patterns._unequal([first, old], YEAR)) == []


LETTER = replace(
    CASE, kind="letter", file={"phone": "13800000001", "title": "路灯 不亮", "channel": "mailbox"}
)


def test_f12_one_matter_of_one_sender_that_is_open_in_two_channels() -> None:
    called = replace(LETTER, number="2", file={**LETTER.file, "title": "路灯不亮", "channel": "phone"})
    (hit,) = [hit for fact in patterns._twice([LETTER, called]) for hit in patterns._judged(MODEL, fact, NOW)]
    assert (hit.key, hit.kind) == ("rule:F12", "pattern")
    assert "2个渠道" in hit.sentence
    assert "open in 2 channels" in hit.sentence_en
    for other in (
        replace(called, open=False),
        replace(called, file={**called.file, "channel": "mailbox"}),
        replace(called, file={**called.file, "phone": "13800000002"}),
        replace(called, file={**called.file, "title": "噪声扰民"}),
        replace(called, file={"channel": "phone"}),
    ):
        assert rules(patterns._twice([LETTER, other])) == []
    unnamed = replace(called, channel="online", file={"phone": "13800000001", "title": "路灯不亮"})
    assert rules(patterns._twice([LETTER, unnamed])) == ["rule:F12"]
