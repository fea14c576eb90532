"""Where ``values.append`` writes: below the last table that the given range touches."""

from __future__ import annotations

from .a1 import CellRange
from .cell import Row
from .sheet import Sheet


def last_table(sheet: Sheet, area: CellRange) -> CellRange | None:
    """Find the last table in a range: a block of filled cells that empty rows and columns set apart.

    Of several blocks the one that begins furthest down, then furthest right, counts.
    """
    rows = sheet.rows()
    clipped = area.clipped(sheet.row_count, sheet.column_count)
    blocks: list[CellRange] = []
    for row, cells in rows.items():
        for column in sorted(cells):
            if cells[column].has_content and not any(_holds(block, row, column) for block in blocks):
                blocks.append(_grow(rows, row, column))
    touched = [block for block in blocks if block.overlaps(clipped)]
    return max(touched, key=lambda block: (block.start_row, block.start_column), default=None)


def _holds(block: CellRange, row: int, column: int) -> bool:
    return row in block.rows and column in block.columns


def _filled(rows: dict[int, Row], row: int, columns: range) -> bool:
    cells = rows.get(row)
    return cells is not None and any(column in columns and cells[column].has_content for column in cells)


def _grow(rows: dict[int, Row], row: int, column: int) -> CellRange:
    """Widen a block while a filled cell stands at one of its edges or corners."""
    top, left, bottom, right = row, column, row + 1, column + 1
    while True:
        around = range(left - 1, right + 1)
        while _filled(rows, top - 1, around):
            top -= 1
        while _filled(rows, bottom, around):
            bottom += 1
        heights = range(top - 1, bottom + 1)
        before = any(_filled(rows, index, range(left - 1, left)) for index in heights)
        after = any(_filled(rows, index, range(right, right + 1)) for index in heights)
        if not (before or after):
            return CellRange(top, left, bottom, right)
        left, right = left - before, right + after
