"""What operators make of values, and how values turn into numbers and texts on the way."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ..cell import MAX_CELL_CHARACTERS
from ..number_format import format_number
from ..typed_input import parse_typed
from .values import BAD_NUMBER, BAD_VALUE, DIVISION_BY_ZERO, CellError, Computed

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": operator.pow,
}


def to_number(value: Computed) -> float | CellError:
    """Read a value as a number: blank is 0, TRUE 1, a text what it would be when typed, else ``#VALUE!``."""
    if isinstance(value, CellError):
        return value
    if value is None:
        return 0.0
    if isinstance(value, str):
        typed = parse_typed(value, today=datetime(1900, 1, 1)).value if value else None
        return typed if isinstance(typed, float) else BAD_VALUE
    return float(value)


def to_text(value: Computed) -> str | CellError:
    """Write a value as ``&`` joins it."""
    if isinstance(value, CellError | str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return format_number(value, None)


def to_boolean(value: Computed) -> bool | CellError:
    """Read a value as a condition."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.upper() in ("TRUE", "FALSE"):
        return value.upper() == "TRUE"
    number = to_number(value)
    return number if isinstance(number, CellError) else number != 0


def sort_key(value: Computed) -> tuple[int, Any]:
    """Order values of all types: numbers, then texts whatever their case, then booleans."""
    if isinstance(value, bool):
        return (2, value)
    if isinstance(value, str):
        return (1, value.casefold())
    return (0, value if isinstance(value, float) else 0.0)


def unary(symbol: str, value: Computed) -> Computed:
    """Apply ``-``, ``+`` or ``%``."""
    if symbol == "+":
        return value
    number = to_number(value)
    if isinstance(number, CellError):
        return number
    return -number if symbol == "-" else number / 100


def binary(symbol: str, left: Computed, right: Computed) -> Computed:
    """Apply an operator to two values; an error on either side is the result."""
    for value in (left, right):
        if isinstance(value, CellError):
            return value
    if symbol == "&":
        text = f"{to_text(left)}{to_text(right)}"
        return text if len(text) <= MAX_CELL_CHARACTERS else BAD_VALUE
    if symbol in _COMPARISONS:
        return _compare(symbol, left, right)
    first, second = to_number(left), to_number(right)
    if isinstance(first, CellError) or isinstance(second, CellError):
        return first if isinstance(first, CellError) else second
    if symbol == "/" and second == 0:
        return DIVISION_BY_ZERO
    try:
        result = _ARITHMETIC[symbol](first, second)
    except (ArithmeticError, ValueError):
        return BAD_NUMBER
    return finite(result)


def finite(number: complex) -> Computed:
    """Give a finite real number as a float, any other as ``#NUM!``."""
    return BAD_NUMBER if isinstance(number, complex) or not math.isfinite(number) else float(number)


def _compare(symbol: str, left: Computed, right: Computed) -> bool:
    # a blank equals the empty value of the other side's type
    blanks: dict[type, Computed] = {str: "", bool: False, float: 0.0}
    if left is None and right is not None:
        left = blanks[type(right)]
    elif right is None and left is not None:
        right = blanks[type(left)]
    return _COMPARISONS[symbol](sort_key(left), sort_key(right))
