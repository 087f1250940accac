"""The house as one object: what every door of the product is handed.

Built once by the command line (`open_house`) or by a test; the pages read it through
`web.services.services()`, the interface through the same. It decides nothing.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.casework import runtime as casework
from engine.casework.runtime import Runtime
from engine.clock import Clock, SystemClock
from engine.organisation.directory import Directory
from engine.records import hashing
from engine.records.store import Store
from web.services import Settings

DEFAULT_DATABASE = "sqlite:///var/banjie.db"


@dataclass(frozen=True)
class House:
    """Settings of the pages, the runtime (store, clock, definitions) and the directory of people."""

    settings: Settings
    runtime: Runtime

    @property
    def store(self) -> Store:
        """The database."""
        return self.runtime.store

    @property
    def clock(self) -> Clock:
        """The present moment."""
        return self.runtime.clock

    @property
    def directory(self) -> Directory:
        """Who there is."""
        return self.runtime.directory


def open_house(
    database: str | None = None, clock: Clock | None = None, settings: Settings | None = None
) -> House:
    """A house over a database URL (default: the environment's BANJIE_DB, else a file under var/)."""
    hashing.choose(os.environ.get("BANJIE_DIGEST", hashing.SHA256))
    url = database or os.environ.get("BANJIE_DB") or DEFAULT_DATABASE
    clock = clock or SystemClock()
    settings = settings or Settings(
        secret=_secret(),
        zone=os.environ.get("BANJIE_ZONE", "Asia/Shanghai"),
        authority=_authority(),
        secure_cookies=os.environ.get("BANJIE_TLS", "") == "yes",
    )
    zone = ZoneInfo(settings.zone)
    store = Store(url)
    directory = Directory(store, clock, zone=zone)
    rules = casework.Settings(
        zone=zone,
        opens=os.environ.get("BANJIE_OPENS", "09:00"),
        closes=os.environ.get("BANJIE_CLOSES", "17:00"),
        address=os.environ.get("BANJIE_ADDRESS", casework.Settings.address).rstrip("/"),
    )
    return House(settings, Runtime(store, clock, rules, directory))


def _authority() -> dict[str, str]:
    return {
        "zh": os.environ.get("BANJIE_AUTHORITY", "琴岛市"),
        "en": os.environ.get("BANJIE_AUTHORITY_EN", "Qindao"),
    }


def _secret() -> str:
    """The key that signs sessions: from BANJIE_SECRET, else drawn once and kept beside the database."""
    given = os.environ.get("BANJIE_SECRET")
    if given:
        return given
    path = Path(os.environ.get("BANJIE_VAR", "var")) / "secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text().strip()
