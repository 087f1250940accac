"""Commands, variables, targets, files and links that the project's pages name are really there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from timers import city
from web.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
OPERATOR = (ROOT / "docs" / "handbook-operator.md").read_text(encoding="utf-8")
OF_THE_TESTS = {"BANJIE_TEST_PG", "BANJIE_SEED", "BANJIE_CONFORMANCE"}


def console_lines(text: str) -> list[str]:
    blocks = re.findall(r"```console\n(.*?)\n```", text, re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def banjie_calls() -> list[tuple[str, str]]:
    """Every command line of the product on any page: in console blocks and in running text."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        lines = console_lines(text) + re.findall(r"`(banjie [^`]+)`", text)
        found += [(page.name, line) for line in lines if line.startswith("banjie ")]
    return found


def resolve(words: list[str]) -> tuple[click.Command, list[str]]:
    command: click.Command = main
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name, words = words[0], words[1:]
        inner = command.commands.get(name)
        assert inner is not None, f"there is no command {name}"
        command = inner
    return command, words


@pytest.mark.parametrize(("page", "call"), banjie_calls())
def test_a_command_that_a_page_names_exists_with_its_options(page: str, call: str) -> None:
    command, rest = resolve(shlex.split(call, comments=True)[1:])
    known = {
        option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
    }

    assert {word for word in rest if word.startswith("--")} <= known | {"--help", "--json"}


def test_the_pages_name_commands_at_all() -> None:
    assert len(banjie_calls()) >= 15


def test_every_variable_of_the_environment_is_in_the_operators_handbook_and_none_is_invented() -> None:
    files = [*(path for folder in ("web", "timers", "engine") for path in (ROOT / folder).rglob("*.py"))]
    texts = [path.read_text(encoding="utf-8") for path in files] + [(ROOT / "Makefile").read_text()]
    # In quotes: BANJIE_ZONE is also a key of the pages' own configuration, which nobody sets from outside.
    used = {name for text in texts for name in re.findall(r"\bBANJIE_[A-Z_]+\b", text)}
    told = set(re.findall(r"\bBANJIE_[A-Z_]+\b", OPERATOR))

    assert used - OF_THE_TESTS == told


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_that_a_page_names_is_in_the_makefile(page: Path) -> None:
    targets = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = page.read_text(encoding="utf-8")
    lines = [line for line in console_lines(text) if line.startswith("make ")]
    named = {line.split()[1] for line in lines} | set(re.findall(r"`make ([a-z][\w-]*)`", text))

    assert named <= targets


def anchor(heading: str) -> str:
    plain = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return plain.replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    astray = []
    for target in re.findall(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"", text):
        link = next(filter(None, target))
        if re.match(r"[a-z]+:", link):
            continue
        name, _, place = link.partition("#")
        goal = (page.parent / name) if name else page
        if not goal.exists():
            astray.append(link)
        elif place and goal.suffix == ".md":
            headings = re.findall(r"^#+ (.*)$", goal.read_text(encoding="utf-8"), re.MULTILINE)
            if place not in {anchor(heading) for heading in headings}:
                astray.append(link)

    assert astray == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_of_the_source_that_a_page_names_is_there(page: Path) -> None:
    named = re.findall(r"`((?:engine|web|timers|tests|processes|examples|docs)/[\w./-]+)`", page.read_text())
    handed_out = ("processes/venue", "forms/venue", "processes/law/venue", "processes/catalogue/venue")

    assert [one for one in named if not one.startswith(handed_out) and not (ROOT / one).exists()] == []


def test_the_readme_and_its_chinese_twin_have_the_same_parts() -> None:
    def shape(name: str) -> list[Any]:
        text = (ROOT / name).read_text(encoding="utf-8")
        without_code = re.sub(r"```.*?```", "```", text, flags=re.DOTALL)
        return [
            len(re.findall(r"^## ", without_code, re.MULTILINE)),
            re.findall(r"src=\"([^\"]+)\"|\]\((docs/[^)]+)\)", without_code),
            re.findall(r"```(\w+)\n(.*?)```", text, re.DOTALL),
        ]

    assert shape("README.md") == shape("README.zh-CN.md")


def test_the_readme_prints_the_logins_of_the_demo_city() -> None:
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert city.PASSWORD in text
        assert [login for _, login in city.LOGINS if f"`{login}`" not in text] == []


def test_contributing_opens_with_three_commands() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    first = re.search(r"```\w*\n(.*?)\n```", text, re.DOTALL)

    assert first is not None
    assert len(first.group(1).splitlines()) == 3
    assert len(text[: first.start()].splitlines()) <= 6


def test_the_change_log_follows_keep_a_changelog() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    kinds = set(re.findall(r"^### (.*)$", text, re.MULTILINE))

    assert re.fullmatch(r"\[0\.1\.0\] - (unreleased|\d{4}-\d\d-\d\d)", headings[0])
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_the_operators_seal_is_made_and_verified_as_printed(founded_sqlite_url: str, tmp_path: Path) -> None:
    (block,) = re.findall(r"\*Run by the tests:\*\n\n```console\n(.*?)\n```", OPERATOR, re.DOTALL)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "BANJIE_DB": founded_sqlite_url}
    for line in block.splitlines():
        command = [sys.executable, "-m", "web.cli", *shlex.split(line)[1:]]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, encoding="utf-8", check=False
        )
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"

    assert (tmp_path / "seal.json").is_file()
