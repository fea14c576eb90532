"""What a sheet shows, cell by cell."""

from __future__ import annotations

from ..formulas.calculation import Calculation
from ..rendering import formatted
from ..sheet import Sheet


def shown_rows(calculation: Calculation, sheet: Sheet) -> list[list[str]]:
    """Give the texts from A1 to the last row and column with content, every row of the same length."""
    texts: dict[tuple[int, int], str] = {}
    for row, cells in sheet.rows().items():
        for column, cell in cells.items():
            if cell.has_content:
                number_format = sheet.format_of(cell).get("numberFormat")
                texts[row, column] = formatted(calculation.value(sheet, row, column, cell), number_format)
    height = max((row for row, _ in texts), default=-1) + 1
    width = max((column for _, column in texts), default=-1) + 1
    return [[texts.get((row, column), "") for column in range(width)] for row in range(height)]
