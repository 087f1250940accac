"""What a dossier carries of the organisation and the register of officers: of the persons concerned alone.

Called by `dossier`. Of each stream every head goes along, so that its chain can be checked against the seals;
of the data only what was told of persons, posts and certificates of the case. Whoever reads a head can test a
guess against the digest of a row left out, but reads nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from engine import canonical
from engine.audit.past import STREAMS
from engine.records import journal
from engine.records.entries import Entry

Concerned = tuple[set[str], set[str], set[str]]
"""Logins, codes of posts, numbers of certificates."""


def of_case(connection: Connection, entries: list[Entry]) -> list[dict[str, Any]]:
    """One row per entry of both streams: its head and hash, its salt and events where some are `shown`.

    `shown` is {place of the event in its entry, from 0: its data}; None where the data were disposed of.
    """
    concerned = _concerned(connection, entries)
    return [_row(row, concerned) for stream in STREAMS for row in journal.rows(connection, stream)]


def _concerned(connection: Connection, entries: list[Entry]) -> Concerned:
    actors = [entry.actor for entry in entries if entry.actor["kind"] == "officer"]
    logins = {str(actor["person"]) for actor in actors}
    posts = {str(held["post"]) for actor in actors for held in actor["posts"]}
    for entry in journal.read(connection, journal.ORGANISATION):
        changes = [event.data for event in entry.events if event.data.get("what") == "holding"]
        posts |= {one["data"]["post"] for one in changes if one["data"]["login"] in logins}
    return logins, posts, set(_certificates(entries))


def _certificates(entries: list[Entry]) -> Iterator[str]:
    for entry in entries:
        for event in entry.events:
            asked = (event.data.get("input") or {}).get("key") if event.type == "JobCreated" else None
            if isinstance(asked, str) and event.data.get("headers", {}).get("register") == "officers":
                yield asked


def _row(row: Mapping[str, Any], concerned: Concerned) -> dict[str, Any]:
    kept = {name: row[name] for name in ("stream", "seq", "moment", "head", "hash")}
    if row["payload"] is None:
        return {**kept, "salt": "", "shown": None}
    written = canonical.loads(row["payload"])
    told = enumerate(written["events"])
    shown = {str(place): event["data"] for place, event in told if _concerns(event["data"], concerned)}
    return {**kept, "salt": written["salt"] if shown else "", "shown": shown}


def _concerns(data: Mapping[str, Any], concerned: Concerned) -> bool:
    logins, posts, certificates = concerned
    what, row = data.get("what"), data.get("data") or {}
    if what in ("person", "holding"):
        return row["login"] in logins
    if what == "post":
        return row["code"] in posts
    return what is None and data.get("key") in certificates
