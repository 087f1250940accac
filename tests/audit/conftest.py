"""What tests of evidence share: a lived and sealed database, which each takes a copy of, and its seal."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from forging import lived_and_sealed

Evidence = tuple[Path, dict[str, Any]]


@pytest.fixture(scope="session")
def lived(founded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """A database with two lived cases, its triggers gone, and its seal as it was kept outside."""
    path = tmp_path_factory.mktemp("lived") / "banjie.db"
    return lived_and_sealed(f"sqlite:///{shutil.copyfile(founded_sqlite, path)}")


@pytest.fixture
def evidence(lived: Evidence, tmp_path: Path) -> Evidence:
    """A copy of it that a test may forge."""
    path, kept = lived
    return Path(shutil.copyfile(path, tmp_path / "banjie.db")), dict(kept)
