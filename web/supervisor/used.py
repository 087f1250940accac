"""How much of their limits the open cases have used up, per heading of the board.

Called by the board. Working it out opens the state of every open case, so it is done at most once a minute
for all readers of a process together, and narrowed afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

from flask import current_app

from engine.audit import board as readings
from engine.audit.board import Used
from web.signin.who import house, organisation

FRESH_FOR = timedelta(minutes=1)


@dataclass
class Kept:
    """What was worked out last, and when."""

    at: datetime | None = None
    found: Sequence[Used] = ()
    lock: Lock = field(default_factory=Lock)


def used_now() -> Sequence[Used]:
    """Every running limit of an authority, most used up first, not older than a minute."""
    kept: Kept = current_app.extensions.setdefault("banjie-used", Kept())
    now = house().clock.now()
    with kept.lock:
        if kept.at is None or not kept.at <= now < kept.at + FRESH_FOR:
            kept.found, kept.at = _read(now), now
        return kept.found


def _read(now: datetime) -> Sequence[Used]:
    here = house()
    with here.store.reading() as connection:
        here.runtime.shelf.refresh(connection)
        calendar = here.runtime.calendar(connection)
        units = [unit.code for unit in organisation().units]
        return readings.usage(connection, units, calendar, now)


def mean_percent(found: Sequence[Used]) -> int | None:
    """The mean share of the limits that are not suspended, in whole per cent; None without any."""
    shares = [one.percent for one in found if not one.suspended]
    return round(sum(shares) / len(shares)) if shares else None
