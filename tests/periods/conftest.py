"""The shipped calendar and law files, read once for the tests of this folder."""

from importlib.resources import files

import pytest

from engine.periods import Calendar, RuleBook


def _texts(folder: str) -> dict[str, str]:
    found = files("processes").joinpath(folder).iterdir()
    return {item.name: item.read_text(encoding="utf-8") for item in found if item.name.endswith(".toml")}


@pytest.fixture(scope="session")
def calendar_files() -> dict[str, str]:
    return _texts("calendars")


@pytest.fixture(scope="session")
def law_files() -> dict[str, str]:
    return _texts("law")


@pytest.fixture(scope="session")
def calendar(calendar_files: dict[str, str]) -> Calendar:
    return Calendar.read(calendar_files)


@pytest.fixture(scope="session")
def rules(law_files: dict[str, str]) -> RuleBook:
    return RuleBook.read(law_files)
