"""Functions of numbers: rounding, division, powers."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_UP, Decimal, localcontext

from ..number_format import rounded
from .arguments import Elementwise, Signature
from .operators import binary, finite, to_number
from .values import BAD_NUMBER, BAD_VALUE, DIVISION_BY_ZERO, Computed


def _decimal(number: float) -> Decimal:
    """Take a number by the 15 digits that a sheet works with: 0.1+0.2 is 0.3."""
    return Decimal(f"{number:.15g}")


def _round(number: float, places: float = 0) -> Computed:
    return BAD_VALUE if abs(places) > 300 else finite(float(rounded(number, int(places))))


def _rounded_by(mode: str) -> Callable[[float, float], Computed]:
    def function(number: float, places: float = 0) -> Computed:
        if abs(places) > 300:
            return BAD_VALUE
        with localcontext(prec=700):
            return finite(float(_decimal(number).quantize(Decimal(1).scaleb(-int(places)), rounding=mode)))

    return function


def _to_multiple(mode: str) -> Callable[[float, float], Computed]:
    def function(number: float, factor: float = 1) -> Computed:
        if factor == 0:
            return 0.0 if number == 0 else DIVISION_BY_ZERO
        if number > 0 > factor:
            return BAD_NUMBER
        with localcontext(prec=700):
            multiple = (_decimal(number) / _decimal(factor)).to_integral_value(rounding=mode)
            return finite(float(multiple * _decimal(factor)))

    return function


def _modulo(number: float, divisor: float) -> Computed:
    if divisor == 0:
        return DIVISION_BY_ZERO
    quotient = finite(number / divisor)
    return finite(number - divisor * math.floor(quotient)) if isinstance(quotient, float) else quotient


def _logarithm(number: float, base: float = 10) -> Computed:
    if number <= 0 or base <= 0:
        return BAD_NUMBER
    if base == 1:
        return DIVISION_BY_ZERO
    return math.log10(number) if base == 10 else math.log(number, base)


def _exponential(number: float) -> Computed:
    return math.exp(number) if number < 709 else BAD_NUMBER


def _number(compute: Callable[..., Computed], fewest: int = 1, most: int = 1) -> Signature:
    return Elementwise(compute, to_number), fewest, most


FUNCTIONS: dict[str, Signature] = {
    "ABS": _number(abs),
    "CEILING": _number(_to_multiple(ROUND_CEILING), 1, 2),
    "EXP": _number(_exponential),
    "FLOOR": _number(_to_multiple(ROUND_FLOOR), 1, 2),
    "INT": _number(lambda number: float(math.floor(number))),
    "LN": _number(lambda number: math.log(number) if number > 0 else BAD_NUMBER),
    "LOG": _number(_logarithm, 1, 2),
    "LOG10": _number(_logarithm),
    "MOD": _number(_modulo, 2, 2),
    "PI": _number(lambda: math.pi, 0, 0),
    "POWER": _number(lambda base, exponent: binary("^", base, exponent), 2, 2),
    "ROUND": _number(_round, 1, 2),
    "ROUNDDOWN": _number(_rounded_by(ROUND_DOWN), 1, 2),
    "ROUNDUP": _number(_rounded_by(ROUND_UP), 1, 2),
    "SIGN": _number(lambda number: math.copysign(1.0, number) if number else 0.0),
    "SQRT": _number(lambda number: math.sqrt(number) if number >= 0 else BAD_NUMBER),
    "TRUNC": _number(_rounded_by(ROUND_DOWN), 1, 2),
}
