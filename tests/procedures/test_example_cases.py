"""The example cases of the shipped procedures, lived through the real runtime, to the day."""

from __future__ import annotations

import shutil
from datetime import date
from importlib import resources
from pathlib import Path

import pytest
from founded import runtime_over

from engine.errors import Malformed
from timers import examples
from timers.laboratory import Laboratory

FILES = sorted(
    (f"{package.name}/{file.name}", file)
    for package in resources.files("processes").iterdir()
    if package.is_dir() and (package / "tests").is_dir()
    for file in (package / "tests").iterdir()
    if file.name.endswith(".yaml")
)


@pytest.mark.parametrize(("where", "file"), FILES, ids=[where for where, _ in FILES])
def test_the_example_holds(
    where: str, file: resources.abc.Traversable, founded_sqlite: Path, tmp_path: Path
) -> None:
    """In a copy of the one founded installation: founding a city for each would take most of the time."""
    example = examples.read(file.read_text(encoding="utf-8"), where)

    def made(day: date, seed: int) -> Laboratory:
        url = f"sqlite:///{shutil.copyfile(founded_sqlite, tmp_path / 'example.db')}"
        return Laboratory(*runtime_over(url, day), seed)

    assert [finding.sentence for finding in examples.check(example, made)] == []


def test_an_example_that_does_not_hold_says_what_was_found_instead() -> None:
    text = """
name: wrong on purpose
given: {item: HJ-LH-0004, unit: shinan.ga.zs, today: 2026-01-26}
when: []
then: {waiting: decide}
"""
    (finding,) = examples.check(examples.read(text, "wrong.yaml"))

    assert finding.sentence == "Expected waiting ['decide'], but found ['review']"


@pytest.mark.parametrize(
    "text", ["then: {}", "- 1", "given: {}\nthen: {}\nelse: {}", "!!python/object:os.system {}"]
)
def test_a_file_that_is_no_example_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        examples.read(text, "x.yaml")
