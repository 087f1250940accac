"""How dates, moments, money and personal numbers look to a reader.

Called by templates as filters. Dates are plain; moments are shown in the authority's zone. It never
computes a date or an amount, and what it masks it masks for good: the page does not hold the rest.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from flask import Flask, current_app

from engine.clock import read_moment
from web.language import _, current, locale

NOTHING = "—"
_DAYS = re.compile(r"(?<![0-9A-Za-z-])\d{4}-\d\d-\d\d(?![0-9A-Za-z-])")
_GAP = re.compile(r"[ \u3000]+(?=（)")
FULL = {"zh": "y年M月d日 EEEE", "en": "d MMMM y"}
DAY = {"zh": "y年M月d日", "en": "d MMM y"}
SHORT = {"zh": "M月d日", "en": "d MMM"}
MOMENT = {"zh": "y年M月d日 EEEE HH:mm", "en": "d MMMM y, HH:mm"}
BRIEF_MOMENT = {"zh": "M月d日 HH:mm", "en": "d MMM, HH:mm"}


def install(app: Flask) -> None:
    """Install the filters into an application's templates."""
    filters = (full_date, day, sentence, weekday, moment, brief_moment, clock_time, money, file_size, masked)
    for show in filters:
        app.jinja_env.filters[show.__name__] = show
    app.jinja_env.filters["iso"] = iso


def zone() -> ZoneInfo:
    """The authority's time zone."""
    return ZoneInfo(current_app.config["BANJIE_ZONE"])


def as_date(value: date | datetime | str) -> date:
    """A date, an ISO date text, or the local date of a moment, which may be a text too."""
    if isinstance(value, datetime) or (isinstance(value, str) and "T" in value):
        return as_moment(value).date()
    return date.fromisoformat(value[:10]) if isinstance(value, str) else value


def as_moment(value: datetime | str) -> datetime:
    """A moment, or the text of one, in the authority's zone."""
    if isinstance(value, str):
        value = read_moment(value)
    return value.astimezone(zone())


def full_date(value: date | datetime | str | None) -> str:
    """2026年10月14日 星期三 · 14 October 2026."""
    return format_date(as_date(value), FULL[current()], locale=locale()) if value else NOTHING


def day(value: date | datetime | str | None) -> str:
    """2026年10月14日 · 14 Oct 2026, for tables."""
    return format_date(as_date(value), DAY[current()], locale=locale()) if value else NOTHING


def short_day(value: date | datetime | str | None) -> str:
    """10月14日 · 14 Oct, where the year is plain from what stands around it."""
    return format_date(as_date(value), SHORT[current()], locale=locale()) if value else NOTHING


def sentence(text: str) -> str:
    """A sentence that was kept as text, as it is read: its days in words, no gap before a wide bracket."""
    return _GAP.sub("", _DAYS.sub(_day_found, text))


def _day_found(found: re.Match[str]) -> str:
    try:
        return day(found[0])
    except ValueError:  # the shape of a day, and none
        return found[0]


def weekday(value: date | datetime | str) -> str:
    """周三 · Wed."""
    return format_date(as_date(value), "EEE", locale=locale())


def moment(value: datetime | str | None) -> str:
    """2026年10月14日 星期三 17:30 · 14 October 2026, 17:30, in the authority's zone."""
    if not value:
        return NOTHING
    return format_datetime(as_moment(value), MOMENT[current()], tzinfo=zone(), locale=locale())


def brief_moment(value: datetime | str | None) -> str:
    """10月14日 17:30 · 14 Oct, 17:30."""
    if not value:
        return NOTHING
    return format_datetime(as_moment(value), BRIEF_MOMENT[current()], tzinfo=zone(), locale=locale())


def clock_time(value: datetime | str | None) -> str:
    """17:30, in the authority's zone."""
    return format_time(as_moment(value), "HH:mm", tzinfo=zone(), locale=locale()) if value else NOTHING


def iso(value: date | datetime | str | None) -> str:
    """The machine-readable form for <time datetime> and for sorting."""
    if isinstance(value, datetime):
        return as_moment(value).isoformat(timespec="seconds")
    if isinstance(value, timedelta) or value is None:
        return ""
    return value if isinstance(value, str) else value.isoformat()


def money(value: Decimal | int | str | None) -> str:
    """12,345.60 元 · ¥12,345.60."""
    if value is None or value == "":
        return NOTHING
    figures = f"{Decimal(value):,.2f}"
    return f"{figures} 元" if current() == "zh" else f"¥{figures}"


def file_size(size: int) -> str:
    """B, KB or MB to one place; bytes in, powers of 1024."""
    if size < 1024:
        return f"{size} B"
    unit, step = ("KB", 1024) if size < 1024 * 1024 else ("MB", 1024 * 1024)
    return f"{Decimal(size) / step:.1f} {unit}"


def masked(text: str | None, head: int = 3, tail: int = 4) -> str:
    """A personal number with its middle covered: 110***********0019.

    At least half of the text is covered, however short it is.
    """
    if not text:
        return NOTHING
    if head + tail > len(text) // 2:
        head, tail = min(head, len(text) // 4), min(tail, len(text) // 4)
    cover = len(text) - head - tail
    return text[:head] + "*" * cover + (text[-tail:] if tail else "")


def days_left(count: int) -> str:
    """How many working days remain, or are over."""
    if count < 0:
        return _("已超 %(days)s 个工作日", days=-count)
    return _("还有 %(days)s 个工作日", days=count) if count else _("今天到期")
