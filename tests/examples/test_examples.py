"""The numbered stories run as a newcomer runs them, and say what they promise to say."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STORIES = sorted((ROOT / "examples").glob("[0-9][0-9]_*.py"))


Told = Callable[[str], str]


def told_alone(name: str) -> str:
    """What a story prints, run by itself: a program of its own, as a newcomer starts it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    found = subprocess.run(
        [sys.executable, "-W", "error", f"examples/{name}.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    assert found.stderr == ""
    return found.stdout


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Told:
    """What a story prints, its file run from beginning to end inside this process: what ships has been read
    here already. How it runs as a program of its own the first story shows, and by night every one."""

    def run(name: str) -> str:
        file = str(ROOT / "examples" / f"{name}.py")
        monkeypatch.setattr(sys, "argv", [file])
        capsys.readouterr()
        runpy.run_path(file, run_name="__main__")
        return capsys.readouterr().out

    return run


def test_every_story_is_numbered_without_a_gap_and_has_a_test() -> None:
    numbers = [int(story.name[:2]) for story in STORIES]
    own = Path(__file__).read_text(encoding="utf-8")

    assert numbers == list(range(1, len(numbers) + 1))
    assert [story.stem for story in STORIES if not re.search(rf'told(_alone)?\("{story.stem}"\)', own)] == []


@pytest.mark.nightly
@pytest.mark.timeout(400)
@pytest.mark.parametrize("story", [story.stem for story in STORIES])
def test_every_story_is_the_same_as_a_program_of_its_own(story: str, told: Told) -> None:
    def without_secrets(text: str) -> str:
        return re.sub(r"\b[0-9a-f]{12,}\b", "", text)

    assert without_secrets(told_alone(story)) == without_secrets(told(story))


def test_a_first_case_is_accepted_in_january_and_due_on_the_make_up_saturday() -> None:
    story = told_alone("01_first_case")

    assert "20 working days from 2026-01-26 end on 2026-02-28" in story
    assert "the applicant has to be told by 2026-03-03" in story
    assert "the case is concluded (办结): 已落户" in story
    assert "verify: 11 of 11 checks hold" in story
    assert re.search(r"replay: conforms: \d+ entries", story)


def test_a_suspended_period_runs_on_by_the_ledger_and_explains_itself(told: Told) -> None:
    story = told("02_suspended_period")

    assert "the decision is due on 2026-03-30" in story
    assert "suspended (中止): True" in story
    assert "resumed (恢复); the decision is due on 2026-04-14" in story
    assert "extended (延长); the decision is due on 2026-04-28" in story
    assert "card (督察卡) A15 R for zhaoguodong" in story
    assert "2026-03-17 Tue not counted (专家评审)" in story
    assert "2026-04-06 Mon holiday (Tomb-sweeping Day)" in story
    assert "2026-04-28 Tue extension, no. 30 [last day]" in story


def test_a_forged_record_is_named_by_three_that_do_not_trust_each_other(told: Told) -> None:
    story = told("03_forged_record")
    honest, forged, patient = re.split(r"\n\d\. ", story)

    assert "verify: all 11 checks hold" in honest
    assert "replay: conforms" in honest
    assert "status 0" in honest
    assert "the record is append-only: entry" in forged
    assert re.search(r"verify ✗ 3 .*case:1 #11", forged)
    assert "replay: deviates at entry 11" in forged
    assert "status 1" in forged
    assert re.search(r"verify ✗ 9 .*as seal 1 has it", patient)
    assert "replay: deviates at entry 11" in patient
    assert "status 1" in patient


@pytest.mark.timeout(400)
def test_a_year_is_supervised_and_every_case_of_it_can_be_proven(told: Told) -> None:
    story = told("04_a_year_in_a_minute")
    months = re.findall(r"2026-(\d\d)  received", story)
    cards = re.findall(r"^   ([A-Z]+[-\d]*)\s+(T|Y|R\+?)\s+(\d+)$", story, re.MULTILINE)
    proven = re.search(r"(\d+) of (\d+) cases verify; (\d+) of (\d+) replay", story)

    assert months == [f"{month:02d}" for month in range(1, 13)]
    assert {("A1", "Y"), ("A3", "R+")} <= {(rule, level) for rule, level, _ in cards}
    assert proven is not None
    assert len(set(proven.groups())) == 1
    assert int(proven.group(1)) >= 10


def test_the_fifth_story_runs_one_table_both_ways_and_says_what_its_page_says(told: Told) -> None:
    page = (ROOT / "docs" / "serial-or-joint.md").read_text(encoding="utf-8")
    story = told("05_serial_or_joint")
    assert [line for line in story.splitlines() if line.strip() and f"    {line}" not in page] == []
