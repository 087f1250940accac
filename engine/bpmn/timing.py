"""When a timer is due: ISO 8601 texts of moments, durations and cycles (or cron) as moments in UTC.

Called by timer events. Pure: the present moment and the zone are handed in. A date or a moment without a
zone is in the authority's zone; a duration of months keeps to the calendar (31 January + P1M = 28 February).
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from engine.bpmn.cron import cron, is_cron
from engine.errors import said

_DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?))?(Z|[+-]\d{2}:\d{2}(?::\d{2})?)?(?:[@\[]([^\]]+)\]?)?"
)


@dataclass(frozen=True)
class Due:
    """A due moment in UTC; `left` rounds follow it (None: without end), until `end`.

    `every` is the duration between them or a cron expression. `since` and `round` are kept for rounds of
    months or years: each is counted from the first, so that the 31st comes back after February.
    """

    at: datetime
    left: int | None = 0
    every: str | None = None
    end: datetime | None = None
    since: datetime | None = None
    round: int = 0


def due(text: str, now: datetime, zone: ZoneInfo) -> Due:
    """The (first) due moment of a timer's text. Raises ValueError where it is none of ISO 8601's nor cron."""
    text = text.strip()
    if is_cron(text):
        return Due(cron(text).after(now, zone), None, text)
    if text.startswith("R"):
        return _cycle(text, now, zone)
    if text.startswith(("P", "-P")):
        return Due(after(now, text, zone))
    return Due(moment(text, zone))


def moment(text: str, zone: ZoneInfo) -> datetime:
    """A date (its first moment) or a date and time, in UTC. Raises ValueError."""
    found = _MOMENT.fullmatch(text.strip())
    if found is None:
        raise ValueError(said("'{text}' is no date, date and time, duration or cycle of ISO 8601", text=text))
    day, clock, offset, name = found.groups()
    if clock is not None and clock.startswith("24:00"):
        midnight = datetime.fromisoformat(day) + timedelta(days=1)
        day, clock = midnight.date().isoformat(), "00:00"
    place = _zone(name) if name else zone
    local = datetime.fromisoformat(f"{day}T{clock or '00:00'}{offset or ''}")
    return (local if local.tzinfo is not None else local.replace(tzinfo=place)).astimezone(UTC)


def after(start: datetime, duration: str, zone: ZoneInfo, times: int = 1) -> datetime:
    """The moment a duration, or a number of them, after another. Months and years keep to the wall clock and
    the calendar of the zone; a day is twenty-four hours, as in FEEL. Raises ValueError."""
    found = _DURATION.fullmatch(duration.strip())
    if found is None or duration.strip().endswith(("P", "T")):
        raise ValueError(said("'{duration}' is no duration of ISO 8601", duration=duration))
    part = {name: Decimal(value) for name, value in found.groupdict().items() if value and name != "sign"}
    sign = -1 if found["sign"] else 1
    months = sign * int(part.get("years", 0) * 12 + part.get("months", 0))
    seconds = part.get("hours", 0) * 3600 + part.get("minutes", 0) * 60 + part.get("seconds", 0)
    days = int(part.get("weeks", 0) * 7 + part.get("days", 0))
    span = timedelta(days=days, microseconds=int(seconds * 1_000_000))
    try:
        moved = _months_later(start.astimezone(zone), months * times) if months else start
        return moved.astimezone(UTC) + sign * span * times
    except OverflowError as error:
        raise ValueError(said("'{duration}' reaches past the year 9999", duration=duration)) from error


def following(last: Due, zone: ZoneInfo) -> Due | None:
    """The next round of a cycle, None after the last."""
    if last.every is None or last.left == 0:
        return None
    number = last.round + 1
    if is_cron(last.every):
        at = cron(last.every).after(last.at, zone)
    elif last.since is not None:
        at = after(last.since, last.every, zone, number)
    else:
        at = after(last.at, last.every, zone)
    if last.end is not None and at > last.end:
        return None
    left = None if last.left is None else last.left - 1
    return Due(at, left, last.every, last.end, last.since, number if last.since else 0)


def _cycle(text: str, now: datetime, zone: ZoneInfo) -> Due:
    head, *parts = text.split("/")
    if not re.fullmatch(r"R(\d*|-1)", head) or not 1 <= len(parts) <= 2:
        raise ValueError(said("'{text}' is no cycle of ISO 8601 such as R3/PT1H", text=text))
    rounds = None if head in ("R", "R-1") else int(head[1:])
    if rounds == 0:
        raise ValueError(said("'{text}' repeats no time", text=text))
    left = None if rounds is None else rounds - 1
    if parts[0].startswith("P"):
        end = moment(parts[1], zone) if len(parts) == 2 else None
        first = after(now, parts[0], zone)
        return Due(first, left, parts[0], end, *((now, 1) if _by_months(parts[0]) else ()))
    if len(parts) != 2:
        raise ValueError(said("'{text}' has no duration", text=text))
    start = moment(parts[0], zone)
    if after(start, parts[1], zone) <= start:
        raise ValueError(said("'{text}' does not move on", text=text))
    return Due(start, left, parts[1], None, start if _by_months(parts[1]) else None)


def _by_months(duration: str) -> bool:
    found = _DURATION.fullmatch(duration.strip())
    return bool(found and (found["years"] or found["months"]))


def _months_later(local: datetime, months: int) -> datetime:
    index = local.year * 12 + local.month - 1 + months
    year, month = divmod(index, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(year)
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(said("'{name}' is no time zone", name=name)) from error
