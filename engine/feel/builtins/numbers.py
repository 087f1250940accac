"""Numeric built-ins (DMN 1.5, 10.3.4.5). Called through the registry; raises Fault for null."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
    DecimalException,
)

from engine.errors import said
from engine.feel.registry import feel
from engine.feel.temporal import DaysTime, YearsMonths
from engine.feel.values import NUMBERS, Fault, Value

_SCALES = (-6111, 6176)


def rounded(number: Decimal, scale: Decimal, rounding: str) -> Decimal:
    """The number to so many decimal places. Raises Fault for a scale Decimal128 does not have."""
    places = int(scale)
    if not _SCALES[0] <= places <= _SCALES[1]:
        raise Fault(
            said(
                "Expected a scale from {scales} to {other_scales}, but found {scale}",
                scales=_SCALES[0],
                other_scales=_SCALES[1],
                scale=scale,
            )
        )
    if -int(number.as_tuple().exponent) <= places:
        return number
    try:
        wide = NUMBERS.copy()
        wide.Emin, wide.Emax, wide.prec = -99_999, 99_999, 7000
        result = number.quantize(Decimal(1).scaleb(-places, wide), rounding, wide)
    except DecimalException:
        raise Fault(
            said(
                "Expected a number that can be rounded to {places} places, but found {number}",
                places=places,
                number=number,
            )
        ) from None
    if places < 0 and len(result.as_tuple().digits) <= 34:
        result = result.quantize(Decimal(1), context=wide)
    return NUMBERS.plus(result) if result else result.copy_abs()


@feel("decimal", "n: number", "scale: number")
def _decimal(number: Decimal, scale: Decimal) -> Decimal:
    return rounded(number, scale, ROUND_HALF_EVEN)


@feel("floor", "n: number", "scale?: number")
def _floor(number: Decimal, scale: Decimal = Decimal(0)) -> Decimal:
    return rounded(number, scale, ROUND_FLOOR)


@feel("ceiling", "n: number", "scale?: number")
def _ceiling(number: Decimal, scale: Decimal = Decimal(0)) -> Decimal:
    return rounded(number, scale, ROUND_CEILING)


@feel("round up", "n: number", "scale: number")
def _round_up(number: Decimal, scale: Decimal) -> Decimal:
    return rounded(number, scale, ROUND_UP)


@feel("round down", "n: number", "scale: number")
def _round_down(number: Decimal, scale: Decimal) -> Decimal:
    return rounded(number, scale, ROUND_DOWN)


@feel("round half up", "n: number", "scale: number")
def _round_half_up(number: Decimal, scale: Decimal) -> Decimal:
    return rounded(number, scale, ROUND_HALF_UP)


@feel("round half down", "n: number", "scale: number")
def _round_half_down(number: Decimal, scale: Decimal) -> Decimal:
    return rounded(number, scale, ROUND_HALF_DOWN)


@feel("abs", "n: number | duration")
def _abs(value: Value) -> Value:
    if isinstance(value, YearsMonths):
        return YearsMonths(abs(value.months))
    return DaysTime(abs(value.nanos)) if isinstance(value, DaysTime) else value.copy_abs()


@feel("modulo", "dividend: number", "divisor: number")
def modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """`dividend - divisor * floor(dividend / divisor)`."""
    if not divisor:
        raise Fault(said("Expected a divisor other than zero, but found 0"))
    try:
        rest = NUMBERS.remainder(dividend, divisor)
    except DecimalException:
        raise Fault(
            said(
                "Expected a dividend near the divisor, but found {dividend} and {divisor}",
                dividend=dividend,
                divisor=divisor,
            )
        ) from None
    return NUMBERS.add(rest, divisor) if rest and (rest < 0) is not (divisor < 0) else rest


@feel("sqrt", "number: number")
def _sqrt(number: Decimal) -> Decimal:
    if number < 0:
        raise Fault(said("Expected a number of zero or more, but found {number}", number=number))
    return NUMBERS.sqrt(number)


@feel("log", "number: number")
def _log(number: Decimal) -> Decimal:
    if number <= 0:
        raise Fault(said("Expected a number above zero, but found {number}", number=number))
    return NUMBERS.ln(number)


@feel("exp", "number: number")
def _exp(number: Decimal) -> Decimal:
    try:
        return NUMBERS.exp(number)
    except DecimalException:
        raise Fault(
            said("Expected an exponent of a number that can be kept, but found {number}", number=number)
        ) from None


@feel("odd", "number: number")
def _odd(number: Decimal) -> bool:
    return modulo(number, Decimal(2)) == 1


@feel("even", "number: number")
def _even(number: Decimal) -> bool:
    return modulo(number, Decimal(2)) == 0
