"""The hours of each authority as dated data: when it closes, and the hours in which it serves.

Read from `processes/calendars/hours.toml` and used by `Calendar`, which takes the hours of the authority a
period binds. Knows no zone and never fills what the file leaves out: where it is silent, the hours the
installation sets hold.

Source: 《民法典》第二百零三条第二款 (close of business); hours themselves by the notice each entry names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from engine.errors import Malformed, said
from engine.periods.notices import CERTAINTIES
from engine.periods.roster import Roster
from engine.periods.toml import Findings, Table, each_table

HOURS_FILE = "hours.toml"
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", re.ASCII)
_UNIT = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", re.ASCII)


@dataclass(frozen=True)
class Hours:
    """The hours of some authorities, valid from a day to a day (both included, None: open).

    `units` are codes; an entry holds for a unit and for every unit whose code continues it after a dot; none
    means every authority. `office` ends the day of a period (C4), `service` measures periods of hours that
    count service time. `season` is the part of the year it holds in ("06-01", "09-30"; both included, past
    the year's end where the first is the later), None the whole year.
    """

    id: str
    units: tuple[str, ...]
    office: Roster
    service: Roster
    valid_from: date
    valid_to: date | None
    season: tuple[str, str] | None
    basis: str
    source: str
    certainty: str
    number: str = ""
    note: str = ""

    @property
    def title(self) -> str:
        """The number of the notice that set the hours, or the entry's id where it has none."""
        return self.number or self.id

    def closeness(self, unit: str) -> int:
        """How closely the entry names a unit: -1 not at all, 0 as one of all, else the length of the code."""
        if not self.units:
            return 0
        return max((len(code) for code in self.units if _within(unit, code)), default=-1)

    def in_force(self, day: date) -> bool:
        """Whether the entry holds on a day."""
        if day < self.valid_from or (self.valid_to is not None and day > self.valid_to):
            return False
        return self.season is None or _in_season(self.season, f"{day:%m-%d}")

    def as_data(self) -> dict[str, Any]:
        """The whole entry as plain data, in the words of the file."""
        data: dict[str, Any] = {
            "id": self.id,
            "number": self.number,
            "units": list(self.units),
            "office": str(self.office),
            "service": str(self.service),
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat() if self.valid_to else None,
            "season": list(self.season) if self.season else None,
            "basis": self.basis,
            "source": self.source,
            "certainty": self.certainty,
            "note": self.note,
        }
        return {name: value for name, value in data.items() if value not in (None, "", [])}


def read_hours(text: str, where: str = HOURS_FILE) -> tuple[Hours, ...]:
    """The entries of a TOML text, in order of id. Raises IllegalDefinition with every fault: unknown or
    missing keys, hours that do not rise, a day of the year that is none, two entries that hold for one unit
    on one day."""
    findings = Findings()
    found: list[Hours] = []
    each_table(text, "hours", where, findings, lambda table: found.append(_entry(table)))
    _check_together(found, findings)
    findings.demand_none(said("hours of business"))
    return tuple(sorted(found, key=lambda one: one.id))


def hours_on(entries: Iterable[Hours], unit: str, day: date) -> Hours | None:
    """The entry that holds for a unit on a day: the one that names it most closely, a season before the
    whole year; None where none does."""
    holding = [one for one in entries if one.closeness(unit) >= 0 and one.in_force(day)]
    return max(holding, key=lambda one: (one.closeness(unit), one.season is not None), default=None)


def _entry(table: Table) -> Hours:
    office = _roster(table, table.rows("office"), False)
    service_rows = table.rows("service")
    every_day = table.flag("every_day", False)
    service = _roster(table, service_rows or table.rows("office"), every_day)
    valid_from, valid_to = table.day("valid_from"), table.day("valid_to")
    if valid_from is None:
        table.fault(said("Expected valid_from, but it is missing"), "toml.missing")
    if valid_from and valid_to and valid_to < valid_from:
        table.fault(said("Expected valid_to after valid_from, but it lies before"), "hours.valid")
    entry = Hours(
        id=table.text("id"),
        number=table.text("number", ""),
        units=_units(table),
        office=office,
        service=service,
        valid_from=valid_from or date.min,
        valid_to=valid_to,
        season=_season(table),
        basis=table.text("basis"),
        source=table.text("source"),
        certainty=table.one_of("certainty", CERTAINTIES, "P"),
        note=table.text("note", ""),
    )
    table.refuse_others()
    return entry


def _roster(table: Table, rows: list[Any], every_day: bool) -> Roster:
    try:
        return Roster.of(*(str(row) for row in rows), every_day=every_day)
    except Malformed as error:
        table.fault(error.sentence, "hours.spans")
        return Roster.of("09:00-17:00")


def _units(table: Table) -> tuple[str, ...]:
    rows = table.rows("units")
    for row in rows:
        if not isinstance(row, str) or not _UNIT.fullmatch(row) or rows.count(row) > 1:
            table.fault(
                said("Expected units to list codes of units, each once, but found {row!r}", row=row),
                "hours.units",
            )
    return tuple(row for row in rows if isinstance(row, str))


def _season(table: Table) -> tuple[str, str] | None:
    given = table.raw("season")
    if given is None:
        return None
    season = given if isinstance(given, dict) else {}
    first, last = season.get("from"), season.get("to")
    if set(season) != {"from", "to"} or not all(_is_month_day(edge) for edge in (first, last)):
        table.fault(
            said('Expected season = {{ from = "06-01", to = "09-30" }}, but found {given!r}', given=given),
            "hours.season",
        )
        return None
    return str(first), str(last)


def _is_month_day(value: object) -> bool:
    """Whether the text is a day of every or of a leap year."""
    if not isinstance(value, str) or not _MONTH_DAY.fullmatch(value):
        return False
    try:
        date(2024, int(value[:2]), int(value[3:]))
    except ValueError:
        return False
    return True


def _check_together(entries: list[Hours], findings: Findings) -> None:
    for one, other in combinations(entries, 2):
        if one.id == other.id:
            findings.add(
                one.id, said("Expected one entry {id!r}, but found two", id=one.id), "hours.duplicate"
            )
        elif _same_place(one, other) and _meet(one, other):
            sentence = said(
                "Expected one entry for each unit and day, but {id!r} and {other_id!r} overlap",
                id=one.id,
                other_id=other.id,
            )
            findings.add(other.id, sentence, "hours.overlap")


def _same_place(one: Hours, other: Hours) -> bool:
    both_all = not one.units and not other.units
    return (both_all or bool(set(one.units) & set(other.units))) and bool(one.season) == bool(other.season)


def _meet(one: Hours, other: Hours) -> bool:
    ends = one.valid_to or date.max, other.valid_to or date.max
    if one.valid_from > ends[1] or other.valid_from > ends[0]:
        return False
    if one.season is None or other.season is None:
        return True
    # Two parts of the year share a day exactly where one holds the first day of the other.
    return _in_season(one.season, other.season[0]) or _in_season(other.season, one.season[0])


def _in_season(season: tuple[str, str], month_day: str) -> bool:
    first, last = season
    if first <= last:
        return first <= month_day <= last
    return month_day >= first or month_day <= last


def _within(unit: str, code: str) -> bool:
    return unit == code or unit.startswith(code + ".")


def hours_of(files: Mapping[str, str]) -> tuple[Hours, ...]:
    """The entries of the file of hours among calendar files; none where it is not there."""
    return read_hours(files[HOURS_FILE]) if HOURS_FILE in files else ()
