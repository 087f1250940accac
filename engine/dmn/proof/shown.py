"""Regions of an axis in words a drafter of penalty tables reads: `area_m2 > 10`, `place = 车行道`.

Called by the grid. Loses nothing: the words name exactly the regions they were given.
"""

from __future__ import annotations

from typing import Any

from engine.dmn.axis import Axis
from engine.errors import listed, said
from engine.feel import feel_string


def show_regions(source: str, axis: Axis, regions: int, domain: int) -> str:
    """The regions of an expression in words; "any …" where they are the whole domain."""
    if regions == domain:
        return said("any {source}", source=source)
    if axis.kind in ("string", "boolean"):
        return _show_members(source, axis, regions, domain)
    parts = [_stretch(source, axis, start, end) for start, end in _stretches(axis, regions, domain)]
    if regions & axis.null:
        parts.append(f"{source} = null")
    return listed(parts, " or ")


def _show_members(source: str, axis: Axis, regions: int, domain: int) -> str:
    """Text and truth: the values named, or those left out."""
    named = [axis.points[r // 2] for r in range(1, axis.size, 2) if regions >> r & 1]
    if regions & axis.null:
        named.append(None)
    others = any(regions >> r & 1 for r in range(0, axis.size, 2))
    if not others:
        return said("{source} = {values}", source=source, values=listed(map(_text, named), " or "))
    left_out = [axis.points[r // 2] for r in range(1, axis.size, 2) if (domain & ~regions) >> r & 1]
    return said("{source} other than {left_out}", source=source, left_out=listed(map(_text, left_out)))


def _stretches(axis: Axis, regions: int, domain: int) -> list[tuple[int, int]]:
    """Runs of regions as (first, last); regions outside the domain do not part a run."""
    found: list[tuple[int, int]] = []
    last_known = -1
    for region in range(axis.size):
        if regions >> region & 1:
            if found and found[-1][1] == last_known:
                found[-1] = (found[-1][0], region)
            else:
                found.append((region, region))
            last_known = region
        elif domain >> region & 1:
            last_known = -1
    return found


def _stretch(source: str, axis: Axis, start: int, end: int) -> str:
    low = axis.points[(start - 1) // 2] if start else None
    high = axis.points[end // 2] if end < axis.size - 1 else None
    low_closed, high_closed = start % 2 == 1, end % 2 == 1
    if low is not None and start == end and low_closed:
        return f"{source} = {_text(low)}"
    if low is None and high is None:
        return said("any {source}", source=source)
    if low is None:
        return f"{source} {'<=' if high_closed else '<'} {_text(high)}"
    if high is None:
        return f"{source} {'>=' if low_closed else '>'} {_text(low)}"
    opening, closing = "[" if low_closed else "(", "]" if high_closed else ")"
    return f"{source} in {opening}{_text(low)}..{_text(high)}{closing}"


def _text(value: Any) -> str:
    """A value as a cell would write it; text without quotation marks."""
    return value if isinstance(value, str) else feel_string(value) or "null"
