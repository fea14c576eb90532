"""Renders a cell's value for an answer, by the value and date render options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .cell import Cell
from .formulas.values import CellError, Computed
from .number_format import format_number, is_date_format


@dataclass(frozen=True, slots=True)
class RenderOptions:
    """How values are wanted: the names of a ``ValueRenderOption`` and of a ``DateTimeRenderOption``."""

    value: str = "FORMATTED_VALUE"
    date_time: str = "SERIAL_NUMBER"


def json_number(value: float) -> float | int:
    """Give a whole number as an int, so that JSON writes it without a fraction."""
    return int(value) if value.is_integer() and abs(value) < 1e21 else value


def formatted(value: Computed, number_format: dict[str, Any] | None) -> str:
    """Write a computed value as the grid shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, CellError):
        return value.code
    if isinstance(value, float):
        return format_number(value, number_format)
    return value


def render(
    cell: Cell, value: Computed, number_format: dict[str, Any] | None, options: RenderOptions
) -> float | int | bool | str:
    """Render a cell for a ``ValueRange``; an empty cell is the empty text."""
    if options.value == "FORMULA" and cell.formula is not None:
        return cell.formula
    if options.value == "FORMATTED_VALUE":
        return formatted(value, number_format)
    if isinstance(value, float):
        if options.date_time == "FORMATTED_STRING" and is_date_format(number_format):
            return format_number(value, number_format)
        return json_number(value)
    if isinstance(value, CellError):
        return value.code
    return "" if value is None else value
