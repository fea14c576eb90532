"""Numbers in texts: as people read them, and as they type them."""

import math
from decimal import Decimal

_DIGITS = 12
"""What is beyond them is noise of doubles."""
_DECIMALS = 6
_FEWEST_DIGITS = 3
"""Of a number so small that six decimals would not show it."""
_SMALL = 1e-9
_TYPED_DIGITS = 15
"""As many as a sheet keeps."""


def amount(value: float) -> str:
    """To be read: thousands grouped, at most 6 decimals and 12 digits, no trailing zeros, no exponent.

    1839.9999999998 → `1,840`; 1234.5 → `1,234.5`; 0.00000123 → `0.00000123`.
    """
    if value == 0 or not math.isfinite(value):
        return f"{value + 0.0:g}"
    if abs(value) < _SMALL:
        return f"{value:.{_FEWEST_DIGITS}g}"
    before_point = math.floor(math.log10(abs(value))) + 1
    decimals = max(0, min(_DECIMALS, _DIGITS - before_point), _FEWEST_DIGITS - before_point)
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text


def about(value: float) -> str:
    """The same with four digits: of a number that has no unit of its own that it could be a multiple of."""
    return amount(float(f"{value:.4g}"))


def percent(share: float) -> str:
    """A share as a percentage: 0.0001 → `0.01 %`."""
    return f"{amount(share * 100)} %"


def change(value: float | None) -> str:
    """A change with its sign: `+1,234.5`, `-3`, `0`; blank where none is known."""
    if value is None:
        return ""
    return f"+{amount(value)}" if value > 0 else amount(value)


def typed(value: float) -> str:
    """To be typed into a cell, `1250000`: what a comma means there is for the sheet's locale to say."""
    if value != 0 and abs(value) < _SMALL:
        return f"{value:.{_TYPED_DIGITS}g}"
    return f"{Decimal(f'{value + 0.0:.{_TYPED_DIGITS}g}'):f}"


def counted(count: float, noun: str, plural: str | None = None) -> str:
    """`1 row`, `1,200 rows`; `plural` where it is more than an s."""
    return f"{amount(count)} {noun if count == 1 else plural or f'{noun}s'}"
