"""The only door to the present moment.

Whoever needs the time is handed a clock; nothing else in the product asks the operating system.
All moments are aware datetimes in UTC, cut to whole microseconds by nature and to milliseconds here,
so that every store gives back what it was given.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

from engine.errors import said


class Clock(Protocol):
    """Anything that tells the present moment as an aware UTC datetime."""

    def now(self) -> datetime:
        """The present moment."""
        ...


class SystemClock:
    """The machine's clock, which never runs backwards within one process.

    A step back of the system time (NTP, an operator) repeats the last moment until time catches up,
    so that no event of a case is dated before its predecessor.
    """

    def __init__(self) -> None:
        self._last = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """The present moment, to the millisecond."""
        self._last = max(self._last, whole_millisecond(datetime.now(UTC)))
        return self._last


class VirtualClock:
    """A clock that stands still until it is moved: for tests, trials and the deadline laboratory."""

    def __init__(self, moment: datetime) -> None:
        self._moment = whole_millisecond(moment)

    def now(self) -> datetime:
        """The moment the clock was last set to."""
        return self._moment

    def set(self, moment: datetime) -> None:
        """Set the clock, backwards too: a clock stepped back is a case tests must cover."""
        self._moment = whole_millisecond(moment)

    def advance(self, by: timedelta) -> None:
        """Move the clock by a duration."""
        self.set(self._moment + by)


def whole_millisecond(moment: datetime) -> datetime:
    """The moment in UTC, cut to the millisecond. Raises ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError(
            said("Expected a moment with a time zone, but {moment} has none", moment=moment.isoformat())
        )
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def moment_text(moment: datetime) -> str:
    """The one written form of a moment: `2026-01-26T01:30:00.000Z`."""
    return whole_millisecond(moment).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


@lru_cache(maxsize=4096)
def read_moment(text: str) -> datetime:
    """The moment written by `moment_text`. Raises ValueError for anything else."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
