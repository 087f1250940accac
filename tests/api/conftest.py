"""The interface over a founded installation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from founded import runtime_over
from token_machine import Machine


@pytest.fixture
def machine(founded_sqlite_url: str) -> Iterator[Machine]:
    """A machine over a founded SQLite file of the test's own."""
    made = Machine(*runtime_over(founded_sqlite_url))
    yield made
    made.runtime.store.close()


@pytest.fixture
def machine_on_each(founded_url: str) -> Iterator[Machine]:
    """The same on SQLite and on PostgreSQL."""
    made = Machine(*runtime_over(founded_url))
    yield made
    made.runtime.store.close()
