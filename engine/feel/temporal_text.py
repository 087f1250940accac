"""Temporal values to and from their written form (DMN 1.5, 10.3.4.1 and 10.3.4.2).

Called by the conversion built-ins, by `@"…"` literals and by `to_json`. Reads strictly: XML Schema's
lexical forms, and beside them a zone id after `@`. Raises Fault for anything else.
"""

from __future__ import annotations

import re

from engine.errors import said
from engine.feel.temporal import (
    DAY_NANOS,
    NANOS,
    OFFSET_LIMIT,
    Date,
    DateTime,
    DaysTime,
    Duration,
    Time,
    YearsMonths,
    date_of_day_number,
    day_number,
    known_zone,
    make_date,
)
from engine.feel.values import Fault, Value

_DATE = re.compile(r"(-?)(\d{4}|[1-9]\d{4,8})-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(
    r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,30}))?(?:(Z|z)|([+-])(\d\d):(\d\d)(?::(\d\d))?|@([A-Za-z0-9_+/\-]{1,64}))?",
    re.ASCII,
)
_MONTHS = re.compile(r"(-?)P(?:(\d{1,15})Y)?(?:(\d{1,15})M)?", re.ASCII)
_DAYS = re.compile(
    r"(-?)P(?:(\d{1,15})D)?(?:T(?:(\d{1,15})H)?(?:(\d{1,15})M)?(?:(\d{1,15})(?:\.(\d{0,30}))?S)?)?", re.ASCII
)


def read_date(text: str) -> Date:
    """`2026-01-31`; years beyond 9999 and before 0 as XML Schema writes them."""
    match = _DATE.fullmatch(text)
    if match is None:
        raise Fault(said("Expected a date like 2026-01-31, but found {text!r}", text=text))
    sign, year, month, day = match.groups()
    return make_date(int(sign + year), int(month), int(day))


def read_time(text: str) -> Time:
    """`10:30:00`, with a fraction, and with `Z`, an offset or `@Zone/Id` behind it."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise Fault(said("Expected a time like 10:30:00, but found {text!r}", text=text))
    hour, minute, second = (int(part) for part in match.group(1, 2, 3))
    if match[0].startswith("24:00:00") and not int(match[4] or 0):
        hour = 0  # XML Schema's other way to write midnight
    check_time(hour, minute, second)
    nano = int((match[4] or "0").ljust(9, "0")[:9])
    offset, zone = _read_zone(match)
    return Time(hour, minute, second, nano, offset, zone)


def check_time(hour: int, minute: int, second: int) -> None:
    """Raises Fault where the clock has no such time."""
    if not (0 <= hour <= 23 and 0 <= minute <= 59 and 0 <= second <= 59):
        raise Fault(
            said(
                "Expected a time of day, but there is no {hour:02d}:{minute:02d}:{second:02d}",
                hour=hour,
                minute=minute,
                second=second,
            )
        )


def _read_zone(match: re.Match[str]) -> tuple[int | None, str | None]:
    if match[5]:
        return 0, None
    if match[10]:
        known_zone(match[10])
        return None, match[10]
    if not match[6]:
        return None, None
    hours, minutes, seconds = int(match[7]), int(match[8]), int(match[9] or 0)
    offset = (hours * 60 + minutes) * 60 + seconds
    if minutes > 59 or seconds > 59 or offset > OFFSET_LIMIT:
        raise Fault(said("Expected an offset of at most 18:00, but found {match!r}", match=match[0]))
    return (-offset if match[6] == "-" else offset), None


def read_date_time(text: str) -> DateTime:
    """A date, `T` and a time; a date alone is its midnight, local."""
    day, mark, clock = text.partition("T")
    if not mark:
        return DateTime(read_date(day), Time(0, 0, 0))
    date = read_date(day)
    if clock.startswith("24"):
        date = date_of_day_number(day_number(date) + 1)
    return DateTime(date, read_time(clock))


def read_duration(text: str) -> Duration:
    """`P1Y2M` or `P1DT2H3M4.5S`, either with a minus before it."""
    match = _MONTHS.fullmatch(text)
    if match is not None and (match[2] or match[3]):
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        return YearsMonths(-months if match[1] else months)
    match = _DAYS.fullmatch(text)
    if match is None or not any(match.group(2, 3, 4, 5)) or text.endswith("T"):
        raise Fault(said("Expected a duration like P1Y2M or P1DT2H, but found {text!r}", text=text))
    days, hours, minutes, seconds = (int(part or 0) for part in match.group(2, 3, 4, 5))
    nanos = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * NANOS
    nanos += int((match[6] or "0").ljust(9, "0")[:9])
    return DaysTime(-nanos if match[1] else nanos)


def read_temporal(text: str) -> Value:
    """The value of `@"text"`: date, time, date and time or duration, whichever the text is."""
    if text.lstrip("-").startswith("P"):
        return read_duration(text)
    if "T" in text:
        return read_date_time(text)
    return read_time(text) if ":" in text else read_date(text)


def date_text(value: Date) -> str:
    """`2026-01-31`."""
    sign = "-" if value.year < 0 else ""
    return f"{sign}{abs(value.year):04d}-{value.month:02d}-{value.day:02d}"


def time_text(value: Time) -> str:
    """`10:30:00.5+08:00`; offset zero is `Z`."""
    text = f"{value.hour:02d}:{value.minute:02d}:{value.second:02d}{_fraction(value.nano)}"
    if value.zone is not None:
        return f"{text}@{value.zone}"
    return text if value.offset is None else text + offset_text(value.offset)


def offset_text(offset: int) -> str:
    """`Z`, `+08:00`, `-02:45:55`."""
    if offset == 0:
        return "Z"
    minutes, seconds = divmod(abs(offset), 60)
    hours, minutes = divmod(minutes, 60)
    tail = f":{seconds:02d}" if seconds else ""
    return f"{'-' if offset < 0 else '+'}{hours:02d}:{minutes:02d}{tail}"


def _fraction(nano: int) -> str:
    return f".{nano:09d}".rstrip("0") if nano else ""


def date_time_text(value: DateTime) -> str:
    """`2026-01-31T10:30:00+08:00`."""
    return f"{date_text(value.date)}T{time_text(value.time)}"


def duration_text(value: Duration) -> str:
    """The shortest normal form: `P1Y2M`, `P0M`, `P1DT2H`, `PT0S`."""
    return _months_text(value.months) if isinstance(value, YearsMonths) else _days_text(value.nanos)


def _months_text(months: int) -> str:
    years, rest = divmod(abs(months), 12)
    text = (f"{years}Y" if years else "") + (f"{rest}M" if rest or not years else "")
    return f"{'-' if months < 0 else ''}P{text}"


def _days_text(nanos: int) -> str:
    days, rest = divmod(abs(nanos), DAY_NANOS)
    seconds, nano = divmod(rest, NANOS)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    clock = (f"{hour}H" if hour else "") + (f"{minute}M" if minute else "")
    if second or nano:
        clock += f"{second}{_fraction(nano)}S"
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"{'-' if nanos < 0 else ''}P{text or 'T0S'}"
