"""What somebody has begun to fill in and saved for later: one row per person and place, not journalled.

Called by `filling`. A draft expires after thirty days and goes when the form is handed in. Who has no
login is told apart by a secret of the session.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import session
from sqlalchemy import delete, select

from engine import canonical
from engine.clock import moment_text, read_moment
from engine.errors import Malformed, said
from engine.records.tables import draft
from web.house import House

KEPT_FOR = timedelta(days=30)
STRANGER = "citizen:"
"""What the names of those begin with who have no login."""
LARGEST = 400_000
"""Characters of one draft."""


def stranger() -> str:
    """Under what name the drafts of this session's reader are kept, who has not signed in."""
    if "drafts" not in session:
        session["drafts"] = secrets.token_urlsafe(24)
    return f"{STRANGER}{session['drafts']}"


def load(house: House, person: str, place: str) -> tuple[dict[str, Any], str | None]:
    """The saved values and when they were saved; ({}, None) where there are none that still count."""
    t = draft.c
    with house.store.reading() as connection:
        query = select(t.data, t.saved_at).where(t.person == person, t.place == place)
        row = connection.execute(query).first()
    if row is None or read_moment(row.saved_at) < house.clock.now() - KEPT_FOR:
        return {}, None
    return dict(canonical.loads(row.data)), str(row.saved_at)


def save(house: House, person: str, place: str, values: Mapping[str, Any]) -> None:
    """Keep values for later. Raises Malformed for more than a form can hold; drops expired drafts."""
    now = house.clock.now()
    data = canonical.dumps(dict(values))
    if len(data) > LARGEST:
        raise Malformed(said("Expected a draft of a form's size, but it is far larger"))
    row = {"person": person, "place": place, "data": data, "saved_at": moment_text(now)}
    with house.store.writing() as connection:
        connection.execute(delete(draft).where(draft.c.saved_at < moment_text(now - KEPT_FOR)))
        house.store.upsert(connection, draft, [row])


def drop(house: House, person: str, place: str) -> None:
    """Forget a draft."""
    with house.store.writing() as connection:
        connection.execute(delete(draft).where(draft.c.person == person, draft.c.place == place))
