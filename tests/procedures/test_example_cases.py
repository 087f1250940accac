"""The example cases of the shipped procedures, lived through the real runtime, to the day."""

from __future__ import annotations

from importlib import resources

import pytest

from engine.errors import Malformed
from timers import examples

FILES = sorted(
    (f"{package.name}/{file.name}", file)
    for package in resources.files("processes").iterdir()
    if package.is_dir() and (package / "tests").is_dir()
    for file in (package / "tests").iterdir()
    if file.name.endswith(".yaml")
)


@pytest.mark.parametrize(("where", "file"), FILES, ids=[where for where, _ in FILES])
def test_the_example_holds(where: str, file: resources.abc.Traversable) -> None:
    example = examples.read(file.read_text(encoding="utf-8"), where)

    assert [finding.sentence for finding in examples.check(example)] == []


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
