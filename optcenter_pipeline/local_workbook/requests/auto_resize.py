"""The request that fits the sizes of rows and columns to what stands in them."""

from __future__ import annotations

import unicodedata
from typing import Any

from ..formulas.calculation import Calculation
from ..rendering import formatted
from ..sheet import Sheet
from ..spreadsheet import Spreadsheet
from .dimensions import dimension_span, line_properties

_DEFAULT_FONT_SIZE = 10
_PADDING = 6
_NARROW = frozenset("fijlrtI ,.;:!|'\"()[]{}/\\-")


def auto_resize_dimensions(spreadsheet: Spreadsheet, body: dict[str, Any]) -> None:
    """Set the lines of a span to the size of their largest cell; lines without content keep theirs.

    The browser that would measure the text is not here: a character counts with the usual width of its kind.
    """
    sheet, span = dimension_span(spreadsheet, body.get("dimensions"))
    lines = range(span.start, span.start + span.count)
    for index, pixels in _sizes(Calculation(spreadsheet), sheet, span.dimension, lines).items():
        line_properties(sheet, span.dimension, index)["pixelSize"] = pixels


def _sizes(calculation: Calculation, sheet: Sheet, dimension: str, lines: range) -> dict[int, int]:
    """Give the pixels that each line with content needs."""
    sizes: dict[int, int] = {}
    span = (lines.start, lines.stop) if dimension == "ROWS" else (0, None)
    for row, cells in sheet.rows(*span).items():
        for column, cell in cells.items():
            index = row if dimension == "ROWS" else column
            if index in lines and cell.has_content:
                cell_format = sheet.format_of(cell)
                font_size = (cell_format.get("textFormat") or {}).get("fontSize") or _DEFAULT_FONT_SIZE
                text = formatted(calculation.value(sheet, row, column, cell), cell_format.get("numberFormat"))
                needed = _height(text, font_size) if dimension == "ROWS" else _width(text, font_size)
                sizes[index] = max(sizes.get(index, 0), needed)
    return sizes


def _height(text: str, font_size: float) -> int:
    return round(text.count("\n") * 1.5 * font_size + 1.5 * font_size) + _PADDING


def _width(text: str, font_size: float) -> int:
    widest = max(sum(map(_character_width, line)) for line in text.split("\n"))
    return round(widest * font_size) + _PADDING


def _character_width(character: str) -> float:
    """Give a character's width, as part of the font's size in points."""
    if unicodedata.east_asian_width(character) in "WF":
        return 1.33
    if character in _NARROW:
        return 0.4
    return 0.9 if character.isupper() or character in "mwMW@%" else 0.73
