"""Range built-ins (DMN 1.5, 10.3.4.11, table 78). Called through the registry; raises Fault for null."""

from __future__ import annotations

from engine.errors import said
from engine.feel.compare import order, within
from engine.feel.registry import feel
from engine.feel.values import Fault, Range, Value


def _ends_before(one: Range, other: Range) -> bool:
    if one.high is None or other.low is None:
        return False
    found = order(one.high, other.low)
    return found < 0 or (found == 0 and not (one.high_closed and other.low_closed))


def _point(value: Value) -> Range:
    if value is None:
        raise Fault(said("Expected a point or a range, but found null"))
    return value if isinstance(value, Range) else Range(value, value)


@feel("before", "point1: any", "point2: any")
@feel("before", "point: any", "range: range")
@feel("before", "range: range", "point: any")
@feel("before", "range1: range", "range2: range")
def _before(one: Value, other: Value) -> bool:
    return _ends_before(_point(one), _point(other))


@feel("after", "point1: any", "point2: any")
@feel("after", "point: any", "range: range")
@feel("after", "range: range", "point: any")
@feel("after", "range1: range", "range2: range")
def _after(one: Value, other: Value) -> bool:
    return _ends_before(_point(other), _point(one))


@feel("meets", "range1: range", "range2: range")
def _meets(one: Range, other: Range) -> bool:
    if one.high is None or other.low is None:
        return False
    return one.high_closed and other.low_closed and order(one.high, other.low) == 0


@feel("met by", "range1: range", "range2: range")
def _met_by(one: Range, other: Range) -> bool:
    return _meets(other, one)


@feel("overlaps", "range1: range", "range2: range")
def _overlaps(one: Range, other: Range) -> bool:
    return not _ends_before(one, other) and not _ends_before(other, one)


def _low(one: Range, other: Range) -> int:
    """Which of two ranges begins first: -1, 0 or 1; one without a beginning is before all others."""
    if one.low is None or other.low is None:
        return int(one.low is not None) - int(other.low is not None)
    return order(one.low, other.low) or int(other.low_closed) - int(one.low_closed)


def _high(one: Range, other: Range) -> int:
    """Which of two ranges ends first: -1, 0 or 1; one without an end is after all others."""
    if one.high is None or other.high is None:
        return int(one.high is None) - int(other.high is None)
    return order(one.high, other.high) or int(one.high_closed) - int(other.high_closed)


@feel("overlaps before", "range1: range", "range2: range")
def _overlaps_before(one: Range, other: Range) -> bool:
    return _low(one, other) < 0 and _high(one, other) <= 0 and not _ends_before(one, other)


@feel("overlaps after", "range1: range", "range2: range")
def _overlaps_after(one: Range, other: Range) -> bool:
    return _overlaps_before(other, one)


@feel("finishes", "point: any", "range: range")
@feel("finishes", "range1: range", "range2: range")
def _finishes(one: Value, other: Range) -> bool:
    span = _point(one)
    return _high(span, other) == 0 and _low(span, other) >= 0


@feel("finished by", "range: range", "point: any")
@feel("finished by", "range1: range", "range2: range")
def _finished_by(one: Range, other: Value) -> bool:
    return _finishes(other, one)


@feel("includes", "range: range", "point: any")
@feel("includes", "range1: range", "range2: range")
def _includes(one: Range, other: Value) -> bool:
    span = _point(other)
    if not isinstance(other, Range):
        return within(other, _unbounded(one)) is True
    return _low(one, span) <= 0 and _high(one, span) >= 0


def _unbounded(span: Range) -> Range:
    """The range, an end that is null taken as no end at all."""
    return Range(span.low, span.high, span.low_closed, span.high_closed, False, False)


@feel("during", "point: any", "range: range")
@feel("during", "range1: range", "range2: range")
def _during(one: Value, other: Range) -> bool:
    return _includes(other, one)


@feel("starts", "point: any", "range: range")
@feel("starts", "range1: range", "range2: range")
def _starts(one: Value, other: Range) -> bool:
    span = _point(one)
    return _low(span, other) == 0 and _high(span, other) <= 0


@feel("started by", "range: range", "point: any")
@feel("started by", "range1: range", "range2: range")
def _started_by(one: Range, other: Value) -> bool:
    return _starts(other, one)


@feel("coincides", "point1: any", "point2: any")
@feel("coincides", "range1: range", "range2: range")
def _coincides(one: Value, other: Value) -> bool:
    if isinstance(one, Range) is not isinstance(other, Range):
        raise Fault(said("Expected two points or two ranges, but found one of each"))
    first, second = _point(one), _point(other)
    return _low(first, second) == 0 and _high(first, second) == 0
