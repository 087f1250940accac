"""What the designer's handbook prints is taken from its page and run: a procedure, every line of FEEL."""

from __future__ import annotations

import re
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from engine import feel
from engine.bpmn import vocabulary
from engine.bpmn.trial import Trial
from engine.casework.jobs import _WORK
from engine.definitions import bundles, deployment, packages
from engine.definitions.bundles import Bundle
from engine.feel import HostFunction
from engine.periods import Calendar
from timers import examples
from timers.bench import Bench

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "handbook-designer.md").read_text(encoding="utf-8")
FILES = {
    path: text + "\n"
    for path, text in re.findall(r"```\w+ ((?:processes|forms)/\S+)\n(.*?)\n```", PAGE, re.DOTALL)
}
FEEL = [
    tuple(line.split("  →  "))
    for block in re.findall(r"```feel\n(.*?)\n```", PAGE, re.DOTALL)
    for line in block.splitlines()
]


def printed(kind: str, name: str, *folders: tuple[str, str]) -> Bundle:
    """A bundle of the files the handbook prints under some folders."""
    files = {
        prefix + path.removeprefix(folder): text.encode()
        for prefix, folder in folders
        for path, text in FILES.items()
        if path.startswith(folder)
    }
    return Bundle(kind, name, MappingProxyType(files))


def procedure() -> Bundle:
    return printed("package", "venue", ("", "processes/venue/"), ("forms/", "forms/venue/"))


def beside_what_ships(kind: str) -> Bundle:
    shipped = next(bundle for bundle in deployment.shipped() if bundle.kind == kind)
    own = printed(kind, shipped.name, ("", f"processes/{kind}/"))
    assert own.files, f"the handbook prints no {kind}"
    return bundles.Bundle(kind, shipped.name, {**shipped.files, **own.files})


def test_the_first_procedure_is_legal_as_printed() -> None:
    read = packages.read(procedure())

    assert read.process == "venue"
    assert sorted(read.forms) == ["venue/apply", "venue/check", "venue/decide"]


def test_the_first_procedure_lives_its_example_case_to_the_printed_date() -> None:
    (text,) = [text for path, text in FILES.items() if path.startswith("processes/venue/tests/")]
    drafts = [beside_what_ships("law"), beside_what_ships("catalogue"), procedure()]

    with Bench(drafts=drafts) as bench:
        assert examples.run(text, "lent.yaml", bench.laboratory) == []
        late = text.replace("venue.answer: 2026-10-10", "venue.answer: 2026-10-09")
        assert examples.run(late, "lent.yaml", bench.laboratory) != []


def test_the_diagram_goes_the_printed_way_when_tried() -> None:
    trial = Trial(FILES["processes/venue/venue.bpmn"].encode())
    trial.start("venue", outcome="lent")

    assert [one.element for one in trial.waiting()] == ["check"]


def names() -> dict[str, Any]:
    shipped = next(bundle for bundle in deployment.shipped() if bundle.kind == "calendar")
    calendar = Calendar.read(shipped.texts(".toml"))
    return {
        "is working day": HostFunction("is working day", ("date",), calendar.is_working),
        "add working days": HostFunction(
            "add working days", ("date", "n"), lambda day, n: calendar.add_working_days(day, int(n))
        ),
        "working days between": HostFunction(
            "working days between",
            ("after", "until"),
            lambda after, until: feel.from_json(calendar.working_days_between(after, until)),
        ),
    }


@pytest.mark.parametrize(("expression", "gives"), FEEL)
def test_a_line_of_feel_gives_what_the_handbook_says(expression: str, gives: str) -> None:
    found, expected = feel.evaluate(expression, names()).value, feel.evaluate(gives).value

    assert found == expected
    assert type(found) is type(expected)


def test_the_handbook_has_lines_of_feel() -> None:
    assert len(FEEL) >= 20


def test_every_property_of_the_dialect_is_explained_and_none_is_invented() -> None:
    table = set(re.findall(r"^\| `(banjie\.[\w.]+)` \|", PAGE, re.MULTILINE))

    assert table == set(vocabulary.PROPERTIES) | set(_WORK)


def test_every_element_that_is_executed_is_explained() -> None:
    parts = {"joining", "loop_data", "repetitions", "event_definitions", "process", "__init__"}
    places = ("start", "end", "boundary", "intermediate_catch", "intermediate_throw")
    loops = {"multi_instance", "standard_loop"}
    for path in (ROOT / "engine" / "bpmn" / "elements").glob("*.py"):
        stem = path.stem
        if stem in parts:
            continue
        first, *rest = stem.removesuffix("_loop").split("_")
        name = first + "".join(word.capitalize() for word in rest)
        name += "LoopCharacteristics" if stem in loops else ""
        name += "Definition" if stem.endswith("_event") and not stem.startswith(places) else ""
        assert f"`{name}`" in PAGE.partition("## The elements")[2].partition("\n## ")[0], name


def test_every_word_of_the_screen_that_the_page_names_stands_on_a_screen() -> None:
    chapter = PAGE.partition("## In the browser")[2].partition("\n## ")[0]
    named = set(re.findall(r"「([^」 ]+)」", chapter))
    rooms = [
        *(ROOT / "web" / "templates" / "designer").glob("*.html"),
        *(ROOT / "web" / "designer").glob("*.py"),
    ]
    shown = "".join(path.read_text(encoding="utf-8") for path in rooms)
    shown += (ROOT / "web" / "i18n" / "zh" / "editor.json").read_text(encoding="utf-8")

    assert len(named) > 25
    assert sorted(word for word in named if word not in shown) == []


def test_every_check_of_the_law_is_told_in_plain_words() -> None:
    sources = [ROOT / "engine" / "definitions" / f"{name}.py" for name in ("lawfulness", "usage")]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    rules = set(re.findall(r'"((?:law|package|template)\.[a-z.]+)"', text)) - {"package.form"}

    assert rules
    assert sorted(rule for rule in rules if f"`{rule}`" not in PAGE) == []
