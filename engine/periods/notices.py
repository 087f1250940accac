"""What the official notices say: days off, and week-end days that are worked.

Read from `processes/calendars/*.toml` and used by `Calendar`. Never interprets a notice beyond its own
words and never fills a year for which there is none.

Source of the arrangement: 全国年节及纪念日放假办法 and the yearly notice of the General Office of the State
Council; a notice may speak of days of the December before its year, and a later notice may change a
running year.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from engine.errors import said
from engine.periods.toml import Findings, Table, each_table, is_day

CERTAINTIES = ("V", "S", "M", "P")
"""V read in the original · S from secondary sources · M from memory · P our own reading."""

_LONGEST_HOLIDAY = 31


@dataclass(frozen=True)
class Notice:
    """One notice.

    `off` gives each day off its name (zh, en); `work` the week-end days that are worked. `years` are the
    years the notice fixes as a whole (none for a notice that changes a running year: `amends` names that
    one). `issued` is the day it became known, None where it is not on record: it then counts as known
    from the first day it speaks of. `scope` is "CN" or a region below it ("CN-37").
    """

    id: str
    years: tuple[int, ...]
    off: Mapping[date, tuple[str, str]]
    work: frozenset[date]
    basis: str
    source: str
    certainty: str
    number: str = ""
    issued: date | None = None
    amends: str = ""
    scope: str = "CN"
    note: str = ""

    @property
    def known_from(self) -> date:
        """The first day on which the arrangement could be relied on."""
        return self.issued or min([*self.off, *self.work, *(date(year, 1, 1) for year in self.years)])

    @property
    def title(self) -> str:
        """The number of the notice, or its id where the number is not on record."""
        return self.number or self.id

    def arrangement(self) -> dict[str, Any]:
        """What decides a date, as plain data: the part of the notice that the calendar's version covers."""
        return {
            "id": self.id,
            "known_from": self.known_from.isoformat(),
            "years": list(self.years),
            "amends": self.amends,
            "scope": self.scope,
            "off": [day.isoformat() for day in sorted(self.off)],
            "work": [day.isoformat() for day in sorted(self.work)],
        }

    def as_data(self) -> dict[str, Any]:
        """The whole notice as plain data, days sorted, for exports and pages."""
        return {
            **self.arrangement(),
            "number": self.number,
            "issued": self.issued.isoformat() if self.issued else None,
            "basis": self.basis,
            "source": self.source,
            "certainty": self.certainty,
            "note": self.note,
            "names": {day.isoformat(): list(self.off[day]) for day in sorted(self.off)},
        }


def read_notices(files: Mapping[str, str]) -> tuple[Notice, ...]:
    """All notices of the given TOML texts (by file name), in order of id.

    Raises IllegalDefinition with every fault: syntax, unknown or missing keys, a day that is off and
    worked at once, a worked day in the middle of the week, two notices for one year and scope, an
    amendment of a notice that is not there.
    """
    findings = Findings()
    notices: list[Notice] = []
    for name in sorted(files):
        each_table(files[name], "notice", name, findings, lambda table: notices.append(_notice(table)))
    _check_together(notices, findings)
    findings.demand_none(said("calendar notices"))
    return tuple(sorted(notices, key=lambda notice: notice.id))


def _notice(table: Table) -> Notice:
    notice = Notice(
        id=table.text("id"),
        number=table.text("number", ""),
        issued=table.day("issued"),
        years=_years(table),
        amends=table.text("amends", ""),
        off=_off(table),
        work=_work(table),
        basis=table.text("basis"),
        source=table.text("source"),
        certainty=table.one_of("certainty", CERTAINTIES, "P"),
        scope=table.text("scope", "CN"),
        note=table.text("note", ""),
    )
    table.refuse_others()
    _check_notice(notice, table)
    return notice


def _years(table: Table) -> tuple[int, ...]:
    found = table.rows("years")
    if any(isinstance(year, bool) or not isinstance(year, int) or not 1950 <= year <= 9000 for year in found):
        table.fault(
            said("Expected years between 1950 and 9000, but found {found!r}", found=found), "calendar.years"
        )
        return ()
    return tuple(found)


def _off(table: Table) -> dict[date, tuple[str, str]]:
    days: dict[date, tuple[str, str]] = {}
    for row in table.rows("off"):
        entry = row if isinstance(row, dict) else {}
        first, last = entry.get("from"), entry.get("to", entry.get("from"))
        if not (is_day(first) and is_day(last) and isinstance(entry.get("name"), str)):
            table.fault(
                said("Expected off = {{ name, from, to }}, but found {row!r}", row=row), "calendar.off"
            )
            continue
        length = (last - first).days
        if not 0 <= length < _LONGEST_HOLIDAY:
            table.fault(
                said(
                    "Expected days off to end after they begin, but found {first} to {last}",
                    first=first,
                    last=last,
                ),
                "calendar.off",
            )
            continue
        names = (entry["name"], str(entry.get("name_en", entry["name"])))
        days.update({first + timedelta(days=step): names for step in range(length + 1)})
    return days


def _work(table: Table) -> frozenset[date]:
    found = table.rows("work")
    for day in found:
        if not is_day(day):
            table.fault(said("Expected work to list dates, but found {day!r}", day=day), "calendar.work")
    return frozenset(day for day in found if is_day(day))


def _check_notice(notice: Notice, table: Table) -> None:
    if bool(notice.years) == bool(notice.amends):
        table.fault(said("Expected either years or amends, but found both or neither"), "calendar.kind")
    if not (notice.off or notice.work or notice.years):
        table.fault(said("Expected at least one day, but the notice is empty"), "calendar.empty")
    for day in sorted(notice.work & set(notice.off)):
        table.fault(said("Expected {day} to be off or worked, but it is both", day=day), "calendar.both")
    for day in sorted(notice.work):
        if day.weekday() < 5 and not notice.amends:
            table.fault(
                said("Expected a week-end day to be made a working day, but {day} is none", day=day),
                "calendar.work",
            )


def _check_together(notices: list[Notice], findings: Findings) -> None:
    known: set[str] = set()
    fixed: dict[tuple[str, int], str] = {}
    for notice in notices:
        if notice.id in known:
            findings.add(
                notice.id,
                said("Expected one notice {id!r}, but found two", id=notice.id),
                "calendar.duplicate",
            )
        known.add(notice.id)
        for year in notice.years:
            other = fixed.setdefault((notice.scope, year), notice.id)
            if other != notice.id:
                sentence = said(
                    "Expected one notice to fix {year}, but found {other!r} and {id!r}",
                    year=year,
                    other=other,
                    id=notice.id,
                )
                findings.add(notice.id, sentence, "calendar.duplicate")
    for notice in notices:
        if notice.amends and notice.amends not in known:
            sentence = said(
                "Expected to amend a notice that is there, but found no {amends!r}", amends=notice.amends
            )
            findings.add(notice.id, sentence, "calendar.amends")
