"""What a designer has on the desk: uploaded drafts and running trials, in memory, for a while.

Called by the upload and trial pages. Nothing here is a record: it is limited per person and in all, goes
after half an hour without use, and never touches the installation's store.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import RLock
from typing import Generic, TypeVar

from engine.errors import NotFound
from web.language import _

Thing = TypeVar("Thing")

IDLE = timedelta(minutes=30)


@dataclass
class _Kept(Generic[Thing]):
    owner: str
    key: str
    thing: Thing
    used: datetime


class Desk(Generic[Thing]):
    """Things by owner and key. Safe to share between threads; `gone` is called for each that goes."""

    def __init__(self, each: int, together: int, gone: Callable[[Thing], None] = lambda thing: None) -> None:
        self._each = each
        self._together = together
        self._gone = gone
        self._kept: list[_Kept[Thing]] = []  # least recently used first
        self._lock = RLock()

    def put(self, owner: str, key: str, thing: Thing, now: datetime) -> None:
        """Lay a thing down; the ones longest unused make room."""
        with self._lock:
            self._sweep(now)
            self._drop([kept for kept in self._kept if (kept.owner, kept.key) == (owner, key)])
            own = [kept for kept in self._kept if kept.owner == owner]
            self._drop(own[: max(0, len(own) + 1 - self._each)])
            self._drop(self._kept[: max(0, len(self._kept) + 1 - self._together)])
            self._kept.append(_Kept(owner, key, thing, now))

    def get(self, owner: str, key: str, now: datetime) -> Thing:
        """A thing of one's own. Raises NotFound where it is gone or another's."""
        with self._lock:
            self._sweep(now)
            for kept in self._kept:
                if (kept.owner, kept.key) == (owner, key):
                    kept.used = now
                    self._kept.remove(kept)
                    self._kept.append(kept)
                    return kept.thing
        raise NotFound(_("这份草稿或试运行已经不在了：半小时不用即清除。请重新上传或开始。"))

    def mine(self, owner: str, now: datetime) -> list[tuple[str, Thing]]:
        """Everything of one's own, newest first."""
        with self._lock:
            self._sweep(now)
            return [(kept.key, kept.thing) for kept in reversed(self._kept) if kept.owner == owner]

    def drop(self, owner: str, key: str) -> None:
        """Clear a thing of one's own away, if it is still there."""
        with self._lock:
            self._drop([kept for kept in self._kept if (kept.owner, kept.key) == (owner, key)])

    def _sweep(self, now: datetime) -> None:
        self._drop([kept for kept in self._kept if abs(now - kept.used) > IDLE])

    def _drop(self, going: list[_Kept[Thing]]) -> None:
        for kept in list(going):
            self._kept.remove(kept)
            self._gone(kept.thing)
