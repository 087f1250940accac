"""The command over a founded installation of the test's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from founded import runtime_over

from web.cli import main

PASSWORD = "long enough 1"


class Told(NamedTuple):
    """What a command ended with."""

    status: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


class Shell:
    """Runs commands against one database, as a person where one is named."""

    def __init__(self, database: str) -> None:
        self.database = database

    def __call__(self, *words: str, by: str = "", env: dict[str, str] | None = None) -> Told:
        given = {"BANJIE_DB": self.database, "BANJIE_SECRET": "only for tests", "BANJIE_LANGUAGE": "en"}
        given |= env or {}
        if by:
            given |= {"BANJIE_LOGIN": by, "BANJIE_PASSWORD": PASSWORD}
        result = CliRunner(env=given).invoke(main, list(words), prog_name="banjie")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Told(result.exit_code, result.stdout, result.stderr)


@pytest.fixture(scope="session")
def with_passwords(founded_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded SQLite file in which some people can sign in."""
    path = tmp_path_factory.mktemp("passwords") / "banjie.db"
    path.write_bytes(founded_sqlite.read_bytes())
    runtime, _ = runtime_over(f"sqlite:///{path}")
    for login in ("wangli", "zhangwei", "shenlan", "weigang"):
        runtime.directory.set_password(login, PASSWORD)
    runtime.store.close()
    return path


@pytest.fixture
def banjie(with_passwords: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """The command over a copy of it; the test's own folder is the working directory."""
    for name in ("BANJIE_TOKEN", "BANJIE_LOGIN", "BANJIE_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "banjie.db"
    path.write_bytes(with_passwords.read_bytes())
    monkeypatch.chdir(tmp_path)
    return Shell(f"sqlite:///{path}")
