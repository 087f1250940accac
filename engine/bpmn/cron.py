"""Cron expressions, the other way Camunda 8 writes a timer's cycle: `0 0 9 * * MON-FRI`.

Six fields (second, minute, hour, day of the month, month, day of the week) of numbers, names, lists, ranges
and steps, or a macro such as `@daily`. Called by `timing`. Pure: the moment and the zone are handed in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.errors import listed, said

_BOUNDS = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_NAMED = ("second", "minute", "hour", "day of the month", "month", "day of the week")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_NAMES = ((), (), (), (), ("", *_MONTHS), _WEEKDAYS)
_MACROS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
_PART = re.compile(r"(\*|\?|\w+)(?:-(\w+))?(?:/(\d+))?")
_LONGEST = timedelta(days=366 * 9)  # from one 29 February to the next across a century


@dataclass(frozen=True)
class Cron:
    """What the fields allow, each in rising order; a day must suit month, day and weekday alike."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    def after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """The first such moment after another, in UTC. Raises ValueError where none ever comes."""
        local = moment.astimezone(zone)
        day, last = local.date(), local.date() + _LONGEST
        while day <= last:
            if self._suits(day):
                for clock in self._times(local.time() if day == local.date() else time()):
                    found = datetime.combine(day, clock, zone).astimezone(UTC)
                    if found > moment:
                        return found
            day += timedelta(days=1)
        raise ValueError(said("such a day never comes"))

    def _suits(self, day: date) -> bool:
        return day.month in self.months and day.day in self.days and day.isoweekday() % 7 in self.weekdays

    def _times(self, least: time) -> Iterator[time]:
        for hour in self.hours:
            for minute in self.minutes if hour >= least.hour else ():
                if (hour, minute) >= (least.hour, least.minute):
                    yield from (time(hour, minute, second) for second in self.seconds)


def is_cron(text: str) -> bool:
    """Whether a text is meant as a cron expression: a macro or six fields."""
    return text.startswith("@") or len(text.split()) == len(_BOUNDS)


def cron(text: str) -> Cron:
    """The cron expression of a text. Raises ValueError naming the field that is none."""
    if text.startswith("@") and text not in _MACROS:
        raise ValueError(said("'{text}' is none of {macros}", text=text, macros=listed(_MACROS)))
    fields = _MACROS.get(text, text).upper().split()
    if len(fields) != len(_BOUNDS):
        raise ValueError(said("'{text}' has not the six fields of a cron expression", text=text))
    seconds, minutes, hours, days, months, weekdays = map(_field, range(len(fields)), fields)
    return Cron(seconds, minutes, hours, days, months, tuple(sorted({day % 7 for day in weekdays})))


def _field(place: int, text: str) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.split(","):
        match = _PART.fullmatch(part)
        if match is None or (match[1] == "?" and place not in (3, 5)):
            raise _wrong(place, part)
        found.update(_part(place, part, match))
    return tuple(sorted(found))


def _part(place: int, part: str, match: re.Match[str]) -> range:
    first, last, step = match.groups()
    least, most = _BOUNDS[place]
    if first in "*?":
        low, high = least, most
    else:
        low = _number(place, part, first)
        high = _number(place, part, last) if last else most if step else low
    if place == 5 and last and high == 0:
        high = 7  # a range up to Sunday
    if not least <= low <= high <= most or step == "0" or (last and first in "*?"):
        raise _wrong(place, part)
    return range(low, high + 1, int(step or 1))


def _number(place: int, part: str, text: str) -> int:
    if text in _NAMES[place]:
        return _NAMES[place].index(text)
    if not text.isdecimal():
        raise _wrong(place, part)
    return int(text)


def _wrong(place: int, part: str) -> ValueError:
    return ValueError(said("'{part}' is no {named} of a cron expression", part=part, named=_NAMED[place]))
