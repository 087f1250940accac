"""Fixtures of the browser tests: `browser` (one per session), `open_page`, `page`, `serve`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

import pytest
from browser import DESKTOP, Opener, Server, browsing, listen, serving
from flask import Flask
from playwright.sync_api import Browser, Page
from town import Town, found, town_over
from watched import LATER, live


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests."""
    with browsing() as running:
        yield running


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Opener]:
    """Opens pages in fresh contexts of their own (a second person, a phone, no scripts).

    A page that breaks the content security policy or whose scripts fail fails its test.
    """
    contexts = []
    complaints: list[list[str]] = []

    def opener(**options: Any) -> Page:
        context = browser.new_context(**{"viewport": DESKTOP, "locale": "zh-CN", **options})
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        complaints.append(listen(page))
        return page

    opener.complaints = complaints  # type: ignore[attr-defined]
    yield opener
    for context in contexts:
        context.close()
    assert [heard for page in complaints for heard in page] == []


@pytest.fixture
def page(open_page: Opener) -> Page:
    """One page at desktop size."""
    return open_page()


@pytest.fixture
def serve() -> Iterator[Server]:
    """Serves applications on free ports until the test ends; called with a Flask app, gives its address."""
    with ExitStack() as running:

        def start(app: Flask) -> str:
            return running.enter_context(serving(app))

        yield start


@pytest.fixture(scope="session")
def town_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the shipped definitions and people, made once."""
    path = tmp_path_factory.mktemp("town") / "town.db"
    found(f"sqlite:///{path}")
    return path


@pytest.fixture
def town(town_file: Path, tmp_path: Path) -> Iterator[Town]:
    """A town of one's own, without a case."""
    made = town_over(f"sqlite:///{shutil.copyfile(town_file, tmp_path / 'town.db')}")
    yield made
    made.house.store.close()


@pytest.fixture(scope="session")
def watched_file(town_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file of a town with some history, made once."""
    path = tmp_path_factory.mktemp("watched") / "town.db"
    made = town_over(f"sqlite:///{shutil.copyfile(town_file, path)}")
    live(made)
    made.house.store.close()
    return path


@pytest.fixture
def watched(watched_file: Path, tmp_path: Path) -> Iterator[Town]:
    """A town of one's own with some history."""
    made = town_over(f"sqlite:///{shutil.copyfile(watched_file, tmp_path / 'watched.db')}")
    made.clock.set(datetime.combine(LATER, time(17), made.house.runtime.settings.zone).astimezone(UTC))
    yield made
    made.house.store.close()


@pytest.fixture
def any_town(store_url: str) -> Iterator[Town]:
    """A town on each kind of database."""
    found(store_url)
    made = town_over(store_url)
    yield made
    made.house.store.close()
