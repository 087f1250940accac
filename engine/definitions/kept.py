"""What was made once of bytes that never change, kept by kind and digest.

Called by the shelf and by deployment. It keeps what bytes mean, never which of them a database holds or
what is in force: that is the shelf's to ask.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import RLock
from typing import Any, TypeVar

T = TypeVar("T")
_MOST = 2_000


class Kept:
    """The newest things made, by kind and digest. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._made: OrderedDict[tuple[str, str], Any] = OrderedDict()

    def once(self, kind: str, digest: str, make: Callable[[], T]) -> T:
        """What `make` gives for that kind and digest, made at most once while it is kept.

        Where `make` raises nothing is kept: the next who asks is answered anew.
        """
        key = (kind, digest)
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                found: T = self._made[key]
                return found
        made = make()
        with self._lock:
            self._made[key] = made
            while len(self._made) > _MOST:
                self._made.popitem(last=False)
        return made


READ = Kept()
"""What bytes mean, for the whole process: nothing in it depends on a database."""
