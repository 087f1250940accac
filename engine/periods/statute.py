"""The statutory single holidays: the ground of an estimate for years without a notice.

Used by `Calendar` beyond its notices, always flagged. Never tells a date for certain: bridging days and
worked week-ends of such a year are unknown.

Source: 全国年节及纪念日放假办法, articles 2 and 6 (a holiday on a week-end is made up afterwards).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from engine.errors import said
from engine.periods.toml import Findings, Table, is_day, read_toml

_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])", re.ASCII)


@dataclass(frozen=True)
class Statute:
    """Holidays by month and day, and the moving festivals of the years they were computed for."""

    fixed: tuple[tuple[int, int], ...] = ()
    moving: Mapping[int, tuple[date, ...]] = field(default_factory=dict)
    basis: str = ""

    @classmethod
    def read(cls, text: str, where: str = "statute.toml") -> Statute:
        """The statute of a TOML text. Raises IllegalDefinition with every fault."""
        findings = Findings()
        data = read_toml(text, where, findings)
        body = data.get("statute")
        table = Table(body if isinstance(body, dict) else {}, where, findings)
        statute = cls(_fixed(table), _moving(table), table.text("basis"))
        table.text("source")
        table.text("certainty")
        table.refuse_others()
        findings.demand_none(said("a statute of holidays"))
        return statute

    def holidays(self, year: int) -> frozenset[date]:
        """The estimated days off of a year, holidays on week-ends made up on the next free day."""
        days = {date(year, month, day) for month, day in self.fixed} | set(self.moving.get(year, ()))
        return frozenset(days | set(_made_up(days)))

    def as_data(self) -> dict[str, Any]:
        """The statute as plain data."""
        return {
            "fixed": [f"{month:02d}-{day:02d}" for month, day in self.fixed],
            "moving": {str(year): [day.isoformat() for day in days] for year, days in self.moving.items()},
        }


def _made_up(days: Iterable[date]) -> list[date]:
    taken = set(days)
    made_up = []
    for day in sorted(taken):
        if day.weekday() < 5:
            continue
        instead = day
        while instead in taken or instead.weekday() >= 5:
            instead += timedelta(days=1)
        taken.add(instead)
        made_up.append(instead)
    return made_up


def _fixed(table: Table) -> tuple[tuple[int, int], ...]:
    found = []
    for entry in table.rows("fixed"):
        match = _MONTH_DAY.fullmatch(entry) if isinstance(entry, str) else None
        if match is None:
            table.fault(
                said("Expected a month and day such as 05-01, but found {entry!r}", entry=entry),
                "calendar.statute",
            )
        else:
            found.append((int(match[1]), int(match[2])))
    return tuple(found)


def _moving(table: Table) -> dict[int, tuple[date, ...]]:
    body = table.raw("moving") or {}
    moving: dict[int, tuple[date, ...]] = {}
    for year, days in body.items() if isinstance(body, dict) else ():
        right = year.isdigit() and isinstance(days, list) and all(is_day(day) for day in days)
        if not right or any(day.year != int(year) for day in days):
            table.fault(
                said("Expected dates of the year {year}, but found {days!r}", year=year, days=days),
                "calendar.statute",
            )
        else:
            moving[int(year)] = tuple(days)
    return moving
