"""When the party first opened a document: kept beside the case, once for each document.

Called by the citizen's pages when a document is opened and by the clerk's case page. Electronic service
takes effect when a document arrives, not when it is read; that it was read, and when, is evidence all the
same. It decides nothing and changes no case.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from engine.clock import moment_text
from engine.organisation.model import Actor
from engine.records import journal
from engine.records.entries import Event
from web.house import House

READ = "DocumentRead"


def read_first(house: House, actor: Actor, case_id: int, document: Mapping[str, Any]) -> None:
    """Record that the party opened an issued document, the first time only (《民事诉讼法》第九十条)."""
    stream, digest = journal.access_stream(case_id), str(document["sha256"])
    with house.store.writing() as connection:
        events = (event for entry in journal.read(connection, stream) for event in entry.events)
        if any(event.type == READ and event.data and event.data["sha256"] == digest for event in events):
            return
        facts = {"sha256": digest, "kind": document["kind"], "number": document.get("number") or ""}
        journal.record(
            connection,
            stream,
            moment_text(house.clock.now()),
            actor.as_data(),
            {"type": "Read"},
            salt=secrets.token_hex(16),
            events=(Event(READ, facts),),
            case_id=case_id,
        )


def first_readings(house: House, case_id: int) -> dict[str, str]:
    """SHA-256 of each document the party has opened → the moment of the first time."""
    with house.store.reading() as connection:
        return {
            str(event.data["sha256"]): entry.moment
            for entry in journal.read(connection, journal.access_stream(case_id))
            for event in entry.events
            if event.type == READ and event.data
        }
