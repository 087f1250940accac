"""Dates, times and durations as FEEL knows them (DMN 1.5, 10.3.2.3.4 to 10.3.2.3.7).

A date is `datetime.date`; a year outside 1..9999, which the standard allows, is a `FarDate`. A time or
a date and time keeps what was written: an offset, a zone id, or neither (local). Called by the
operators, built-ins and the reader of temporal text; never asks what time it is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TypeAlias
from zoneinfo import ZoneInfo

from engine.errors import said
from engine.feel.values import NUMBERS, Fault

NANOS = 1_000_000_000
DAY_SECONDS = 86_400
DAY_NANOS = DAY_SECONDS * NANOS
YEAR_LIMIT = 999_999_999
MONTH_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
OFFSET_LIMIT = 18 * 3600


@dataclass(frozen=True, slots=True)
class FarDate:
    """A date of the proleptic Gregorian calendar outside the years 1..9999."""

    year: int
    month: int
    day: int


Date: TypeAlias = dt.date | FarDate


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day; `offset` in seconds east of UTC or `zone` as an IANA id, or neither."""

    hour: int
    minute: int
    second: int
    nano: int = 0
    offset: int | None = None
    zone: str | None = None

    @property
    def nanos(self) -> int:
        """Nanoseconds since local midnight."""
        return ((self.hour * 60 + self.minute) * 60 + self.second) * NANOS + self.nano

    @property
    def local_reading(self) -> int:
        """What the clock shows, in nanoseconds, whatever its offset."""
        return self.nanos

    @property
    def local(self) -> bool:
        """True where neither an offset nor a zone was given."""
        return self.offset is None and self.zone is None


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date and time; the offset or the zone is the time's."""

    date: Date
    time: Time

    @classmethod
    def from_python(cls, moment: dt.datetime) -> DateTime:
        """The same moment as FEEL sees it; a ZoneInfo keeps its id, another zone its offset."""
        zone = getattr(moment.tzinfo, "key", None)
        span = moment.utcoffset()
        offset = None if span is None or zone is not None else int(span.total_seconds())
        time = Time(moment.hour, moment.minute, moment.second, moment.microsecond * 1000, offset, zone)
        return cls(moment.date(), time)

    def to_python(self) -> dt.datetime:
        """An aware datetime (naive for a local value), cut to microseconds. ValueError if too far."""
        if isinstance(self.date, FarDate):
            raise ValueError(said("Expected a year from 1 to 9999, but found {year}", year=self.date.year))
        zone: dt.tzinfo | None = None
        if self.time.zone is not None:
            zone = known_zone(self.time.zone)
        elif self.time.offset is not None:
            zone = dt.timezone(dt.timedelta(seconds=self.time.offset))
        moment = dt.time(self.time.hour, self.time.minute, self.time.second, self.time.nano // 1000)
        return dt.datetime.combine(self.date, moment, zone)

    @property
    def local_nanos(self) -> int:
        """Nanoseconds of the local reading since 1970-01-01T00:00."""
        return day_number(self.date) * DAY_NANOS + self.time.nanos

    @property
    def local_reading(self) -> int:
        """What clock and calendar show, in nanoseconds, whatever the offset."""
        return self.local_nanos

    def utc_offset(self) -> int | None:
        """Seconds east of UTC at this moment, None for a local value."""
        if self.time.zone is not None:
            return _zone_offset(self.time.zone, self)
        return self.time.offset

    def instant(self) -> int | None:
        """Nanoseconds since 1970-01-01T00:00Z, None for a local value."""
        offset = self.utc_offset()
        return None if offset is None else self.local_nanos - offset * NANOS


@dataclass(frozen=True, slots=True)
class YearsMonths:
    """A years and months duration, counted in months."""

    months: int

    def __neg__(self) -> YearsMonths:
        return YearsMonths(-self.months)


@dataclass(frozen=True, slots=True)
class DaysTime:
    """A days and time duration, counted in nanoseconds."""

    nanos: int

    def __neg__(self) -> DaysTime:
        return DaysTime(-self.nanos)

    @property
    def seconds(self) -> Decimal:
        """The whole length in seconds."""
        return NUMBERS.divide(Decimal(self.nanos), Decimal(NANOS))

    @classmethod
    def from_python(cls, span: dt.timedelta) -> DaysTime:
        """The same length."""
        return cls((span.days * DAY_SECONDS + span.seconds) * NANOS + span.microseconds * 1000)

    def to_python(self) -> dt.timedelta:
        """The same length, cut to microseconds. OverflowError where Python cannot hold it."""
        return dt.timedelta(microseconds=self.nanos // 1000)


Duration: TypeAlias = YearsMonths | DaysTime


@lru_cache(maxsize=512)
def known_zone(name: str) -> ZoneInfo:
    """The zone of an IANA id. Raises Fault where the id is unknown."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Fault(said("Expected a known time zone, but found {name!r}", name=name)) from None


def _zone_offset(name: str, moment: DateTime) -> int:
    return _seconds_east(_reading(moment).replace(tzinfo=known_zone(name)))


def offset_at(name: str, instant: int) -> int:
    """Seconds east of UTC that a zone has so many nanoseconds after 1970-01-01T00:00Z."""
    universal = _reading(moment_of_local_nanos(instant, Time(0, 0, 0)))
    return _seconds_east(universal.astimezone(known_zone(name)))


def _reading(moment: DateTime) -> dt.datetime:
    """What clock and calendar show, as if in UTC and in a year Python has: years repeat every 400."""
    year, month, day = ymd(moment.date)
    if not 2 <= year <= 9998:
        year = 2000 + year % 400
    clock = moment.time
    return dt.datetime(year, month, day, clock.hour, clock.minute, clock.second, tzinfo=dt.UTC)


def _seconds_east(moment: dt.datetime) -> int:
    span = moment.utcoffset()
    return 0 if span is None else int(span.total_seconds())


def is_leap(year: int) -> bool:
    """Whether the year of the Gregorian calendar has 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    """Days in the month."""
    return 29 if month == 2 and is_leap(year) else MONTH_LENGTHS[month - 1]


def make_date(year: int, month: int, day: int) -> Date:
    """The date. Raises Fault where the calendar has no such day."""
    if not -YEAR_LIMIT <= year <= YEAR_LIMIT:
        raise Fault(
            said("Expected a year within ±{year_limit}, but found {year}", year_limit=YEAR_LIMIT, year=year)
        )
    if not 1 <= month <= 12 or not 1 <= day <= month_length(year, month):
        raise Fault(
            said(
                "Expected a day of the calendar, but there is no {year}-{month:02d}-{day:02d}",
                year=year,
                month=month,
                day=day,
            )
        )
    return dt.date(year, month, day) if 1 <= year <= 9999 else FarDate(year, month, day)


def ymd(value: Date) -> tuple[int, int, int]:
    """Year, month and day."""
    return value.year, value.month, value.day


def day_number(value: Date) -> int:
    """Days since 1970-01-01 in the proleptic Gregorian calendar."""
    if isinstance(value, dt.date):
        return value.toordinal() - 719_163
    cycles, year = divmod(value.year - 2000, 400)
    return dt.date(2000 + year, value.month, value.day).toordinal() - 719_163 + cycles * 146_097


def date_of_day_number(number: int) -> Date:
    """The date so many days after 1970-01-01. Raises Fault beyond the years FEEL knows."""
    ordinal = number + 719_163
    if 1 <= ordinal <= 3_652_059:
        return dt.date.fromordinal(ordinal)
    cycles, rest = divmod(number - 10_957, 146_097)
    near = dt.date.fromordinal(rest + 10_957 + 719_163)
    return make_date(near.year + cycles * 400, near.month, near.day)


def add_months(value: Date, months: int) -> Date:
    """The date so many months later; a day the month lacks becomes its last (10.3.2.3.6)."""
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    if not -YEAR_LIMIT <= year <= YEAR_LIMIT:
        raise Fault(
            said("Expected a year within ±{year_limit}, but found {year}", year_limit=YEAR_LIMIT, year=year)
        )
    return make_date(year, month + 1, min(value.day, month_length(year, month + 1)))


def time_of_nanos(nanos: int, like: Time) -> Time:
    """The time of day so many nanoseconds after midnight, with the offset or zone of another."""
    seconds, nano = divmod(nanos, NANOS)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return Time(hour, minute, second, nano, like.offset, like.zone)


def moment_of_local_nanos(nanos: int, like: Time) -> DateTime:
    """The date and time whose local reading is so many nanoseconds after 1970-01-01T00:00."""
    days, rest = divmod(nanos, DAY_NANOS)
    return DateTime(date_of_day_number(days), time_of_nanos(rest, like))


def at_midnight(value: Date) -> DateTime:
    """A date taken as a date and time: midnight UTC (10.3.2.9.4)."""
    return DateTime(value, Time(0, 0, 0, 0, 0))


def whole(value: int, unit: int) -> int:
    """Division that cuts towards zero."""
    return abs(value) // unit * (1 if value >= 0 else -1)


def months_between(start: Date, end: Date) -> int:
    """Whole months from start to end, negative where end is earlier."""
    if ymd(end) < ymd(start):
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - 1 if end.day < start.day else months
