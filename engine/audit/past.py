"""What the organisation and the register of officers said at any moment, as their streams tell it.

Called by `authority`. Written into the one file of the offline program, so it needs nothing but the standard
library. It never asks what the organisation says today.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

Row = dict[str, Any]
Sentence = tuple[str, dict[str, Any]]
Found = Iterator[tuple[int, Sentence]]  # numbers of checks, and what they find
ORGANISATION, OFFICERS = "organisation", "register:officers"
STREAMS = (ORGANISATION, OFFICERS)
ZONE = timezone(timedelta(hours=8))  # the legal time of the whole country
DOOR = timedelta(minutes=1)  # rights are read at the door; the entry may be written a little later


def said(sentence: str, **parts: Any) -> Sentence:
    """A sentence and its parts: whoever asked puts them together, in the reader's language."""
    return sentence, parts


def before(moment: str) -> str:
    """The moment at which rights used at a moment may have been read at the door."""
    early = datetime.fromisoformat(moment.replace("Z", "+00:00")) - DOOR
    return early.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day(moment: str) -> str:
    """The local day of a moment."""
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(ZONE).date().isoformat()


class Past:
    """What the organisation and the register of officers said at any moment, from their streams."""

    def __init__(self, told: Iterable[tuple[str, str, Row | None]]) -> None:
        """`told`: stream, moment and data of each event in their order; None where data were disposed of.

        What a stream told first had stood before: nobody writes down an organisation the day it begins.
        """
        self.told: dict[tuple[str, ...], list[tuple[str, Row]]] = {}
        self.posts: dict[str, set[tuple[str, ...]]] = {}
        self.gaps: set[str] = set()
        first: dict[str, str] = {}
        for stream, moment, data in told:
            if data is None:
                self.gaps.add(stream)
            else:
                self.take("" if first.setdefault(stream, moment) == moment else moment, data)

    def take(self, moment: str, data: Row) -> None:
        """Keep one change: of a person, post or holding, or a written certificate.

        One that names nothing was changed since it was written: the checks of its own entry say so.
        """
        what = data.get("what", "officer")
        row = data.get("row") if what == "officer" else data.get("data")
        names = {"person": ["login"], "post": ["code"], "holding": ["login", "post", "valid_from"]}
        if not isinstance(row, dict) or what not in (*names, "officer"):
            return
        wanted, named = (["key"], data) if what == "officer" else (names[what], row)
        if not all(isinstance(named.get(name), str) for name in wanted):
            return
        key = (what, *(named[name] for name in wanted))
        self.told.setdefault(key, []).append((moment, row))
        if what == "holding":
            self.posts.setdefault(row["login"], set()).add(key)

    def at(self, key: tuple[str, ...], moment: str, since: str = "") -> list[Row]:
        """What stood under a key at any time between `since` (else the door) and a moment."""
        told, since = self.told.get(key, []), since or before(moment)
        return [row for at, row in told if at <= since][-1:] + [r for at, r in told if since < at <= moment]

    def held(self, login: str, moment: str) -> list[str]:
        """The posts a person held at a moment."""
        days, found = {day(before(moment)), day(moment)}, set()
        for key in self.posts.get(login, ()):
            if any(runs(row, one) for row in self.at(key, moment) for one in days):
                found.add(key[2])
        return sorted(found)


def runs(row: Row, on: str) -> bool:
    """Whether a holding or certificate is valid on a day; the first and last day are included."""
    return row.get("valid_from", "") <= on and (not row.get("valid_to") or on <= row["valid_to"])


def valid(row: Row, on: str) -> bool:
    """Whether a certificate counts on a day."""
    return row.get("state") == "valid" and runs(row, on)
