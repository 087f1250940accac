"""The experiment's table, its two diagrams and what its page says of them belong together."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from statistics import mean

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "serial-or-joint.md").read_text(encoding="utf-8")
PICTURE = (ROOT / "docs" / "serial-or-joint.svg").read_text(encoding="utf-8")


def rows() -> list[dict[str, str]]:
    with (ROOT / "examples" / "joint_approval" / "approvals.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def longest(code: str, days: str) -> int:
    """The working days of the longest chain that ends with an approval."""
    row = next(one for one in rows() if one["code"] == code)
    return int(row[days]) + max((longest(one, days) for one in row["after"].split()), default=0)


def told() -> list[tuple[int, int]]:
    """Serial and joint days of each project, as the page has them."""
    return [(int(a), int(b)) for a, b in re.findall(r"^ +\d +(\d+) +(\d+) +\d+ %$", PAGE, re.MULTILINE)]


def test_every_approval_waits_only_for_approvals_before_it() -> None:
    known: set[str] = set()
    for row in rows():
        assert set(row["after"].split()) <= known, row["code"]
        assert int(row["least"]) <= int(row["most"])
        known.add(row["code"])


def test_the_serial_days_are_a_sum_of_rows_and_the_joint_days_a_chain_of_them() -> None:
    intake = sum(int(row["intake"]) for row in rows())
    assert told()
    for serial, joint in told():
        assert sum(int(row["least"]) for row in rows()) + intake <= serial
        assert serial <= sum(int(row["most"]) for row in rows()) + intake
        first = max(int(row["intake"]) for row in rows())
        assert longest("completion", "least") + first <= joint <= longest("completion", "most") + first


def test_the_picture_shows_the_figures_of_the_page() -> None:
    bars = [int(one) for one in re.findall(r'<text x="\d+" y="\d+">(\d+)</text>', PICTURE)]
    assert [one for one in bars if one > 9] == [days for pair in told() for days in pair]


def test_the_page_compares_the_reported_halving_with_what_follows_from_the_table() -> None:
    serial, joint = (round(mean(days)) for days in zip(*told(), strict=True))
    most = sum(int(row["most"]) + int(row["intake"]) for row in rows())
    assert f"{serial} working days one after the other and {joint} together" in PAGE
    assert f"would take {most}" in PAGE
    assert abs(2 * joint - serial) <= serial // 10, "the halving comes out"
    assert serial < 300 < most, "the 300 only at the far end"
