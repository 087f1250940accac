"""Carries a seal to a time-stamping authority (RFC 3161, 3.4: over HTTP) and keeps its answer.

Called by the heartbeat after the daily seal, by `banjie seal` and by the operator's page. Which authority is
asked stands in the environment: BANJIE_TSA is its address, BANJIE_TSA_ROOTS a file of certificates (PEM)
its signature must lead to. An authority that does not answer never keeps a seal from being made.
"""

from __future__ import annotations

import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.casework.runtime import Runtime
from engine.clock import moment_text
from engine.errors import Broken, Malformed, said
from engine.records import seals, stamps
from engine.records.seals import Seal
from engine.records.stamps import Stamp

TIMEOUT_SECONDS = 20
LONGEST = 1024 * 1024


@dataclass(frozen=True)
class Authority:
    """An address to ask, and the roots (PEM) its signature must lead to; None where none are configured."""

    url: str
    roots: bytes | None = None

    def stamp(self, seal: Seal) -> Stamp:
        """The authority's stamp of a seal. Raises Broken, NotFound (the extra `stamps` is missing)."""
        asked = urllib.request.Request(  # noqa: S310 - http and https alone, see `configured`
            self.url, stamps.request(seal), {"Content-Type": "application/timestamp-query"}
        )
        try:
            with urllib.request.urlopen(asked, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
                data = answer.read(LONGEST)
        except OSError as error:
            raise Broken(
                said("Expected {url} to answer with a time-stamp, but {error}", url=self.url, error=error)
            ) from error
        return stamps.read(seal, self.url, data, self.roots)


def configured(environment: Mapping[str, str] = os.environ) -> Authority | None:
    """The authority of the environment, None where there is none. Raises Malformed."""
    url = environment.get("BANJIE_TSA", "")
    if not url:
        return None
    if not url.startswith(("http://", "https://")):
        raise Malformed(
            said("Expected BANJIE_TSA to be an http or https address, but found {url!r}", url=url)
        )
    path = environment.get("BANJIE_TSA_ROOTS", "")
    if path and not Path(path).is_file():
        raise Malformed(
            said("Expected BANJIE_TSA_ROOTS to name a file of certificates, but {path} is none", path=path)
        )
    return Authority(url, Path(path).read_bytes() if path else None)


def seal_and_stamp(runtime: Runtime, authority: Authority | None) -> tuple[Seal, Stamp | None, str]:
    """Seal everything recorded so far and have it stamped.

    Gives the seal, its stamp, and why there is no stamp although an authority is configured ("" otherwise).
    """
    with runtime.store.writing() as connection:
        made = seals.make(connection, moment_text(runtime.clock.now()))
    if authority is None:
        return made, None, ""
    try:
        stamp = authority.stamp(made)
    except Broken as error:
        return made, None, error.sentence
    with runtime.store.writing() as connection:
        stamps.keep(connection, stamp, moment_text(runtime.clock.now()))
    return made, stamp, ""
