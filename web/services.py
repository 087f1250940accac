"""What the pages are handed by whoever starts them: settings, runtime, directory.

Called by the composition root (`web.app`) and by every persona's pages through `services()`.
It opens nothing and imports no engine room; the starter fills it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

from flask import current_app

Words = Mapping[str, str]
"""One text in each language: {"zh": …, "en": …}."""


@dataclass(frozen=True)
class Settings:
    """What a starter decides about the pages.

    `secret` signs sessions (bytes or text, kept out of version control). `zone` is the authority's IANA
    time zone; every moment is shown in it. `upload_limit` is in bytes for one whole request,
    `session_hours` in hours. `secure_cookies` is switched on wherever the pages are served over TLS.
    """

    secret: str
    authority: Words = field(default_factory=lambda: {"zh": "示范市", "en": "Demo City"})
    zone: str = "Asia/Shanghai"
    secure_cookies: bool = False
    session_hours: int = 8
    upload_limit: int = 20 * 1024 * 1024
    instance_path: Path | None = None


class Services(Protocol):
    """The object `create_app` is handed; rooms read further members off a type of their own."""

    @property
    def settings(self) -> Settings:
        """The decisions about the pages."""
        ...


def services() -> Services:
    """The services of the application that answers this request."""
    return cast(Services, current_app.extensions["banjie"])
