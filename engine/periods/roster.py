"""The hours in which an authority serves: the measure of hour periods and the close of business.

Used by `Calendar` and the counting of H periods. Knows no date and no zone.
Source: 《民法典》第二百零三条第二款 (a period ends at close of business where there are business hours).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from engine.errors import Malformed, said


@dataclass(frozen=True)
class Roster:
    """Spans of one day, in order and apart, local time. `every_day`: rest days too (a hotline).

    A last span that closes at 00:00 runs to the end of the day ("00:00-24:00").
    """

    spans: tuple[tuple[time, time], ...]
    every_day: bool = False

    def __post_init__(self) -> None:
        edges = [(edge.hour, edge.minute, edge.second) for span in self.spans for edge in span]
        if edges and edges[-1] == (0, 0, 0):
            edges[-1] = (24, 0, 0)
        if not edges or any(later <= earlier for earlier, later in itertools.pairwise(edges)):
            raise Malformed(
                said("Expected service hours that rise through the day, but found {self}", self=self)
            )

    @classmethod
    def of(cls, *spans: str, every_day: bool = False) -> Roster:
        """A roster from texts such as "09:00-12:00". Raises Malformed for anything else."""
        try:
            return cls(tuple(_span(text) for text in spans), every_day)
        except ValueError as error:
            raise Malformed(
                said("Expected service hours such as 09:00-17:00, but found {spans!r}", spans=spans)
            ) from error

    @classmethod
    def read(cls, hours: Roster | Sequence[time]) -> Roster:
        """A roster as it is, or one of a single span from (open, close)."""
        if isinstance(hours, Roster):
            return hours
        opening, close = hours
        return cls(((opening, close),))

    @property
    def opening(self) -> time:
        """When the day's first span begins."""
        return self.spans[0][0]

    @property
    def close(self) -> time:
        """When the day's last span ends."""
        return self.spans[-1][1]

    def __str__(self) -> str:
        spans = ", ".join(f"{a.isoformat('minutes')}-{_closing(b)}" for a, b in self.spans)
        return f"{spans}{' every day' if self.every_day else ''}"


def _span(text: str) -> tuple[time, time]:
    opening, _, close = (part.strip() for part in text.partition("-"))
    return time.fromisoformat(opening), time() if close == "24:00" else time.fromisoformat(close)


def _closing(edge: time) -> str:
    return "24:00" if edge == time() else edge.isoformat("minutes")
