"""Working days as the notices make them, and a flagged estimate where there is no notice.

Called by everything that counts a period and by FEEL's host functions. Pure: it reads no file and asks no
clock. It never guesses silently: `knows` says whether a day lies in a year that a notice has fixed, and
whatever is counted through another year is provisional.
"""

from __future__ import annotations

import copy
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from engine import canonical
from engine.errors import Malformed, said, sayable
from engine.periods.hours import HOURS_FILE, Hours, hours_of, hours_on
from engine.periods.notices import Notice, read_notices
from engine.periods.roster import Roster
from engine.periods.statute import Statute

STATUTE_FILE = "statute.toml"
OFFICE_HOURS = Roster.of("09:00-17:00")
MOST_DAYS = 99_999
"""The longest count of days `add_working_days` accepts: some four centuries."""


class DayKind(StrEnum):
    """What a calendar day is."""

    WORKING_DAY = "working-day"
    MAKE_UP_DAY = "make-up-day"  # a week-end day that is worked
    REST_DAY = "rest-day"  # an ordinary week-end day
    HOLIDAY = "holiday"  # a day off by notice (or, estimated, by statute)


@dataclass(frozen=True)
class Day:
    """One day: what it is, the holiday's name (zh, en), the notice that says so, and whether it is known."""

    date: date
    kind: DayKind
    name: tuple[str, str] = ("", "")
    notice: str = ""
    known: bool = True

    @property
    def works(self) -> bool:
        """Whether offices work on this day."""
        return self.kind in (DayKind.WORKING_DAY, DayKind.MAKE_UP_DAY)


class Calendar:
    """The working days of one scope, from a set of notices. Immutable; two of one content are equal.

    notices: what was issued. hours: (open, close) or a `Roster`, where no entry of `rosters` (the dated hours
    of authorities) says otherwise. unit: whose hours hold. zone: name of the authority's time zone.
    scope: "CN" or a region; notices of the scope and of those above it apply, the narrower and then the
    later prevailing. seen_on: the day on which the calendar is looked at, where that matters (see
    `settled`).
    """

    def __init__(
        self,
        notices: Iterable[Notice],
        *,
        statute: Statute | None = None,
        hours: Roster | Sequence[time] = OFFICE_HOURS,
        zone: str = "Asia/Shanghai",
        scope: str = "CN",
        seen_on: date | None = None,
        rosters: Iterable[Hours] = (),
        unit: str = "",
    ) -> None:
        applying = [notice for notice in notices if _applies(notice.scope, scope)]
        self.notices = tuple(
            sorted(applying, key=lambda n: (n.scope.count("-"), not n.years, n.known_from, n.id))
        )
        self.statute = statute or Statute()
        self.roster = Roster.read(hours)
        self.zone = ZoneInfo(zone)
        self.scope = scope
        self.seen_on = seen_on
        self.rosters = tuple(sorted(rosters, key=lambda one: one.id))
        self.unit = unit
        self._known_years = frozenset(year for notice in self.notices for year in notice.years)
        self._said: dict[date, tuple[bool, Notice]] = {}
        for notice in self.notices:
            self._said.update((day, (False, notice)) for day in notice.off)
            self._said.update((day, (True, notice)) for day in notice.work)
        self._tables: dict[int, tuple[int, ...]] = {}
        self._estimates: dict[int, frozenset[date]] = {}
        self._version = ""

    @classmethod
    def read(
        cls,
        files: Mapping[str, str],
        *,
        hours: Roster | Sequence[time] = OFFICE_HOURS,
        zone: str = "Asia/Shanghai",
        scope: str = "CN",
    ) -> Calendar:
        """A calendar from TOML texts by file name; `statute.toml` among them feeds the estimate, `hours.toml`
        holds the hours of authorities.

        Raises IllegalDefinition with every fault of the files.
        """
        others = (STATUTE_FILE, HOURS_FILE)
        notices = read_notices({name: text for name, text in files.items() if name not in others})
        statute = Statute.read(files[STATUTE_FILE]) if STATUTE_FILE in files else None
        return cls(notices, statute=statute, hours=hours, zone=zone, scope=scope, rosters=hours_of(files))

    def of_unit(self, unit: str) -> Calendar:
        """The calendar with the hours of an authority: the same days, its own close of business."""
        if unit == self.unit or not self.rosters:
            return self
        changed = copy.copy(self)  # the tables of working days are shared
        changed.unit, changed._version = unit, ""
        return changed

    def seen(self, day: date) -> Calendar:
        """The calendar looked at on a day, with all its notices (see `settled`)."""
        if day == self.seen_on:
            return self
        changed = copy.copy(self)
        changed.seen_on = day
        return changed

    def as_of(self, day: date) -> Calendar:
        """The calendar as it was known on a day: without the notices issued later."""
        return Calendar(
            [notice for notice in self.notices if notice.known_from <= day],
            statute=self.statute,
            hours=self.roster,
            zone=self.zone.key,
            scope=self.scope,
            seen_on=day,
            rosters=self.rosters,
            unit=self.unit,
        )

    def with_notice(self, *notices: Notice) -> Calendar:
        """The calendar with further notices: a new version, this one stays as it is."""
        return Calendar(
            [*self.notices, *notices],
            statute=self.statute,
            hours=self.roster,
            zone=self.zone.key,
            scope=self.scope,
            seen_on=self.seen_on,
            rosters=self.rosters,
            unit=self.unit,
        )

    def fresh(self, before: Calendar) -> tuple[str, ...]:
        """The titles of the notices and entries of hours that another, earlier calendar has not or has
        otherwise: what moved a date from one to the other."""
        told = [*(notice.arrangement() for notice in before.notices), *(h.as_data() for h in before.rosters)]
        notices = (notice.title for notice in self.notices if notice.arrangement() not in told)
        return (*notices, *(entry.title for entry in self.rosters if entry.as_data() not in told))

    @property
    def version(self) -> str:
        """The digest of all that decides a date (64 hexadecimal digits): what the journal records."""
        if not self._version:
            arrangements = [notice.arrangement() for notice in self.notices]
            self._version = canonical.digest({**self.as_data(), "notices": arrangements})
        return self._version

    def as_data(self) -> dict[str, object]:
        """All that decides a date, as plain data, the notices whole: enough to recompute from an export."""
        entries = [entry.as_data() for entry in self.rosters if entry.closeness(self.unit) >= 0]
        rosters: dict[str, object] = {"unit": self.unit, "rosters": entries} if entries else {}
        return {
            **rosters,
            "scope": self.scope,
            "zone": self.zone.key,
            "hours": str(self.roster),
            "notices": [notice.as_data() for notice in self.notices],
            "statute": self.statute.as_data(),
        }

    # What a day is

    def knows(self, day: date) -> bool:
        """Whether a notice has fixed the day's year."""
        return day.year in self._known_years

    def settled(self, day: date, seen_on: date | None = None) -> bool:
        """Whether the day can be relied on, looked at on `seen_on` (default: the calendar's own).

        False in a year without a notice; and, from 1 December on, for 15 to 31 December while next
        year's notice is missing, since that notice often reaches back into December.
        """
        if not self.knows(day):
            return False
        seen_on = seen_on or self.seen_on
        if (day.month, day.day) < (12, 15) or day.year + 1 in self._known_years:
            return True
        return seen_on is None or seen_on < date(day.year, 12, 1)

    def provisional(self, after: date, until: date, seen_on: date | None = None) -> bool:
        """Whether a count from one day to a later one passes a day that is not settled."""
        if any(year not in self._known_years for year in range(after.year, until.year + 1)):
            return True
        return not self.settled(until, seen_on)

    def day(self, day: date) -> Day:
        """The day with its kind, name and notice."""
        said = self._said.get(day)
        known = self.knows(day)
        if said is None:
            return self._ordinary(day, known)
        works, notice = said
        if works:
            kind = DayKind.MAKE_UP_DAY if day.weekday() >= 5 else DayKind.WORKING_DAY
            return Day(day, kind, notice=notice.title, known=known)
        return Day(day, DayKind.HOLIDAY, notice.off[day], notice.title, known)

    def is_working(self, day: date) -> bool:
        """Whether offices work on the day; in a year without a notice this is an estimate (`knows`)."""
        return self.day(day).works

    # Counting

    def add_working_days(self, day: date, number: int) -> date:
        """The number-th working day after the day (before it, if negative); the day itself for 0.

        Raises Malformed beyond `MOST_DAYS`.
        """
        if abs(number) > MOST_DAYS:
            raise Malformed(
                said(
                    "Expected at most {most} working days, but found {number}", most=MOST_DAYS, number=number
                )
            )
        if number == 0:
            return day
        try:
            return self._forward(day, number) if number > 0 else self._back(day, -number)
        except (ValueError, OverflowError) as error:
            sentence = sayable("Expected a date between the years 1 and 9999, but {day} {number:+d}W is none")
            raise Malformed(said(sentence, day=day, number=number)) from error

    def working_days_between(self, after: date, until: date) -> int:
        """How many working days lie in after < d <= until; negative if `until` is the earlier."""
        if until < after:
            return -self.working_days_between(until, after)
        first = bisect_right(self._table(after.year), after.toordinal())
        last = bisect_right(self._table(until.year), until.toordinal())
        return last - first + sum(len(self._table(year)) for year in range(after.year, until.year))

    def next_working_day(self, day: date) -> date:
        """The first working day after the day."""
        return self.add_working_days(day, 1)

    def roll(self, day: date) -> date:
        """The day itself if it is worked, else the next working day (《民法典》第二百零三条第一款)."""
        return day if self.is_working(day) else self.next_working_day(day)

    # Moments

    def local_date(self, moment: datetime) -> date:
        """The date of a moment in the authority's zone."""
        return moment.astimezone(self.zone).date()

    def moment(self, day: date, at: time) -> datetime:
        """The UTC moment of a local time of day."""
        return datetime.combine(day, at, self.zone).astimezone(UTC)

    def opening(self, day: date) -> datetime:
        """The UTC moment at which business opens on the day (or would, on a rest day)."""
        return self.moment(day, self.office(day).opening)

    def close(self, day: date) -> datetime:
        """The UTC moment of close of business on the day (or what would be, on a rest day)."""
        return self.closing(day, self.office(day).close)

    def closing(self, day: date, at: time) -> datetime:
        """The UTC moment of a time at which a span of hours closes: 00:00 is the end of the day."""
        return self.moment(day, at) if at != time() else self.midnight_after(day)

    def office(self, day: date) -> Roster:
        """The hours of business in force on the day, of the authority the calendar is seen from."""
        entry = hours_on(self.rosters, self.unit, day)
        return entry.office if entry else self.roster

    def service(self, day: date) -> Roster:
        """The hours in which the authority serves on the day: what periods of service hours count."""
        entry = hours_on(self.rosters, self.unit, day)
        return entry.service if entry else self.roster

    def midnight_after(self, day: date) -> datetime:
        """The UTC moment at which the day ends, 24:00 local time."""
        return self.moment(day + timedelta(days=1), time())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self.version == other.version

    def __hash__(self) -> int:
        return hash(self.version)

    def _ordinary(self, day: date, known: bool) -> Day:
        if day.weekday() >= 5:
            return Day(day, DayKind.REST_DAY, known=known)
        if not known and day in self._estimate(day.year):
            name = ("法定节假日（预计）", "statutory holiday (estimated)")
            return Day(day, DayKind.HOLIDAY, name, known=False)
        return Day(day, DayKind.WORKING_DAY, known=known)

    def _estimate(self, year: int) -> frozenset[date]:
        if year not in self._estimates:
            self._estimates[year] = self.statute.holidays(year)
        return self._estimates[year]

    def _table(self, year: int) -> tuple[int, ...]:
        """The ordinals of the year's working days, rising."""
        if year not in self._tables:
            first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
            self._tables[year] = tuple(
                number for number in range(first, last + 1) if self.is_working(date.fromordinal(number))
            )
        return self._tables[year]

    def _forward(self, day: date, number: int) -> date:
        year = day.year
        index = bisect_right(self._table(year), day.toordinal()) + number - 1
        while index >= len(self._table(year)):
            index -= len(self._table(year))
            year += 1
        return date.fromordinal(self._table(year)[index])

    def _back(self, day: date, number: int) -> date:
        year = day.year
        index = bisect_left(self._table(year), day.toordinal()) - number
        while index < 0:
            year -= 1
            index += len(self._table(year))
        return date.fromordinal(self._table(year)[index])


def _applies(scope: str, here: str) -> bool:
    return here == scope or here.startswith(scope + "-")
